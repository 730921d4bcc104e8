"""Read a clip as hostile input: known containers, bounded size and length, frames upright and with their damage."""

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import av
import av.logging
import cv2
import numpy as np
from av.codec.context import ThreadType
from av.container import InputContainer

from nirecap.errors import ImageError
from nirecap.images import MAX_PIXELS, Pixels

from .frame import Frame
from .live_video import Log, decode
from .picture import PATCHES, Look, look_at

FORMATS = {".mp4": "mov", ".m4v": "mov", ".mov": "mov", ".mkv": "matroska"}
"""FFmpeg's reader for each suffix; none is guessed from the content, which could name other files or hosts."""
MAX_SECONDS = 3600.0
MAX_FRAMES = 120 * 3600
GLIMPSES_PER_S = 10.0
LEAD_S = 1.0
"""Decoding starts this long before the frames that are wanted, so that references into an open GOP are there."""
QUARTER_TURN = 90

logging.getLogger("libav").addHandler(logging.NullHandler())  # else Python prints its warnings on standard error


@dataclass(frozen=True, eq=False)
class Glimpse:
    """What a clip shows at a moment."""

    at: float
    """Seconds since the clip's first frame."""
    look: Look
    patches: Pixels
    """Luma, 36 x 64."""


@dataclass(frozen=True)
class ClipFacts:
    """What the header of a clip tells."""

    size: tuple[int, int]
    """Width and height, upright."""
    created_at: float | None
    """Unix seconds of `creation_time`, None where the clip tells none; cameras write when recording began."""

    def is_of(self, frame: Frame) -> bool:
        """Whether a frame has the clip's size; a damaged clip may change it half-way."""
        return sorted(self.size) == sorted((frame.video.width, frame.video.height))


def clip_facts(path: Path) -> ClipFacts:
    """Read the header and the first frame of a clip.

    Raises:
        ImageError: not a clip of a known container, damaged, or its pictures are over `MAX_PIXELS`.
    """
    with opened(path) as container:
        frame = next(_frames(container), None)
        if frame is None:
            raise ImageError("holds no picture that can be decoded")
        height, width = upright(frame.pixels, frame.video.rotation).shape[:2]
        return ClipFacts((width, height), _creation_time(container))


def glimpses(path: Path) -> Iterator[Glimpse]:
    """Yield what a clip shows, at most `GLIMPSES_PER_S` times a second, up to where it is damaged or ends.

    Raises:
        ImageError: it can't be read, or is longer than `MAX_SECONDS`.
    """
    due = 0.0
    with opened(path) as container:
        for frame in _frames(container):
            if frame.captured_at >= due:
                due = frame.captured_at + 0.99 / GLIMPSES_PER_S  # times are rounded in the file
                luma = cv2.cvtColor(frame.small, cv2.COLOR_RGB2GRAY)
                patches = np.asarray(cv2.resize(luma, PATCHES, interpolation=cv2.INTER_AREA), np.uint8)
                yield Glimpse(frame.captured_at, look_at(frame.small), patches)


def whole_frames(path: Path, begin: float, end: float) -> Iterator[Frame]:
    """Yield the undamaged frames of a clip between two times; `captured_at` is in seconds since its first frame.

    Raises:
        ImageError: it can't be read.
    """
    with opened(path) as container:
        container.seek(round(max(begin - LEAD_S, 0.0) * av.time_base) + (container.start_time or 0))
        for frame in _frames(container):
            if frame.captured_at > end:
                return
            if frame.captured_at >= begin and not frame.damage:
                yield frame


@contextmanager
def opened(path: Path) -> Iterator[InputContainer]:
    """Open a clip for reading its first video stream, in one thread: a decoder complains in the thread it works in.

    Raises:
        ImageError: also for what goes wrong in the block while decoding.
    """
    av.logging.set_level(av.logging.WARNING)
    av.logging.set_skip_repeated(False)
    try:
        # an open file, not its name: FFmpeg takes names for addresses
        with (
            path.open("rb") as file,
            av.open(file, format=FORMATS[path.suffix.lower()], mode="r", metadata_errors="replace") as container,
        ):
            if not container.streams.video:
                raise ImageError("holds no video")
            context = container.streams.video[0].codec_context
            if not 0 < context.width * context.height <= MAX_PIXELS:
                size = f"{context.width}x{context.height}"
                raise ImageError(f"pictures of {size} are over {MAX_PIXELS} pixels; not decoded")
            context.thread_type, context.thread_count = ThreadType.NONE, 1
            context.options = {"max_pixels": str(MAX_PIXELS)}
            yield container
    except (av.FFmpegError, OSError) as error:  # the latter where a header sends the reader out of the file
        reason = error.strerror or type(error).__name__
        raise ImageError(f"no clip that can be read ({reason}); copy it again from the camera") from None


def upright(pixels: Pixels, rotation: int) -> Pixels:
    """Turn a picture as the clip's display matrix wants it, `rotation` degrees counter-clockwise, by quarter turns."""
    return np.ascontiguousarray(np.rot90(pixels, round(rotation / QUARTER_TURN)))


def _frames(container: InputContainer) -> Iterator[Frame]:
    """Decode on from where the container stands; pictures without a time, or whose time goes back, are left out."""
    video = container.streams.video[0]
    start = float((video.start_time or 0) * (video.time_base or 0))
    newest = -1.0
    with av.logging.Capture(local=True) as log:
        for number, (picture, damage) in enumerate(_decoded(container, log)):
            at = newest if picture.time is None else picture.time - start
            if at > MAX_SECONDS or number > MAX_FRAMES:
                raise ImageError(f"longer than {MAX_SECONDS / 60:.0f} minutes; cut it into shorter clips")
            if at > newest:
                newest = at
                yield Frame(number, at, at, damage, picture)


def _decoded(container: InputContainer, log: Log) -> Iterator[tuple[av.VideoFrame, str]]:
    """Yield pictures with what the decoder complained of since the last key frame."""
    damage = since_key = ""
    for packet in container.demux(video=0):
        if packet.is_keyframe:
            since_key = ""
        pictures, complaint = decode(packet, log)
        damage, since_key = complaint or damage, complaint or since_key
        for picture in pictures:
            damage = since_key if picture.key_frame else damage
            yield picture, damage


def _creation_time(container: InputContainer) -> float | None:
    told = container.metadata.get("creation_time") or container.streams.video[0].metadata.get("creation_time", "")
    try:
        created = datetime.fromisoformat(told)
        return created.timestamp() if created.year > 1970 else None  # a camera whose clock was never set
    except (ValueError, OverflowError):
        return None
