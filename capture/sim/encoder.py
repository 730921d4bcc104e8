"""H.264 encoding without delay: one RGB picture in, one access unit of NAL units out."""

import re
from dataclasses import dataclass
from fractions import Fraction

import av
from av.codec.context import Flags
from av.video.reformatter import ColorRange, Colorspace

from nirecap.errors import UsageMistake

BITS_PER_PIXEL = 0.6
"""Default cap: 8 Mbit/s at 1280x720 and 15 frames/s. Clean scenes need 1 Mbit/s; strong noise is cut (37 dB)."""

QUALITY = 20
"""x264's constant rate factor below the cap: 41 to 45 dB of luma against the unencoded picture, visually lossless."""

_START_CODE = re.compile(rb"\x00{2,}\x01")


@dataclass(frozen=True)
class AccessUnit:
    """One encoded picture."""

    nal_units: tuple[bytes, ...]
    """Without start codes; those of a keyframe begin with the parameter sets."""
    keyframe: bool


class H264Encoder:
    """A libx264 encoder: Constrained Baseline, and BT.601 limited range, as which every player reads it.

    Args:
        width: pixels, even.
        height: pixels, even.
        fps: nominal pictures per second.
        gop_seconds: time from one keyframe to the next.
        bitrate: cap in bit/s over one second; None is `BITS_PER_PIXEL`.

    Raises:
        UsageMistake: x264 can't encode this size or rate.

    >>> import numpy as np
    >>> encoder = H264Encoder(64, 32, fps=15)
    >>> unit = encoder.encode(av.VideoFrame.from_ndarray(np.zeros((32, 64, 3), np.uint8)))
    >>> unit.keyframe, unit.nal_units[:2] == encoder.parameter_sets
    (True, True)
    """

    def __init__(
        self, width: int, height: int, fps: float, gop_seconds: float = 1.0, bitrate: int | None = None
    ) -> None:
        self.bitrate = bitrate or int(BITS_PER_PIXEL * width * height * fps)
        self._codec = _open_x264(width, height, fps, max(1, round(gop_seconds * fps)), str(self.bitrate))
        self._pictures = 0
        self.parameter_sets = split_nal_units(self._codec.extradata or b"")[:2]

    def encode(self, rgb: av.VideoFrame) -> AccessUnit:
        """Encode the next picture, at once."""
        planes = rgb.reformat(format="yuv420p", dst_colorspace=Colorspace.ITU601, dst_color_range=ColorRange.MPEG)
        planes.pts, planes.time_base = self._pictures, self._codec.time_base
        self._pictures += 1
        (packet,) = self._codec.encode(planes)  # zerolatency: exactly one for each picture
        units = split_nal_units(bytes(packet))
        if packet.is_keyframe:
            units = self.parameter_sets + units
        return AccessUnit(units, packet.is_keyframe)


def split_nal_units(stream: bytes) -> tuple[bytes, ...]:
    r"""Cut a byte stream (H.264 Annex B) at its start codes.

    >>> split_nal_units(b"\0\0\0\1\x67a\0\0\1\x68b")
    (b'ga', b'hb')
    """
    return tuple(_START_CODE.split(stream)[1:])


def _open_x264(width: int, height: int, fps: float, gop_size: int, cap: str) -> av.VideoCodecContext:
    codec = av.VideoCodecContext.create("libx264", "w")
    codec.options = {"preset": "ultrafast", "tune": "zerolatency", "crf": str(QUALITY), "maxrate": cap, "bufsize": cap}
    codec.thread_count = 1  # one slice per picture
    codec.flags |= Flags.global_header  # parameter sets in extradata, where the SDP finds them
    codec.pix_fmt, codec.colorspace, codec.color_range = "yuv420p", Colorspace.ITU601, ColorRange.MPEG
    try:
        codec.width, codec.height, codec.gop_size = width, height, gop_size
        codec.framerate = Fraction(fps).limit_denominator(1000)
        codec.time_base = 1 / codec.framerate
        codec.open()
    except (av.FFmpegError, ArithmeticError):
        raise UsageMistake(f"{width}x{height} at {fps:g}/s can't be encoded as H.264; use an even size") from None
    return codec
