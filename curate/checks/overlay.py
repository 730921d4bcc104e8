"""Overlay check: a clock or a name that the camera writes into all its pictures, whatever light they show."""

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from .alignment_overlay import overlay_mask

Grey = NDArray[np.uint8]


@dataclass(frozen=True)
class Overlay:
    """What is written over the pictures; no box where nothing is.

    Attributes:
        area: share of the picture that letters with their margins cover, 0 to 1; None in a shot of lit images alone,
            as all that the same light shows is equal in both.
        x: left border of the box around them, as a share of the width.
        y: its upper border, as a share of the height.
        width: of the box, as a share of the picture's.
        height: of the box, as a share of the picture's.
    """

    area: float | None = None
    x: float | None = None
    y: float | None = None
    width: float | None = None
    height: float | None = None


def measure_overlay(low: Grey, nire: Grey) -> Overlay:
    """Find equal bright strokes in the reduced grey I and N, H x W each: no light of the scene is equal in both.

    >>> dark, lit = np.full((90, 160), 12, np.uint8), np.full((90, 160), 90, np.uint8)
    >>> dark[10:20, 20:23] = lit[10:20, 20:23] = 250
    >>> found = measure_overlay(dark, lit)
    >>> round(found.x, 2), round(found.y, 2), found.width < 0.1
    (0.11, 0.08, True)
    """
    mask = overlay_mask(low.astype(np.float32), nire.astype(np.float32))
    if not mask.any():
        return Overlay(0.0)
    height, width = mask.shape
    x, y, across, down = cv2.boundingRect(mask.astype(np.uint8))
    return Overlay(float(mask.mean()), x / width, y / height, across / width, down / height)
