"""The light of the room, which makes a lit reference; `shoot` verifies it in pixels."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol
from urllib.parse import unquote, urlsplit, urlunsplit

import requests

from nirecap.errors import CameraError, UsageMistake

from .bounded_http import session_to

TIMEOUT_S = 5.0


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

    def __init__(self, on_url: str, off_url: str) -> None:
        self._switches = {True: _split(on_url), False: _split(off_url)}

    def turn(self, on: bool) -> None:
        """Fetch the URL for on or off; redirects are not followed, no other place is reached."""
        switch = self._switches[on]
        try:
            with session_to(switch.origin, TIMEOUT_S) as session:
                status = session.get(switch.origin + switch.path, auth=switch.login, allow_redirects=False).status_code
        except requests.RequestException as error:  # its text holds the path, which may hold a token
            raise CameraError(f"the light at {switch.origin} can't be reached ({type(error).__name__})") from None
        if status != requests.codes.ok:
            raise CameraError(f"the light at {switch.origin} answered HTTP {status}; try its URLs in a browser")


class OperatorLight:
    """A person who switches the light when asked."""

    def __init__(self, ask: Callable[[str], None]) -> None:
        self._ask = ask

    def turn(self, on: bool) -> None:
        """Ask and wait for the answer."""
        self._ask(f"Switch the room light {'ON' if on else 'OFF'}, then press Enter")


@dataclass(frozen=True)
class _Url:
    origin: str
    path: str
    login: tuple[str, str] | None


def _split(url: str) -> _Url:
    """Take a URL apart; the login that it may hold appears in no message."""
    try:
        parts = urlsplit(url)
        port = f":{parts.port}" if parts.port else ""
    except ValueError:
        parts, port = urlsplit(""), ""
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise UsageMistake("the light's URLs must be like http://192.168.1.30/relay/0?turn=on")
    login = (unquote(parts.username), unquote(parts.password or "")) if parts.username else None
    path = urlunsplit(("", "", parts.path or "/", parts.query, ""))
    return _Url(f"{parts.scheme}://{parts.hostname}{port}", path, login)
