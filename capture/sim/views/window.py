"""Indoors: a view out of the window."""

import numpy as np

from . import materials as of
from .canvas import Canvas
from .materials import dye, plastic, shuffled
from .patterns import cloth, dots, patches, rough, stripes, tiles, wood
from .plants import foliage, potted_plant
from .shading import cylinder, folds, ramp
from .shapes import At, box, polygon, turned_body
from .vessels import vessel


def window(canvas: Canvas, rng: np.random.Generator) -> None:
    """A potted plant on the sill of a window between printed curtains."""
    canvas.surface(box(0, 0, 16, 9), of.PLASTER, 2.6, texture=rough(rng, 0.12, 3))
    canvas.surface(box(3.6, 0, 8.8, 6.6), of.SKY, 30, texture=rough(rng, 0.05, 0.8), shade=ramp(0.75, 1.1))
    canvas.paint(box(3.6, 0, 8.8, 4), of.CLOUD, coverage=patches(rng, 0.35, 0.4), opacity=0.8)
    _neighbourhood(canvas, rng)
    frame = plastic("#e4dfd2")
    for x in (3.5, 7.8, 12.1):
        canvas.surface(box(x, 0, 0.4, 6.6), frame, 2.45, shade=cylinder)
    for y in (2.9, 6.3):
        canvas.surface(box(3.5, y, 9.0, 0.3), frame, 2.45, shade=ramp(1.1, 0.6))
    sill = box(2.8, 6.6, 10.4, 0.5)
    canvas.shadow(sill, 0.45, 0.5, 0.1, 0.4)
    canvas.surface(sill, of.OAK, 2.1, texture=wood(rng, 0.25), shade=ramp(1.15, 0.75))
    colours = shuffled(rng, ("#8c3b3b", "#2f5d7c", "#4d6a3f"))
    for left in (0.6, 11.9):
        curtain = polygon((left, 0), (left + 3.5, 0), (left + 3.3, 8.6), (left + 0.1, 8.6))
        canvas.shadow(curtain, 0.4, 0.5, 0.2, 0.0)
        canvas.surface(curtain, dye("#ddd2ba"), 2.2, texture=cloth(rng), shade=folds(rng, 3.2, 0.36))
        canvas.paint(curtain, dye(colours[0]), coverage=dots(0.75, 0.24))
        canvas.paint(curtain, dye(colours[1]), coverage=dots(0.75, 0.1))
        canvas.paint(curtain, dye(colours[2]), coverage=stripes(1.5, 0.12))
    radiator = box(4.6, 7.5, 6.8, 1.5)
    canvas.surface(radiator, of.WHITE_PAINT, 2.4, shade=ramp(0.9, 0.6))
    for x in np.arange(4.7, 11.3, 0.42):
        canvas.surface(box(x, 7.55, 0.3, 1.45, 0.1), of.WHITE_PAINT, 2.35, shade=cylinder)
    potted_plant(canvas, rng, At(6.3 + rng.uniform(-0.3, 0.3), 6.75, 2.0), 3.4, of.TERRACOTTA)
    foliage(canvas, rng, At(9.9, 5.45, 2.0), (0.95, 0.75), leaves=200, length=0.34)
    vessel(canvas, rng, turned_body(9.9, [(5.9, 0.62), (6.1, 0.55), (6.75, 0.42)]), plastic("#3b6d8a"), 1.98)
    canvas.lamp(8, 3, 1.15, 0.6, 8)


def _neighbourhood(canvas: Canvas, rng: np.random.Generator) -> None:
    house = box(4.3, 4.0, 3.4, 2.5)
    canvas.surface(house, of.BRICK, 25, texture=tiles(rng, 0.24, 0.1, 0.3), shade=ramp(1.1, 0.9))
    canvas.surface(polygon((4.0, 4.0), (6.0, 2.95), (8.0, 4.0)), of.IRON, 25, texture=tiles(rng, 0.2, 0.1, 0.3))
    for x in (4.8, 6.3):
        canvas.paint(box(x, 4.5, 0.8, 0.9), of.WHITE_PAINT)
        canvas.paint(box(x + 0.08, 4.58, 0.64, 0.74), of.GLASS)
    canvas.surface(box(9.9, 4.5, 0.3, 2), of.SOIL, 20)
    foliage(canvas, rng, At(10.1, 4.2, 20), (1.6, 1.6), leaves=300, length=0.32)
    foliage(canvas, rng, At(7.6, 6.3, 18), (3.9, 0.5), leaves=260, length=0.22)
