"""Outdoors: a street front."""

import numpy as np

from . import materials as of
from .canvas import Canvas
from .materials import dye, ink, material, one_of, plastic
from .patterns import cloth, rough, stripes, wood
from .plants import potted_plant
from .printed import book_row, printed_sheet
from .shading import cylinder, ramp, sphere
from .shapes import At, Frame, box, ellipse, polygon, turned_body
from .surroundings import bricks, paving
from .vessels import vessel


def street(canvas: Canvas, rng: np.random.Generator) -> None:
    """A brick front with a shop, its sign and awning, windows and a pavement."""
    bricks(canvas, rng, box(0, 0, 16, 7.2), 8)
    for x in (1.4, 6.4, 11.6):
        _sash_window(canvas, rng, Frame(x + rng.uniform(-0.1, 0.1), 0.0, 2.5, 1.9))
    _shop(canvas, rng)
    door = box(12.2, 3.3, 2.0, 3.9)
    canvas.surface(box(11.95, 3.05, 2.5, 4.15), of.WHITE_PAINT, 7.95, shade=ramp(1.0, 0.85))
    canvas.surface(
        door, plastic(one_of(rng, ("#1f4a3a", "#26345e", "#6d1f24"))), 8.0, texture=wood(rng, 0.12, upright=True)
    )
    for x in (12.4, 13.3):
        for y, height in ((3.6, 1.3), (5.2, 1.7)):
            canvas.paint(box(x, y, 0.7, height), of.IRON, opacity=0.35)
            canvas.bevel(box(x, y, 0.7, height), 0.1, 0.8)
    canvas.surface(ellipse(13.95, 5.3, 0.09), material("#b98f3a", 0.6), 7.9, shade=sphere)
    paving(canvas, rng, of.CONCRETE, 7.2, horizon=4.6, nearest=4.5)
    canvas.shadow(box(0, 7.1, 16, 0.25), 0.5, 0.2)
    post = box(10.9, 1.3, 0.2, 6.8, 0.1)
    canvas.shadow(post, 0.4, 0.3, 0.5, 0.1)
    canvas.surface(post, of.IRON, 5.5, shade=cylinder)
    sign = ellipse(11.0, 1.9, 0.85)
    canvas.surface(sign, plastic("#a3242b"), 5.45)
    canvas.paint(ellipse(11.0, 1.9, 0.66), plastic("#e5e1d6"))
    canvas.text(11.0, 1.92, "20", 0.75, of.CARBON)
    potted_plant(canvas, rng, At(15.2, 7.8, 6.0), 3.0, of.CONCRETE)
    _litter_bin(canvas, rng, 9.9, 8.1)
    canvas.lamp(6, 2, 1.2, 0.75, 10)


def _sash_window(canvas: Canvas, rng: np.random.Generator, frame: Frame) -> None:
    x, y, width, height = frame
    canvas.surface(box(x - 0.15, y - 0.15, width + 0.3, height + 0.3), of.WHITE_PAINT, 7.97)
    canvas.bevel(box(x - 0.15, y - 0.15, width + 0.3, height + 0.3), 0.12, 0.6)
    canvas.surface(box(x, y, width, height), of.GLASS, 8.1, texture=rough(rng, 0.35, 0.8), shade=ramp(1.2, 0.6))
    for side in (x + 0.1, x + width - 0.6):
        canvas.paint(box(side, y, 0.5, height), dye("#c9bfa8"), coverage=stripes(0.12, 0.6), opacity=0.7)
    canvas.surface(box(x + width / 2 - 0.05, y, 0.1, height), of.WHITE_PAINT, 8.0)
    canvas.surface(box(x, y + height * 0.5, width, 0.1), of.WHITE_PAINT, 8.0)
    sill = box(x - 0.3, y + height + 0.1, width + 0.6, 0.2)
    canvas.shadow(sill, 0.5, 0.2, 0.1, 0.2)
    canvas.surface(sill, of.CONCRETE, 7.8, texture=rough(rng, 0.1), shade=ramp(1.1, 0.7))


def _shop(canvas: Canvas, rng: np.random.Generator) -> None:
    paint = plastic(one_of(rng, ("#2c4a3b", "#27395f", "#5a2531")))
    canvas.surface(box(0.9, 2.7, 8.6, 4.5), paint, 7.9, texture=wood(rng, 0.1), shade=ramp(1.1, 0.85))
    canvas.surface(box(1.3, 3.9, 7.8, 2.6), of.GLASS, 8.6, texture=rough(rng, 0.2, 0.7), shade=ramp(0.55, 1.1))
    book_row(canvas, rng, Frame(1.5, 5.4, 2.9, 1.1), 8.5)
    for x in (5.0, 6.3, 7.6):
        printed_sheet(canvas, rng, Frame(x, 4.7 + rng.uniform(-0.15, 0.15), 1.05, 1.5), 8.4)
    canvas.paint(polygon((1.3, 6.5), (2.9, 3.9), (3.8, 3.9), (2.2, 6.5)), of.GLOSS, opacity=0.1)
    canvas.surface(box(5.15 - 0.1, 3.9, 0.2, 2.6), paint, 7.9, shade=cylinder)
    canvas.surface(box(0.9, 2.6, 8.6, 0.8), plastic("#e4dcc4"), 7.85)
    name = one_of(rng, ("BOOKS & MAPS", "OLD PAPER", "PRINTS & INKS"))
    canvas.text(5.2, 3.0, name, 0.55, material("#6d1f24", 0.45))
    awning = polygon((0.8, 3.4), (9.6, 3.4), (10.0, 4.3), (0.4, 4.3))
    canvas.shadow(awning, 0.55, 0.4, 0.1, 0.5)
    canvas.surface(awning, dye("#e6e0d0"), 7.2, texture=cloth(rng, 9, 0.08), shade=ramp(1.1, 0.8))
    canvas.paint(awning, dye("#a33030"), coverage=stripes(0.8, 0.5), opacity=0.95)
    for x in np.arange(0.6, 9.8, 0.4):
        canvas.surface(ellipse(x, 4.3, 0.2, 0.14), dye("#a33030" if int(x / 0.4) % 2 else "#e6e0d0"), 7.2)


def _litter_bin(canvas: Canvas, rng: np.random.Generator, x: float, floor: float) -> None:
    vessel(
        canvas,
        rng,
        turned_body(x, [(floor - 1.5, 0.5), (floor - 0.1, 0.42), (floor, 0.38)]),
        plastic("#3f5a3f"),
        5.4,
        gloss=0.2,
    )
    canvas.surface(ellipse(x, floor - 1.5, 0.5, 0.12), of.RUBBER, 5.4)
    canvas.surface(box(x - 0.3, floor - 1.0, 0.6, 0.4), of.PAPER, 5.35)
    canvas.text(x, floor - 0.8, "PAPER", 0.17, ink("#1f4e8c"))
