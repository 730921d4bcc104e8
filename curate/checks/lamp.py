"""Lamp check: how much less light the corners of N get than its middle.

The lamp multiplies the scene, so in logarithms it adds. A paraboloid is fitted to the logarithm of N, less most of that
of the visible picture, which knows what is bright of itself; what is bright in one spectrum only loses its weight.
"""

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

GRID = (32, 18)
"""Blocks across and down, whose means are fitted."""
GAMMA = 2.2
"""Power that makes light of levels."""
DARK = 4.0
"""Levels added before the logarithm, so that noise in the dark does not count."""
SHARED = 0.75
"""Share of the visible picture's contrast that N has on average."""
OWN = 0.35
"""Distance from the fit, natural logarithm of levels, from which a block loses weight."""
ROUNDS = 4

Grey = NDArray[np.uint8]
Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Lamp:
    """How unevenly the lamp lights N, in linear light.

    Attributes:
        falloff: light in the middle over that in the corners; 1 is even, under 1 the middle is darker.
        aside: light at one border over that at the opposite one, over 1; the depth of a scene has its share in it.
    """

    falloff: float
    aside: float


def measure_lamp(low: Grey, nire: Grey, reference: Grey | None = None) -> Lamp:
    """Fit the lamp's light to the reduced grey N (H x W), with R, or I without it, for what is bright of itself.

    >>> rows, columns = np.mgrid[-1:1:90j, -1:1:160j]
    >>> cone = (200 * 0.2 ** ((rows**2 + 3 * columns**2) / 4)).astype(np.uint8)
    >>> even = np.full((90, 160), 100, np.uint8)
    >>> 20 < measure_lamp(even, cone).falloff < 34, round(measure_lamp(even, even).falloff, 3)
    (True, 1.0)
    """
    brightness = _logarithms(nire) - SHARED * _logarithms(low if reference is None else reference)
    height, width = nire.shape
    y, x = np.mgrid[-1 : 1 : GRID[1] * 1j, -1 : 1 : GRID[0] * 1j]
    round_middle = ((x * width) ** 2 + (y * height) ** 2) / (width**2 + height**2)  # 1 in the corners
    shapes = np.stack([np.ones_like(x), x, y, round_middle], axis=-1).reshape(-1, 4)
    _, across, down, around = _robust_fit(shapes, brightness.ravel())
    return Lamp(falloff=float(np.exp(-GAMMA * around)), aside=float(np.exp(2 * GAMMA * max(abs(across), abs(down)))))


def _logarithms(grey: Grey) -> Floats:
    blocks = cv2.resize(grey.astype(np.float32), GRID, interpolation=cv2.INTER_AREA)
    return np.asarray(np.log(blocks + DARK), np.float64)


def _robust_fit(shapes: Floats, values: Floats) -> Floats:
    """Return the weights of the shapes (n x 4) that sum to the values, by reweighted least squares (Cauchy)."""
    weight: Floats = np.ones_like(values)
    found: Floats = np.zeros(shapes.shape[1])
    for _ in range(ROUNDS):
        weighted = shapes * weight[:, None]
        found = np.asarray(np.linalg.solve(shapes.T @ weighted, weighted.T @ values), np.float64)
        weight = 1 / (1 + ((values - shapes @ found) / OWN) ** 2)
    return found
