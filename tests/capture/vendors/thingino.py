"""The web page of thingino firmware: day/night commands and heartbeat, by API key."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from nirecap.capture.drivers import CameraSettings
from nirecap.capture.sim.device import Device

from .served import PASSWORD, USER, running_device
from .web_camera import COMMON_QUIRKS, HOST, Asked, Told, WebCamera, WebServed, web_server, with_login

QUIRKS = (*COMMON_QUIRKS, "ignores-auto", "writes-words")
"""AUTO is acknowledged and never comes on; truths are written as words instead of numbers."""
KEY = "5f2a" * 16
PLACES = {"day": "ON", "night": "OFF"}


class ThinginoCamera(WebCamera):
    def __init__(self, device: Device, quirks: frozenset[str]) -> None:
        super().__init__(device, quirks)
        self.auto = True

    @property
    def mode(self) -> str:
        day = self.device.truth()["filter_in"] if self.auto else self.device.ir_cut == "ON"
        return "day" if day else "night"

    def answer(self, asked: Asked) -> Told:
        if asked.headers.get("x-api-key") != KEY:
            self.logins_refused += 1
            return _json({"error": {"code": 401, "message": "Unauthorized"}}, 401)
        if asked.path == "/x/json-heartbeat-slow.cgi":
            auto: object = str(self.auto).lower() if "writes-words" in self.quirks else int(self.auto)
            return _json(
                {"time_now": 1700000000, "daynight_mode": self.mode, "total_gain": 12, "daynight_enabled": auto}
            )
        if asked.path == "/x/json-imp.cgi" and asked.method == "POST":
            command = json.loads(asked.body)
            return self._obey(command.get("cmd"), command.get("val"))
        return Told("404 Not Found", 404)

    def _obey(self, command: object, value: object) -> Told:
        match command, value:
            case "auto", 0 | 1:
                self._set_auto(on=bool(value))
            case "daynight", "day" | "night":
                # while the daemon is on, it puts its own choice back at once
                if self.obeys() and not self.auto:
                    self.device.ir_cut = PLACES[str(value)]
            case "auto" | "daynight", _:
                return Told("unknown value", 400)
            case _:
                return Told("unknown command", 400)
        return _json({"code": 200, "result": "success", "message": {"command": command, "result": ""}})

    def _set_auto(self, *, on: bool) -> None:
        if self.obeys() and not (on and "ignores-auto" in self.quirks):
            self.device.ir_cut = "AUTO" if on else PLACES[self.mode]
            self.auto = on


def _json(told: dict[str, Any], status: int = 200) -> Told:
    return Told(json.dumps(told) + "\n", status, "application/json")


@contextmanager
def serve(quirks: frozenset[str] = frozenset()) -> Iterator[WebServed]:
    """Run the camera."""
    with running_device() as (device, rtsp):
        camera = ThinginoCamera(device, quirks)
        with web_server(camera) as port:
            url = with_login(rtsp.url, USER, PASSWORD)
            options = {"firmware": "thingino"}
            settings = CameraSettings(
                "wyze", "porch", HOST, port, USER, PASSWORD, api_key=KEY, stream_url=url, options=options
            )
            yield WebServed(settings, device, lambda: "auto" if camera.auto else camera.mode, camera)
