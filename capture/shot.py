"""One shot: every image at rest and on disk, and none of a picture that stood still."""

import time
from collections.abc import Callable, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, replace
from datetime import UTC, datetime

from nirecap.errors import StreamError
from nirecap.vocabulary import Plan

from .plan import Step, steps_of
from .records import ImageRecord, ShotRecord
from .rig import Rig, Taken
from .saving import save_picture, what_was_seen
from .store import ShotFolder
from .stream import Stream


@dataclass(frozen=True)
class Order:
    """What a shot is to be."""

    session: str
    scene: str
    plan: Plan
    camera: str
    replaces: str | None
    """The shot that it is taken in the place of."""
    must_live: bool
    """Refuse images of a picture that stood still."""
    keep_packets: bool


@dataclass(frozen=True, eq=False)
class TakenShot:
    """A shot that is taken and not yet in the journal: its last image may yet prove to be frozen."""

    record: ShotRecord
    folder: ShotFolder
    images: Mapping[Step, Taken]
    seconds: float
    """From its beginning to its last image."""

    @property
    def last_arrived_at(self) -> float:
        """When its last image arrived, in Unix seconds by our clock."""
        return max(image.settled.frame.arrived_at for image in self.images.values())

    def without_bracket(self) -> ShotRecord:
        """Drop the last image, which only measures motion, and return the record without it."""
        self.folder.discard(self.record.bracket)
        return replace(self.record, bracket=None)


def take_shot(
    folder: ShotFolder,
    order: Order,
    rig: Rig,
    stream: Stream,
    *,
    note: Callable[[], str],
    each: Callable[[], None] = lambda: None,
) -> TakenShot:
    """Take all images of a shot into `folder`, which is dropped if that fails.

    Args:
        folder: of the shot.
        order: what it is to be.
        rig: takes the images.
        stream: open.
        note: gives what a person wrote beside the shot, "" for nothing; asked when all is taken.
        each: called after each image.

    Raises:
        StreamError: the stream broke, or the picture stood still soon after an image was taken.
        CameraError: as `Rig.take`.
        OSError: an image can't be written.
    """
    start = time.monotonic()
    try:
        images, saved = _take_images(folder, order, rig, stream, each)
        if order.must_live:
            _refuse_frozen(stream, images)
        record = ShotRecord(
            shot=folder.shot,
            session=order.session,
            scene=order.scene,
            plan=order.plan,
            camera=order.camera,
            taken_at=datetime.now(UTC),
            images={step.role: image for step, image in saved.items() if not step.bracket},
            bracket=next(image for step, image in saved.items() if step.bracket),
            note=note() or None,
            replaces=order.replaces,
            details={"steps": [what_was_seen(step, image) for step, image in images.items()]},
        )
        return TakenShot(record, folder, images, time.monotonic() - start)
    except BaseException:
        folder.drop()
        raise


def _take_images(
    folder: ShotFolder, order: Order, rig: Rig, stream: Stream, each: Callable[[], None]
) -> tuple[dict[Step, Taken], dict[Step, ImageRecord]]:
    taken: dict[Step, Taken] = {}
    saving: dict[Step, Future[ImageRecord]] = {}
    with ThreadPoolExecutor(1, "disk") as disk:  # images reach the disk while the camera switches
        for step in steps_of(order.plan):
            taken[step] = rig.take(step, stream, {other.role: image.look for other, image in taken.items()})
            frame = taken[step].settled.frame
            packets = stream.packets_around(frame) if order.keep_packets else None
            saving[step] = disk.submit(save_picture, folder, step, frame, packets)
            each()
    return taken, {step: image.result() for step, image in saving.items()}


def _refuse_frozen(stream: Stream, images: Mapping[Step, Taken]) -> None:
    moments = [image.settled.frame.arrived_at for step, image in images.items() if not step.bracket]
    if any(stream.lived_on(moment) is False for moment in moments):
        raise StreamError(f"{stream.label}: the picture froze while a shot was taken; check the camera's network")
