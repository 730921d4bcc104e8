"""A camera with a switch and no protocol: the operator, played here, obeys what is asked."""

from collections.abc import Iterator
from contextlib import contextmanager
from urllib.parse import quote

from nirecap.capture.drivers import CameraSettings
from nirecap.capture.sim.device import Device

from .served import PASSWORD, USER, Served, running_device

QUIRKS = ("wrong-at-first",)
WORDS = {"OFF": "ON", "ON": "OFF", "AUTO": "AUTO"}
"""What the filter does when night vision is asked to be so."""


class Operator:
    """Does what is asked, at the second request at the latest."""

    def __init__(self, device: Device, *, wrong_at_first: bool) -> None:
        self.device, self.wrong = device, wrong_at_first

    def ask(self, request: str) -> None:
        """Switch as asked, or once not at all."""
        wanted = next(WORDS[word] for word in WORDS if f"night vision {word}" in request or f"to {word}" in request)
        if self.wrong:
            self.wrong = False
        else:
            self.device.ir_cut = wanted


@contextmanager
def serve(quirks: frozenset[str] = frozenset()) -> Iterator[Served]:
    """Run a camera and its operator."""
    with running_device() as (device, rtsp):
        operator = Operator(device, wrong_at_first="wrong-at-first" in quirks)
        stream = rtsp.url.replace("//", f"//{USER}:{quote(PASSWORD, safe='')}@", 1)
        settings = CameraSettings("manual", "shed", stream_url=stream, ask=operator.ask)
        yield Served(settings, device, lambda: None)  # the person's own, who is told nothing of settings
