"""The doctor: tries all that a session needs of a camera, tells what it finds with the remedy, and puts it back."""

import socket
import time
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass, replace
from typing import Literal
from urllib.parse import urlsplit

from nirecap.errors import CameraError, NirecapError
from nirecap.vocabulary import Mode

from .camera import Camera, CameraState
from .drivers import CameraSettings
from .picture import BLACK_MEAN
from .settle import Patience, settle
from .stream import Stream

PORTS = {"rtsp": 554, "http": 80, "https": 443, "ws": 80, "wss": 443}
REACH_S = 5.0
RATE_S = 1.0
"""How long frames are counted."""
SLOW_RATE = 4.0
"""Frames per second below which it takes long to see that a picture is at rest."""
SLOW_SWITCH_S = 8.0
CLOCK_OFF_S = 5.0


@dataclass(frozen=True)
class Finding:
    """What one check found."""

    check: str
    outcome: Literal["ok", "warn", "fail"]
    what: str
    remedy: str = ""
    """What a person can do; "" where nothing is wrong."""
    seconds: float = 0.0
    """How long the check took."""


Tell = Callable[[Finding], None]


def examine(
    camera: Camera,
    address: tuple[str, int] | None,
    tell: Tell,
    patience: Patience | None = None,
    *,
    switch: bool = True,
) -> None:
    """Tell the findings of one check after the other, up to one after which going on makes no sense.

    However it ends, a camera that was switched is put back and let go of.

    Args:
        camera: not open.
        address: host and port where it or its service listens; None where that is not known.
        tell: receives each finding as soon as it is made.
        patience: how to settle.
        switch: whether to go through the modes.
    """
    visit = _Visit(camera, patience or Patience(), tell)
    if address and not visit.finds("reachable", lambda: _reach(*address)):
        return
    with visit.done:
        if visit.finds("login", visit.log_in):
            visit.finds("clock", visit.read_clock)
            visit.finds("identity", visit.identify)
            if visit.finds("settings", visit.read_settings) and visit.finds("stream", visit.watch) and switch:
                visit.go_through_modes()


def address_of(settings: CameraSettings) -> tuple[str, int] | None:
    """Return host and port where the camera, or the service that drives it, listens; None where they are not known.

    >>> address_of(CameraSettings("manual", "shed", stream_url="rtsp://me:secret@shed.lan/live"))
    ('shed.lan', 554)
    """
    if settings.host and (port := settings.port or PORTS.get(settings.options.get("scheme", ""))):
        return settings.host, port
    for url in (settings.options.get("server", ""), settings.stream_url):
        try:
            parts = urlsplit(url)
            port = parts.port or PORTS.get(parts.scheme)
        except ValueError:
            continue
        if parts.hostname and port:
            return parts.hostname, port
    return None


class _Visit:
    """One examination: what was read at its beginning, the open picture, and what has to be undone."""

    def __init__(self, camera: Camera, patience: Patience, tell: Tell) -> None:
        self._camera, self._patience, self._tell = camera, patience, tell
        self._before: CameraState = {}
        self._stream: Stream
        self.done = ExitStack()
        """Undoes everything, in reverse order."""
        self.done.callback(camera.close)

    def finds(self, check: str, look: Callable[[], Finding]) -> bool:
        """Tell what a check finds, or how it failed; return whether it makes sense to go on."""
        start = time.monotonic()
        try:
            finding = look()
        except NirecapError as error:
            what, _, remedy = str(error).partition("; ")
            finding = Finding(check, "fail", what, remedy)
        self._tell(replace(finding, seconds=round(time.monotonic() - start, 3)))
        return finding.outcome != "fail"

    def log_in(self) -> Finding:
        self._camera.open()
        return Finding("login", "ok", "accepted")

    def read_clock(self) -> Finding:
        offset_s = self._camera.describe().clock_offset_s
        if offset_s is None:
            return Finding("clock", "ok", "the camera does not tell its time")
        what = f"{abs(offset_s):.1f} s {'ahead' if offset_s > 0 else 'behind'}"
        if abs(offset_s) <= CLOCK_OFF_S:
            return Finding("clock", "ok", what)
        return Finding("clock", "warn", what, "set the camera's clock, best by NTP; times are taken from this computer")

    def identify(self) -> Finding:
        info = self._camera.describe()
        told = " ".join(filter(None, (info.manufacturer, info.model, info.firmware)))
        return Finding("identity", "ok", told or "the camera tells nothing of itself")

    def read_settings(self) -> Finding:
        self._before = self._camera.state()
        told = ", ".join(f"{name} {value}" for name, value in self._before.items())
        return Finding("settings", "ok", told or "none that could be read, so none that are put back")

    def watch(self) -> Finding:
        start = time.monotonic()
        self._stream = self.done.enter_context(self._camera.stream())
        opened_s = time.monotonic() - start
        first = last = self._stream.next(after=-1)
        for frame in self._stream.frames(RATE_S, first.number):
            last = frame
        rate = (last.number - first.number) / max(last.arrived_at - first.arrived_at, 1e-3)
        what = f"{last.video.width}x{last.video.height}, {rate:.0f} frames/s, first frame after {opened_s:.1f} s"
        if last.damage:
            return Finding("stream", "warn", f"{what}, damaged ({last.damage})", "use a cable or a stronger Wi-Fi")
        if rate < SLOW_RATE:
            return Finding("stream", "warn", what, "raise the frame rate in the camera's video settings")
        return Finding("stream", "ok", what)

    def go_through_modes(self) -> None:
        self.done.callback(self._put_back)
        if self.finds("day", lambda: self._switch(Mode.DAY)):
            start = time.monotonic()
            if self.finds("night", lambda: self._switch(Mode.NIGHT)):
                self.finds("switch", lambda: _judge_switch(time.monotonic() - start))

    def _switch(self, mode: Mode) -> Finding:
        try:
            self._camera.set_mode(mode)
            look = settle(self._stream, mode, self._patience, after=self._stream.next(after=-1)).look
        except CameraError as error:
            what, _, remedy = str(error).partition("; ")
            return Finding(mode, "fail", what, self._camera.advice(mode) or remedy)
        if look.mean < BLACK_MEAN:
            return Finding(
                mode, "warn", f"nearly black ({look})", "a little light makes low-light pictures worth taking"
            )
        return Finding(mode, "ok", f"the picture shows it ({look})")

    def _put_back(self) -> None:
        if self._before:
            self.finds("restore", self._restore)

    def _restore(self) -> Finding:
        if self._camera.restore(self._before):
            return Finding("restore", "ok", "the settings read as before")
        was = ", ".join(f"{name} {value}" for name, value in self._before.items())
        return Finding(
            "restore", "fail", f"it is not verified that they are {was} again", "check the camera's settings"
        )


def _judge_switch(seconds: float) -> Finding:
    what = f"{seconds:.1f} s from the command for night to a picture at rest"
    if seconds <= SLOW_SWITCH_S:
        return Finding("switch", "ok", what)
    return Finding("switch", "warn", what, f"shoot with --timeout {max(30, round(3 * seconds))}")


def _reach(host: str, port: int) -> Finding:
    where = f"{host} port {port}"
    try:
        socket.create_connection((host, port), REACH_S).close()
    except TimeoutError:
        remedy = "check the address, and that the camera is on and in this network"
        return Finding("reachable", "fail", f"{where} does not answer in {REACH_S:g} s", remedy)
    except ConnectionRefusedError:
        remedy = "switch the service on in the camera's settings, or give its port with --port"
        return Finding("reachable", "fail", f"nothing listens at {where}", remedy)
    except OSError as error:
        return Finding(
            "reachable", "fail", f"{where}: {error.strerror}", "check the address and this computer's network"
        )
    return Finding("reachable", "ok", f"{where} answers")
