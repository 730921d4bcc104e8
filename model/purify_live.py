"""Purify what a camera sees now: by switching it for each pair, or with one NIR image for all that follows."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from nirecap.capture.camera import Camera
from nirecap.capture.endurance import Endurance
from nirecap.capture.picture import contradiction, look_at
from nirecap.capture.plan import Step
from nirecap.capture.rig import Rig, Say
from nirecap.capture.settle import Patience
from nirecap.capture.shoot import GIVE_UP_AFTER_S
from nirecap.capture.stream import Stream
from nirecap.errors import CameraError, UsageMistake
from nirecap.images import Pixels, read_image
from nirecap.vocabulary import Mode, Role

from .decoded import luma
from .frames import Grey
from .pairs import Views
from .purifier import Purifier
from .purify_images import Order, write_purified

LOW, NIRE = Step(Role.LOW), Step(Role.NIRE)
ONCE = "once"
"""In place of a file: N is taken at the start."""


@dataclass
class Seen:
    """What came of a live run so far."""

    made: int = 0
    restored: bool | None = None
    """Whether the camera's settings read back as before; None where it has none."""


def purify_live(
    purifier: Purifier,
    camera: Camera,
    order: Order,
    seen: Seen,
    *,
    nire: str | None = None,
    count: int | None = None,
    patience: Patience | None = None,
    advance: Callable[[], None] = lambda: None,
    say: Say = lambda line: None,
) -> None:
    """Purify pictures of an open camera into files named after it and the time, then put the camera back as it was.

    Args:
        purifier: the network.
        camera: open; after a failure it is tried again, as when shooting.
        order: what is to come of each picture.
        seen: gets what came of it, also if this is interrupted.
        nire: "once" for an N that is taken at the start, or an image file of it; None: the camera is switched for each
            pair. With one N the camera stays in day mode, and pictures follow as fast as they are purified.
        count: how many; None: until it is interrupted.
        patience: how to settle.
        advance: called after each.
        say: receives a line for what a person should know.

    Raises:
        CameraError: it failed at once several times, or nothing has worked for too long.
        UsageMistake: the NIR image has another size than the picture.
        ImageError: it can't be read.
        OSError: the disk is full.
    """
    endurance = Endurance(GIVE_UP_AFTER_S)
    with _put_back(camera, patience or Patience(), seen, say) as rig:
        view = _View(rig, nire, say)
        while True:
            try:
                with camera.stream() as stream:
                    rig.forget()
                    for views in view.now(stream):
                        image = purifier(views.low, views.nire)
                        name = f"{camera.name}_{datetime.now():%Y%m%d-%H%M%S-%f}"[:-3]
                        write_purified(name, views, image, order)
                        endurance.worked()
                        seen.made += 1
                        advance()
                        if seen.made == count:
                            return
            except CameraError as error:
                _recover(camera, error, endurance, say)


class _View:
    """What an open camera shows, with N of it.

    Args:
        rig: switches the camera.
        nire: as of `purify_live`.
        say: receives a line for each picture that is passed over.
    """

    def __init__(self, rig: Rig, nire: str | None, say: Say) -> None:
        self._rig, self._nire, self._say = rig, nire, say
        self._infrared: Grey | None = None

    def now(self, stream: Stream) -> Iterator[Views]:
        """Yield what it shows, again and again."""
        if self._nire is None:
            return self._switched(stream)
        if self._infrared is None:
            self._infrared = luma(self._take(NIRE, stream) if self._nire == ONCE else read_image(Path(self._nire)))
        return self._by_day(stream, self._infrared)

    def _switched(self, stream: Stream) -> Iterator[Views]:
        while True:
            low = self._take(LOW, stream)
            yield Views(low, luma(self._take(NIRE, stream)), None)

    def _by_day(self, stream: Stream, infrared: Grey) -> Iterator[Views]:
        """Yield the newest picture; where it is damaged or not in day mode, it settles anew."""
        frame = self._rig.take(LOW, stream, {}).settled.frame
        _check_size(self._nire or "", infrared, frame.pixels)
        while True:
            yield Views(frame.pixels, infrared, None)
            frame = stream.next(after=frame.number)
            if wrong := frame.damage or contradiction(look_at(frame.small), Mode.DAY):
                self._say(f"{stream.label}: a picture is passed over: {wrong}")
                self._rig.forget()
                frame = self._rig.take(LOW, stream, {}).settled.frame

    def _take(self, step: Step, stream: Stream) -> Pixels:
        return self._rig.take(step, stream, {}).settled.frame.pixels


@contextmanager
def _put_back(camera: Camera, patience: Patience, seen: Seen, say: Say) -> Iterator[Rig]:
    before = camera.state()
    rig = Rig(camera, None, patience, say, heed=lambda: None)
    try:
        yield rig
    finally:
        seen.restored = rig.put_back(before)


def _recover(camera: Camera, error: CameraError, endurance: Endurance, say: Say) -> None:
    """Wait a while that grows with each failure in a row, and connect anew until that works.

    Raises:
        CameraError: the failure itself, where trying again is of no use.
    """
    failure: CameraError | None = error
    while failure:
        pause_s = endurance.pause_after(failure)
        say(f"{camera.name}: failed, trying again{f' in {pause_s:.0f} s' if pause_s else ''}: {failure}")
        time.sleep(pause_s)
        failure = _failed_to_connect(camera)


def _failed_to_connect(camera: Camera) -> CameraError | None:
    try:
        camera.reconnect()
    except CameraError as failure:
        return failure
    return None


def _check_size(name: str, infrared: Grey, picture: Pixels) -> None:
    if infrared.shape != picture.shape[:2]:
        sizes = [f"{shape[1]}x{shape[0]}" for shape in (infrared.shape, picture.shape)]
        raise UsageMistake(f"{name} is {sizes[0]}, and the camera's picture {sizes[1]}; give an image of this camera")
