"""A small simulated camera in whose view the lamp is mirrored, and the preview of it, as a browser finds them."""

from collections.abc import Iterator
from dataclasses import dataclass

import pytest

from nirecap.capture.drivers.onvif import OnvifCamera
from nirecap.capture.preview.watch import Request, Watch
from nirecap.capture.preview.web_app import web_app
from nirecap.capture.sim.device import Device, DeviceConfig
from nirecap.capture.sim.optics import Optics
from nirecap.capture.sim.scene import open_scenes
from nirecap.capture.sim.server import SimulatedCamera
from nirecap.gate import Gate
from nirecap.web_server import WebServer

TOKEN = "only-who-knows-this"
PASSWORD = "s3cret"


@dataclass(frozen=True)
class Preview:
    """A running preview."""

    watch: Watch
    simulated: SimulatedCamera
    port: int

    @property
    def device(self) -> Device:
        return self.simulated.device

    @property
    def base(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def address(self) -> str:
        return f"{self.base}/?token={TOKEN}"


@pytest.fixture
def preview() -> Iterator[Preview]:
    optics = Optics(hot_spot=(0.6, 0.4))
    config = DeviceConfig(320, 180, fps=20.0, transition_s=0.2, exposure_time_constant_s=0.05, optics=optics)
    with (
        SimulatedCamera(open_scenes(None), config, "admin", PASSWORD) as simulated,
        OnvifCamera("porch", "127.0.0.1", simulated.http_port, "admin", PASSWORD) as camera,
    ):
        watch = Watch(camera, Request())
        with WebServer(Gate(web_app(watch), TOKEN)) as server:
            watch.start()
            yield Preview(watch, simulated, server.port)
        watch.stop()
