"""The driver for Reolink cameras: picture mode and IR lamp through api.cgi, with a login that gives a token.

Reolink HTTP API: POST of a list of one command to /cgi-bin/api.cgi; `code` 0 is a success, `error` says why not.
In NIGHT the lamp is left to the camera, which lights it in the dark: not all can be told to light it.
"""

import re
from collections.abc import Callable
from contextlib import suppress
from functools import partial
from typing import Any
from urllib.parse import quote, urlsplit

import requests
from requests.auth import AuthBase

from nirecap.errors import CameraError, LoginRefused
from nirecap.redaction import redacted
from nirecap.vocabulary import Mode

from ..camera import CameraState
from . import CameraSettings
from .foreign import plain
from .http_camera import Dialect, HttpCamera
from .http_client import Answer, HttpClient, Refused

API = "/cgi-bin/api.cgi?cmd="
SETTINGS = {"IrLights": "state", "Isp": "dayNight"}
"""Objects of the API and the setting in each."""
TOO_MANY_SESSIONS = -5
_LOG_IN_FIRST = re.compile(rb'"rspCode"\s*:\s*-6\b')


def read(client: HttpClient, channel: str) -> CameraState:
    """Return the lamp's setting, where the camera has one, and the picture's mode."""
    state = {}
    with suppress(Refused):
        state["IrLights.state"] = plain(_object(client, channel, "IrLights")["state"])
    state["Isp.dayNight"] = plain(_object(client, channel, "Isp")["dayNight"])
    return state


def write(client: HttpClient, channel: str, settings: CameraState) -> None:
    """Change the objects that the camera gives, and send them back whole."""
    for setting, value in settings.items():
        name, _, key = setting.partition(".")
        changed = _object(client, channel, name) | {key: value}
        _value(client.post(f"{API}Set{name}", _command(f"Set{name}", {name: changed})))


def identify(client: HttpClient) -> tuple[str, str]:
    """Return model and firmware."""
    info = _dict(_value(client.post(f"{API}GetDevInfo", _command("GetDevInfo"))).get("DevInfo"))
    return plain(info.get("model")), plain(info.get("firmVer"))


def leave(client: HttpClient) -> None:
    """Give the token back: a camera has few, and each lasts an hour."""
    client.post(f"{API}Logout", _command("Logout"))


class TokenLogin(AuthBase):
    """Log in when the camera asks for it, which is also when the token has expired."""

    def __init__(self, user: str, password: str) -> None:
        self._user, self._password = user, password
        self._token = ""

    def __call__(self, request: requests.PreparedRequest) -> requests.PreparedRequest:
        """Sign a request; requests calls this."""
        self._sign(request)
        request.hooks["response"].append(self._answered)
        return request

    def _sign(self, request: requests.PreparedRequest) -> None:
        bare = str(request.url).partition("&token=")[0]
        request.url = f"{bare}&token={quote(self._token, safe='')}" if self._token else bare

    def _answered(self, response: requests.Response, *, verify: bool | str = True, **_: object) -> requests.Response:
        if not _LOG_IN_FIRST.search(response.content):
            return response
        send = partial(response.connection.send, verify=verify)
        self._log_in(response.request, send)
        again = response.request.copy()
        self._sign(again)
        return send(again)

    def _log_in(
        self, refused: requests.PreparedRequest, send: Callable[[requests.PreparedRequest], requests.Response]
    ) -> None:
        parts = urlsplit(str(refused.url))
        user = {"userName": self._user, "password": self._password}
        login = refused.copy()
        login.url = f"{parts.scheme}://{parts.netloc}{API}Login"
        login.prepare_body(None, None, json=_command("Login", {"User": user}))
        answer = Answer(parts.netloc, "Login", send(login).content)
        told = _told(answer)
        token = _dict(_dict(told.get("value")).get("Token")).get("name")
        if not isinstance(token, str) or not token:
            raise self._refusal(answer, _dict(told.get("error")))
        self._token = token

    def _refusal(self, answer: Answer, error: dict[str, Any]) -> CameraError:
        if error.get("rspCode") == TOO_MANY_SESSIONS:
            return CameraError(f"{answer.where} has no session free; close its page in browsers, or wait an hour")
        why = plain(redacted(str(error.get("detail") or ""))) or "no reason"
        return LoginRefused(
            f"{answer.where} refused user {self._user!r} ({why}); "
            "check name and password before trying again, as cameras lock accounts"
        )


DIALECT = Dialect(
    maker="Reolink",
    modes={
        Mode.DAY: {"Isp.dayNight": "Color", "IrLights.state": "Off"},
        Mode.NIGHT: {"IrLights.state": "Auto", "Isp.dayNight": "Black&White"},
        Mode.AUTO: {"IrLights.state": "Auto", "Isp.dayNight": "Auto"},
    },
    read=read,
    write=write,
    stream="/h264Preview_{channel:0>2}_main",
    login=lambda settings: TokenLogin(settings.user, settings.password),
    identify=identify,
    leave=leave,
    night_advice="the camera lights its IR lamp only where it finds the room dark",
)


def connect(settings: CameraSettings) -> HttpCamera:
    """Return the Reolink camera of `settings`."""
    return HttpCamera(settings, DIALECT)


def _command(name: str, parameters: dict[str, Any] | None = None) -> list[dict[str, Any]]:
    return [{"cmd": name, "action": 0, "param": parameters or {}}]


def _object(client: HttpClient, channel: str, name: str) -> dict[str, Any]:
    """Return an object of the API whole.

    Raises:
        Refused: this camera has none, or none with the setting.
    """
    answer = client.post(f"{API}Get{name}", _command(f"Get{name}", {"channel": int(channel) - 1}))
    found = _dict(_value(answer).get(name))
    if SETTINGS[name] not in found:
        raise answer.refusal(f"it has no {name}.{SETTINGS[name]}")
    return found


def _value(answer: Answer) -> dict[str, Any]:
    """Return the value in the answer to one command.

    Raises:
        Refused: the camera says that it did not do it.
    """
    told = _told(answer)
    value, error = _dict(told.get("value")), _dict(told.get("error"))
    if told.get("code") != 0 or value.get("rspCode", 200) != 200:
        raise answer.refusal(f"{error.get('detail')} ({error.get('rspCode', value.get('rspCode'))})")
    return value


def _told(answer: Answer) -> dict[str, Any]:
    """Return the first member of the list that an answer is, {} where it is none."""
    told = answer.json()
    return _dict(told[0]) if isinstance(told, list) and told else {}


def _dict(told: object) -> dict[str, Any]:
    return told if isinstance(told, dict) else {}
