"""A Dahua camera's configuration over HTTP, with digest login: three profiles, of which the camera follows one."""

from collections.abc import Iterator
from contextlib import contextmanager

from nirecap.capture.drivers import CameraSettings
from nirecap.capture.sim.device import Device
from nirecap.capture.sim.digest import DigestGate

from .served import PASSWORD, USER, running_device
from .web_camera import COMMON_QUIRKS, HOST, Asked, Told, WebCamera, WebServed, web_server, with_login

QUIRKS = (*COMMON_QUIRKS, "older", "two-profiles", "night-profile")
"""Firmware without VideoInDayNight; with two profiles only; following the second profile instead of the first."""
MODES = {"Color": "ON", "BlackWhite": "OFF", "Brightness": "AUTO"}
COLOURS = {"0": "ON", "2": "OFF", "1": "AUTO"}
BAD_REQUEST = Told("Error\r\nBad Request!\r\n", 400)
NEW = {
    f"VideoInDayNight[0][{profile}].{key}": value
    for profile, mode in enumerate(("Brightness", "Brightness", "Color"))
    for key, value in {"Delay": "6", "Mode": mode, "Sensitivity": "2", "Type": "Mechanism"}.items()
}
OLDER = {
    "VideoInOptions[0].Backlight": "0",
    "VideoInOptions[0].DayNightColor": "1",
    "VideoInOptions[0].NightOptions.DayNightColor": "1",
    "VideoInOptions[0].NightOptions.SwitchMode": "0",
    "VideoInOptions[0].NormalOptions.DayNightColor": "0",
}
INFO = {"getDeviceType": "type=IPC-HDW2431T-AS", "getSoftwareVersion": "version=2.800.0000000.15.R,build:2021-05-13"}


class DahuaCamera(WebCamera):
    def __init__(self, device: Device, quirks: frozenset[str]) -> None:
        super().__init__(device, quirks)
        self._gate = DigestGate(USER, PASSWORD, "Login to 4M0123AB")
        older = "older" in quirks
        profiles = 2 if "two-profiles" in quirks else 3
        self.config = (
            dict(OLDER) if older else {name: value for name, value in NEW.items() if f"[{profiles}]" not in name}
        )
        followed = 1 if "night-profile" in quirks else 0
        self._followed = "VideoInOptions[0].DayNightColor" if older else f"VideoInDayNight[0][{followed}].Mode"

    def answer(self, asked: Asked) -> Told:
        if challenge := self.refused_by(self._gate, asked):
            return challenge
        wanted = asked.parameters
        action = wanted.pop("action", "")
        if asked.path == "/cgi-bin/magicBox.cgi" and action in INFO:
            return Told(f"{INFO[action]}\r\n")
        if asked.path != "/cgi-bin/configManager.cgi" or action not in ("getConfig", "setConfig"):
            return Told("Error\r\nNot Implemented!\r\n", 501)
        return self._get(wanted.get("name", "")) if action == "getConfig" else self._set(wanted)

    def _get(self, table: str) -> Told:
        lines = [f"table.{name}={value}\r\n" for name, value in self.config.items() if name.startswith(f"{table}[")]
        return Told("".join(lines)) if lines else BAD_REQUEST

    def _set(self, wanted: dict[str, str]) -> Told:
        values = COLOURS if "older" in self.quirks else MODES
        if any(name not in self.config or value not in values for name, value in wanted.items()):
            return BAD_REQUEST
        if self.obeys():
            self.config |= wanted
            self.device.ir_cut = values[self.config[self._followed]]
        return Told("OK\r\n")


@contextmanager
def serve(quirks: frozenset[str] = frozenset()) -> Iterator[WebServed]:
    """Run the camera."""
    with running_device() as (device, rtsp):
        camera = DahuaCamera(device, quirks)
        with web_server(camera) as port:
            url = with_login(rtsp.url, USER, PASSWORD)
            settings = CameraSettings("dahua", "porch", HOST, port, USER, PASSWORD, stream_url=url)
            yield WebServed(settings, device, lambda: dict(camera.config), camera)
