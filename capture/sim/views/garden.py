"""Outdoors: a garden."""

import numpy as np

from . import materials as of
from .canvas import Canvas
from .materials import leaf, material, varied
from .patterns import ground_depth, joints, on_ground, rough, tiles, wood
from .plants import flowers, foliage, grass
from .shading import ramp
from .shapes import At, blob, box, ellipse, polygon, ribbon, turned_body
from .surroundings import sky
from .vessels import vessel


def garden(canvas: Canvas, rng: np.random.Generator) -> None:
    """Trees, a plank fence, flower beds, a lawn and a stone path."""
    sky(canvas, rng, 4)
    for x in (0.5, 3.6, 7.4, 11.0, 14.8):
        foliage(canvas, rng, At(x, rng.uniform(1.4, 2.1), 20), (2.0, 1.5), leaves=330, length=0.36)
    fence = box(0, 2.6, 16, 2.3)
    canvas.surface(fence, of.PINE, 9, texture=tiles(rng, 0.5, 9.0, 0.3, 0), shade=ramp(1.0, 0.8))
    canvas.paint(fence, of.SOIL, coverage=joints(0.5, 9.0, 0.05, 0))
    canvas.paint(fence, of.SOIL, texture=wood(rng, 0.6, upright=True), opacity=0.2)
    lawn = on_ground(rough(rng, 0.35, 1.6), 3.2)
    canvas.surface(box(0, 4.9, 16, 4.1), leaf("#54753a"), ground_depth(3.2, 2.5), texture=lawn, shade=ramp(0.8, 1.05))
    grass(canvas, rng)
    for x in np.linspace(0.3, 15.7, 8):
        foliage(canvas, rng, At(float(x), 4.9 + rng.uniform(-0.2, 0.2), 8), (1.15, 0.75), leaves=130, length=0.32)
    for y, across in ((5.6, 0.55), (6.15, 0.75), (6.9, 1.0), (7.8, 1.3), (8.9, 1.6)):
        stone = blob(rng, 8.0 + (y - 5) * 0.5, y, across, across * 0.26, wobble=0.06)
        canvas.shadow(stone, 0.5, 0.1, 0.03, 0.05)
        canvas.surface(stone, varied(rng, of.CONCRETE), ground_depth(3.2, 2.5), texture=rough(rng, 0.2, 6))
        canvas.bevel(stone, 0.12, 0.5)
    flowers(canvas, rng, 0.2, 5.6)
    flowers(canvas, rng, 11.6, 16.0)
    _watering_can(canvas, rng, 4.4, 8.2)
    canvas.lamp(6, 2, 1.25, 0.75, 10)


def _watering_can(canvas: Canvas, rng: np.random.Generator, x: float, floor: float) -> None:
    tin = material("#5f7f86", 0.4)
    arc = [(x + 0.5 + 0.85 * np.cos(a), floor - 1.05 + 0.75 * np.sin(a)) for a in np.linspace(-1.7, 1.5, 18)]
    canvas.surface(ribbon(arc, 0.12), tin, 2.75)
    canvas.surface(
        polygon((x - 0.5, floor - 0.4), (x - 1.75, floor - 1.5), (x - 1.6, floor - 1.65), (x - 0.5, floor - 0.75)),
        tin,
        2.75,
        shade=ramp(1.1, 0.6),
    )
    canvas.surface(ellipse(x - 1.72, floor - 1.6, 0.12, 0.28), of.IRON, 2.74)
    body = turned_body(x, [(floor - 1.35, 0.62), (floor - 1.2, 0.7), (floor, 0.78)])
    vessel(canvas, rng, body, tin, 2.7, gloss=0.5)
    canvas.surface(ellipse(x, floor - 1.35, 0.62, 0.14), of.IRON, 2.7)
