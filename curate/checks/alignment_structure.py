"""What two spectra of one view have in common: where edges are and which way they run, whatever their contrast."""

import cv2
import numpy as np
from numpy.typing import NDArray

from .alignment_motion import Plane

Field = NDArray[np.float32]
"""A vector at each pixel, 2 x H x W: one plane for each component."""

BLUR_SIGMA = 0.8
HALVINGS = 3  # to cells of 8 pixels, in which edge energy is averaged, 5 x 5 cells around each pixel
FLOOR = 4.0  # squared Sobel response: half a grey level of slope per pixel is no edge
BORDER = 2  # pixels in which filters look outside the picture


def structure_map(grey: Plane) -> Field:
    """Map a grey image (H x W, 0 to 255) to its edges as double-angle vectors (2 x H x W, length under 1).

    The gradient (gx, gy) becomes (gx^2 - gy^2, 2 gx gy) / (|g|^2 + mean |g|^2 nearby + floor): squaring the complex
    gradient doubles its angle, so that an edge and the same edge with reversed contrast are equal; the division makes
    lamp fall-off and exposure vanish. Noise has no preferred direction and averages out in a correlation.
    Sources: double-angle representation, Granlund 1978; normalised gradient fields, Haber and Modersitzki 2006.

    >>> step = np.zeros((16, 16), np.float32)
    >>> step[:, 8:] = 100
    >>> bool(np.allclose(structure_map(step), structure_map(100 - step), atol=1e-6))
    True
    """
    smooth = cv2.GaussianBlur(grey, (5, 5), BLUR_SIGMA)
    gx, gy = (cv2.Sobel(smooth, cv2.CV_32F, *order, ksize=3) for order in ((1, 0), (0, 1)))
    field = np.empty((2, *grey.shape), np.float32)
    cv2.multiply(gx, gy, dst=field[1], scale=2)
    xx, yy = (cv2.multiply(slope, slope, dst=slope) for slope in (gx, gy))
    cv2.subtract(xx, yy, dst=field[0])
    energy = np.asarray(cv2.add(xx, yy, dst=xx), np.float32)
    field /= cv2.add(_nearby(energy), energy, dst=yy) + np.float32(FLOOR)
    for edge in (np.s_[:, :BORDER], np.s_[:, -BORDER:], np.s_[..., :BORDER], np.s_[..., -BORDER:]):
        field[edge] = 0
    return field


def slopes(field: Field) -> tuple[Field, Field]:
    """Return the central differences of a field along x and along y."""
    x, y = np.zeros_like(field), np.zeros_like(field)
    for plane, along_x, along_y in zip(field, x, y, strict=True):
        cv2.addWeighted(plane[:, 2:], 0.5, plane[:, :-2], -0.5, 0, dst=along_x[:, 1:-1])
        cv2.addWeighted(plane[2:], 0.5, plane[:-2], -0.5, 0, dst=along_y[1:-1])
    return x, y


def _nearby(energy: Plane) -> Plane:
    """Average over cells of 8 x 8 pixels, which halving thrice makes quickly, and 5 x 5 of them."""
    height, width = energy.shape
    coarse = energy
    for _ in range(HALVINGS):
        size = (max(1, coarse.shape[1] // 2), max(1, coarse.shape[0] // 2))
        coarse = np.asarray(cv2.resize(coarse, size, interpolation=cv2.INTER_AREA), np.float32)
    coarse = np.asarray(cv2.blur(coarse, (5, 5)), np.float32)
    return np.asarray(cv2.resize(coarse, (width, height), interpolation=cv2.INTER_LINEAR), np.float32)
