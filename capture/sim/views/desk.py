"""Indoors: a desk from above with a colour chart."""

import numpy as np

from . import materials as of
from .canvas import Canvas
from .materials import Material, ink, material, plastic
from .patterns import rough, stripes, wood
from .printed import lines_of_text, printed_sheet
from .shading import ramp
from .shapes import Frame, box, ellipse, polygon, ribbon, turned

CHART = (
    "#735244", "#c29682", "#627a9d", "#576c43", "#8580b1", "#67bdaa",
    "#d67e2c", "#505ba6", "#c15a63", "#5e3c6c", "#9dbc40", "#e0a32e",
    "#383d96", "#469449", "#af363c", "#e7c71f", "#bb5695", "#0885a1",
    "#f3f3f2", "#c8c8c8", "#a0a0a0", "#7a7a79", "#555555", "#343434",
)  # fmt: skip
"""The 24 patches of the classic chart in sRGB, by rows; the greys of the last row are grey in NIR too."""

CHART_CORNER, CHART_PITCH, CHART_PATCH = (9.75, 0.95), 0.86, 0.72


def desk(canvas: Canvas, rng: np.random.Generator) -> None:
    """A desk from above: colour chart, printed page, notebook, pens, ruler."""
    canvas.surface(box(0, 0, 16, 9), of.PINE, 1.1, texture=wood(rng, 0.34))
    printed_sheet(canvas, rng, Frame(0.9 + rng.uniform(-0.2, 0.2), 0.7, 4.5, 6.4), 1.09)
    printed_sheet(canvas, rng, Frame(4.6 + rng.uniform(-0.2, 0.2), 2.2, 4.3, 6.0), 1.085)
    _colour_chart(canvas)
    _notebook(canvas, rng, 10.2, 5.1)
    _ruler(canvas, rng, 1.2, 7.7)
    for angle, start, colour in (
        (35, (6.4, 1.2), "#b3272d"),
        (-20, (13.9, 7.2), "#1f4e8c"),
        (62, (9.2, 7.9), "#d8a520"),
    ):
        _pencil(canvas, start, angle + rng.uniform(-8, 8), plastic(colour))
    canvas.lamp(5, 2, 1.02, 0.5, 8)


def _colour_chart(canvas: Canvas) -> None:
    left, top = CHART_CORNER
    board = box(left - 0.2, top - 0.2, 6 * CHART_PITCH + 0.26, 4 * CHART_PITCH + 0.26, 0.1)
    canvas.shadow(board, 0.5, 0.15, 0.06, 0.08)
    canvas.surface(board, of.CARBON, 1.07)
    for number, colour in enumerate(CHART):
        row, column = divmod(number, 6)
        patch = plastic(colour) if row < 3 else material(colour, material(colour, 0).visible[1])
        canvas.paint(box(left + column * CHART_PITCH, top + row * CHART_PITCH, CHART_PATCH, CHART_PATCH, 0.03), patch)


def _notebook(canvas: Canvas, rng: np.random.Generator, x: float, y: float) -> None:
    page = box(x, y, 3.1, 3.5, 0.12)
    canvas.shadow(page, 0.5, 0.2, 0.1, 0.12)
    canvas.surface(page, of.PAPER, 1.06, texture=rough(rng, 0.04, 9), shade=ramp(1.0, 0.93))
    canvas.paint(page, ink("#7fa6c9"), coverage=stripes(0.3, 0.07, 90))
    lines_of_text(canvas, rng, (x + 1.65, y + 0.5), 2.4, count=7, size=0.19, print_=ink("#27408b"))
    for ring in np.arange(y + 0.25, y + 3.4, 0.3):
        canvas.paint(ellipse(x + 0.16, ring, 0.07), of.RUBBER)
        canvas.surface(ribbon([(x - 0.12, ring - 0.03), (x + 0.17, ring)], 0.06), of.STEEL, 1.05)


def _ruler(canvas: Canvas, rng: np.random.Generator, x: float, y: float) -> None:
    body = box(x, y, 5.6, 0.62)
    canvas.shadow(body, 0.4, 0.1, 0.04, 0.06)
    canvas.surface(body, of.OAK, 1.08, texture=wood(rng, 0.15))
    for mark in range(55):
        length = 0.26 if mark % 10 == 0 else 0.18 if mark % 5 == 0 else 0.12
        canvas.paint(box(x + 0.1 + mark * 0.1, y, 0.016, length), of.CARBON)
    for number in range(6):
        canvas.text(x + 0.13 + number, y + 0.42, str(number * 10), 0.18, of.CARBON)


def _pencil(canvas: Canvas, start: tuple[float, float], angle: float, lacquer: Material) -> None:
    x, y = start
    parts = ((0.0, 0.25, plastic("#d98c8c")), (0.25, 0.15, of.STEEL), (0.4, 2.0, lacquer))
    canvas.shadow(turned(box(x, y - 0.06, 2.7, 0.16), angle, start), 0.5, 0.08, 0.05, 0.08)
    for offset, length, paint in parts:
        canvas.surface(turned(box(x + offset, y - 0.09, length, 0.18), angle, start), paint, 1.07)
    point = polygon((x + 2.4, y - 0.09), (x + 2.85, y), (x + 2.4, y + 0.09))
    canvas.surface(turned(point, angle, start), of.PINE, 1.07)
    canvas.paint(turned(polygon((x + 2.7, y - 0.03), (x + 2.85, y), (x + 2.7, y + 0.03)), angle, start), of.CARBON)
    canvas.paint(turned(box(x + 0.4, y - 0.06, 2.0, 0.04), angle, start), of.GLOSS, opacity=0.35)
