"""Thumbnails: pictures small enough to keep tens of thousands of them beside the collection."""

import io

import cv2
import numpy as np
from PIL import Image

from nirecap.images import Pixels

LONG_SIDE = 160
"""Pixels, of a thumbnail's longer side."""
QUALITY = 70
SHOWN_MEAN = 90.0
"""Levels to which a low-light picture is brightened, so that a person sees what it holds."""


def thumbnail(pixels: Pixels) -> bytes:
    """Encode a picture of the size of a thumbnail as WebP."""
    target = io.BytesIO()
    Image.fromarray(pixels).save(target, "WEBP", quality=QUALITY, method=0)
    return target.getvalue()


def brightened(pixels: Pixels) -> Pixels:
    """Multiply a picture whose mean is under `SHOWN_MEAN` up to it."""
    gain = max(1.0, SHOWN_MEAN / max(1.0, float(pixels.mean())))
    return np.asarray(cv2.convertScaleAbs(pixels, alpha=gain), np.uint8)
