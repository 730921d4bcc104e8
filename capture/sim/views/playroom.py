"""Indoors: toys on the floor."""

import numpy as np

from . import materials as of
from .canvas import Canvas
from .materials import dye, ink, material, one_of, plastic, shuffled, varied
from .patterns import cloth, dots, rough, stripes, wood
from .printed import INKS, book_row
from .shading import cylinder, ramp, sphere
from .shapes import At, Frame, blob, box, ellipse, polygon
from .surroundings import room
from .vessels import ball


def toys(canvas: Canvas, rng: np.random.Generator) -> None:
    """Lettered blocks, a ball, a ring tower and a train on the floor."""
    room(canvas, rng, material("#d9c58f", 0.6), of.PINE)
    canvas.paint(box(0, 0, 16, 4.3), ink("#7fa8b8", 0.6), coverage=dots(1.1, 0.2), opacity=0.8)
    canvas.paint(box(0, 0, 16, 4.3), ink("#c46a4a", 0.6), coverage=stripes(2.2, 0.05), opacity=0.8)
    canvas.surface(box(9.8, 1.3, 5.6, 3.7), of.WHITE_PAINT, 3.4, shade=ramp(1.0, 0.85))
    for y in (1.5, 3.25):
        canvas.surface(box(10.0, y, 5.2, 1.5), of.OAK, 3.7, texture=wood(rng), shade=ramp(0.5, 0.8))
        book_row(canvas, rng, Frame(10.1, y + 0.2, rng.uniform(2.4, 3.4), 1.3), 3.4)
        ball(canvas, rng, At(14.3, y + 1.02, 3.4), 0.46, plastic(one_of(rng, INKS)))
    _teddy(canvas, rng, 3.2, 6.4)
    stack = [(6.0, 7.0), (7.25, 7.15), (6.6, 5.8), (12.6, 7.5), (14.1, 7.7)]
    for (x, y), letter in zip(stack, shuffled(rng, "NIREABC"), strict=False):
        _block(canvas, rng, x, y, str(letter))
    _ring_tower(canvas, rng, 10.0, 7.3)
    beach = ellipse(1.6, 7.7, 0.95)
    canvas.shadow(ellipse(1.9, 8.55, 0.9, 0.25), 0.6, 0.3)
    canvas.surface(beach, plastic("#e6e0d2"), 1.6, shade=sphere)
    for turn, colour in enumerate(("#c0392b", "#2f6fa5", "#d9a520")):
        start = 2 * np.pi * turn / 3 + 0.4
        arc = [(1.6 + 0.95 * np.cos(a), 7.7 + 0.95 * np.sin(a)) for a in np.linspace(start, start + 1.05, 12)]
        canvas.paint(polygon((1.45, 7.5), *arc), plastic(colour))
    _train(canvas, rng, 4.4, 8.5)
    canvas.lamp(6, 3, 1.2, 0.62, 9)


def _block(canvas: Canvas, rng: np.random.Generator, x: float, y: float, letter: str) -> None:
    side = 1.15
    canvas.shadow(box(x, y + side * 0.8, side + 0.5, side * 0.3), 0.6, 0.25)
    canvas.surface(
        polygon((x, y), (x + 0.3, y - 0.28), (x + side + 0.3, y - 0.28), (x + side, y)),
        of.PINE,
        2.0,
        texture=wood(rng, 0.2),
    )
    flank = polygon((x + side, y), (x + side + 0.3, y - 0.28), (x + side + 0.3, y + side - 0.28), (x + side, y + side))
    canvas.surface(flank, of.PINE, 2.0, texture=wood(rng, 0.2), shade=ramp(0.6, 0.5))
    front = box(x, y, side, side)
    canvas.surface(front, of.PINE, 1.95, texture=wood(rng, 0.2), shade=ramp(1.0, 0.9))
    paint = ink(one_of(rng, INKS), of.PINE.infrared)
    canvas.paint(box(x + 0.1, y + 0.1, side - 0.2, side - 0.2), paint)
    canvas.paint(box(x + 0.17, y + 0.17, side - 0.34, side - 0.34), of.PINE, texture=wood(rng, 0.2))
    canvas.text(x + side / 2, y + side / 2, letter, 0.85, paint)


def _ring_tower(canvas: Canvas, rng: np.random.Generator, x: float, floor: float) -> None:
    canvas.shadow(ellipse(x + 0.4, floor, 1.4, 0.3), 0.6, 0.3)
    canvas.surface(box(x - 0.1, floor - 2.6, 0.2, 2.6, 0.1), of.PINE, 2.05, shade=cylinder)
    for level, colour in enumerate(shuffled(rng, INKS)[:5]):
        ring = box(x - 1.15 + 0.17 * level, floor - 0.45 - 0.44 * level, 2.3 - 0.34 * level, 0.45, 0.22)
        canvas.surface(ring, plastic(colour), 2.0, shade=cylinder)
        canvas.bevel(ring, 0.2, 0.8)


def _teddy(canvas: Canvas, rng: np.random.Generator, x: float, y: float) -> None:
    fur = varied(rng, material("#9a6a3c", 0.56), 0.2)
    fluff = rough(rng, 0.25, 16)
    canvas.shadow(ellipse(x + 0.3, y + 1.0, 1.6, 0.4), 0.6, 0.3)
    limbs = (
        (-0.55, -2.35, 0.32),
        (0.55, -2.35, 0.32),
        (-1.05, -0.6, 0.42),
        (1.05, -0.6, 0.42),
        (-0.75, 0.75, 0.52),
        (0.75, 0.75, 0.52),
    )
    for dx, dy, radius in limbs:
        canvas.surface(blob(rng, x + dx, y + dy, radius, radius, wobble=0.03), fur, 2.3, texture=fluff, shade=sphere)
    canvas.surface(blob(rng, x, y, 1.05, 1.15, wobble=0.03), fur, 2.25, texture=fluff, shade=sphere)
    canvas.surface(blob(rng, x, y - 1.7, 0.85, 0.78, wobble=0.03), fur, 2.2, texture=fluff, shade=sphere)
    canvas.surface(ellipse(x, y - 1.48, 0.36, 0.3), material("#c9a878", 0.62), 2.15, texture=fluff, shade=sphere)
    for dx, dy, radius in ((-0.3, -1.9, 0.08), (0.3, -1.9, 0.08), (0, -1.58, 0.11)):
        canvas.paint(ellipse(x + dx, y + dy, radius), of.RUBBER)
        canvas.paint(ellipse(x + dx - 0.03, y + dy - 0.03, radius * 0.3), of.GLOSS)
    bow = polygon(
        (x, y - 1.0),
        (x - 0.55, y - 1.25),
        (x - 0.55, y - 0.75),
        (x, y - 0.95),
        (x + 0.55, y - 0.75),
        (x + 0.55, y - 1.25),
    )
    canvas.surface(bow, dye("#a8263a"), 2.15, texture=cloth(rng))
    canvas.bevel(bow, 0.12, 0.7)


def _train(canvas: Canvas, rng: np.random.Generator, x: float, floor: float) -> None:
    canvas.shadow(box(x, floor - 0.05, 4.6, 0.2), 0.6, 0.15, 0.1, 0.05)
    for wagon, colour in enumerate(shuffled(rng, INKS)[:3]):
        left = x + wagon * 1.6
        body = box(left, floor - 0.95 - (0.45 if wagon == 2 else 0), 1.4, 0.75 + (0.45 if wagon == 2 else 0), 0.08)
        canvas.surface(body, plastic(colour), 1.75, texture=wood(rng, 0.15))
        canvas.bevel(body, 0.15, 0.6)
        for wheel in (left + 0.3, left + 1.1):
            canvas.surface(ellipse(wheel, floor - 0.18, 0.24), of.RUBBER, 1.72, shade=sphere)
            canvas.paint(ellipse(wheel, floor - 0.18, 0.09), plastic("#d9a520"))
