"""Indoors, among printed matter: a bookshelf and a wall of posters."""

import numpy as np

from . import materials as of
from .canvas import Canvas
from .materials import ink, plastic, shuffled
from .patterns import joints, patches, rough, stripes, tiles, wood
from .plants import potted_plant
from .printed import INKS, book_row, landscape, printed_sheet, sentence
from .shading import cylinder, ramp, sphere
from .shapes import At, Frame, box, ellipse, polygon, turned, turned_body
from .vessels import vessel


def bookshelf(canvas: Canvas, rng: np.random.Generator) -> None:
    """Three boards of books with printed spines, and a few things between them."""
    canvas.surface(box(0, 0, 16, 9), of.WALNUT, 2.5, texture=wood(rng, 0.3, upright=True), shade=ramp(0.5, 0.6))
    for floor in (2.75, 5.65, 8.55):
        canvas.surface(box(0, floor, 16, 0.3), of.WALNUT, 2.0, texture=wood(rng), shade=ramp(1.15, 0.8))
        gap = rng.uniform(4.0, 9.5)
        book_row(canvas, rng, Frame(0.5, floor - 2.3, gap - 0.5, 2.3), 2.1)
        book_row(canvas, rng, Frame(gap + 2.3, floor - 2.3, 13.2 - gap, 2.3), 2.1)
        _between_books(canvas, rng, gap + 1.15, floor)
        canvas.shadow(box(0, floor - 2.75, 16, 0.35), 0.5, 0.35)
    for x in (0.0, 15.6):
        canvas.surface(box(x, 0, 0.4, 9), of.WALNUT, 1.95, texture=wood(rng, 0.3, upright=True), shade=cylinder)
    canvas.lamp(6, 2.5, 1.6, 0.75, 9)


def _between_books(canvas: Canvas, rng: np.random.Generator, x: float, floor: float) -> None:
    if floor < 3:
        potted_plant(canvas, rng, At(x, floor, 2.05), 2.1, plastic("#c8c2b4"))
    elif floor < 6:
        _globe(canvas, rng, x, floor)
    else:
        vase = [(floor - 1.9, 0.3), (floor - 1.6, 0.2), (floor - 0.8, 0.62), (floor, 0.35)]
        vessel(canvas, rng, turned_body(x, vase), plastic("#2d5f8a"), 2.05, gloss=0.6)


def _globe(canvas: Canvas, rng: np.random.Generator, x: float, floor: float) -> None:
    canvas.surface(polygon((x - 0.45, floor), (x, floor - 0.5), (x + 0.45, floor)), of.OAK, 2.05, shade=cylinder)
    sea = ellipse(x, floor - 1.25, 0.82)
    canvas.shadow(sea, 0.5, 0.4, 0.2, 0.1)
    canvas.surface(sea, ink("#6fa3c4"), 2.0, shade=sphere)
    canvas.paint(sea, ink("#b9a45c"), coverage=patches(rng, 1.6, 0.45))
    canvas.paint(ellipse(x - 0.3, floor - 1.6, 0.12), of.GLOSS, opacity=0.4, softness=0.15)


def posters(canvas: Canvas, rng: np.random.Generator) -> None:
    """A brick wall with printed posters on it, some over others."""
    canvas.surface(box(0, 0, 16, 9), of.BRICK, 3.2, texture=tiles(rng, 0.95, 0.34, 0.3))
    canvas.paint(box(0, 0, 16, 9), of.MORTAR, coverage=joints(0.95, 0.34, 0.05), texture=rough(rng, 0.15))
    canvas.paint(box(0, 7.6, 16, 1.4), of.CONCRETE, texture=rough(rng, 0.2, 5))
    for column, x in enumerate((0.7, 3.9, 7.3, 10.6, 13.0)):
        width, height = rng.uniform(2.5, 3.1), rng.uniform(3.6, 4.6)
        _poster(canvas, rng, Frame(x, rng.uniform(0.5, 1.1), width, height), rng.uniform(-3, 3), column)
    for x in (2.2, 5.6, 9.4, 12.4):
        printed_sheet(canvas, rng, Frame(x + rng.uniform(-0.4, 0.4), rng.uniform(4.9, 5.4), 1.7, 2.3), 3.15)
    canvas.lamp(8, 2.5, 1.15, 0.6, 9)


def _poster(canvas: Canvas, rng: np.random.Generator, frame: Frame, angle: float, number: int) -> None:
    x, y, width, height = frame
    sheet = turned(box(*frame), angle, (x + width / 2, y + height / 2))
    canvas.shadow(sheet, 0.5, 0.15, 0.06, 0.08)
    canvas.surface(sheet, of.PAPER, 3.17, texture=rough(rng, 0.06, 3))
    ground, second, third = (ink(colour) for colour in shuffled(rng, INKS)[:3])
    inset = turned(box(x + 0.1, y + 0.1, width - 0.2, height - 0.2), angle, (x + width / 2, y + height / 2))
    canvas.paint(inset, ground, texture=rough(rng, 0.06, 3))
    middle = x + width / 2
    if number % 3 == 0:
        for ring, paint in enumerate((ink("#efe3c4"), second, ink("#efe3c4"), third)):
            canvas.paint(ellipse(middle, y + height * 0.45, width * (0.4 - 0.1 * ring)), paint)
    elif number % 3 == 1:
        landscape(canvas, rng, Frame(x + 0.25, y + height * 0.28, width - 0.5, height * 0.45), shuffled(rng, INKS))
    else:
        canvas.paint(inset, second, coverage=stripes(0.7, 0.5, 40), opacity=0.9)
        canvas.paint(ellipse(middle, y + height * 0.5, width * 0.3), ink("#f0e6cf"))
    for words, down, size in (
        ("NIGHT SHOW", 0.13, 0.145),
        ("one lamp only", 0.84, 0.1),
        (sentence(rng, 26), 0.92, 0.062),
    ):
        canvas.text(
            middle, y + height * down, words, width * size, of.CARBON if down > 0.9 else ink("#f4ecd8"), angle=angle
        )
