"""What was made of a pair beside what it was made of, in one picture to look at."""

import cv2
import numpy as np
import torch

from nirecap.images import Pixels

from .arrays import Image, levels
from .pairs import Views
from .samples import sheet

SIDE = 960
"""Longest side of one of its images, pixels."""
MOST_GAIN = 50.0


def comparison(views: Views, purified: Image) -> Pixels:
    """Return I, I as bright as I_u by plain gain, N, I_u and, where it is known, R, side by side under their names.

    Args:
        views: I, N and R.
        purified: I_u, H x W x 3, 0 to 1.

    >>> dark, lit = np.full((20, 30, 3), 10, np.uint8), np.full((20, 30, 3), 100 / 255, np.float32)
    >>> comparison(Views(dark, dark[..., 0], None), lit).shape
    (42, 140, 3)
    """
    lit = levels(purified)
    gain = min(max(1.0, float(lit.mean()) / max(float(views.low.mean()), 1e-3)), MOST_GAIN)
    bright = np.minimum(views.low * np.float32(gain), 255).astype(np.uint8)
    columns = {"I": views.low, f"I x {gain:.1f}": bright, "N": np.repeat(views.nire[..., None], 3, 2), "I_u": lit}
    if views.reference is not None:
        columns["R"] = views.reference
    return sheet({name: _tensor(image) for name, image in columns.items()})


def _tensor(image: Pixels) -> torch.Tensor:
    height, width = image.shape[:2]
    share = SIDE / max(height, width)
    if share < 1:
        size = max(1, round(width * share)), max(1, round(height * share))
        image = np.asarray(cv2.resize(image, size, interpolation=cv2.INTER_AREA), np.uint8)
    return torch.from_numpy(image / np.float32(255)).permute(2, 0, 1)[None]
