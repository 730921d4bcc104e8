"""Indoors, in the workshop: tools on a board, tins and labelled parcels on the bench."""

import numpy as np

from . import materials as of
from .canvas import Canvas
from .materials import Material, ink, one_of, plastic, shuffled
from .patterns import Pattern, dots, rough, wood
from .printed import INKS, lines_of_text
from .shading import cylinder, ramp
from .shapes import Frame, Outline, box, ellipse, polygon, turned_body
from .vessels import vessel


def workbench(canvas: Canvas, rng: np.random.Generator) -> None:
    """Tools on a pegboard over a bench with paint tins and parcels."""
    board = box(0, 0, 16, 5.6)
    canvas.surface(board, of.CARDBOARD, 2.2, texture=rough(rng, 0.1, 4), shade=ramp(0.85, 1.0))
    canvas.paint(board, of.RUBBER, coverage=dots(0.4, 0.055), opacity=0.85)
    _hammer(canvas, rng, 1.6, 0.9)
    _saw(canvas, rng, 3.0, 1.0)
    for place, colour in enumerate(shuffled(rng, INKS)[:4]):
        _screwdriver(canvas, 8.6 + 0.75 * place, 0.8, plastic(colour))
    for size, x in enumerate((12.2, 13.3, 14.4)):
        _spanner(canvas, x, 0.9, 2.4 + 0.35 * size)
    canvas.surface(box(0, 5.6, 16, 0.5), of.PINE, 1.6, texture=wood(rng), shade=ramp(0.7, 0.9))
    canvas.surface(box(0, 6.9, 16, 2.1), of.PINE, 1.5, texture=wood(rng, 0.4), shade=ramp(1.05, 0.85))
    canvas.surface(box(0, 6.0, 16, 1.0), of.PINE, 1.7, texture=wood(rng, 0.4), shade=ramp(0.75, 1.0))
    x = 0.7
    for _ in range(2):
        width = rng.uniform(2.2, 2.9)
        height = rng.uniform(1.9, 2.7)
        _parcel(canvas, rng, Frame(x, 7.4 - height, width, height))
        x += width + 0.35
    for place, colour in enumerate(shuffled(rng, INKS)[:3]):
        _paint_tin(canvas, rng, 8.0 + 1.75 * place, 7.6, colour)
    _tape(canvas, rng, 13.9, 7.5)
    _parcel(canvas, rng, Frame(12.2 + rng.uniform(-0.2, 0.4), 7.7, 2.2, 1.0))
    canvas.lamp(7, 2.5, 1.3, 0.62, 8)


def _hang(canvas: Canvas, outline: Outline, paint: Material, texture: Pattern | None = None) -> None:
    canvas.shadow(outline, 0.45, 0.2, 0.12, 0.12)
    canvas.surface(outline, paint, 2.1, texture=texture)
    canvas.bevel(outline, 0.1, 0.7)


def _hammer(canvas: Canvas, rng: np.random.Generator, x: float, y: float) -> None:
    _hang(canvas, box(x - 0.14, y + 0.2, 0.28, 3.4, 0.1), of.OAK, wood(rng, 0.2, upright=True))
    _hang(
        canvas,
        polygon((x - 0.8, y), (x + 0.45, y), (x + 1.0, y + 0.3), (x + 0.4, y + 0.5), (x - 0.8, y + 0.55)),
        of.IRON,
    )


def _saw(canvas: Canvas, rng: np.random.Generator, x: float, y: float) -> None:
    teeth = [(x + 1.3 + 0.1 * i, y + 1.5 - 0.06 * i * 0.1 + 0.1 * (i % 2)) for i in range(36)]
    _hang(
        canvas,
        polygon((x + 1.1, y + 0.1), (x + 4.9, y + 0.75), (x + 4.9, y + 1.4), *teeth[::-1]),
        of.STEEL,
        rough(rng, 0.1, 6, 4),
    )
    _hang(
        canvas,
        polygon((x, y - 0.1), (x + 1.3, y), (x + 1.5, y + 1.5), (x + 0.5, y + 1.7), (x - 0.1, y + 1.2)),
        of.WALNUT,
        wood(rng, 0.3),
    )
    canvas.surface(box(x + 0.3, y + 0.3, 0.7, 0.85, 0.3), of.CARDBOARD, 2.2)


def _screwdriver(canvas: Canvas, x: float, y: float, handle: Material) -> None:
    _hang(canvas, box(x - 0.06, y + 1.2, 0.12, 1.8, 0.03), of.STEEL)
    _hang(canvas, box(x - 0.22, y, 0.44, 1.4, 0.16), handle)
    canvas.paint(box(x - 0.22, y + 0.95, 0.44, 0.1), of.RUBBER)


def _spanner(canvas: Canvas, x: float, y: float, length: float) -> None:
    _hang(canvas, box(x - 0.13, y + 0.3, 0.26, length - 0.5, 0.08), of.STEEL)
    for end in (y + 0.25, y + length):
        _hang(canvas, ellipse(x, end, 0.36), of.STEEL)
        canvas.surface(ellipse(x, end, 0.17), of.CARDBOARD, 2.2)


def _parcel(canvas: Canvas, rng: np.random.Generator, frame: Frame) -> None:
    x, y, width, height = frame
    front, floor = box(*frame), y + height
    canvas.shadow(box(x, floor - 0.12, width + 0.3, 0.2), 0.6, 0.2)
    top = polygon(
        (x, floor - height),
        (x + 0.3, floor - height - 0.3),
        (x + width + 0.25, floor - height - 0.3),
        (x + width, floor - height),
    )
    canvas.surface(top, of.CARDBOARD, 1.5, texture=rough(rng, 0.08, 8), shade=ramp(1.15, 1.1))
    side = polygon(
        (x + width, floor - height),
        (x + width + 0.25, floor - height - 0.3),
        (x + width + 0.25, floor - 0.25),
        (x + width, floor),
    )
    canvas.surface(side, of.CARDBOARD, 1.5, texture=rough(rng, 0.08, 8), shade=ramp(0.65, 0.55))
    canvas.surface(front, of.CARDBOARD, 1.42, texture=rough(rng, 0.08, 8), shade=ramp(1.0, 0.85))
    canvas.paint(box(x, floor - height * 0.56, width, height * 0.1), plastic("#c9a25a"), opacity=0.8)
    label = box(x + width * 0.08, floor - height * 0.42, width * 0.55, height * 0.36)
    canvas.surface(label, of.PAPER, 1.41)
    canvas.paint(box(x + width * 0.08, floor - height * 0.42, width * 0.55, height * 0.08), ink(one_of(rng, INKS)))
    lines_of_text(
        canvas,
        rng,
        (x + width * 0.355, floor - height * 0.28),
        width * 0.48,
        count=3,
        size=height * 0.055,
        print_=of.CARBON,
    )
    bars = np.cumsum(rng.uniform(0.03, 0.07, 14))
    for left in bars:
        canvas.paint(
            box(
                x + width * 0.68 + left * width * 0.3,
                floor - height * 0.4,
                0.02 * width * rng.uniform(0.4, 1.0),
                height * 0.3,
            ),
            of.CARBON,
        )


def _paint_tin(canvas: Canvas, rng: np.random.Generator, x: float, floor: float, colour: str) -> None:
    vessel(canvas, rng, turned_body(x, [(floor - 1.7, 0.72), (floor, 0.72)]), of.STEEL, 1.45, gloss=0.6)
    wrap = box(x - 0.72, floor - 1.45, 1.44, 1.2)
    canvas.surface(wrap, of.PAPER, 1.45, shade=cylinder)
    canvas.paint(box(x - 0.72, floor - 1.45, 1.44, 0.7), ink(colour))
    canvas.text(x, floor - 1.12, "PAINT", 0.32, ink("#f0e8d4"))
    canvas.text(x, floor - 0.5, str(rng.integers(100, 999)), 0.3, of.CARBON)
    canvas.surface(ellipse(x, floor - 1.7, 0.72, 0.13), of.STEEL, 1.45, shade=ramp(1.1, 0.8))
    canvas.paint(ellipse(x, floor - 1.7, 0.6, 0.09), plastic(colour))


def _tape(canvas: Canvas, rng: np.random.Generator, x: float, floor: float) -> None:
    canvas.shadow(ellipse(x + 0.2, floor, 0.8, 0.15), 0.6, 0.2)
    canvas.surface(ellipse(x, floor - 0.72, 0.72), plastic("#3b6fa0"), 1.5, texture=rough(rng, 0.1, 9))
    canvas.bevel(ellipse(x, floor - 0.72, 0.72), 0.15, 0.6)
    canvas.surface(ellipse(x, floor - 0.72, 0.45), of.CARDBOARD, 1.5)
    canvas.surface(ellipse(x, floor - 0.72, 0.38), of.PINE, 1.7, shade=ramp(0.6, 0.8))
