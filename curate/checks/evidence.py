"""The map that a check leaves of what it found, to be drawn over the picture."""

import cv2
import numpy as np
from numpy.typing import NDArray

LONG_SIDE = 96
"""Longer side of a map, pixels."""


def map_shape(shape: tuple[int, ...]) -> tuple[int, int]:
    """Return height and width of the map of a picture of `shape`, longer side `LONG_SIDE`.

    >>> map_shape((1080, 1920, 3))
    (54, 96)
    """
    scale = LONG_SIDE / max(shape[:2])
    return max(1, round(shape[0] * scale)), max(1, round(shape[1] * scale))


def encode_marks(marks: NDArray[np.bool_]) -> bytes | None:
    """Encode marks over the whole picture (H x W) as a 1-bit PNG whose longer side is at most `LONG_SIDE`.

    Larger ones are shrunk; a cell is marked where any of its pixels is. None where nothing is marked.

    >>> encode_marks(np.zeros((54, 96), np.bool_)) is None
    True
    """
    if not marks.any():
        return None
    if max(marks.shape) > LONG_SIDE:
        size = map_shape(marks.shape)[::-1]
        marks = np.asarray(cv2.resize(marks.astype(np.float32), size, interpolation=cv2.INTER_AREA) > 0, np.bool_)
    _, content = cv2.imencode(".png", marks.astype(np.uint8) * 255, [cv2.IMWRITE_PNG_BILEVEL, 1])
    return content.tobytes()
