"""Compression check: steps along the grid of an encoder's blocks.

A difference between neighbours that is larger on every eighth place than on both sides of it is no scene's. The median
over the tiles is taken, as books and bricks repeat in one place only. H.264 smooths its grid and with it all that is
fine: there the grid is weighed against the detail that is left.
"""

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from .noise import GAIN, KERNEL
from .tiles import Tiles

PERIODS = (8, 16)
"""Pixels from block to block: of JPEG, and of H.264 or of a picture that was enlarged to the double."""
EDGE = 12
"""Levels above which a difference counts no more: it is an edge of the scene."""
FAINTEST = 0.5
"""Levels added to a tile's mean difference, so that rounding is no grid."""
LEAST_DETAIL = 0.01
"""Added to the detail of a picture, in which rounding leaves as much."""

Plane = NDArray[np.float32]


@dataclass(frozen=True)
class Compression:
    """Marks of an encoder's blocks; None where there is no such picture.

    Attributes:
        low_blocks: step along the grid of I beyond those beside it, levels.
        nire_blocks: the same of N.
        reference_blocks: the same of R.
        nire_smear: how much the grid has in the differences of N, over the fine detail that its edges have; 0 to 60.
        reference_smear: the same of R.
    """

    low_blocks: float
    nire_blocks: float
    reference_blocks: float | None
    nire_smear: float
    reference_smear: float | None


def measure_compression(low: Tiles, nire: Tiles, reference: Tiles | None = None) -> Compression:
    """Measure the block grids of the pictures of a shot on their `tiles`."""
    low_blocks, _ = block_grid(low)
    nire_blocks, nire_smear = block_grid(nire)
    reference_blocks, reference_smear = (None, None) if reference is None else block_grid(reference)
    return Compression(low_blocks, nire_blocks, reference_blocks, nire_smear, reference_smear)


def block_grid(sample: Tiles) -> tuple[float, float]:
    """Return how much a grid stands out of a picture's tiles (n x H x W): in levels, and over its detail.

    >>> blocks = np.random.default_rng(0).integers(90, 110, (15, 12, 12), np.uint8)
    >>> block_grid(np.kron(blocks, np.ones((1, 8, 8), np.uint8)))[0] > 4
    True
    """
    found = [_grid_along(sample, axis) for axis in (0, 1)]
    levels, shares = zip(*found, strict=True)
    return max(levels), max(shares) / (_detail(sample) + LEAST_DETAIL)


def _detail(sample: Tiles) -> float:
    """Return the fine detail of the tiles over the slopes of what is coarse."""
    column = np.ascontiguousarray(sample).reshape(-1, sample.shape[2])
    slopes = cv2.Sobel(cv2.blur(column, (3, 3)), cv2.CV_16S, 1, 0)
    fine = cv2.filter2D(column, cv2.CV_16S, KERNEL)
    return GAIN * cv2.norm(fine, cv2.NORM_L1) / (cv2.norm(slopes, cv2.NORM_L1) + slopes.size)


def _grid_along(sample: Tiles, axis: int) -> tuple[float, float]:
    """Measure the grid that runs down (axis 0) or across (axis 1) the tiles."""
    if min(sample.shape[1:]) < 2 * max(PERIODS):
        return 0.0, 0.0
    steps = _steps(np.ascontiguousarray(sample if axis == 0 else sample.transpose(0, 2, 1)))
    excess = steps[:, 1:-1] - (steps[:, :-2] + steps[:, 2:]) / np.float32(2)  # n x length - 3
    activity = np.asarray(steps.mean(axis=1) + FAINTEST, np.float32)
    folded = [_folded(excess, period) for period in PERIODS]
    relative = [_folded(np.divide(excess, activity[:, None], dtype=np.float32), period) for period in PERIODS]
    return max(map(_stands_out, folded)), max(map(_stands_out, relative))


def _steps(sample: Tiles) -> Plane:
    """Return the mean difference, levels, between each column of a tile and the next, n x (W - 1)."""
    many, height, width = sample.shape
    column = sample.reshape(-1, width)
    difference = cv2.min(cv2.absdiff(column[:, :-1], column[:, 1:]), EDGE)  # type: ignore[call-overload]
    rows = np.asarray(difference, np.float32).reshape(many, height, width - 1)
    return np.asarray(np.full(height, 1 / height, np.float32) @ rows, np.float32)


def _folded(profile: Plane, period: int) -> Plane:
    """Average a profile along each tile (n x W) over its periods, n x period."""
    whole = profile.shape[1] // period * period
    return np.asarray(profile[:, :whole].reshape(len(profile), -1, period).mean(axis=1), np.float32)


def _stands_out(phases: Plane) -> float:
    typical = _median(phases)
    return float(typical.max() - _median(typical))


def _median(values: Plane) -> Plane:
    """Return the median over the first axis; for so few values NumPy's own takes five times as long."""
    ordered, many = np.sort(values, axis=0), len(values)
    return np.asarray((ordered[(many - 1) // 2] + ordered[many // 2]) / 2, np.float32)
