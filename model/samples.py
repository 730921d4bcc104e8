"""Pictures of how far training is: a row for each view, a column for each of its images."""

from collections.abc import Mapping

import cv2
import numpy as np
import torch

from nirecap.images import Pixels

GAP, CAPTION = 4, 18
PAPER, INK = 246, 33


def sheet(columns: Mapping[str, torch.Tensor]) -> Pixels:
    """Return images side by side, under the names of their columns.

    Args:
        columns: for each name images (B, 3 or 1, H, W), 0 to 1, all of one size; a column may be shorter than others.

    >>> sheet({"I": torch.zeros(2, 3, 10, 20), "N": torch.zeros(1, 1, 10, 20)}).shape
    (46, 52, 3)
    """
    height, width = next(iter(columns.values())).shape[-2:]
    rows = max(len(images) for images in columns.values())
    picture = np.full((CAPTION + rows * (height + GAP), GAP + len(columns) * (width + GAP), 3), PAPER, np.uint8)
    for column, (name, images) in enumerate(columns.items()):
        left = GAP + column * (width + GAP)
        cv2.putText(picture, name, (left, CAPTION - 5), cv2.FONT_HERSHEY_SIMPLEX, 0.4, (INK,) * 3, 1, cv2.LINE_AA)
        for row, image in enumerate(pixels(images)):
            top = CAPTION + row * (height + GAP)
            picture[top : top + height, left : left + width] = image
    return picture


def pixels(images: torch.Tensor) -> Pixels:
    """Return images (B, 3 or 1, H, W), 0 to 1, as B x H x W x 3, 0 to 255."""
    rounded = (images.float().clamp(0, 1) * 255).round().byte().expand(-1, 3, -1, -1)
    return np.ascontiguousarray(rounded.permute(0, 2, 3, 1).cpu().numpy())
