"""Indoors, in the living room: a rug and a sofa."""

import numpy as np

from . import materials as of
from .canvas import Canvas
from .materials import dye, material, plastic, shuffled
from .patterns import Pattern, cloth, dots, ground_depth, on_ground, stripes, wood
from .plants import potted_plant
from .printed import framed
from .shading import cylinder, ramp, sideways, sphere
from .shapes import At, Frame, Outline, box, ellipse, polygon
from .surroundings import HORIZON, room

RUG_NIR = 0.48


def carpet(canvas: Canvas, rng: np.random.Generator) -> None:
    """A woven rug with a dyed pattern on a plank floor, slippers on it."""
    room(canvas, rng, material("#8d9aa0", 0.55), of.OAK)
    framed(canvas, rng, Frame(1.4, 0.5, 3.6, 2.6), 4.4)
    _drawers(canvas, rng)
    _floor_lamp(canvas, rng, 8.6, 5.0)
    _rug(canvas, rng)
    for x in (4.6, 6.0):
        _slipper(canvas, rng, x + rng.uniform(-0.1, 0.1), 7.3)
    canvas.lamp(7, 3, 1.2, 0.6, 9)


def _rug(canvas: Canvas, rng: np.random.Generator) -> None:
    """Weave frames from the rim inwards, each over the last, then medallions in the field."""
    weave = on_ground(cloth(rng, 8, 0.16), HORIZON)
    wool = [dye(colour, RUG_NIR) for colour in shuffled(rng, ("#7c1f2a", "#1f3a63", "#b88a2e", "#2f5d4c"))]
    cream = dye("#dccfae", RUG_NIR)
    rim = _lying(0.9, 15.1, 8.85, 5.2)
    canvas.shadow(rim, 0.5, 0.15, 0.0, 0.06)
    canvas.surface(rim, wool[0], ground_depth(HORIZON, 1.68), texture=weave)
    for inset, colour in ((0.4, cream), (0.55, wool[1]), (1.25, cream), (1.4, wool[0])):
        canvas.paint(_lying(0.9 + inset, 15.1 - inset, 8.85 - 0.7 * inset, 5.2 + 0.3 * inset), colour, texture=weave)
        if colour is wool[1]:
            band = _lying(0.9 + inset, 15.1 - inset, 8.85 - 0.7 * inset, 5.2 + 0.3 * inset)
            canvas.paint(band, wool[2], coverage=on_ground(stripes(0.5, 0.4, 45), HORIZON), texture=weave)
    field = _lying(2.4, 13.6, 7.8, 5.65)
    for radius, colour in ((0.56, wool[2]), (0.42, cream), (0.3, wool[3]), (0.13, cream)):
        canvas.paint(field, colour, coverage=on_ground(dots(1.5, radius), HORIZON), texture=weave)


def _drawers(canvas: Canvas, rng: np.random.Generator) -> None:
    canvas.shadow(box(11.2, 4.9, 4.8, 0.4), 0.6, 0.3)
    canvas.surface(box(11.4, 0.6, 4.6, 4.5), of.WALNUT, 3.9, texture=wood(rng, 0.3, upright=True))
    canvas.surface(box(11.2, 0.4, 4.8, 0.25), of.WALNUT, 3.8, texture=wood(rng, 0.3), shade=ramp(1.2, 0.9))
    for row in range(3):
        front = box(11.7, 0.85 + 1.35 * row, 4.0, 1.2, 0.08)
        canvas.surface(front, of.WALNUT, 3.85, texture=wood(rng, 0.3), shade=ramp(1.1, 0.85))
        canvas.bevel(front, 0.1, 0.6)
        canvas.surface(ellipse(13.7, 1.45 + 1.35 * row, 0.14), of.STEEL, 3.75, shade=sphere)


def _lying(left: float, right: float, near: float, far: float) -> Outline:
    """Return a rectangle on the floor from its near edge, in one-point perspective."""
    shrink = (far - HORIZON) / (near - HORIZON)
    return polygon((left, near), (right, near), (8 + (right - 8) * shrink, far), (8 + (left - 8) * shrink, far))


def _slipper(canvas: Canvas, rng: np.random.Generator, x: float, y: float) -> None:
    sole = ellipse(x, y, 0.5, 0.85)
    canvas.shadow(sole, 0.6, 0.2, 0.1, 0.1)
    canvas.surface(sole, of.LEATHER, 2.0, texture=cloth(rng, 9, 0.1), shade=ramp(0.8, 1.0))
    canvas.bevel(sole, 0.12, 0.6)
    toe = polygon(*[(x + 0.52 * np.cos(t), y - 0.1 - 0.78 * np.sin(t)) for t in np.linspace(0, np.pi, 20)])
    canvas.surface(toe, dye("#a84a3a"), 1.95, texture=cloth(rng, 9, 0.15), shade=sphere)


def _floor_lamp(canvas: Canvas, rng: np.random.Generator, x: float, floor: float) -> None:
    canvas.shadow(ellipse(x + 0.2, floor, 0.8, 0.16), 0.6, 0.2)
    canvas.surface(ellipse(x, floor, 0.65, 0.14), of.IRON, 3.2, shade=ramp(1.2, 0.7))
    canvas.surface(box(x - 0.05, 1.2, 0.1, floor - 1.2), of.STEEL, 3.2, shade=cylinder)
    hood = polygon((x - 0.55, 0.1), (x + 0.55, 0.1), (x + 1.0, 1.6), (x - 1.0, 1.6))
    canvas.shadow(hood, 0.3, 0.4, 0.25, 0.15)
    canvas.surface(hood, dye("#d9c49a"), 3.1, texture=cloth(rng, 9, 0.08), shade=cylinder)
    canvas.paint(hood, dye("#9c4a3a"), coverage=stripes(0.9, 0.12, 90), opacity=0.8)


def sofa(canvas: Canvas, rng: np.random.Generator) -> None:
    """A sofa with printed cushions under a picture."""
    room(canvas, rng, material("#7f8f86", 0.52), of.WALNUT)
    framed(canvas, rng, Frame(4.2 + rng.uniform(-0.3, 0.3), 0.35, 3.4, 2.3), 4.4)
    framed(canvas, rng, Frame(8.4, 0.6, 2.2, 1.8), 4.4)
    cover = dye("#b9a78a")
    canvas.shadow(box(1.8, 7.2, 12.2, 0.5), 0.7, 0.3, 0.1, 0.1)
    for part, depth in ((box(2.6, 3.0, 10.8, 3.4, 0.5), 3.2), (box(2.6, 5.4, 10.8, 1.9, 0.3), 2.8)):
        canvas.surface(part, cover, depth, texture=cloth(rng, 8, 0.12), shade=ramp(1.1, 0.8))
        canvas.bevel(part, 0.4, 0.6)
    for seat in (2.8, 8.0):
        cushion = box(seat, 5.1, 5.1, 1.1, 0.35)
        canvas.surface(cushion, cover, 2.75, texture=cloth(rng, 8, 0.12), shade=ramp(1.15, 0.75))
        canvas.bevel(cushion, 0.35, 0.7)
    for arm in (1.7, 12.9):
        side = box(arm, 4.0, 1.5, 3.4, 0.6)
        canvas.surface(side, cover, 2.7, texture=cloth(rng, 8, 0.12), shade=sideways(1.1, 0.8))
        canvas.bevel(side, 0.4, 0.7)
    for x in (2.1, 13.3):
        canvas.surface(box(x, 7.35, 0.4, 0.6), of.WALNUT, 2.7, texture=wood(rng, 0.2), shade=cylinder)
    prints = (dots(0.4, 0.12), stripes(0.35, 0.45, 30), stripes(0.5, 0.5))
    for x, pattern in zip((4.3, 8.2, 11.4), [prints[which] for which in rng.permutation(3)], strict=True):
        _cushion(canvas, rng, x + rng.uniform(-0.3, 0.3), 4.6, pattern)
    potted_plant(canvas, rng, At(15.0, 7.3, 2.8), 3.8, plastic("#d6d0c2"))
    canvas.lamp(6, 2.5, 1.25, 0.6, 9)


def _cushion(canvas: Canvas, rng: np.random.Generator, x: float, y: float, pattern: Pattern) -> None:
    lean = rng.uniform(-0.15, 0.15)
    pad = polygon(
        (x - 0.9 + lean, y - 0.85),
        (x, y - 0.75),
        (x + 0.95 + lean, y - 0.85),
        (x + 0.85, y),
        (x + 0.95, y + 0.9),
        (x, y + 0.8),
        (x - 0.95, y + 0.9),
        (x - 0.85, y),
    )
    canvas.shadow(pad, 0.5, 0.3, 0.12, 0.1)
    colours = shuffled(rng, ("#8f2f3a", "#27506f", "#c99a35", "#3f6b55", "#d8cdb5"))
    canvas.surface(pad, dye(colours[0]), 2.6, texture=cloth(rng, 10, 0.1), shade=ramp(1.05, 0.85))
    canvas.paint(pad, dye(colours[1]), coverage=pattern, texture=cloth(rng, 10, 0.1))
    canvas.bevel(pad, 0.5, 0.9)
