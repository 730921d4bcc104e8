"""People check, for privacy: is there a face? It says where, never whose, and keeps nothing else of it.

A quick look at a small copy finds places that may be faces, a long one at those few decides. Both use the cascade for
frontal faces that comes with scikit-image (local binary patterns, trained by the OpenCV project).
"""

from dataclasses import dataclass
from functools import cache

import cv2
import numpy as np
from numpy.typing import NDArray
from skimage.data import lbp_frontal_face_cascade_filename
from skimage.feature import Cascade

SMALL = 160
"""Longer side, pixels, of the copy for the quick look."""
WINDOW = 24
"""Side of the smallest face that the cascade knows, pixels."""
CLOSE = 32
"""Side to which a face is brought for the long look, pixels."""
AGREEING = 9
"""Neighbouring windows that must see the face in the long look; what is no face seldom gets six in N."""
MOST = 20
"""Faces that are told."""

Grey = NDArray[np.uint8]
Box = tuple[float, float, float, float]


@dataclass(frozen=True)
class People:
    """Faces in N, and in R where there is one.

    Attributes:
        count: how many were found.
        boxes: of each its left, top, width and height, as shares of the picture's width and height, one after another.
    """

    count: int
    boxes: tuple[float, ...]


def measure_people(nire: Grey, reference: Grey | None = None) -> People:
    """Look for frontal faces in the reduced grey N; where there is an R, they must be in both.

    >>> measure_people(np.full((90, 160), 90, np.uint8))
    People(count=0, boxes=())
    """
    pictures = [nire] if reference is None else [nire, reference]
    faces: list[Box] = []
    for place in (place for picture in pictures for place in _places(picture)):
        known = any(_overlap(place, face) for face in faces)
        if not known and all(_is_face(picture, place) for picture in pictures):
            faces.append(place)
    told = faces[:MOST]
    return People(len(told), tuple(share for face in told for share in face))


def _places(grey: Grey) -> list[Box]:
    """Return what may be faces."""
    height, width = grey.shape
    scale = min(1.0, SMALL / max(height, width))
    small = cv2.resize(grey, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
    down, across = small.shape
    if min(down, across) < WINDOW:
        return []
    sizes = (WINDOW, WINDOW), (min(down, across),) * 2
    found = _cascade().detect_multi_scale(small, 1.2, 2, *sizes, min_neighbor_number=1)
    return [(at["c"] / across, at["r"] / down, at["width"] / across, at["height"] / down) for at in found]


def _is_face(grey: Grey, place: Box) -> bool:
    """Look again at a place and as much around it, in every position and many sizes."""
    height, width = grey.shape
    side = max(place[2] * width, place[3] * height)
    x, y = (place[0] + place[2] / 2) * width, (place[1] + place[3] / 2) * height
    left, top = max(0, round(x - side)), max(0, round(y - side))
    cut, scale = grey[top : round(y + side), left : round(x + side)], CLOSE / side
    close = cv2.resize(cut, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA if scale < 1 else cv2.INTER_LINEAR)
    if min(close.shape) < WINDOW:
        return False
    sizes = (WINDOW, WINDOW), (CLOSE * 11 // 8,) * 2
    return bool(_cascade().detect_multi_scale(close, 1.08, 1, *sizes, min_neighbor_number=AGREEING))


def _overlap(one: Box, other: Box) -> bool:
    """Tell whether the centre of one box lies in the other."""
    x, y = one[0] + one[2] / 2 - other[0], one[1] + one[3] / 2 - other[1]
    return 0 <= x <= other[2] and 0 <= y <= other[3]


@cache
def _cascade() -> Cascade:
    return Cascade(lbp_frontal_face_cascade_filename())  # type: ignore[no-untyped-call]
