"""A small, quick simulated camera that misbehaves, and the programs that look at it."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from io import BytesIO
from pathlib import Path
from typing import Any

import av
import numpy as np
import requests
from PIL import Image
from requests.auth import HTTPDigestAuth

from nirecap.capture.drivers.onvif import OnvifCamera
from nirecap.capture.sim.device import DeviceConfig
from nirecap.capture.sim.faults import PlannedFault
from nirecap.capture.sim.optics import Optics
from nirecap.capture.sim.quirks import Quirk
from nirecap.capture.sim.scene import open_scenes
from nirecap.capture.sim.server import SimulatedCamera
from nirecap.images import Pixels

PASSWORD = "secret"
GOOD_OPTICS = Optics()
WEAK_LAMP = Optics(lamp_lux=4.0)
"""Auto-exposure is at its end and hides no change of the lamp."""
PATIENCE_S = 15.0


def small_camera(
    *quirks: Quirk, log: Path | None = None, plan: tuple[PlannedFault, ...] = (), optics: Optics = GOOD_OPTICS
) -> SimulatedCamera:
    config = DeviceConfig(
        width=320,
        height=180,
        fps=15,
        transition_s=0.1,
        exposure_time_constant_s=0.05,
        optics=optics,
        quirks=frozenset(quirks),
    )
    return SimulatedCamera(open_scenes(None), config, "admin", PASSWORD, log=log, plan=plan)


@contextmanager
def driven(camera: SimulatedCamera, password: str = PASSWORD) -> Iterator[OnvifCamera]:
    """Drive it as any ONVIF camera."""
    with OnvifCamera("porch", camera.host, camera.http_port, "admin", password) as driver:
        yield driver


def snapshot(camera: SimulatedCamera) -> Pixels:
    auth = HTTPDigestAuth("admin", PASSWORD)
    answer = requests.get(f"http://{camera.host}:{camera.http_port}/snapshot.jpg", auth=auth, timeout=10)
    return np.asarray(Image.open(BytesIO(answer.content)))


def player(camera: SimulatedCamera, patience_s: float = 10.0) -> Any:
    """Open the stream; errors as of any player."""
    url = camera.rtsp_url.replace("//", f"//admin:{PASSWORD}@")
    options = {"rtsp_transport": "tcp", "reorder_queue_size": "2", "analyzeduration": "0", "probesize": "32"}
    return av.open(url, options=options, timeout=(patience_s, patience_s))


def pictures(camera: SimulatedCamera, seconds: float) -> Iterator[tuple[float, Pixels]]:
    """Play the stream; yield each picture with its time on the camera's clock."""
    with player(camera) as stream:
        end = time.monotonic() + seconds
        for frame in stream.decode(video=0):
            if not stream.start_time_realtime or frame.time is None:
                continue  # the sender report is not yet read
            yield stream.start_time_realtime / 1e6 + frame.time, frame.to_ndarray(format="rgb24")
            if time.monotonic() > end:
                return


def wait_for(condition: Callable[[], object]) -> None:
    give_up = time.monotonic() + PATIENCE_S
    while not condition():
        assert time.monotonic() < give_up, "it did not happen"
        time.sleep(0.02)
