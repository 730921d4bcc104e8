"""Refine a motion to a tenth of a pixel: Newton steps on the correlation of structure maps, block by block."""

import math
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from .alignment_motion import Motion
from .alignment_structure import Field, slopes
from .order import median

Floats = NDArray[np.float64]

BLOCK = 48  # pixels
STEP_LIMIT = 2.5  # pixels a step may move the picture: beyond it the quadratic model says nothing
SETTLED = 0.4  # pixels: a smaller step is the last; its own error is of second order
REWEIGHTINGS = 3
UNIT = np.eye(4)


@dataclass(frozen=True)
class Fit:
    """A refined motion with what it says about itself.

    Attributes:
        motion: in pixels of the maps it was refined on.
        residual: weighted root mean square of what the blocks still want to move, pixels.
        uncertainty: standard error of the motion at a corner, pixels, from the scatter of the blocks.
    """

    motion: Motion
    residual: float
    uncertainty: float


def refine(low: Field, nire: Field, start: Motion, steps: int) -> Fit:
    """Maximise the correlation of `low` with `nire` unwarped, over shift, rotation and zoom, from `start`.

    Each block gives the slope b (2) and the curvature A (2 x 2) of its own correlation; a block whose content has
    vanished in one spectrum, or that only noise fills, has next to no curvature and so no say. Blocks that disagree
    with the rest (parallax, things that moved, shadows) lose weight (Cauchy).

    Takes two structure maps of one shape (2 x H x W). That a turned picture turns its edges too is left out: the
    5 degrees of a bumped camera turn the double-angle vectors by 10, which costs 2 % of the correlation.
    """
    grid = _Grid.of(low.shape[1:])
    fixed, motion = _Structure.of(grid.window(low)), start
    for _ in range(steps):
        unwarped = _Structure.of(motion.unwarp(nire, grid.origin, grid.shape))
        solution = _solve(*_correlate(grid, fixed, unwarped), grid.jacobian)
        step = solution.step * min(1.0, STEP_LIMIT / (float(np.linalg.norm(solution.step)) + 1e-9))
        motion = motion.after(Motion(1 + complex(step[2], step[3]) / grid.radius, complex(step[0], step[1])))
        if np.linalg.norm(solution.step) < SETTLED:
            break
    return Fit(motion, solution.residual, solution.uncertainty)


@dataclass(frozen=True, eq=False)
class _Grid:
    """Equal blocks over the middle of a picture, without the few pixels that don't divide."""

    origin: tuple[int, int]  # x, y of the first block
    shape: tuple[int, int]  # height and width of all blocks together
    blocks: tuple[int, int]  # down, across
    radius: float  # half the picture's diagonal
    jacobian: Floats  # n x 2 x 4: how a block's centre moves with dx, dy, and zoom and turn as pixels at a corner

    @classmethod
    def of(cls, shape: tuple[int, ...]) -> "_Grid":
        height, width = shape
        down, across = (max(3, round(length / BLOCK)) for length in (height, width))
        origin, radius = (width % across // 2, height % down // 2), math.hypot(height, width) / 2
        inner = height - height % down, width - width % across
        y = (np.arange(down) + 0.5) * (inner[0] // down) + origin[1] - height / 2
        x = (np.arange(across) + 0.5) * (inner[1] // across) + origin[0] - width / 2
        y, x = (axis.ravel() / radius for axis in np.meshgrid(y, x, indexing="ij"))
        one, zero = np.ones_like(x), np.zeros_like(x)
        jacobian = np.stack([[one, zero, x, -y], [zero, one, y, x]]).transpose(2, 0, 1)
        return cls(origin, inner, (down, across), radius, jacobian)

    def window(self, field: Field) -> Field:
        """Return the part of a field that the blocks cover."""
        (x, y), (height, width) = self.origin, self.shape
        return np.ascontiguousarray(field[:, y : y + height, x : x + width])

    def products(self, one: Field, other: Field) -> Floats:
        """Sum the product of two windows over each block, n values; no plane of products is made."""
        (height, width), (down, across) = self.shape, self.blocks
        banded = (plane.reshape(2, down, height // down, width) for plane in (one, other))
        columns = np.einsum("pihw,pihw->iw", *banded)
        return np.asarray(columns.reshape(down, across, width // across).sum(2), np.float64).ravel()


class _Structure(NamedTuple):
    """A structure map and its slopes along x and y."""

    map: Field
    x: Field
    y: Field

    @classmethod
    def of(cls, field: Field) -> "_Structure":
        return cls(field, *slopes(field))


def _correlate(grid: _Grid, low: _Structure, nire: _Structure) -> tuple[Floats, Floats]:
    """Return curvature (n x 2 x 2, positive semidefinite) and slope (n x 2) of each block's correlation.

    Both mix the two pictures, so that noise, which they don't share, drops out of the sums.
    """
    across = (grid.products(low.map, nire.x) - grid.products(nire.map, low.x)) / 2
    down = (grid.products(low.map, nire.y) - grid.products(nire.map, low.y)) / 2
    xx, yy = grid.products(low.x, nire.x), grid.products(low.y, nire.y)
    xy = (grid.products(low.x, nire.y) + grid.products(low.y, nire.x)) / 2
    return _positive(xx, xy, yy), np.stack([across, down], -1)


def _positive(xx: Floats, xy: Floats, yy: Floats) -> Floats:
    """Return symmetric 2 x 2 matrices without their negative parts."""
    mean, half = (xx + yy) / 2, (xx - yy) / 2
    spread = np.hypot(half, xy) + 1e-12
    larger, smaller = np.maximum(mean + spread, 0), np.maximum(mean - spread, 0)
    mean, ratio = (larger + smaller) / 2, (larger - smaller) / (2 * spread)
    xy = ratio * xy
    return np.stack([mean + ratio * half, xy, xy, mean - ratio * half], -1).reshape(-1, 2, 2)


@dataclass(frozen=True, eq=False)
class _Solution:
    step: Floats  # dx, dy, and zoom and turn as pixels at a corner
    residual: float
    uncertainty: float


def _solve(curvature: Floats, slope: Floats, jacobian: Floats) -> _Solution:
    transposed = jacobian.transpose(0, 2, 1)
    pull = curvature @ jacobian
    normal, right = transposed @ pull, (transposed @ slope[..., None])[..., 0]
    stiffness = curvature[:, 0, 0] + curvature[:, 1, 1]
    stiffness = stiffness + stiffness.mean() + 1e-9
    weight = np.ones(len(slope))
    for _ in range(REWEIGHTINGS):
        system = (weight @ normal.reshape(-1, 16)).reshape(4, 4)
        system += (1e-3 * system.trace() + 1e-6) * UNIT
        step = np.asarray(np.linalg.solve(system, weight @ right), np.float64)
        rest = slope - pull @ step
        length = 2 * np.hypot(rest[:, 0], rest[:, 1]) / stiffness  # pixels
        weight = 1 / (1 + (length / (2 * median(length) + 0.05)) ** 2)
    scores = weight[:, None] * (transposed @ rest[..., None])[..., 0] @ np.linalg.inv(system)
    return _Solution(step, math.sqrt(weight @ length**2 / weight.sum()), float(np.linalg.norm(scores)))
