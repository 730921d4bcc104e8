"""How curved surfaces take the light of a lamp above and to the left."""

import numpy as np
from numpy.typing import NDArray

from .canvas import Shade
from .patterns import Plane


def cylinder(u: Plane, v: Plane) -> Plane:
    """Light on an upright cylinder."""
    facing = 0.86 * np.sqrt(np.clip(1 - u**2, 0, 1)) - 0.5 * u
    return _lit(0.38 + 0.66 * np.clip(facing, 0, 1))


def sphere(u: Plane, v: Plane) -> Plane:
    """Light on a ball."""
    facing = 0.74 * np.sqrt(np.clip(1 - u**2 - v**2, 0, 1)) - 0.4 * u - 0.54 * v
    return _lit(0.34 + 0.72 * np.clip(facing, 0, 1))


def ramp(top: float, bottom: float) -> Shade:
    """Light that changes evenly from top to bottom."""
    return lambda u, v: _lit(top + (bottom - top) * (v + 1) / 2)


def sideways(left: float, right: float) -> Shade:
    """Light that changes evenly from left to right."""
    return lambda u, v: _lit(left + (right - left) * (u + 1) / 2)


def folds(rng: np.random.Generator, count: float, depth: float = 0.3) -> Shade:
    """Light on hanging cloth: upright folds that wander a little."""
    phase, sway, second = rng.uniform(0, 2 * np.pi, 3)

    def shade(u: Plane, v: Plane) -> Plane:
        across = np.pi * count * u + phase + 0.5 * np.sin(1.7 * v + sway)
        waves = np.sin(across) + 0.45 * np.sin(2.3 * across + second + v)
        return _lit(0.92 - 0.12 * u + depth * 0.6 * waves * (0.75 + 0.25 * v))

    return shade


def _lit(light: NDArray[np.floating]) -> Plane:
    return light.astype(np.float32)
