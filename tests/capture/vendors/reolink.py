"""A Reolink camera's api.cgi, with its login by token: few tokens, and each for a while."""

import json
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from nirecap.capture.drivers import CameraSettings
from nirecap.capture.sim.device import Device

from .served import PASSWORD, USER, running_device
from .web_camera import COMMON_QUIRKS, HOST, Asked, Told, WebCamera, WebServed, web_server, with_login

QUIRKS = (*COMMON_QUIRKS, "token-expires", "no-lamp", "refuses-once")
"""A token is good for five commands; there is no lamp to set; the third setting is refused, in a success of HTTP."""
PICTURES = {"Color": "ON", "Black&White": "OFF", "Auto": "AUTO"}
LAMPS = {"Auto": "AUTO", "Off": "OFF"}
MAX_SESSIONS = 3
GOOD_FOR = 5


class ReolinkCamera(WebCamera):
    def __init__(self, device: Device, quirks: frozenset[str]) -> None:
        super().__init__(device, quirks)
        self.tokens: dict[str, int] = {}
        self._sets = 0
        isp: dict[str, Any] = {
            "antiFlicker": "Outdoor",
            "channel": 0,
            "dayNight": "Auto",
            "exposure": "Auto",
            "rotation": 0,
        }
        self.objects = {"Isp": isp | {"gain": {"max": 62, "min": 1}}, "IrLights": {"channel": 0, "state": "Auto"}}

    def answer(self, asked: Asked) -> Told:
        command = json.loads(asked.body)[0]
        name, parameters = command["cmd"], command.get("param", {})
        if asked.path != "/cgi-bin/api.cgi" or asked.method != "POST" or asked.parameters.get("cmd") != name:
            return Told("404", 404)
        if name == "Login":
            return self._log_in(parameters["User"])
        token = asked.parameters.get("token", "")
        if token not in self.tokens:
            return _error(name, "please login first", -6)
        self.tokens[token] += 1
        if "token-expires" in self.quirks and self.tokens[token] >= GOOD_FOR:
            del self.tokens[token]
        return self._obey(name, parameters, token)

    def _log_in(self, user: dict[str, str]) -> Told:
        if len(self.tokens) >= MAX_SESSIONS:
            return _error("Login", "max session", -5)
        if user != {"userName": USER, "password": PASSWORD}:
            self.logins_refused += 1
            return _error("Login", "login failed", -7)
        token = secrets.token_hex(6)
        self.tokens[token] = 0
        return _value("Login", {"Token": {"leaseTime": 3600, "name": token}})

    def _obey(self, name: str, parameters: dict[str, Any], token: str) -> Told:
        if name == "Logout":
            self.tokens.pop(token, None)
            return _value(name, {"rspCode": 200})
        if name == "GetDevInfo":
            return _value(name, {"DevInfo": {"model": "RLC-410W", "firmVer": "v3.0.0.136", "serial": "00000000065536"}})
        known = set(self.objects) - ({"IrLights"} if "no-lamp" in self.quirks else set())
        if name[3:] not in known or name[:3] not in ("Get", "Set"):
            return _error(name, "not support", -9)
        if name.startswith("Set"):
            return self._set(name, parameters)
        return (
            _value(name, {name[3:]: self.objects[name[3:]]})
            if parameters == {"channel": 0}
            else _error(name, "param", -4)
        )

    def _set(self, name: str, parameters: dict[str, Any]) -> Told:
        self._sets += 1
        wanted, had = parameters.get(name[3:], {}), self.objects[name[3:]]
        good = wanted.keys() == had.keys() and wanted.get("dayNight", "Auto") in PICTURES
        if not good or wanted.get("state", "Auto") not in LAMPS or ("refuses-once" in self.quirks and self._sets == 3):
            return _error(name, "param error", -4)
        if self.obeys():
            self.objects[name[3:]] = wanted
            self.device.ir_lamp = LAMPS[self.objects["IrLights"]["state"]]
            self.device.ir_cut = PICTURES[self.objects["Isp"]["dayNight"]]
        return _value(name, {"rspCode": 200})


def _value(command: str, value: dict[str, Any]) -> Told:
    return Told(
        json.dumps([{"cmd": command, "code": 0, "value": value}], indent=3, separators=(",", " : ")), kind="text/html"
    )


def _error(command: str, detail: str, code: int) -> Told:
    told = {"cmd": command, "code": 1, "error": {"detail": detail, "rspCode": code}}
    return Told(json.dumps([told], indent=3, separators=(",", " : ")), kind="text/html")


@contextmanager
def serve(quirks: frozenset[str] = frozenset()) -> Iterator[WebServed]:
    """Run the camera."""
    with running_device() as (device, rtsp):
        camera = ReolinkCamera(device, quirks)
        with web_server(camera) as port:
            url = with_login(rtsp.url, USER, PASSWORD)
            settings = CameraSettings("reolink", "porch", HOST, port, USER, PASSWORD, stream_url=url)
            yield WebServed(settings, device, lambda: json.dumps(camera.objects, sort_keys=True), camera)
