"""What a vendor's server of the tests gives to those that shoot with it, and the device that they all drive."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass

from nirecap.capture.drivers import CameraSettings
from nirecap.capture.sim.device import Device, DeviceConfig
from nirecap.capture.sim.rtsp import RtspServer
from nirecap.capture.sim.scene import open_scenes

USER = "admin"
PASSWORD = "s3cret-p@ss/word"
QUICK = DeviceConfig(320, 180, fps=15.0, transition_s=0.2, exposure_time_constant_s=0.05)


@dataclass(frozen=True)
class Served:
    """A running vendor server."""

    settings: CameraSettings
    """How a driver reaches it."""
    device: Device
    """The camera behind the protocol."""
    state: Callable[[], object]
    """Returns the settings that a session may change, as the server holds them."""


@contextmanager
def running_device(*, user: str = USER, password: str = PASSWORD) -> Iterator[tuple[Device, RtspServer]]:
    """Run a small, quick camera and its stream at `rtsp.url` (no login in it)."""
    device = Device(open_scenes(None), QUICK)
    with ExitStack() as running:
        rtsp = RtspServer(device.width, device.height, device.fps, user=user, password=password)
        rtsp.start()
        running.callback(rtsp.stop)
        device.on_frame.append(rtsp.push)
        device.start()
        running.callback(device.stop)
        yield device, rtsp
