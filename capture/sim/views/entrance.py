"""Outdoors, before the house: a drive with a car, a front door."""

import numpy as np

from . import materials as of
from .canvas import Canvas
from .materials import material, one_of, plastic
from .patterns import ground_depth, joints, rough, tiles, wood
from .plants import foliage, potted_plant
from .shading import cylinder, ramp, sideways, sphere
from .shapes import At, box, ellipse, leaf_shape, polygon, ribbon, turned_body
from .surroundings import bricks, paving, sky
from .vessels import vessel


def driveway(canvas: Canvas, rng: np.random.Generator) -> None:
    """A parked car before a garage, a hedge beside it."""
    sky(canvas, rng, 6)
    foliage(canvas, rng, At(13.8, 1.6, 22), (2.4, 1.7), leaves=420, length=0.36)
    canvas.surface(box(0, 0, 11.0, 5.9), of.PLASTER, 9, texture=rough(rng, 0.16, 5), shade=ramp(0.95, 1.0))
    bricks(canvas, rng, box(0, 5.0, 11.0, 0.9), 8.95, 0.5)
    garage = box(2.2, 1.3, 6.4, 4.6)
    canvas.surface(box(1.95, 1.05, 6.9, 4.85), of.WHITE_PAINT, 8.9)
    canvas.surface(garage, plastic("#7b8a86"), 9.05, texture=tiles(rng, 9, 0.55, 0.06), shade=ramp(0.85, 1.05))
    canvas.paint(garage, of.IRON, coverage=joints(90, 0.55, 0.05), opacity=0.6)
    canvas.surface(
        polygon((0, 0), (11.6, 0), (11.3, 0.7), (0, 0.7)), of.TERRACOTTA, 8.6, texture=tiles(rng, 0.3, 0.35, 0.35)
    )
    canvas.shadow(box(0, 0.65, 11, 0.4), 0.5, 0.3)
    canvas.surface(box(9.4, 1.6, 0.9, 0.5), of.WHITE_PAINT, 8.9)
    canvas.text(9.85, 1.84, str(rng.integers(3, 98)), 0.4, of.CARBON)
    paving(canvas, rng, of.ASPHALT, 5.9, horizon=3.4, nearest=3.0)
    for x in (11.6, 13.2, 14.9):
        foliage(canvas, rng, At(x, 5.0, 8), (1.3, 1.25), leaves=260, length=0.32)
    _car(canvas, rng, 2.6 + rng.uniform(-0.5, 0.5), 8.2)
    potted_plant(canvas, rng, At(1.1, 6.6, 6.5), 2.4, of.TERRACOTTA)
    canvas.lamp(7, 2, 1.2, 0.75, 10)


def _car(canvas: Canvas, rng: np.random.Generator, x: float, floor: float) -> None:
    paint = plastic(one_of(rng, ("#8f2226", "#27507a", "#3d5f4a", "#b5a878")))
    profile = [
        (0, -0.75),
        (0.05, -1.5),
        (0.6, -1.85),
        (2.3, -2.05),
        (3.4, -3.0),
        (3.8, -3.15),
        (6.4, -3.15),
        (6.9, -3.0),
        (8.0, -2.1),
        (8.9, -1.95),
        (9.2, -1.5),
        (9.25, -0.75),
    ]
    body = polygon(*[(x + dx, floor + dy) for dx, dy in profile], (x + 8.9, floor - 0.45), (x + 0.3, floor - 0.45))
    canvas.shadow(ellipse(x + 4.7, floor + 0.05, 4.9, 0.42), 0.8, 0.3)
    canvas.surface(body, paint, 4.2, shade=ramp(1.25, 0.55))
    canvas.bevel(body, 0.5, 0.8)
    for corners in (
        ((2.75, -2.1), (3.6, -2.88), (5.1, -2.92), (5.1, -2.1)),
        ((5.3, -2.1), (5.3, -2.92), (6.5, -2.88), (7.6, -2.1)),
    ):
        pane = polygon(*[(x + dx, floor + dy) for dx, dy in corners])
        canvas.surface(pane, of.GLASS, 4.25, texture=rough(rng, 0.3, 0.8), shade=ramp(1.3, 0.5))
        canvas.bevel(pane, 0.06, 0.5)
    for dx in (2.7, 5.2, 7.65):
        canvas.paint(ribbon([(x + dx, floor - 2.1), (x + dx, floor - 0.8)], 0.025), of.RUBBER, opacity=0.7)
    canvas.paint(box(x + 0.1, floor - 1.25, 9.1, 0.09), of.RUBBER, opacity=0.5)
    canvas.paint(box(x + 0.4, floor - 1.75, 8.3, 0.12), of.GLOSS, opacity=0.25, softness=0.12)
    for dx in (4.75, 6.9):
        canvas.surface(box(x + dx, floor - 1.75, 0.4, 0.1, 0.05), of.STEEL, 4.15)
    canvas.surface(box(x + 0.05, floor - 1.6, 0.5, 0.38, 0.12), of.GLOSS, 4.15, shade=sphere)
    canvas.surface(box(x + 8.75, floor - 1.7, 0.42, 0.45, 0.1), plastic("#9c1c1c"), 4.15, shade=sphere)
    for dx in (1.85, 7.35):
        canvas.paint(ellipse(x + dx, floor - 0.6, 0.98), of.RUBBER)
        canvas.surface(ellipse(x + dx, floor - 0.6, 0.84), of.RUBBER, 4.1, texture=rough(rng, 0.2))
        canvas.surface(ellipse(x + dx, floor - 0.6, 0.55), of.STEEL, 4.1, shade=sideways(1.2, 0.6))
        for spoke in range(0, 360, 60):
            canvas.paint(leaf_shape(x + dx, floor - 0.6, spoke + 20, 0.52, 0.2), of.IRON)
        canvas.surface(ellipse(x + dx, floor - 0.6, 0.12), of.STEEL, 4.1, shade=sphere)


def doorway(canvas: Canvas, rng: np.random.Generator) -> None:
    """A front door with its number, a mat with a word, and shrubs in pots."""
    bricks(canvas, rng, box(0, 0, 16, 6.8), 4.2, 0.95)
    canvas.surface(box(5.0, 0, 6.0, 6.8), of.WHITE_PAINT, 4.15, shade=sideways(1.05, 0.9))
    canvas.bevel(box(5.0, 0, 6.0, 6.8), 0.2, 0.6)
    paint = plastic(one_of(rng, ("#1f4f5f", "#7a2530", "#2f5a34")))
    canvas.surface(box(5.6, 0.2, 4.8, 6.6), paint, 4.3, texture=wood(rng, 0.16, upright=True))
    for x in (6.1, 8.3):
        for y, height in ((0.5, 2.3), (3.6, 2.7)):
            panel = box(x, y, 1.6, height)
            fill = of.GLASS if y < 1 else paint
            canvas.surface(panel, fill, 4.32, texture=rough(rng, 0.2, 5), shade=ramp(1.1, 0.85))
            canvas.bevel(panel, 0.14, 0.9)
    brass = material("#b8923f", 0.62)
    canvas.surface(box(7.2, 3.0, 1.6, 0.36, 0.06), brass, 4.25, shade=ramp(1.2, 0.7))
    canvas.paint(box(7.35, 3.12, 1.3, 0.1), of.RUBBER)
    canvas.surface(ellipse(10.05, 4.0, 0.16), brass, 4.2, shade=sphere)
    plate = box(11.5, 2.2, 1.3, 1.0, 0.08)
    canvas.shadow(plate, 0.5, 0.12, 0.05, 0.07)
    canvas.surface(plate, plastic("#26407a"), 4.15)
    canvas.text(12.15, 2.72, str(rng.integers(10, 99)), 0.75, plastic("#ece8dc"))
    lantern = polygon((3.4, 1.6), (4.3, 1.6), (4.15, 2.9), (3.55, 2.9))
    canvas.shadow(lantern, 0.5, 0.3, 0.2, 0.15)
    canvas.surface(lantern, material("#d9c88c", 0.35), 4.0, shade=cylinder)
    for bar in (3.42, 3.8, 4.2):
        canvas.paint(box(bar, 1.6, 0.08, 1.3), of.IRON)
    canvas.surface(polygon((3.2, 1.6), (3.85, 1.1), (4.5, 1.6)), of.IRON, 4.0)
    paving(canvas, rng, of.CONCRETE, 6.8, horizon=3.5, nearest=1.9)
    canvas.surface(box(4.6, 6.6, 6.8, 0.5), of.CONCRETE, 3.6, texture=rough(rng, 0.12), shade=ramp(1.1, 0.7))
    mat = polygon((5.2, 7.3), (10.8, 7.3), (11.5, 8.6), (4.5, 8.6))
    canvas.shadow(mat, 0.5, 0.15, 0.05, 0.06)
    canvas.surface(mat, material("#8a6a42", 0.5), ground_depth(3.5, 1.9), texture=rough(rng, 0.35, 18))
    canvas.bevel(mat, 0.12, 0.5)
    canvas.text(8.0, 7.95, one_of(rng, ("HOME", "HELLO", "WELCOME")), 0.9, of.CARBON)
    for x in (2.3, 13.7):
        foliage(canvas, rng, At(x, 4.9, 3.4), (1.35, 1.35), leaves=420, length=0.3)
        tub = [(6.0, 1.0), (6.2, 0.9), (7.6, 0.7)]
        vessel(canvas, rng, turned_body(x, tub), of.TERRACOTTA, 3.2, gloss=0.1)
    canvas.surface(box(14.4, 1.2, 1.4, 1.8, 0.1), of.STEEL, 4.0, shade=ramp(1.1, 0.8))
    canvas.paint(box(14.6, 1.45, 1.0, 0.14), of.RUBBER)
    canvas.text(15.1, 2.2, "POST", 0.36, of.CARBON)
    canvas.lamp(8, 2, 1.2, 0.68, 9)
