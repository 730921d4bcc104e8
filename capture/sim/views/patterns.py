"""Textures as functions of scene coordinates, so that they look the same at every picture size and in perspective.

A texture returns a gain around 1; a coverage returns 0 to 1. Both take two H x W planes of scene coordinates.
"""

from collections.abc import Callable

import cv2
import numpy as np
from numpy.typing import NDArray

Plane = NDArray[np.float32]
Pattern = Callable[[Plane, Plane], Plane]

_LATTICE = 256
_PIXEL = 0.0125
"""Scene units of one pixel at 1280 x 720: the width of a pattern's edges."""


def noise(rng: np.random.Generator) -> Pattern:
    """Return smooth random values, about 0 to 1, with one knot per unit, repeating after 256."""
    lattice = rng.random((_LATTICE, _LATTICE), dtype=np.float32)
    return lambda x, y: cv2.remap(lattice, x, y, cv2.INTER_CUBIC, borderMode=cv2.BORDER_WRAP).astype(np.float32)


def fractal(rng: np.random.Generator, frequency: float, octaves: int = 4, stretch: float = 1.0) -> Pattern:
    """Return noise of halving amplitude, about 0 to 1; `stretch` over 1 makes long features along x."""
    layers = [noise(rng) for _ in range(octaves)]
    total = 2 - 2.0 ** (1 - octaves)

    def sample(x: Plane, y: Plane) -> Plane:
        value = np.zeros_like(x)
        for octave, layer in enumerate(layers):
            knots = frequency * 2**octave
            value += layer(x * np.float32(knots / stretch), y * np.float32(knots)) * np.float32(0.5**octave / total)
        return value

    return sample


def rough(rng: np.random.Generator, amount: float, frequency: float = 8.0, stretch: float = 1.0) -> Pattern:
    """Return the gain of a rough surface (plaster, asphalt, soil), 1 - `amount` to 1 + `amount`."""
    field = fractal(rng, frequency, 4, stretch)
    return lambda x, y: 1 + np.float32(2.6 * amount) * (field(x, y) - np.float32(0.5))


def wood(rng: np.random.Generator, amount: float = 0.3, upright: bool = False) -> Pattern:
    """Return the gain of planed wood: rings cut along the grain, and fibres."""
    bend, fibre = fractal(rng, 0.5, 3, 5.0), fractal(rng, 14.0, 3, 18.0)
    offset = np.float32(rng.uniform(0, 50))

    def sample(x: Plane, y: Plane) -> Plane:
        along, across = (y, x) if upright else (x, y)
        along = along + offset
        rings = np.sin(2 * np.pi * (across * 1.6 + 3.2 * bend(along, across)))
        return (1 + amount * (0.35 * rings + 1.5 * (fibre(along, across) - 0.5))).astype(np.float32)

    return sample


def cloth(rng: np.random.Generator, threads: float = 11.0, amount: float = 0.12) -> Pattern:
    """Return the gain of woven cloth with `threads` per unit."""
    uneven = fractal(rng, 3.0, 4)

    def sample(x: Plane, y: Plane) -> Plane:
        turn = np.float32(2 * np.pi * threads)
        weave: Plane = np.sin(x * turn) * np.sin(y * turn)
        return 1 + np.float32(amount) * (weave + np.float32(2.5) * (uneven(x, y) - np.float32(0.5)))

    return sample


def tiles(rng: np.random.Generator, width: float, height: float, amount: float, shift: float = 0.5) -> Pattern:
    """Return the gain of bricks, planks or tiles that differ from each other; every row is moved by `shift`."""
    own, inner = noise(rng), fractal(rng, 9.0, 4)

    def sample(x: Plane, y: Plane) -> Plane:
        row = np.floor(y / height)
        column = np.floor(x / width + shift * row)
        differs = own(column.astype(np.float32), row.astype(np.float32)) - 0.5
        return (1 + 2 * amount * (differs + 0.8 * (inner(x, y) - 0.5))).astype(np.float32)

    return sample


def joints(width: float, height: float, gap: float, shift: float = 0.5) -> Pattern:
    """Return the coverage of the mortar between `tiles` of the same measures."""

    def sample(x: Plane, y: Plane) -> Plane:
        row = np.floor(y / height)
        across = np.abs(np.mod(x / width + shift * row + 0.5, 1) - 0.5) * width
        down = np.abs(np.mod(y / height + 0.5, 1) - 0.5) * height
        return _edge(gap / 2 - np.minimum(across, down))

    return sample


def stripes(period: float, share: float = 0.5, angle: float = 0.0) -> Pattern:
    """Return the coverage of stripes; at 0 degrees they stand upright."""
    cosine, sine = np.cos(np.radians(angle)), np.sin(np.radians(angle))

    def sample(x: Plane, y: Plane) -> Plane:
        along = np.abs(np.mod((x * cosine + y * sine) / period, 1) - 0.5) * period
        return _edge(along - period * (1 - share) / 2)

    return sample


def dots(period: float, radius: float) -> Pattern:
    """Return the coverage of polka dots in staggered rows."""

    def sample(x: Plane, y: Plane) -> Plane:
        row = np.floor(y / period)
        across = (np.mod(x / period + 0.5 * row, 1) - 0.5) * period
        down = (np.mod(y / period, 1) - 0.5) * period
        return _edge(radius - np.hypot(across, down))

    return sample


def patches(rng: np.random.Generator, frequency: float, share: float) -> Pattern:
    """Return the coverage of irregular spots (moss, rust, camouflage) over about `share` of the area."""
    field = fractal(rng, frequency, 3)
    return lambda x, y: np.clip((field(x, y) - np.float32(0.72 - 0.45 * share)) * 18, 0, 1).astype(np.float32)


def on_ground(pattern: Pattern, horizon: float) -> Pattern:
    """Lay a pattern on the ground that meets the sky at y = `horizon`; 1 unit there is 1 unit in the bottom row."""

    def sample(x: Plane, y: Plane) -> Plane:
        farther = np.float32(9 - horizon) / np.maximum(y - horizon, 0.05)
        return pattern((x - 8) * farther + 8, farther * np.float32(9 - horizon))

    return sample


def ground_depth(horizon: float, nearest: float) -> Pattern:
    """Return the metres to the ground, `nearest` in the bottom row."""
    return lambda x, y: np.clip(nearest * (9 - horizon) / np.maximum(y - horizon, 0.05), 0.5, 30).astype(np.float32)


def _edge(inside: Plane) -> Plane:
    covered: Plane = np.clip(inside / _PIXEL + 0.5, 0, 1)
    return covered.astype(np.float32)
