"""Purify a low-light video by the NIR video of the same view, picture by picture, into an MP4 file."""

from collections.abc import Callable, Generator, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

import av

from nirecap.capture.clips import MAX_SECONDS, opened, upright, whole_frames
from nirecap.errors import ImageError, UsageMistake
from nirecap.images import Pixels

from .arrays import levels
from .comparison import comparison
from .decoded import luma
from .pairs import Views
from .purifier import Purifier
from .purify_images import Order
from .video_file import Add, one_ahead, writing

APART_S = 0.5
"""By how much the lengths of the two may differ, and the times of two pictures that are taken together."""
SUFFIX = ".mp4"
USUAL_RATE = 25.0


@dataclass(frozen=True, eq=False)
class Shown:
    """A picture of a video."""

    at: float
    """Seconds since the first."""
    pixels: Pixels
    """Upright."""


@dataclass(frozen=True)
class VideoFacts:
    """What the header of a video tells; None where it does not."""

    seconds: float | None
    rate: float | None
    """Pictures a second."""

    @property
    def pictures(self) -> int | None:
        """About how many there are."""
        return round(self.seconds * self.rate) if self.seconds and self.rate else None


def purify_video(
    purifier: Purifier,
    low: Path,
    nire: Path,
    order: Order,
    name: str,
    advance: Callable[[], None] = lambda: None,
) -> int:
    """Purify a video and return how many pictures it has.

    Args:
        purifier: the network.
        low: the low-light video.
        nire: the NIR video of the same view, of the same size and length; of each picture the nearest in time is taken.
        order: what is to come of it.
        name: what it will be called.
        advance: called after each picture.

    Raises:
        UsageMistake: they differ in size or length, or one would be written over; or what it makes is there.
        ImageError: one can't be read, or holds no whole picture.
        OSError: the disk is full.
    """
    facts = video_facts(low)
    _check_lengths(facts, video_facts(nire), low, nire)
    order.refuse_inputs(name, (low, nire), SUFFIX)
    targets = order.targets(name, SUFFIX)
    if order.keeps(name, SUFFIX):
        also = ", with its comparison" if order.compare else ""
        raise UsageMistake(f"{targets[0]} is there; --force makes it anew{also}")
    targets[0].parent.mkdir(parents=True, exist_ok=True)
    with ExitStack() as stack:
        lows, nires = (stack.enter_context(one_ahead(pictures(path))) for path in (low, nire))
        add, *compare = (stack.enter_context(writing(path, facts.rate or USUAL_RATE)) for path in targets)
        count = 0
        for views, at in _views(lows, nires, low, nire):
            _add(purifier, views, at, add, compare)
            count += 1
            advance()
        if not count:
            raise ImageError(f"{low} and {nire} hold no whole pictures; copy them again from the camera")
    return count


def video_facts(path: Path) -> VideoFacts:
    """Return what the header of a video tells.

    Raises:
        ImageError: it is no video that can be read.
    """
    try:
        with opened(path) as container:
            video = container.streams.video[0]
            own = float(video.duration * video.time_base) if video.duration and video.time_base else None
            seconds = own or (container.duration / av.time_base if container.duration else None)
            return VideoFacts(seconds, float(video.average_rate) if video.average_rate else None)
    except ImageError as error:
        raise ImageError(f"{path}: {error}") from None


def pictures(path: Path) -> Generator[Shown]:
    """Yield the undamaged pictures of a video, upright.

    Raises:
        ImageError: it can't be read.
    """
    try:
        for frame in whole_frames(path, 0.0, float("inf")):
            yield Shown(frame.captured_at, upright(frame.pixels, frame.video.rotation))
    except ImageError as error:
        raise ImageError(f"{path}: {error}") from None


def _views(lows: Iterator[Shown], nires: Iterator[Shown], low: Path, nire: Path) -> Iterator[tuple[Views, float]]:
    """Yield each low-light picture with the NIR one that is nearest in time."""
    nearest = next(nires, None)
    following = next(nires, None)
    for shown in lows:
        if nearest is None:
            raise ImageError(f"{nire} holds no whole picture; copy it again from the camera")
        while following is not None and abs(following.at - shown.at) <= abs(nearest.at - shown.at):
            nearest, following = following, next(nires, None)
        if abs(nearest.at - shown.at) > APART_S:
            raise ImageError(
                f"{nire} has no whole picture within {APART_S} s of {shown.at:.1f} s; cut both videos to what both hold"
            )
        sizes = [f"{each.pixels.shape[1]}x{each.pixels.shape[0]}" for each in (shown, nearest)]
        if sizes[0] != sizes[1]:
            raise UsageMistake(f"{low} is {sizes[0]} and {nire} {sizes[1]}; give videos of the same camera")
        yield Views(shown.pixels, luma(nearest.pixels), None), shown.at


def _add(purifier: Purifier, views: Views, at: float, add: Add, compare: list[Add]) -> None:
    image = purifier(views.low, views.nire)
    add(levels(image), at)
    for also in compare:
        also(comparison(views, image), at)


def _check_lengths(low: VideoFacts, nire: VideoFacts, low_path: Path, nire_path: Path) -> None:
    for path, seconds in ((low_path, low.seconds or 0), (nire_path, nire.seconds or 0)):
        if seconds > MAX_SECONDS:
            raise ImageError(f"{path} is {seconds:.0f} s long, over {MAX_SECONDS:.0f}; cut it into shorter clips")
    if low.seconds and nire.seconds and abs(low.seconds - nire.seconds) > APART_S:
        raise UsageMistake(
            f"{low_path} is {low.seconds:.1f} s long and {nire_path} {nire.seconds:.1f} s; give videos of one length"
        )
