"""What an encoder leaves of a picture: a JPEG snapshot, or the first picture of an H.264 stream."""

import io
from dataclasses import dataclass
from fractions import Fraction
from typing import Literal

import av
import numpy as np
from PIL import Image

from nirecap.images import Pixels

from .optics import Span


@dataclass(frozen=True)
class Compression:
    """One encoder and how hard it presses."""

    kind: Literal["jpeg", "h264"]
    strength: int
    """Quality of JPEG, 1 to 95, less is worse; rate factor of H.264, 0 to 51, more is worse."""


@dataclass(frozen=True)
class CompressionLevels:
    """Between what the compression of shots is drawn."""

    h264_share: float
    """Share of shots that come from a stream; the others are snapshots."""
    jpeg_quality: Span
    rate_factor: Span

    def draw(self, rng: np.random.Generator) -> Compression:
        """Draw the compression of one shot; as much chance is used up for either kind."""
        stream = rng.random() < self.h264_share
        quality, factor = round(self.jpeg_quality.draw(rng)), round(self.rate_factor.draw(rng))
        return Compression("h264", factor) if stream else Compression("jpeg", quality)


def compressed(pixels: Pixels, compression: Compression) -> Pixels:
    """Return what is left of a picture, H x W x 3, after the encoder."""
    coder = through_jpeg if compression.kind == "jpeg" else through_h264
    return coder(pixels, compression.strength)


def through_jpeg(pixels: Pixels, quality: int) -> Pixels:
    """Save a picture, H x W x 3, as JPEG of a quality from 1 to 95, and open it again.

    >>> through_jpeg(np.full((8, 8, 3), 40, np.uint8), 50)[0, 0].tolist()
    [40, 40, 40]
    """
    target = io.BytesIO()
    Image.fromarray(pixels).save(target, "JPEG", quality=quality)
    return np.asarray(Image.open(target).convert("RGB"))


def through_h264(pixels: Pixels, rate_factor: float) -> Pixels:
    """Encode a picture, H x W x 3, as the only one of an H.264 stream, and decode it.

    Encoders want even sides: an odd last row or column stays as it was.

    Args:
        pixels: the picture.
        rate_factor: x264's constant rate factor, 0 to 51; more is worse.
    """
    height, width = (side // 2 * 2 for side in pixels.shape[:2])
    if not height or not width:
        return pixels
    target = io.BytesIO()
    with av.open(target, "w", format="h264") as stream:
        video = stream.add_stream("libx264", rate=Fraction(15))
        video.width, video.height, video.pix_fmt = width, height, "yuv420p"
        video.options = {"crf": str(rate_factor), "preset": "veryfast", "threads": "1"}
        frame = av.VideoFrame.from_ndarray(np.ascontiguousarray(pixels[:height, :width]), format="rgb24")
        stream.mux([*video.encode(frame), *video.encode(None)])
    target.seek(0)
    with av.open(target, "r", format="h264") as stream:
        decoded = next(stream.decode(video=0)).to_ndarray(format="rgb24")
    left = pixels.copy()
    left[:height, :width] = decoded
    return left
