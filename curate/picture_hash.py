"""Perceptual hashes, by which near-duplicates are found."""

from typing import Any

import cv2
import imagehash
import numpy as np
from numpy.typing import NDArray
from PIL import Image

from nirecap.images import Pixels

from .checks.order import quantile

SIDE = 32
"""Side of the grey picture whose lowest frequencies are the hash."""
NOTHING = "0" * 16
"""Hash of a picture that shows nothing; no other picture has it."""
LEAST_CONTRAST = 2.0
"""Levels between dark and bright parts, noise averaged out, under which a hash would be one of noise."""


def picture_hash(pixels: Pixels) -> str:
    """Return the 64-bit perceptual hash of an RGB picture (H x W x 3, 0 to 255) as 16 hex digits.

    Averaged in floating point and stretched before it is rounded: of a dark picture's few levels nothing would be left.

    >>> picture_hash(np.zeros((48, 64, 3), np.uint8)) == NOTHING
    True
    """
    grey = cv2.cvtColor(pixels, cv2.COLOR_RGB2GRAY)
    tiny = cv2.resize(_quarter(grey).astype(np.float32), (SIDE, SIDE), interpolation=cv2.INTER_AREA)
    dark, bright = (quantile(tiny, share) for share in (0.02, 0.98))
    if bright - dark < LEAST_CONTRAST:
        return NOTHING
    stretched = np.clip((tiny - dark) * (255 / (bright - dark)), 0, 255)
    return str(imagehash.phash(Image.fromarray(np.asarray(stretched.round(), np.uint8))))


def _quarter(grey: NDArray[Any]) -> NDArray[Any]:
    """Shrink a picture that is large enough; what is left takes a third of the time, and tells the same."""
    if min(grey.shape) < 4 * SIDE:
        return grey
    return cv2.resize(grey, None, fx=0.25, fy=0.25, interpolation=cv2.INTER_AREA)
