"""What two spectra of one view have in common: where edges are and which way they run, whatever their contrast."""

import cv2
import numpy as np

from .alignment_motion import Plane

BLUR_SIGMA = 0.8
NEIGHBOURHOOD = 8  # pixels: the cell in which edge energy is averaged, 5 x 5 cells around each pixel
FLOOR = 4.0  # squared Sobel response: half a grey level of slope per pixel is no edge
BORDER = 2  # pixels in which filters look outside the picture


def structure_map(grey: Plane) -> Plane:
    """Map a grey image (H x W, 0 to 255) to its edges as double-angle vectors (H x W x 2, length under 1).

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
    xx, yy = gx * gx, gy * gy
    energy = xx + yy
    gain = 1 / (energy + _nearby(energy) + np.float32(FLOOR))
    field = np.asarray(cv2.merge([(xx - yy) * gain, 2 * gx * gy * gain]), np.float32)
    for edge in (np.s_[:BORDER], np.s_[-BORDER:], np.s_[:, :BORDER], np.s_[:, -BORDER:]):
        field[edge] = 0
    return field


def slopes(field: Plane) -> tuple[Plane, Plane]:
    """Return the central differences of a field along x and along y."""
    kernel, one = np.array([-0.5, 0, 0.5], np.float32), np.ones(1, np.float32)
    along_x, along_y = cv2.sepFilter2D(field, -1, kernel, one), cv2.sepFilter2D(field, -1, one, kernel)
    return along_x.astype(np.float32, copy=False), along_y.astype(np.float32, copy=False)


def _nearby(energy: Plane) -> Plane:
    height, width = energy.shape
    cells = (max(1, width // NEIGHBOURHOOD), max(1, height // NEIGHBOURHOOD))
    coarse = cv2.blur(cv2.resize(energy, cells, interpolation=cv2.INTER_AREA), (5, 5))
    return cv2.resize(coarse, (width, height), interpolation=cv2.INTER_LINEAR).astype(np.float32, copy=False)
