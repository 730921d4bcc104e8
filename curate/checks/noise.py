"""Noise check: grain that is not the scene's, in the flattest places of each picture."""

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from .order import quantile
from .tiles import Tiles

BLOCK = 8
"""Pixels along the sides of the places in which noise is measured."""
FLATTEST = 0.1
"""Quantile of the places' noise that is taken: texture can only add to it."""
BLACK, WHITE = 8.0, 247.0
"""Mean levels between which noise shows; beyond, it is cut off."""
KERNEL = np.array([[1, -2, 1], [-2, 4, -2], [1, -2, 1]], np.float32)
GAIN = float(np.sqrt(np.pi / 2) / 6)
"""From the mean absolute response of `KERNEL` to the standard deviation of white noise (Immerkaer 1996)."""


@dataclass(frozen=True)
class Noise:
    """Standard deviation of the noise, levels of 255; None where there is no such picture.

    Attributes:
        low: of I, which is noisy by nature.
        nire: of N.
        reference: of R.
    """

    low: float
    nire: float
    reference: float | None


def measure_noise(low: Tiles, nire: Tiles, reference: Tiles | None = None) -> Noise:
    """Measure the noise of each picture of a shot on its `tiles`."""
    return Noise(noise_sigma(low), noise_sigma(nire), None if reference is None else noise_sigma(reference))


def noise_sigma(sample: Tiles) -> float:
    """Estimate the standard deviation of white noise, levels, from a picture's tiles (n x H x W).

    The kernel answers neither to slopes nor to straight edges; of the blocks of 8 x 8 pixels the flattest tenth is
    believed. A picture without a block that is neither black nor white has no noise that could be seen.

    >>> noisy = np.random.default_rng(0).normal(100, 5, (15, 96, 96)).astype(np.uint8)
    >>> 3.5 < noise_sigma(noisy) < 5, noise_sigma(np.zeros((15, 96, 96), np.uint8))
    (True, 0.0)
    """
    height, width = (length // BLOCK * BLOCK for length in sample.shape[1:])
    if not height or not width:
        return 0.0
    column = np.ascontiguousarray(sample[:, :height, :width]).reshape(-1, width)
    size = (width // BLOCK, len(column) // BLOCK)
    level = cv2.resize(column, size, interpolation=cv2.INTER_AREA)
    spread = np.asarray(cv2.resize(grain(column), size, interpolation=cv2.INTER_AREA), np.float32)
    seen = spread[(level > BLACK) & (level < WHITE)]
    return quantile(seen, FLATTEST) if seen.size else 0.0


def grain(grey: NDArray[np.uint8]) -> NDArray[np.float32]:
    """Map a grey picture (H x W) to absolute values of which a local mean is the noise's standard deviation, levels."""
    answer = np.asarray(cv2.filter2D(grey, cv2.CV_32F, KERNEL * np.float32(GAIN)), np.float32)
    return np.abs(answer, out=answer)
