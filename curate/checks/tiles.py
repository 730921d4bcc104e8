"""A fixed sample of a picture at its own resolution, for what a reduced copy no longer shows: grain and blocks."""

import cv2
import numpy as np
from numpy.typing import NDArray

from nirecap.images import Pixels

SIDE = 96
"""Pixels along the sides of a tile."""
STEP = 48
"""Tiles begin at its multiples, so that every grid of 8 or 16 pixels falls on the same places of all."""
ACROSS, DOWN = 5, 3

Tiles = NDArray[np.uint8]
"""Brightness, tiles x height x width; all of one size, `SIDE` or the picture's own where that is less."""


def tiles(pixels: Pixels) -> Tiles:
    """Cut up to `ACROSS` x `DOWN` tiles, spread evenly, out of a picture (H x W x 3), as grey.

    >>> tiles(np.zeros((1080, 1920, 3), np.uint8)).shape, tiles(np.zeros((50, 200, 3), np.uint8)).shape
    ((15, 96, 96), (3, 50, 96))
    """
    height, width = pixels.shape[:2]
    return np.stack(
        [
            np.asarray(cv2.cvtColor(pixels[top : top + SIDE, left : left + SIDE], cv2.COLOR_RGB2GRAY), np.uint8)
            for top in _starts(height, DOWN)
            for left in _starts(width, ACROSS)
        ]
    )


def _starts(length: int, most: int) -> list[int]:
    last = max(0, length - SIDE)
    return sorted({round(last * number / (most - 1)) // STEP * STEP for number in range(most)})
