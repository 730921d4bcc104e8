"""Purify what a camera sees now: by switching it for each pair, or with one NIR image for all that follows."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from nirecap.capture.camera import Camera
from nirecap.capture.picture import contradiction, look_at
from nirecap.capture.plan import Step
from nirecap.capture.rig import Rig, Say
from nirecap.capture.settle import Patience
from nirecap.capture.stream import Stream
from nirecap.errors import UsageMistake
from nirecap.files import write_atomically
from nirecap.images import Pixels, encode_png, read_image
from nirecap.vocabulary import Mode, Role

from .arrays import levels
from .comparison import comparison
from .decoded import luma
from .frames import Grey
from .pairs import Views
from .purifier import Purifier
from .purify_images import Order

LOW, NIRE = Step(Role.LOW), Step(Role.NIRE)


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
        camera: open.
        order: what is to come of each picture.
        seen: gets what came of it, also if this is interrupted.
        nire: "once" for an N that is taken at the start, or an image file of it; None: the camera is switched for each
            pair. With one N the camera stays in day mode, and pictures follow as fast as they are purified.
        count: how many; None: until it is interrupted.
        patience: how to settle.
        advance: called after each.
        say: receives a line for what a person should know.

    Raises:
        CameraError: a switch was refused or did not show, or the stream broke.
        UsageMistake: the NIR image has another size than the picture.
        ImageError: it can't be read.
        OSError: the disk is full.
    """
    with _put_back(camera, patience or Patience(), seen, say) as rig, camera.stream() as stream:
        for views in _alternating(rig, stream) if nire is None else _with_one(rig, stream, nire, say):
            image = purifier(views.low, views.nire)
            name = f"{camera.name}_{datetime.now():%Y%m%d-%H%M%S-%f}"[:-3]
            targets = order.targets(name)
            targets[0].parent.mkdir(parents=True, exist_ok=True)
            write_atomically(targets[0], encode_png(levels(image)))
            for also in targets[1:]:
                write_atomically(also, encode_png(comparison(views, image)))
            seen.made += 1
            advance()
            if seen.made == count:
                return


@contextmanager
def _put_back(camera: Camera, patience: Patience, seen: Seen, say: Say) -> Iterator[Rig]:
    before = camera.state()
    rig = Rig(camera, None, patience, say, heed=lambda: None)
    try:
        yield rig
    finally:
        seen.restored = rig.put_back(before)


def _alternating(rig: Rig, stream: Stream) -> Iterator[Views]:
    while True:
        low = rig.take(LOW, stream, {}).settled.frame.pixels
        yield Views(low, luma(rig.take(NIRE, stream, {}).settled.frame.pixels), None)


def _with_one(rig: Rig, stream: Stream, nire: str, say: Say) -> Iterator[Views]:
    """Yield the newest picture again and again, with one N; where it is damaged or not in day mode, it settles anew."""
    infrared = _infrared(rig, stream, nire)
    frame = rig.take(LOW, stream, {}).settled.frame
    _check_size(nire, infrared, frame.pixels)
    while True:
        yield Views(frame.pixels, infrared, None)
        frame = stream.next(after=frame.number)
        if wrong := frame.damage or contradiction(look_at(frame.small), Mode.DAY):
            say(f"{stream.label}: a picture is passed over: {wrong}")
            rig.forget()
            frame = rig.take(LOW, stream, {}).settled.frame


def _infrared(rig: Rig, stream: Stream, nire: str) -> Grey:
    return luma(rig.take(NIRE, stream, {}).settled.frame.pixels if nire == "once" else read_image(Path(nire)))


def _check_size(name: str, infrared: Grey, picture: Pixels) -> None:
    if infrared.shape != picture.shape[:2]:
        sizes = [f"{shape[1]}x{shape[0]}" for shape in (infrared.shape, picture.shape)]
        raise UsageMistake(f"{name} is {sizes[0]}, and the camera's picture {sizes[1]}; give an image of this camera")
