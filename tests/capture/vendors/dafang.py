"""The web page of Dafang Hacks firmware: action.cgi, with basic login and text for people in its answers."""

import base64
from collections.abc import Iterator
from contextlib import contextmanager

from nirecap.capture.drivers import CameraSettings
from nirecap.capture.sim.device import Device

from .served import PASSWORD, running_device
from .web_camera import COMMON_QUIRKS, HOST, Asked, Told, WebCamera, WebServed, web_server, with_login

QUIRKS = (*COMMON_QUIRKS, "filter-inverted")
"""The status of the filter alone is told the wrong way round."""
USER = "root"
BACK = "<hr/>\n<button title='Return to status page' onClick=\"window.location.href='status.cgi'\">Back</button>\n"


class DafangCamera(WebCamera):
    def __init__(self, device: Device, quirks: frozenset[str]) -> None:
        super().__init__(device, quirks)
        self.auto = True

    @property
    def night(self) -> bool:
        return not self.device.truth()["filter_in"] if self.auto else self.device.ir_cut == "OFF"

    def answer(self, asked: Asked) -> Told:
        if asked.headers.get("authorization") != "Basic " + base64.b64encode(f"{USER}:{PASSWORD}".encode()).decode():
            self.logins_refused += 1
            return Told("401 - Unauthorized", 401, headers={"WWW-Authenticate": 'Basic realm="all", charset="UTF-8"'})
        if asked.path != "/cgi-bin/action.cgi":
            return Told("404 - Not Found", 404)
        return Told(self._obey(asked.parameters.get("cmd", "")), kind="text/html")

    def _obey(self, command: str) -> str:
        match command:
            case "night_mode_status":
                return _word(self.night)
            case "auto_night_mode_status":
                return _word(self.auto)
            case "ir_cut_status":
                return _word(self.night == ("filter-inverted" in self.quirks))
            case "auto_night_mode_start" | "auto_night_mode_stop":
                self._set_auto(on=command.endswith("start"))
            case "night_mode_on" | "night_mode_off":
                # while the detection runs, it puts its own choice back
                if self.obeys() and not self.auto:
                    self.device.ir_cut = "OFF" if command.endswith("on") else "ON"
            case _:
                return f"Unsupported command '{command}'\n{BACK}"
        return BACK

    def _set_auto(self, *, on: bool) -> None:
        if self.obeys():
            self.device.ir_cut = "AUTO" if on else "OFF" if self.night else "ON"
            self.auto = on


def _word(on: bool) -> str:
    return "ON\n" if on else "OFF\n"


@contextmanager
def serve(quirks: frozenset[str] = frozenset()) -> Iterator[WebServed]:
    """Run the camera."""
    with running_device() as (device, rtsp):
        camera = DafangCamera(device, quirks)
        with web_server(camera) as port:
            url = with_login(rtsp.url, "admin", PASSWORD)
            options = {"firmware": "dafang"}
            settings = CameraSettings("wyze", "porch", HOST, port, USER, PASSWORD, stream_url=url, options=options)
            yield WebServed(settings, device, lambda: "auto" if camera.auto else camera.night, camera)
