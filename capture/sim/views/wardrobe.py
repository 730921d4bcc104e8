"""Indoors: dyed clothes, whose patterns NIR does not see."""

import numpy as np

from . import materials as of
from .canvas import Canvas
from .materials import Material, dye, one_of, plastic, shuffled, varied
from .patterns import Pattern, cloth, dots, rough, stripes, wood
from .shading import folds, ramp
from .shapes import At, box, ellipse, moved, polygon, ribbon

_SHIRT = polygon(
    (-0.35, 0), (-1.15, 0.45), (-1.5, 3.3), (-1.05, 3.4), (-0.92, 1.7), (-0.98, 4.7), (-0.3, 4.85), (0.4, 4.78),
    (1.0, 4.7), (0.92, 1.7), (1.05, 3.4), (1.5, 3.3), (1.15, 0.45), (0.35, 0), (0, 0.3),
)  # fmt: skip
"""A shirt on a hanger, from the middle of its collar."""


def wardrobe(canvas: Canvas, rng: np.random.Generator) -> None:
    """Dyed clothes on a rail, folded jumpers and shoes below."""
    canvas.surface(box(0, 0, 16, 9), of.OAK, 2.6, texture=wood(rng, 0.25, upright=True), shade=ramp(0.55, 0.8))
    canvas.surface(box(0, 7.2, 16, 1.8), of.OAK, 2.2, texture=wood(rng), shade=ramp(0.6, 1.0))
    canvas.surface(box(0, 0.75, 16, 0.2), of.STEEL, 2.2, shade=ramp(1.1, 0.4))
    colours = shuffled(rng, ("#8f2430", "#264b7a", "#c7a03a", "#3d6a4a", "#6d3b6f", "#c9653a", "#dcd4c4", "#2e6d78"))
    prints = (
        stripes(0.3, 0.4),
        dots(0.34, 0.09),
        stripes(0.5, 0.5, 90),
        None,
        stripes(0.4, 0.3, 45),
        stripes(0.16, 0.35),
    )
    order = rng.permutation(len(prints))
    for place, (x, which) in enumerate(zip(np.linspace(1.9, 14.1, 6), order, strict=True)):
        at = At(x + rng.uniform(-0.15, 0.15), 1.6, 2.0 - 0.02 * place)
        _shirt(canvas, rng, at, dye(colours[place], rng.uniform(0.4, 0.66)), prints[which])
    for x in (1.4, 4.4):
        for layer in range(3):
            jumper = box(x, 8.1 - 0.42 * layer, 2.5, 0.46, 0.2)
            canvas.shadow(jumper, 0.5, 0.15, 0.05, 0.08)
            canvas.surface(jumper, dye(one_of(rng, colours)), 1.9, texture=cloth(rng, 8, 0.2), shade=ramp(1.1, 0.55))
    for x in (8.2, 9.9, 12.2, 13.9):
        _shoe(canvas, rng, x, 8.3, varied(rng, of.LEATHER, 0.4))
    canvas.lamp(7, 3, 1.25, 0.6, 9)


def _shirt(canvas: Canvas, rng: np.random.Generator, at: At, garment: Material, printed: Pattern | None) -> None:
    x, y, depth = at
    canvas.surface(ribbon([(x, 0.8), (x + 0.1, 1.1), (x, 1.35), (x, y)], 0.06), of.STEEL, depth)
    body = moved(_SHIRT, x, y)
    canvas.shadow(body, 0.55, 0.4, 0.2, 0.1)
    canvas.surface(body, garment, depth, texture=cloth(rng), shade=folds(rng, 2.6, 0.28))
    if printed:
        pattern = dye(one_of(rng, ("#e8e0d0", "#1f2f4f", "#d9b65a", "#7a1f2a")), garment.infrared)
        canvas.paint(body, pattern, coverage=printed, texture=cloth(rng))
    canvas.bevel(body, 0.25, 0.5)
    for side in (-1, 1):
        collar = polygon(
            (x, y + 0.32), (x + side * 0.38, y - 0.08), (x + side * 0.55, y + 0.22), (x + side * 0.22, y + 0.55)
        )
        canvas.surface(collar, garment, depth * 0.99, texture=cloth(rng))
        canvas.bevel(collar, 0.08, 0.6)
    for button in range(5):
        canvas.paint(ellipse(x, y + 0.8 + 0.8 * button, 0.05), plastic("#ece6da"))


def _shoe(canvas: Canvas, rng: np.random.Generator, x: float, floor: float, hide: Material) -> None:
    sole = box(x, floor - 0.1, 1.5, 0.14, 0.06)
    upper = polygon(
        (x, floor - 0.75),
        (x + 0.45, floor - 0.8),
        (x + 0.8, floor - 0.45),
        (x + 1.3, floor - 0.32),
        (x + 1.5, floor - 0.08),
        (x, floor - 0.08),
    )
    canvas.shadow(sole, 0.6, 0.2, 0.05, 0.08)
    canvas.surface(upper, hide, 1.8, texture=rough(rng, 0.08, 6))
    canvas.bevel(upper, 0.3, 0.9)
    canvas.surface(sole, of.RUBBER, 1.78)
    for lace in range(3):
        canvas.paint(
            ribbon(
                [
                    (x + 0.5 + 0.12 * lace, floor - 0.72 + 0.1 * lace),
                    (x + 0.72 + 0.12 * lace, floor - 0.6 + 0.1 * lace),
                ],
                0.03,
            ),
            plastic("#d8d0c0"),
        )
