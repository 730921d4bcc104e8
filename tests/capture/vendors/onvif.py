"""The simulated camera's own ONVIF service as a vendor's server, with each quirk that a shot can survive."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace

from nirecap.capture.drivers import CameraSettings
from nirecap.capture.sim.quirks import QUIRKS as ALL
from nirecap.capture.sim.quirks import Quirk
from nirecap.capture.sim.scene import open_scenes
from nirecap.capture.sim.server import SimulatedCamera

from .served import PASSWORD, QUICK, USER, Served

HOPELESS = {Quirk.PURPLE_MODE, Quirk.STUCK_FILTER}
"""Their pictures never come to one of the modes; test_hopeless_filter.py shoots with them."""
QUIRKS = tuple(str(quirk) for quirk in ALL if quirk not in HOPELESS)


@contextmanager
def serve(quirks: frozenset[str] = frozenset()) -> Iterator[Served]:
    """Run a small, quick camera with the quirks named."""
    config = replace(QUICK, quirks=frozenset(map(Quirk, quirks)))
    with SimulatedCamera(open_scenes(None), config, USER, PASSWORD) as camera:
        settings = CameraSettings("onvif", "porch", camera.host, camera.http_port, USER, PASSWORD)
        yield Served(settings, camera.device, lambda: camera.device.ir_cut)
