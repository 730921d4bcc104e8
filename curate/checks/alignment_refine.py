"""Refine a motion to a tenth of a pixel: Newton steps on the correlation of structure maps, block by block."""

import math
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from .alignment_motion import Motion, Plane
from .alignment_structure import slopes

Floats = NDArray[np.float64]

BLOCK = 48  # pixels
STEP_LIMIT = 2.5  # pixels a step may move the picture: beyond it the quadratic model says nothing
SETTLED = 0.2  # pixels: a smaller step is the last; its own error is of second order
REWEIGHTINGS = 3


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


def refine(low: Plane, nire: Plane, start: Motion, steps: int) -> Fit:
    """Maximise the correlation of `low` with `nire` unwarped, over shift, rotation and zoom, from `start`.

    Each block gives the slope b (2) and the curvature A (2 x 2) of its own correlation; a block whose content has
    vanished in one spectrum, or that only noise fills, has next to no curvature and so no say. Blocks that disagree
    with the rest (parallax, things that moved, shadows) lose weight (Cauchy).

    Takes two structure maps of one shape (H x W x 2). That a turned picture turns its edges too is left out: the
    5 degrees of a bumped camera turn the double-angle vectors by 10, which costs 2 % of the correlation.
    """
    grid = _Grid.of(low.shape)
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
        height, width = shape[:2]
        down, across = (max(3, round(length / BLOCK)) for length in (height, width))
        origin, radius = (width % across // 2, height % down // 2), math.hypot(height, width) / 2
        inner = height - height % down, width - width % across
        y = (np.arange(down) + 0.5) * (inner[0] // down) + origin[1] - height / 2
        x = (np.arange(across) + 0.5) * (inner[1] // across) + origin[0] - width / 2
        y, x = (axis.ravel() / radius for axis in np.meshgrid(y, x, indexing="ij"))
        one, zero = np.ones_like(x), np.zeros_like(x)
        jacobian = np.stack([[one, zero, x, -y], [zero, one, y, x]]).transpose(2, 0, 1)
        return cls(origin, inner, (down, across), radius, jacobian)

    def window(self, field: Plane) -> Plane:
        """Return the part of a field that the blocks cover."""
        (x, y), (height, width) = self.origin, self.shape
        return np.ascontiguousarray(field[y : y + height, x : x + width])

    def dot(self, a: Plane, b: Plane) -> Floats:
        """Sum a * b over each block of two windows, n values."""
        (height, width), (down, across) = self.shape, self.blocks
        rows = down, height // down, across, width // across * 2
        return np.asarray(np.einsum("aibj,aibj->ab", a.reshape(rows), b.reshape(rows)), np.float64).ravel()


class _Structure(NamedTuple):
    """A structure map and its slopes along x and y."""

    map: Plane
    x: Plane
    y: Plane

    @classmethod
    def of(cls, field: Plane) -> "_Structure":
        return cls(field, *slopes(field))


def _correlate(grid: _Grid, low: _Structure, nire: _Structure) -> tuple[Floats, Floats]:
    """Return curvature (n x 2 x 2, positive semidefinite) and slope (n x 2) of each block's correlation.

    Both mix the two pictures, so that noise, which they don't share, drops out of the sums.
    """
    dot = grid.dot
    slope = np.stack([dot(low.map, nire.x) - dot(nire.map, low.x), dot(low.map, nire.y) - dot(nire.map, low.y)], -1) / 2
    xy = (dot(low.x, nire.y) + dot(low.y, nire.x)) / 2
    curvature = np.stack([dot(low.x, nire.x), xy, xy, dot(low.y, nire.y)], -1).reshape(-1, 2, 2)
    values, vectors = np.linalg.eigh(curvature)
    return (vectors * np.maximum(values, 0)[:, None]) @ vectors.transpose(0, 2, 1), slope


@dataclass(frozen=True, eq=False)
class _Solution:
    step: Floats  # dx, dy, and zoom and turn as pixels at a corner
    residual: float
    uncertainty: float


def _solve(curvature: Floats, slope: Floats, jacobian: Floats) -> _Solution:
    transposed = jacobian.transpose(0, 2, 1)
    pull = curvature @ jacobian
    normal, right = transposed @ pull, (transposed @ slope[..., None])[..., 0]
    stiffness = np.trace(curvature, axis1=1, axis2=2)
    stiffness = stiffness + stiffness.mean() + 1e-9
    weight = np.ones(len(slope))
    for _ in range(REWEIGHTINGS):
        system = np.tensordot(weight, normal, 1)
        system += (1e-3 * np.trace(system) + 1e-6) * np.eye(4)
        step = np.asarray(np.linalg.solve(system, weight @ right), np.float64)
        rest = slope - pull @ step
        length = 2 * np.hypot(rest[:, 0], rest[:, 1]) / stiffness  # pixels
        weight = 1 / (1 + (length / (2 * np.median(length) + 0.05)) ** 2)
    score = weight[:, None] * (transposed @ rest[..., None])[..., 0]
    inverse = np.linalg.inv(system)
    spread = float(np.trace(inverse @ (score.T @ score) @ inverse))
    return _Solution(step, float(np.sqrt(np.average(length**2, weights=weight))), math.sqrt(max(spread, 0.0)))
