"""Plants: dark to the eye, bright in NIR."""

import numpy as np

from .canvas import Canvas
from .materials import Material, leaf, material, one_of, varied
from .patterns import rough
from .shading import cylinder, sphere
from .shapes import At, blob, box, ellipse, leaf_shape, polygon, ribbon

GREENS = ("#2c4a22", "#38592a", "#46692f", "#567a38", "#3c6233")


def foliage(
    canvas: Canvas, rng: np.random.Generator, at: At, spread: tuple[float, float], *, leaves: int, length: float
) -> None:
    """Grow a bush about (x, y): leaves from the dark inside out, those towards the lamp lighter."""
    x, y, depth = at
    across, down = spread
    inside = blob(rng, x, y, across * 0.9, down * 0.9)
    canvas.surface(inside, leaf("#1d3016"), depth * 1.02, texture=rough(rng, 0.2, 6))
    canvas.shadow(inside, 0.35, 0.1)
    for step in range(leaves):
        radius, turn = np.sqrt(rng.random()) * 1.02, rng.uniform(0, 2 * np.pi)
        u, v = radius * np.cos(turn), radius * np.sin(turn)
        outwards = np.degrees(np.arctan2(-v, u)) + rng.normal(0, 45)
        light = (0.55 + 0.45 * step / leaves) * (0.95 - 0.18 * u - 0.3 * v) * rng.uniform(0.75, 1.25)
        size = length * rng.uniform(0.65, 1.2)
        blade = leaf_shape(x + u * across, y + v * down, outwards, size, size * rng.uniform(0.3, 0.5))
        canvas.surface(blade, leaf(one_of(rng, GREENS)), depth * rng.uniform(0.97, 1.0), shade=light)


def potted_plant(canvas: Canvas, rng: np.random.Generator, at: At, height: float, pot: Material) -> None:
    """Stand a plant with long leaves in a pot."""
    x, floor, depth = at
    rim, width = floor - height * 0.36, height * 0.2
    for angle in np.linspace(165, 15, 15) + rng.normal(0, 5, 15):
        _long_leaf(canvas, rng, At(x, rim, depth * rng.uniform(0.97, 1.0)), height * rng.uniform(0.5, 0.68), angle)
    canvas.shadow(ellipse(x + width * 0.3, floor, width * 1.2, width * 0.22), 0.6, 0.15)
    sides = polygon((x - width, rim), (x + width, rim), (x + width * 0.72, floor), (x - width * 0.72, floor))
    canvas.surface(sides, pot, depth * 0.97, texture=rough(rng, 0.12, 6), shade=cylinder)
    collar = box(x - width * 1.12, rim - height * 0.03, width * 2.24, height * 0.09, 0.03)
    canvas.surface(collar, pot, depth * 0.96, texture=rough(rng, 0.12, 6), shade=cylinder)


def _long_leaf(canvas: Canvas, rng: np.random.Generator, at: At, size: float, angle: float) -> None:
    x, y, depth = at
    dx, dy = size * np.cos(np.radians(angle)), -size * np.sin(np.radians(angle))
    canvas.surface(ribbon([(x, y), (x + dx, y + dy)], 0.06 * size, 0.01), leaf("#4a6a34"), depth)
    blade = leaf_shape(x + dx * 0.3, y + dy * 0.3, angle, size, size * 0.27)
    canvas.surface(blade, varied(rng, leaf(one_of(rng, GREENS)), 0.3), depth)
    canvas.bevel(blade, size * 0.12, 0.8)
    canvas.paint(ribbon([(x, y), (x + dx * 1.2, y + dy * 1.2)], 0.018), leaf("#8fae62"), opacity=0.7)


def grass(canvas: Canvas, rng: np.random.Generator) -> None:
    """Grow blades of grass over the lower half of the picture, smaller with distance."""
    for y in np.sort(5.0 + 4.0 * rng.random(900) ** 0.8):
        near = (y - 3.2) / 5.8
        x, lean = rng.uniform(0, 16), rng.normal(0, 0.12)
        blade = polygon((x - 0.025 * near, y), (x + lean * near, y - 0.42 * near), (x + 0.025 * near, y))
        canvas.paint(blade, varied(rng, leaf(one_of(rng, ("#6c8f45", "#3f5f2a", "#86a557"))), 0.2))


def flowers(canvas: Canvas, rng: np.random.Generator, left: float, right: float) -> None:
    """Grow flowers in a bed at the front."""
    petals = [material(colour, 0.7) for colour in ("#c23b5a", "#e0b030", "#e6e0ea", "#7a4aa0", "#d9602b")]
    for y in np.sort(rng.uniform(6.2, 8.3, 26)):
        x, size = rng.uniform(left, right), 0.11 + 0.03 * (y - 6)
        canvas.surface(ribbon([(x, y), (x + rng.normal(0, 0.1), y + 6 * size)], 0.03), leaf("#41602c"), 3.0)
        for side in (20, 160):
            canvas.surface(leaf_shape(x, y + 4 * size, side, 4 * size, 1.1 * size), leaf("#41602c"), 3.0)
        petal = petals[int(rng.integers(len(petals)))]
        for turn in range(0, 360, 60):
            canvas.surface(leaf_shape(x, y, turn, size * 2.0, size * 1.2), varied(rng, petal), 2.95)
        canvas.surface(ellipse(x, y, size * 0.5), material("#6b4a1a", 0.4), 2.95, shade=sphere)
