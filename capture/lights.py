"""The light of the room, which makes a lit reference; `shoot` verifies it in pixels."""

from collections.abc import Callable
from typing import Protocol
from urllib.parse import urlsplit

import requests

from nirecap.errors import CameraError, UsageMistake


class Light(Protocol):
    """A lamp that can be told to be on or off."""

    def turn(self, on: bool) -> None:
        """Switch and return when the command was accepted.

        Raises:
            CameraError: it was refused or not answered.
        """
        ...


class UrlLight:
    """A smart plug that is switched by fetching one of two URLs, as Tasmota and Shelly are.

    Raises:
        UsageMistake: a URL is not http or https.
    """

    TIMEOUT_S = 5.0

    def __init__(self, on_url: str, off_url: str) -> None:
        for url in (on_url, off_url):
            if urlsplit(url).scheme not in ("http", "https"):
                raise UsageMistake("the light's URLs must begin with http:// or https://")
        self._urls = {True: on_url, False: off_url}

    def turn(self, on: bool) -> None:
        """Fetch the URL for on or off; redirects are not followed."""
        url = self._urls[on]
        place = f"{urlsplit(url).hostname}:{urlsplit(url).port or 80}"
        try:
            with requests.Session() as session:
                session.trust_env = False
                with session.get(url, timeout=self.TIMEOUT_S, allow_redirects=False, stream=True) as answer:
                    status = answer.status_code
        except requests.RequestException as error:  # its text holds the URL, which may hold a password
            raise CameraError(f"the light at {place} can't be reached ({type(error).__name__})") from None
        if status != requests.codes.ok:
            raise CameraError(f"the light at {place} answered HTTP {status}; check its on and off URLs in a browser")


class OperatorLight:
    """A person who switches the light when asked."""

    def __init__(self, ask: Callable[[str], None]) -> None:
        self._ask = ask

    def turn(self, on: bool) -> None:
        """Ask and wait for the answer."""
        self._ask(f"Switch the room light {'ON' if on else 'OFF'}, then press Enter")
