"""Indoors, among things for every day: the kitchen shelf and a still life."""

import numpy as np

from . import materials as of
from .canvas import Canvas
from .materials import Material, dye, ink, leaf, material, one_of, plastic, shuffled
from .patterns import cloth, dots, joints, rough, stripes, tiles, wood
from .plants import foliage
from .printed import INKS, carton
from .shading import cylinder, folds, ramp, sphere
from .shapes import At, Frame, box, ellipse, leaf_shape, polygon, ribbon, turned_body
from .vessels import ball, bottle, mug, vessel

_GROCERIES = ("RICE", "OATS", "TEA", "COCOA", "PASTA", "SALT", "FLOUR", "MUESLI")


def kitchen(canvas: Canvas, rng: np.random.Generator) -> None:
    """A shelf of packages and jars over a worktop, before a tiled wall."""
    canvas.surface(box(0, 0, 16, 9), of.WHITE_PAINT, 2.4, texture=tiles(rng, 1.3, 0.9, 0.05))
    canvas.paint(box(0, 0, 16, 9), of.MORTAR, coverage=joints(1.3, 0.9, 0.04))
    _shelf_board(canvas, rng, 3.3)
    x = 0.9
    for name in shuffled(rng, _GROCERIES)[:7]:
        width = rng.uniform(0.95, 1.35)
        height = rng.uniform(1.5, 2.3)
        carton(canvas, rng, Frame(x, 3.3 - height, width, height), name, 2.15)
        x += width + rng.uniform(0.1, 0.3)
    for content in (of.PINE, material("#7c2f1c", 0.5), material("#d8c48a", 0.62)):
        if x < 14.6:
            _jar(canvas, rng, x + 0.6, 3.3, content)
            x += 1.35
    for hook, tool in zip((1.5, 2.5, 3.4), (of.STEEL, of.OAK, of.STEEL), strict=True):
        canvas.surface(ribbon([(hook, 3.75), (hook, 5.6)], 0.1), tool, 2.2, shade=cylinder)
        canvas.shadow(ellipse(hook, 5.9, 0.26, 0.4), 0.3, 0.2, 0.15, 0.1)
        canvas.surface(ellipse(hook, 5.9, 0.26, 0.4), tool, 2.2, texture=wood(rng, 0.1), shade=sphere)
    _tea_towel(canvas, rng, 12.9, 3.75)
    worktop = box(0, 7.3, 16, 1.7)
    canvas.surface(worktop, of.OAK, 1.6, texture=wood(rng), shade=ramp(1.05, 0.8))
    canvas.shadow(box(0, 7.2, 16, 0.12), 0.35, 0.15)
    board = box(4.6, 5.0, 2.1, 2.5, 0.25)
    canvas.shadow(board, 0.4, 0.3, 0.18, 0.02)
    canvas.surface(board, of.WALNUT, 1.95, texture=wood(rng, 0.35, upright=True))
    canvas.bevel(board, 0.15, 0.4)
    kettle = [(5.6, 0.18), (5.75, 0.5), (6.4, 0.95), (7.3, 1.02), (7.7, 0.95)]
    canvas.surface(ribbon([(7.4, 5.9), (7.9, 5.2), (8.9, 5.2), (9.4, 5.9)], 0.16), of.RUBBER, 1.6)
    canvas.surface(polygon((9.1, 6.4), (10.1, 5.8), (10.25, 5.95), (9.3, 7.0)), of.STEEL, 1.6, shade=ramp(1.1, 0.6))
    vessel(canvas, rng, turned_body(8.4, kettle), of.STEEL, 1.55, gloss=0.7)
    mug(canvas, rng, At(11.0 + rng.uniform(-0.1, 0.1), 7.9, 1.45), 0.95, plastic("#2f6f8f"))
    mug(canvas, rng, At(2.9, 8.0, 1.45), 1.0, plastic("#b8402f"))
    foliage(canvas, rng, At(1.2, 6.5, 1.5), (0.8, 0.75), leaves=170, length=0.34)
    pot = [(6.95, 0.52), (7.1, 0.5), (7.9, 0.38)]
    vessel(canvas, rng, turned_body(1.2, pot), of.TERRACOTTA, 1.45, gloss=0.1)
    canvas.lamp(6, 2, 1.0, 0.4, 8)


def _shelf_board(canvas: Canvas, rng: np.random.Generator, y: float) -> None:
    canvas.shadow(box(0.4, y, 15.2, 0.6), 0.45, 0.5, 0.1, 0.3)
    canvas.surface(box(0.4, y, 15.2, 0.3), of.PINE, 2.05, texture=wood(rng), shade=ramp(1.1, 0.75))


def _jar(canvas: Canvas, rng: np.random.Generator, x: float, floor: float, content: Material) -> None:
    body = turned_body(x, [(floor - 1.45, 0.42), (floor - 1.25, 0.54), (floor - 0.1, 0.54), (floor, 0.48)])
    vessel(canvas, rng, body, of.GLASS, 2.1)
    fill = turned_body(x, [(floor - 1.0, 0.49), (floor - 0.12, 0.49), (floor - 0.06, 0.45)])
    canvas.paint(fill, content, texture=rough(rng, 0.4, 14))
    canvas.paint(box(x - 0.36, floor - 1.2, 0.06, 1.0, 0.03), of.GLOSS, opacity=0.5, softness=0.05)
    canvas.surface(box(x - 0.47, floor - 1.7, 0.94, 0.3, 0.06), of.STEEL, 2.08, shade=cylinder)
    canvas.surface(box(x - 0.32, floor - 0.82, 0.64, 0.36), of.PAPER, 2.08)
    canvas.text(x, floor - 0.64, one_of(rng, _GROCERIES), 0.2, ink(one_of(rng, INKS)))


def _tea_towel(canvas: Canvas, rng: np.random.Generator, x: float, y: float) -> None:
    towel = polygon((x, y), (x + 1.7, y), (x + 1.8, y + 2.7), (x + 0.9, y + 2.62), (x - 0.1, y + 2.75))
    canvas.shadow(towel, 0.35, 0.25, 0.14, 0.08)
    canvas.surface(towel, dye("#e6e0d2"), 2.2, texture=cloth(rng), shade=folds(rng, 2.2, 0.22))
    for angle in (0, 90):
        canvas.paint(towel, dye("#a52a2f"), coverage=stripes(0.42, 0.45, angle), texture=cloth(rng), opacity=0.75)


def still_life(canvas: Canvas, rng: np.random.Generator) -> None:
    """Bottles and fruit on a table with a checked cloth."""
    canvas.surface(box(0, 0, 16, 9), material("#6f7a6b", 0.5), 2.2, texture=rough(rng, 0.16, 2.5), shade=ramp(1.0, 0.8))
    canvas.surface(box(0, 5.6, 16, 3.4), of.WALNUT, 1.5, texture=wood(rng), shade=ramp(0.85, 1.1))
    drape = polygon((1.2, 6.0), (14.2, 5.9), (15.4, 8.3), (11.5, 8.65), (7.8, 8.4), (4.0, 8.7), (0.4, 8.3))
    canvas.shadow(drape, 0.5, 0.2, 0.1, 0.15)
    canvas.surface(drape, dye("#e9e3d3"), 1.4, texture=cloth(rng), shade=folds(rng, 3, 0.1))
    for angle in (0, 90):
        canvas.paint(drape, dye("#33568c"), coverage=stripes(0.8, 0.4, angle), texture=cloth(rng), opacity=0.65)
    glasses = (material("#23452c", 0.12), material("#5a3317", 0.2), material("#28405e", 0.14), of.GLASS)
    for x, height, colour in zip((2.6, 4.2, 5.6, 13.2), rng.uniform(3.6, 5.0, 4), glasses, strict=True):
        bottle(canvas, rng, At(x + rng.uniform(-0.2, 0.2), 6.5 + rng.uniform(-0.2, 0.3), 1.45), height, colour)
    pitcher = [(2.9, 0.75), (3.3, 0.6), (4.4, 0.95), (5.6, 1.25), (6.3, 1.1), (6.6, 0.8)]
    handle = [(11.9, 3.4), (12.6, 3.5), (12.8, 4.4), (12.1, 5.3)]
    glaze = plastic("#c9b48a")
    canvas.surface(ribbon(handle, 0.22), glaze, 1.4)
    vessel(canvas, rng, turned_body(11.0, pitcher), glaze, 1.38, gloss=0.6)
    for y in (4.6, 5.0):
        canvas.paint(box(9.85, y, 2.3, 0.12), plastic("#2c4a7c"), coverage=stripes(0.5, 0.7))
    _fruit_bowl(canvas, rng, 8.0, 6.9)
    for x, skin in ((3.4, "#b3341f"), (4.6, "#d98a1c"), (12.2, "#7c9a2e"), (13.4, "#a82a2a")):
        ball(canvas, rng, At(x + rng.uniform(-0.2, 0.2), 7.45, 1.2), 0.5, material(skin, 0.66))
    canvas.lamp(4, 1.5, 1.2, 0.5, 7)


def _fruit_bowl(canvas: Canvas, rng: np.random.Generator, x: float, y: float) -> None:
    canvas.shadow(ellipse(x + 0.3, y + 0.75, 2.0, 0.35), 0.6, 0.3)
    fruits = ("#c4452a", "#dd9a25", "#8da63a", "#b52c2c", "#e0b23a", "#a7461f")
    for colour, dx, dy in zip(
        shuffled(rng, fruits), (-1.1, 0, 1.1, -0.55, 0.6, 0.05), (0, 0, 0, -0.6, -0.6, -1.1), strict=True
    ):
        ball(canvas, rng, At(x + dx, y - 0.35 + dy, 1.3), 0.58, material(colour, 0.68))
    canvas.surface(leaf_shape(x + 0.1, y - 2.0, 30, 0.8, 0.35), leaf("#4f7a30"), 1.29)
    sides = turned_body(x, [(y - 0.35, 2.0), (y + 0.1, 1.75), (y + 0.6, 1.0), (y + 0.8, 0.8)])
    vessel(canvas, rng, sides, plastic("#3f6f7a"), 1.22)
    canvas.paint(box(x - 1.86, y - 0.22, 3.72, 0.14), plastic("#e8dcc0"), coverage=dots(0.16, 0.055))
