"""An Axis camera's VAPIX parameters, with digest login."""

from collections.abc import Iterator
from contextlib import contextmanager

from nirecap.capture.drivers import CameraSettings
from nirecap.capture.sim.device import Device
from nirecap.capture.sim.digest import DigestGate

from .served import PASSWORD, running_device
from .web_camera import COMMON_QUIRKS, HOST, Asked, Told, WebCamera, WebServed, web_server, with_login

QUIRKS = (*COMMON_QUIRKS, "refuses-once")
"""The third update is refused, in a success of HTTP."""
USER = "root"
PLACES = {"yes": "ON", "no": "OFF", "auto": "AUTO"}
FILTER = "root.ImageSource.I0.DayNight.IrCutFilter"


class AxisCamera(WebCamera):
    def __init__(self, device: Device, quirks: frozenset[str]) -> None:
        super().__init__(device, quirks)
        self._gate = DigestGate(USER, PASSWORD, "AXIS_ACCC8E012345")
        self._updates = 0
        self.parameters = {
            "root.Brand.Brand": "AXIS",
            "root.Brand.ProdNbr": "M1065-L",
            "root.ImageSource.I0.DayNight.IrCutFilter": "auto",
            "root.ImageSource.I0.DayNight.ShiftLevel": "50",
            "root.Properties.Firmware.Version": "9.80.3.11",
        }

    def answer(self, asked: Asked) -> Told:
        if challenge := self.refused_by(self._gate, asked):
            return challenge
        wanted = asked.parameters
        action = wanted.pop("action", "")
        if asked.path != "/axis-cgi/param.cgi" or action not in ("list", "update"):
            return Told("404 Not Found", 404)
        return self._list(wanted.get("group", "")) if action == "list" else self._update(wanted)

    def _list(self, groups: str) -> Told:
        lines = []
        for group in groups.split(","):
            start = "root." + group.removeprefix("root.")
            found = [f"{name}={value}" for name, value in self.parameters.items() if name.startswith(start)]
            lines += found or [f"# Error: Error -1 getting param in group '{group}'"]
        return Told("\n".join([*lines, ""]))

    def _update(self, wanted: dict[str, str]) -> Told:
        self._updates += 1
        for short, value in wanted.items():
            name = "root." + short.removeprefix("root.")
            if name != FILTER or value not in PLACES or ("refuses-once" in self.quirks and self._updates == 3):
                return Told(f"# Error: Error setting '{name}' to '{value}'!\n")
            if self.obeys():
                self.parameters[name] = value
                self.device.ir_cut = PLACES[value]
        return Told("OK")


@contextmanager
def serve(quirks: frozenset[str] = frozenset()) -> Iterator[WebServed]:
    """Run the camera."""
    with running_device() as (device, rtsp):
        camera = AxisCamera(device, quirks)
        with web_server(camera) as port:
            url = with_login(rtsp.url, "admin", PASSWORD)
            settings = CameraSettings("axis", "porch", HOST, port, USER, PASSWORD, stream_url=url)
            yield WebServed(settings, device, lambda: dict(camera.parameters), camera)
