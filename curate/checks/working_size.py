"""The small copy of a picture that the checks look at, so that a 1080p shot is read through only once."""

import cv2
import numpy as np

from nirecap.images import Pixels


def reduce(pixels: Pixels, long_side: int = 640) -> Pixels:
    """Shrink an RGB picture, area-averaged, until its longer side is `long_side` pixels; a smaller one stays as it is.

    >>> reduce(np.zeros((1080, 1920, 3), np.uint8)).shape
    (360, 640, 3)
    """
    height, width = pixels.shape[:2]
    scale = long_side / max(height, width)
    if scale >= 1:
        return pixels
    size = (max(1, round(width * scale)), max(1, round(height * scale)))
    return np.asarray(cv2.resize(pixels, size, interpolation=cv2.INTER_AREA), np.uint8)
