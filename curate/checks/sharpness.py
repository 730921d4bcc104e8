"""Sharpness check: how wide the sharpest edges of each picture are, in the direction in which they are widest.

The slope of an edge that is blurred by sigma b falls, when the picture is smoothed more, the slower the larger b is:
its ratio between two smoothings tells b (Zhuo and Sim 2011). A shake blurs edges across its way and leaves those along
it, hence the directions: each is judged by its own clearest edges, or a shake would leave only sharp ones to be clear.
Where there are no clear edges nothing is known.
"""

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from .order import quantile

FINE, COARSE = 1.0, 2.0
"""Gaussian sigmas, pixels of the reduced picture, between which slopes are compared."""
DIRECTIONS = 4
THINNED = 2
"""Every second row and column is looked at."""
CLEAREST = 0.015
"""Share of the picture that the clear edges of one direction are at most."""
SLOPE = 3.0
"""Levels a pixel, after the coarse smoothing, from which an edge is clear."""
STRONGEST = 0.33
"""Share of the clear edges of a direction that is believed."""
SHARPEST = 0.8
"""Quantile of their ratios that is taken: every scene has soft edges too."""
FEWEST = 15
"""Places with clear edges below which a direction says nothing."""
GONE = 20.0
"""Excess, thousandths, of a direction in which N has no clear edges and another picture has: too wide to be seen."""
SOBEL = 8
"""What the Sobel filter makes of a slope of one level a pixel."""
WIDTH = 1 / 3
"""Variance, pixels squared, that the filter's own width adds to a smoothing."""

Grey = NDArray[np.uint8]
Plane = NDArray[np.float32]
Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Sharpness:
    """Blur, Gaussian sigma in thousandths of the longer side; None without a picture or without clear edges in it.

    Attributes:
        low_blur: of I.
        nire_blur: of N.
        reference_blur: of R.
        nire_excess: of N beyond that of the sharpest other picture, in the direction in which it is most.
    """

    low_blur: float | None
    nire_blur: float | None
    reference_blur: float | None
    nire_excess: float | None


def measure_sharpness(low: Grey, nire: Grey, reference: Grey | None = None) -> Sharpness:
    """Measure the blur in the reduced grey pictures of a shot, H x W each."""
    low_blurs, nire_blurs = direction_blurs(low), direction_blurs(nire)
    reference_blurs = None if reference is None else direction_blurs(reference)
    sharpest = low_blurs if reference_blurs is None else np.fmin(low_blurs, reference_blurs)
    excess = np.where(np.isnan(nire_blurs) & ~np.isnan(sharpest), GONE, nire_blurs - sharpest)
    return Sharpness(
        low_blur=_most(low_blurs),
        nire_blur=_most(nire_blurs),
        reference_blur=None if reference_blurs is None else _most(reference_blurs),
        nire_excess=_most(excess),
    )


def edge_blur(grey: Grey) -> float | None:
    """Return the blur of the clearest edges of a grey picture, thousandths of its longer side; None without any.

    >>> step = np.zeros((180, 320), np.uint8)
    >>> step[:, 160:] = 200
    >>> round(edge_blur(step)), round(edge_blur(cv2.GaussianBlur(step, (0, 0), 2.0)))
    (0, 6)
    """
    return _most(direction_blurs(grey))


def direction_blurs(grey: Grey) -> Floats:
    """Return the blur of the edges that run in each of the directions, as `edge_blur`; NaN where few are clear."""
    x, y = (slopes.ravel() for slopes in _slopes(cv2.blur(cv2.blur(grey, (5, 5)), (5, 5))))  # as COARSE, and quick
    strength = np.sqrt(x * x + y * y)  # whose last digit is the same wherever in memory they lie
    clear = np.flatnonzero(strength > SLOPE)
    fine = [slopes.ravel()[clear] for slopes in _slopes(cv2.GaussianBlur(grey, (5, 5), FINE))]
    at_most = max(FEWEST, int(CLEAREST * strength.size))
    strength, ratio = strength[clear], np.hypot(*fine) / strength[clear]
    blurs = np.full(DIRECTIONS, np.nan)
    for number, same in enumerate(_directions(x[clear], y[clear])):
        many = int(np.count_nonzero(same))
        if many >= FEWEST:
            clearest = min(at_most, many)
            believed = _strongest(ratio[same], strength[same], max(FEWEST, round(STRONGEST * clearest)))
            blurs[number] = _sigma(quantile(believed, SHARPEST)) / max(grey.shape) * 1000
    return blurs


def _most(blurs: Floats) -> float | None:
    known = blurs[~np.isnan(blurs)]
    return float(known.max()) if known.size else None


def _directions(x: Plane, y: Plane) -> NDArray[np.bool_]:
    """Mark which slopes run in each of the directions, DIRECTIONS x n."""
    direction = np.mod(np.floor(np.arctan2(y, x) * (DIRECTIONS / np.pi)), DIRECTIONS)
    return np.asarray(direction == np.arange(DIRECTIONS)[:, None], np.bool_)


def _strongest(values: Plane, strength: Plane, most: int) -> Plane:
    many = min(len(values), most)
    return values[np.argpartition(strength, -many)[-many:]]


def _slopes(grey: cv2.typing.MatLike) -> tuple[Plane, Plane]:
    """Return the slopes along x and along y, levels a pixel, thinned out."""
    x, y = cv2.spatialGradient(grey)
    return _thinned(x), _thinned(y)


def _thinned(slopes: NDArray[np.generic]) -> Plane:
    return slopes[::THINNED, ::THINNED].astype(np.float32) / np.float32(SOBEL)


def _sigma(ratio: float) -> float:
    """Return the blur b, pixels, for which sqrt((b^2 + COARSE^2 + WIDTH) / (b^2 + FINE^2 + WIDTH)) is the ratio."""
    square = max(ratio, 1.001) ** 2
    return float(np.sqrt(max(0.0, (COARSE**2 + WIDTH - square * (FINE**2 + WIDTH)) / (square - 1))))
