"""An eufy-security-ws of the tests: its messages over a real websocket, with the simulated device as the camera."""

import json
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from websockets.exceptions import ConnectionClosed
from websockets.sync.server import ServerConnection
from websockets.sync.server import serve as serve_websocket

from nirecap.capture.drivers import CameraSettings
from nirecap.capture.sim.device import Device

from .served import PASSWORD, USER, Served, running_device

SERIAL = "T8400P10203040A"
QUIRKS = (
    "async-late",
    "lying-success",
    "silent-readback",
    "events-in-between",
    "drops-connection",
    "old-schema",
    "several-cameras",
    "nightvision-model",
    "forced-night-model",
)
"""Misbehaviour with which shooting must go on."""
FAULTS = ("rtsp-off", "no-night-vision", "no-devices", "not-allowed")
"""States in which it can't, and of which a person has to be told."""
LATE_S = 0.3
MESSAGES_BEFORE_DROP = 7
BOOLEAN = {"name": "autoNightvision", "type": "boolean", "readable": True, "writeable": True}
STATES = {
    "nightvision-model": {"0": "Off", "1": "B&W Night Vision", "2": "Color Night Vision"},
    "forced-night-model": {"0": "Off", "1": "Auto", "3": "On"},
}
FILTERS: dict[Any, str] = {False: "ON", True: "AUTO", 3: "OFF"}
"""What the camera does with its IR-cut filter for each value; 0 and 1 are False and True to Python."""


class Refusal(Exception):
    """An error code of the server."""


class EufySecurityWs:
    """The server's memory: one device that switches, and others where a quirk wants them."""

    def __init__(self, device: Device, rtsp_url: str, quirks: frozenset[str]) -> None:
        self.device, self.quirks = device, quirks
        model = next((quirk for quirk in STATES if quirk in quirks), "")
        self.setting = "nightvision" if model else "autoNightvision"
        numeric = {"name": "nightvision", "type": "number", "states": STATES.get(model)}
        self.metadata: dict[str, Any] = (
            {} if "no-night-vision" in quirks else {self.setting: numeric if model else BOOLEAN}
        )
        self.value: Any = 1 if model else True
        self.newest = 9 if "old-schema" in quirks else 21
        self.schema = 0
        self.commands = 0
        self.asked: list[dict[str, Any]] = []
        self.told: dict[str, Any] = {
            "name": "Nursery",
            "model": "T8400",
            "serialNumber": SERIAL,
            "softwareVersion": "2.2.4.1",
            "stationSerialNumber": SERIAL,
            "rtspStream": "rtsp-off" not in quirks,
            "rtspStreamUrl": rtsp_url,
            self.setting: self.value,
        }

    def talk(self, websocket: ServerConnection) -> None:
        """Serve one client until it goes."""
        newest = 9 if "old-schema" in self.quirks else 21
        versions = {
            "minSchemaVersion": 0,
            "maxSchemaVersion": newest,
            "driverVersion": "3.8.0",
            "serverVersion": "2.1.0",
        }
        say(websocket, {"type": "version", **versions})
        try:
            for number, message in enumerate(websocket, 1):
                if "drops-connection" in self.quirks and number > MESSAGES_BEFORE_DROP:
                    return
                self.answer(websocket, json.loads(message))
        except ConnectionClosed:
            pass

    def answer(self, websocket: ServerConnection, asked: dict[str, Any]) -> None:
        self.asked.append(asked)
        if "events-in-between" in self.quirks:
            say(websocket, {"type": "result", "success": True, "messageId": "another", "result": {"properties": {}}})
            say(websocket, event(self.setting, value="nonsense"))
        told = {"type": "result", "messageId": asked["messageId"]}
        try:
            say(websocket, told | {"success": True, "result": self.result(asked)})
        except Refusal as refusal:
            say(websocket, told | {"success": False, "errorCode": str(refusal)})

    def result(self, asked: Mapping[str, Any]) -> dict[str, Any]:
        match asked["command"]:
            case "set_api_schema":
                self.schema = asked["schemaVersion"]
                if self.schema > self.newest:
                    raise Refusal("schema_incompatible")
                return {}
            case "start_listening":
                driver = {"version": "3.8.0", "connected": True, "pushConnected": True}
                return {"state": {"driver": driver, "stations": [], "devices": self.devices()}}
        if asked["serialNumber"] != SERIAL:
            raise Refusal("device_not_found")
        match asked["command"]:
            case "device.get_properties_metadata":
                return {"serialNumber": SERIAL, "properties": self.metadata}
            case "device.get_properties":
                return {"serialNumber": SERIAL, "properties": self.properties()}
            case "device.set_property":
                self.set(asked["name"], asked["value"])
                return {"async": True}
        raise Refusal("unknown_command")

    def devices(self) -> list[Any]:
        serials = [] if "no-devices" in self.quirks else [SERIAL]
        if "several-cameras" in self.quirks:
            serials = ["T8010N0000000001", *serials, "T8410P0000000002"]
        if self.schema >= 13:
            return list(serials)
        return [{"name": "Nursery", "serialNumber": serial, "pictureUrl": "x" * 100_000} for serial in serials]

    def properties(self) -> dict[str, Any]:
        if "old-schema" not in self.quirks:
            return self.told
        return {name: {"value": value, "timestamp": 1} for name, value in self.told.items()}

    def set(self, name: str, value: Any) -> None:
        if "not-allowed" in self.quirks:
            raise Refusal("device_property_readonly")
        if name not in self.metadata:
            raise Refusal("device_invalid_property")
        states = self.metadata[name].get("states")
        if str(value) not in states if states else not isinstance(value, bool):
            raise Refusal("device_invalid_property_value")
        self.commands += 1
        if "lying-success" in self.quirks and self.commands % 2:
            return
        if "async-late" in self.quirks:
            threading.Timer(LATE_S, self.apply, [value]).start()
        else:
            self.apply(value)

    def apply(self, value: Any) -> None:
        self.value = value
        self.device.ir_cut = FILTERS[value]
        if "silent-readback" not in self.quirks:
            self.told[self.setting] = value


def say(websocket: ServerConnection, message: Mapping[str, Any]) -> None:
    websocket.send(json.dumps(message))


def event(name: str, value: Any) -> dict[str, Any]:
    changed = {"source": "device", "event": "property changed", "serialNumber": SERIAL, "name": name, "value": value}
    return {"type": "event", "event": changed}


@contextmanager
def served_peer(quirks: frozenset[str] = frozenset()) -> Iterator[tuple[Served, EufySecurityWs]]:
    """Run server and camera; the server too, for tests that look into it."""
    with running_device() as (device, rtsp):
        peer = EufySecurityWs(device, rtsp.url.replace("127.0.0.1", "192.0.2.77"), quirks)
        with serve_websocket(peer.talk, "127.0.0.1", 0) as server:
            threading.Thread(target=server.serve_forever, name="eufy-security-ws", daemon=True).start()
            options = {"server": f"ws://127.0.0.1:{server.socket.getsockname()[1]}"}
            if "several-cameras" in quirks:
                options["serial"] = SERIAL
            settings = CameraSettings("eufy", "nursery", "127.0.0.1", user=USER, password=PASSWORD, options=options)
            yield Served(settings, device, lambda: {peer.setting: peer.value}), peer
            if "async-late" in quirks:
                time.sleep(LATE_S)  # what was commanded last still happens


@contextmanager
def serve(quirks: frozenset[str] = frozenset()) -> Iterator[Served]:
    with served_peer(quirks) as (served, _):
        yield served
