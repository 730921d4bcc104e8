"""The light of the room, which makes a lit reference; `shoot` verifies it in pixels."""

import re
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Protocol
from urllib.parse import unquote, urlsplit, urlunsplit

import requests
from pydantic import JsonValue

from nirecap.errors import CameraError, LoginRefused, UsageMistake
from nirecap.redaction import keep_secret

from .bounded_http import session_to

TIMEOUT_S = 5.0
SERVICE_TIMEOUT_S = 12.0
"""Home Assistant answers when the lamp has; over a tired radio network that takes seconds."""
POLL_S = 0.25


class Light(Protocol):
    """A lamp that can be told to be on or off."""

    def turn(self, on: bool) -> None:
        """Switch and return when the command was accepted.

        Raises:
            CameraError: it was refused or not answered.
        """
        ...

    def is_on(self) -> bool | None:
        """Tell whether the lamp says that it is on; None where it can't be asked.

        Raises:
            CameraError: it was asked and did not answer.
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

    def is_on(self) -> None:
        """Tell nothing: the URLs only switch."""


class HomeAssistantLight:
    """A light, switch, group or helper of Home Assistant, by its REST API.

    Args:
        url: of Home Assistant, such as http://homeassistant.local:8123; no other place is reached.
        entity: what to switch, such as light.study or switch.lamp.
        token: a long-lived access token; sent in the Authorization header and found nowhere else.
        patience_s: how long the entity may take to report what it was told.

    Raises:
        UsageMistake: one of them can't be right.

    Source: Home Assistant developer documentation, REST API.
    """

    def __init__(self, url: str, entity: str, token: str, *, patience_s: float = 8.0) -> None:
        self._origin = _split(url, "http://homeassistant.local:8123").origin
        if not re.fullmatch(r"[a-z0-9_]+\.[a-z0-9_]+", entity):
            raise UsageMistake(f"{entity!r} is no entity of Home Assistant; give its id, such as light.study")
        if not re.fullmatch(r"[!-~]+", token):
            raise UsageMistake("the token of Home Assistant is empty or was not copied whole; make one in your profile")
        keep_secret(token)
        self._entity, self._token, self._patience_s = entity, token, patience_s

    def turn(self, on: bool) -> None:
        """Switch, and wait until the entity reports it: Home Assistant says yes to anything, entities it lacks too.

        Raises:
            LoginRefused: the token is wrong.
            CameraError: unreachable, no such entity, or it does not report what it was told.
        """
        domain = self._entity.partition(".")[0]
        service = domain if domain in ("light", "switch") else "homeassistant"
        self._exchange("POST", f"services/{service}/turn_{'on' if on else 'off'}", {"entity_id": self._entity})
        deadline = time.monotonic() + self._patience_s
        while (state := self._state()) != ("on" if on else "off"):
            if time.monotonic() > deadline:
                raise CameraError(
                    f"{self._entity} was switched {'on' if on else 'off'} and still reports {state!r}; "
                    "try it in Home Assistant"
                )
            time.sleep(POLL_S)

    def is_on(self) -> bool | None:
        """Tell what the entity reports; None where it is unavailable or reports something else.

        Raises:
            LoginRefused: the token is wrong.
            CameraError: unreachable, or no such entity.
        """
        return {"on": True, "off": False}.get(self._state())

    def _state(self) -> str:
        answer = self._exchange("GET", f"states/{self._entity}")
        state = answer.get("state") if isinstance(answer, dict) else None
        if not isinstance(state, str):
            raise CameraError(f"{self._origin} does not answer as Home Assistant does; check its address")
        return state[:40]

    def _exchange(self, method: str, path: str, body: JsonValue = None) -> JsonValue:
        headers = {"Authorization": f"Bearer {self._token}"}
        try:
            with session_to(self._origin, SERVICE_TIMEOUT_S) as session:
                url = f"{self._origin}/api/{path}"
                answer = session.request(method, url, json=body, headers=headers, allow_redirects=False)
            if answer.status_code == requests.codes.ok:
                return answer.json()  # type: ignore[no-any-return]
        except (requests.RequestException, RecursionError) as error:
            raise CameraError(f"Home Assistant at {self._origin} can't be used ({type(error).__name__})") from None
        raise self._refusal(answer.status_code)

    def _refusal(self, status: int) -> CameraError:
        where = f"Home Assistant at {self._origin}"
        match status:
            case requests.codes.unauthorized:
                return LoginRefused(f"{where} refuses the token (401); make a long-lived access token in your profile")
            case requests.codes.forbidden:
                return CameraError(f"{where} has banned this computer (403); look into its ip_bans.yaml")
            case requests.codes.not_found:
                return CameraError(f"{where} has no {self._entity} (404); its settings list the ids of all entities")
        return CameraError(f"{where} answered HTTP {status}; check its address and {self._entity}")


class OperatorLight:
    """A person who switches the light when asked."""

    def __init__(self, ask: Callable[[str], None]) -> None:
        self._ask = ask

    def turn(self, on: bool) -> None:
        """Ask and wait for the answer."""
        self._ask(f"Switch the room light {'ON' if on else 'OFF'}, then press Enter")

    def is_on(self) -> None:
        """Tell nothing: the person is asked to switch, not to report."""


@dataclass(frozen=True)
class _Url:
    origin: str
    path: str = field(repr=False)
    login: tuple[str, str] | None = field(repr=False)


def _split(url: str, example: str = "http://192.168.1.30/relay/0?turn=on") -> _Url:
    """Take a URL apart; the login that it may hold appears in no message."""
    try:
        parts = urlsplit(url)
        port = f":{parts.port}" if parts.port else ""
    except ValueError:
        parts, port = urlsplit(""), ""
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise UsageMistake(f"the light's URLs must be like {example}")
    login = (unquote(parts.username), unquote(parts.password or "")) if parts.username else None
    path = urlunsplit(("", "", parts.path or "/", parts.query, ""))
    host = f"[{parts.hostname}]" if ":" in parts.hostname else parts.hostname
    return _Url(f"{parts.scheme}://{host}{port}", path, login)
