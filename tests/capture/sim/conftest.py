"""A picture that moves and carries its own number, shown by an RTSP server."""

import threading
import time
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from typing import Protocol

import numpy as np
import pytest
from numpy.typing import NDArray

from nirecap.capture.sim.rtsp import RtspServer

WIDTH, HEIGHT, FPS = 320, 192, 25
BLOCK = 16
BITS = WIDTH // BLOCK


class NumberedStream:
    """Push pictures 0, 1, 2, ... to a server in a thread; each shows its number as dark and bright blocks."""

    width, height, fps = WIDTH, HEIGHT, FPS

    def __init__(self, server: RtspServer) -> None:
        self.server = server
        self.captured_at: list[float] = []
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._push, daemon=True)
        self._thread.start()

    def _push(self) -> None:
        ramp = np.tile(np.linspace(60, 190, WIDTH), (HEIGHT, 1))
        scene = np.stack([ramp, 200 - ramp / 2, ramp[:, ::-1]], axis=-1).astype(np.uint8)
        while not self._stopping.wait(1 / FPS):
            number = len(self.captured_at)
            rgb = np.roll(scene, 3 * number, axis=1)
            bits = number >> np.arange(BITS) & 1
            rgb[:BLOCK] = np.repeat(np.where(bits, 235, 20), BLOCK)[None, :, None]
            self.captured_at.append(time.time())
            self.server.push(rgb, self.captured_at[-1])

    def number(self, rgb: NDArray[np.uint8]) -> int:
        """Read the number that a decoded picture shows."""
        bright = rgb[:BLOCK].mean(axis=(0, 2)).reshape(BITS, BLOCK).mean(axis=1) > 128
        return int(np.sum(bright << np.arange(BITS)))

    def stop(self) -> None:
        """End the thread."""
        self._stopping.set()
        self._thread.join()


class ShowNumbers(Protocol):
    """Start a server that shows a `NumberedStream`."""

    def __call__(self, user: str | None = None, password: str | None = None) -> AbstractContextManager[NumberedStream]:
        """Show it as long as the context lasts."""


@pytest.fixture
def show_numbers() -> ShowNumbers:
    """Serve numbered pictures over RTSP, 25 in a second, a keyframe every 0.2 s."""

    @contextmanager
    def show(user: str | None = None, password: str | None = None) -> Iterator[NumberedStream]:
        server = RtspServer(WIDTH, HEIGHT, FPS, user=user, password=password, gop_seconds=0.2)
        server.start()
        stream = NumberedStream(server)
        try:
            yield stream
        finally:
            stream.stop()
            server.stop()

    return show


@pytest.fixture
def numbers(show_numbers: ShowNumbers) -> Iterator[NumberedStream]:
    """Serve them to everybody."""
    with show_numbers() as stream:
        yield stream
