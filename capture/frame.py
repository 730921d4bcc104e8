"""One frame of a live picture: its pixels, its times, its damage, and the camera's own bytes.

Colours follow the stream's own tags; one without tags is read as BT.601 in limited range, whatever its size.
"""

import time
from dataclasses import dataclass
from functools import cached_property

import av
import cv2
import numpy as np
from av.video.reformatter import Interpolation
from numpy.typing import NDArray

from nirecap.images import Pixels

from .packets import PacketGroup

SMALL_WIDTH = 320
CLOCK_GAP_S = 5.0
"""A camera's clock is believed while a frame's time by it differs by less from its arrival by ours."""
BLOCK = 16
CHANGED_SHARE = 0.03
"""Share of blocks that counts as a change. At rest, simulated sensors change 8 to 100 % of them from frame to frame;
an encoder that gets one frozen picture again and again changes as many for up to a second, and then 2 % at most."""
LIFE_FRAMES = 6
# swscale's quick ways darken by up to two levels
_EXACT = Interpolation.BILINEAR | Interpolation.FULL_CHR_H_INT | Interpolation.ACCURATE_RND


@dataclass(frozen=True, eq=False)
class Frame:
    """One decoded frame of the live picture."""

    number: int
    captured_at: float
    """Unix seconds by the camera's clock where it tells (RTCP sender report) and is right, else by ours."""
    arrived_at: float
    """Unix seconds by our clock."""
    damage: str
    """What the decoder said since the last key frame, "" for a whole picture."""
    video: av.VideoFrame
    changes: tuple[bool, ...] = ()
    """Whether each of the last `LIFE_FRAMES` frames differed from the one before it in more than a few blocks.

    A sensor's noise makes it so in most; an encoder that repeats a frozen picture only now and then refines it.
    """
    encoded: bytes | None = None
    """The camera's own file (JPEG), where it sends single pictures."""
    packets: PacketGroup | None = None
    """The encoded packets from the key frame on that this frame was decoded from, where it is part of a video."""

    @property
    def alive(self) -> bool:
        """Whether the picture lives: more than half of the last frames differed from those before them."""
        return sum(self.changes) > LIFE_FRAMES // 2

    @cached_property
    def pixels(self) -> Pixels:
        """The whole frame as RGB, H x W x 3."""
        return _rgb(self.video, self.video.width, self.video.height)

    @cached_property
    def small(self) -> Pixels:
        """The frame as RGB at most `SMALL_WIDTH` wide, for looking at mode and exposure."""
        width = min(SMALL_WIDTH, self.video.width)
        height = max(1, round(self.video.height * width / self.video.width))
        return _rgb(self.video, width, height)


def following(
    last: Frame | None,
    video: av.VideoFrame,
    *,
    told: float | None = None,
    damage: str = "",
    encoded: bytes | None = None,
    packets: PacketGroup | None = None,
) -> Frame:
    """Return the frame that arrives now, after `last`.

    Args:
        last: the frame before, None for the first.
        video: decoded.
        told: when it was captured, in Unix seconds, if that is known.
        damage: as in `Frame`.
        encoded: as in `Frame`.
        packets: as in `Frame`.
    """
    now = time.time()
    return Frame(
        number=last.number + 1 if last else 0,
        captured_at=now if told is None or abs(told - now) >= CLOCK_GAP_S else told,
        arrived_at=now,
        damage=damage,
        video=video,
        changes=_changes(last, video),
        encoded=encoded,
        packets=packets,
    )


def _changes(last: Frame | None, video: av.VideoFrame) -> tuple[bool, ...]:
    if last is None:
        return ()
    if video.key_frame and not last.video.key_frame:  # coded anew: it differs, even if the picture is the same
        return last.changes
    return (*last.changes, changed_share(last.video, video) > CHANGED_SHARE)[-LIFE_FRAMES:]


def changed_share(one: av.VideoFrame, other: av.VideoFrame) -> float:
    """Return the share of blocks of 16 x 16 luma samples in which two frames differ, 1 where their formats do."""
    if (one.format.name, one.width, one.height) != (other.format.name, other.width, other.height):
        return 1.0
    apart = (_first_plane(one) != _first_plane(other)).astype(np.float32)
    blocks = max(1, one.width // BLOCK), max(1, one.height // BLOCK)
    return float(np.count_nonzero(cv2.resize(apart, blocks, interpolation=cv2.INTER_AREA)) / (blocks[0] * blocks[1]))


def _first_plane(video: av.VideoFrame) -> NDArray[np.uint8]:
    """Return the bytes of luma, or of all where the format has one plane, without the padding of lines."""
    plane, form = video.planes[0], video.format
    bits = form.components[0].bits + 7 & ~7 if form.is_planar else form.padded_bits_per_pixel
    return np.frombuffer(memoryview(plane), np.uint8).reshape(-1, plane.line_size)[
        : plane.height, : plane.width * bits // 8
    ]


def _rgb(video: av.VideoFrame, width: int, height: int) -> Pixels:
    return np.asarray(video.reformat(width, height, "rgb24", interpolation=_EXACT).to_ndarray(), np.uint8)
