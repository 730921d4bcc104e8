"""Find what the camera draws over its picture: time and name stay in place when the view moves, and must not vote."""

import cv2
import numpy as np
from numpy.typing import NDArray

from .alignment_motion import Plane

STROKE = 9  # pixels: letters have thinner strokes
CONTRAST = 80  # grey levels by which letters stand out in both pictures
SAMENESS = 24  # grey levels: the same ink in both, unlike anything lit by lamp in one and by the room in the other
MARGIN = 7  # pixels around letters that their edges reach


def overlay_mask(low: Plane, nire: Plane) -> NDArray[np.bool_]:
    """Return where two grey pictures (H x W, 0 to 255) of different light show equal, thin, bright strokes.

    >>> dark, lit = np.full((40, 120), 12, np.float32), np.full((40, 120), 90, np.float32)
    >>> dark[10:30, 20:23] = lit[10:30, 20:23] = 250
    >>> mask = overlay_mask(dark, lit)
    >>> bool(mask[10:30, 20:23].all()), bool(mask[:, 40:].any())
    (True, False)
    """
    same = np.abs(low - nire) < SAMENESS
    stroke = np.ones((STROKE, STROKE), np.uint8)
    for picture in (low, nire):
        if not same.any() or float(picture.max()) < CONTRAST:
            return np.zeros(low.shape, np.bool_)
        same &= cv2.morphologyEx(picture.astype(np.uint8), cv2.MORPH_TOPHAT, stroke) > CONTRAST
    return np.asarray(cv2.dilate(same.astype(np.uint8), np.ones((MARGIN, MARGIN), np.uint8)), np.bool_)
