"""docker-wyze-bridge with one camera: its REST API, by key or by name and password, and its stream by key."""

import base64
import json
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Timer
from typing import Any

from nirecap.capture.drivers import CameraSettings
from nirecap.capture.sim.device import Device

from .served import PASSWORD, running_device
from .web_camera import COMMON_QUIRKS, HOST, Asked, Told, WebCamera, WebServed, web_server, with_login

QUIRKS = (*COMMON_QUIRKS, "late", "times-out-once")
"""A command is done a second after its acknowledgement; the third setting times out at the camera."""
KEY = "Nn8_k3y-of-40-characters-from-the-webui"
CAMERA = "front-door"
PLACES = {1: "OFF", 2: "ON", 3: "AUTO"}
NUMBERS = {"on": 1, "true": 1, "off": 2, "false": 2, "auto": 3, "1": 1, "2": 2, "3": 3}
LATE_S = 1.0


class WyzeBridge(WebCamera):
    def __init__(self, device: Device, quirks: frozenset[str]) -> None:
        super().__init__(device, quirks)
        self.night_vision = 3
        self._sets = 0

    def answer(self, asked: Asked) -> Told:
        basic = "Basic " + base64.b64encode(f"wbadmin:{PASSWORD}".encode()).decode()
        key = asked.parameters.get("api") or asked.headers.get("api")
        if key != KEY and asked.headers.get("authorization") != basic:
            self.logins_refused += 1
            return Told(
                "Unauthorized Access", 401, headers={"WWW-Authenticate": 'Basic realm="Authentication Required"'}
            )
        match asked.path.split("/")[1:]:
            case ["api", "front-door", "night_vision"]:
                return _told({"status": "success", "response": self.night_vision, "value": self.night_vision})
            case ["api", "front-door", "night_vision", word]:
                return self._set(word)
            case ["api", "front-door", _, *_]:
                return _told({"response": "invalid command"})
            case ["api", camera, *_]:
                return _told({"error": f"Could not find camera [{camera}]"})
        return Told("<!doctype html><title>404 Not Found</title>", 404, "text/html")

    def _set(self, word: str) -> Told:
        self._sets += 1
        if "times-out-once" in self.quirks and self._sets == 3:
            return _told({"response": "timed out"})
        if word not in NUMBERS:
            return _told({"status": "error", "response": "value must be 1, 2 or 3"})
        if self.obeys():
            timer = Timer(LATE_S if "late" in self.quirks else 0.0, self._do, [NUMBERS[word]])
            timer.start()
            if "late" not in self.quirks:
                timer.join()
        return _told({"status": "success", "response": None, "value": str(NUMBERS[word])})

    def _do(self, number: int) -> None:
        self.night_vision = number
        self.device.ir_cut = PLACES[number]


def _told(answer: dict[str, Any]) -> Told:
    return Told(json.dumps({"command": "night_vision", "payload": ""} | answer) + "\n", kind="application/json")


@contextmanager
def serve(quirks: frozenset[str] = frozenset()) -> Iterator[WebServed]:
    """Run the bridge."""
    with running_device(user="wb", password=KEY) as (device, rtsp):
        bridge = WyzeBridge(device, quirks)
        with web_server(bridge) as port:
            options = {"firmware": "wyze-bridge", "camera": CAMERA}
            url = with_login(rtsp.url, "wb", KEY)
            settings = CameraSettings("wyze", "porch", HOST, port, api_key=KEY, stream_url=url, options=options)
            yield WebServed(settings, device, lambda: bridge.night_vision, bridge)
