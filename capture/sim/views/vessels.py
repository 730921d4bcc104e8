"""Things from the lathe and the glassworks: vessels, bottles, mugs, balls."""

import numpy as np

from . import materials as of
from .canvas import Canvas
from .materials import Material, ink, one_of, varied
from .patterns import rough
from .printed import INKS, sentence
from .shading import cylinder, sphere
from .shapes import At, Outline, box, ellipse, ribbon, turned_body


def vessel(
    canvas: Canvas, rng: np.random.Generator, outline: Outline, substance: Material, depth: float, *, gloss: float = 0.5
) -> None:
    """Stand a glazed or glass body of revolution with a stroke of reflected light on it."""
    (left, top), (right, bottom) = outline.min(axis=0), outline.max(axis=0)
    width, height = right - left, bottom - top
    foot = ellipse(left + width * 0.6, bottom - 0.03, width * 0.62, min(0.16, width * 0.16))
    canvas.shadow(foot, 0.55, 0.2, 0.08)
    canvas.surface(outline, substance, depth, texture=rough(rng, 0.05, 7), shade=cylinder)
    shine = box(left + width * 0.24, top + height * 0.3, width * 0.07, height * 0.5, width * 0.03)
    canvas.paint(shine, of.GLOSS, opacity=gloss, softness=width * 0.05)


def bottle(canvas: Canvas, rng: np.random.Generator, at: At, height: float, colour: Material) -> None:
    """Stand a glass bottle with a printed label; `height` without the cork."""
    x, floor, depth = at
    radius = height * 0.14
    parts = ((1.0, 0.042), (0.76, 0.045), (0.6, 0.14), (0.05, 0.14), (0.0, 0.125))
    vessel(canvas, rng, turned_body(x, [(floor - height * y, height * r) for y, r in parts]), colour, depth)
    label = box(x - radius, floor - height * 0.46, radius * 2, height * 0.3)
    canvas.surface(label, of.PAPER, depth, shade=cylinder)
    canvas.paint(box(x - radius, floor - height * 0.44, radius * 2, height * 0.06), ink(one_of(rng, INKS)))
    canvas.text(
        x, floor - height * 0.32, one_of(rng, ("MERLOT", "CIDER", "OLIVE OIL", "TONIC")), radius * 0.34, of.CARBON
    )
    canvas.text(x, floor - height * 0.22, sentence(rng, 10), radius * 0.26, ink(one_of(rng, INKS)))
    cork = box(x - height * 0.046, floor - height * 1.02, height * 0.092, height * 0.13, 0.03)
    canvas.surface(cork, ink(one_of(rng, INKS)), depth, shade=cylinder)


def mug(canvas: Canvas, rng: np.random.Generator, at: At, height: float, colour: Material) -> None:
    """Stand a glazed mug with its handle to the right."""
    x, floor, depth = at
    radius, middle = height * 0.42, floor - height * 0.5
    turn = np.linspace(-1.3, 1.3, 16)
    arc = [(x + radius * 0.9 + height * 0.26 * np.cos(a), middle + height * 0.28 * np.sin(a)) for a in turn]
    canvas.surface(ribbon(arc, height * 0.1), colour, depth)
    profile = [(floor - height, radius), (floor - height * 0.15, radius), (floor, radius * 0.86)]
    vessel(canvas, rng, turned_body(x, profile), colour, depth, gloss=0.4)
    canvas.surface(ellipse(x, floor - height, radius, radius * 0.16), varied(rng, colour, 0.1), depth)
    canvas.paint(ellipse(x, floor - height + 0.02, radius * 0.88, radius * 0.12), of.SOIL)


def ball(canvas: Canvas, rng: np.random.Generator, at: At, radius: float, colour: Material) -> None:
    """Lay down a round thing (fruit, ball) with its centre at (x, y)."""
    x, y, depth = at
    canvas.shadow(ellipse(x + radius * 0.3, y + radius * 0.92, radius * 0.95, radius * 0.28), 0.6, radius * 0.3)
    canvas.surface(ellipse(x, y, radius), colour, depth, texture=rough(rng, 0.1, 7), shade=sphere)
    canvas.paint(
        ellipse(x - radius * 0.36, y - radius * 0.44, radius * 0.14), of.GLOSS, opacity=0.4, softness=radius * 0.2
    )
