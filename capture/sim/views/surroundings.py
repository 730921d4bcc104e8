"""What a view stands in: a room, brick walls, pavements, the sky."""

import numpy as np

from . import materials as of
from .canvas import Canvas
from .materials import Material
from .patterns import ground_depth, joints, on_ground, patches, rough, tiles, wood
from .shading import ramp
from .shapes import Outline, box

HORIZON = 2.0


def room(canvas: Canvas, rng: np.random.Generator, wall: Material, floor: Material) -> None:
    """Papered wall, skirting and a plank floor in perspective."""
    canvas.surface(box(0, 0, 16, 5), wall, 4.5, texture=rough(rng, 0.06, 5), shade=ramp(0.85, 1.0))
    planks = on_ground(wood(rng, 0.2), HORIZON)
    canvas.surface(box(0, 4.6, 16, 4.4), floor, ground_depth(HORIZON, 1.7), texture=planks, shade=ramp(0.75, 1.0))
    canvas.paint(box(0, 4.6, 16, 4.4), of.SOIL, coverage=on_ground(joints(9.0, 0.9, 0.035), HORIZON), opacity=0.8)
    canvas.surface(box(0, 4.3, 16, 0.4), of.WHITE_PAINT, 4.45, shade=ramp(1.05, 0.7))


def sky(canvas: Canvas, rng: np.random.Generator, bottom: float) -> None:
    """Sky with clouds above y = `bottom`."""
    canvas.surface(box(0, 0, 16, bottom), of.SKY, 30, texture=rough(rng, 0.05, 0.5), shade=ramp(0.75, 1.1))
    canvas.paint(box(0, 0, 16, bottom), of.CLOUD, coverage=patches(rng, 0.3, 0.4), opacity=0.7)


def bricks(canvas: Canvas, rng: np.random.Generator, outline: Outline, depth: float, size: float = 0.6) -> None:
    """Lay a brick wall; `size` is the length of a brick."""
    canvas.surface(outline, of.BRICK, depth, texture=tiles(rng, size, size * 0.36, 0.3))
    canvas.paint(outline, of.MORTAR, coverage=joints(size, size * 0.36, 0.045), texture=rough(rng, 0.15))


def paving(
    canvas: Canvas, rng: np.random.Generator, stone: Material, top: float, *, horizon: float, nearest: float
) -> None:
    """Pave the ground below y = `top`."""
    ground = box(0, top, 16, 9 - top)
    slabs = on_ground(tiles(rng, 2.6, 1.5, 0.22), horizon)
    canvas.surface(ground, stone, ground_depth(horizon, nearest), texture=slabs, shade=ramp(0.9, 1.05))
    canvas.paint(ground, of.SOIL, coverage=on_ground(joints(2.6, 1.5, 0.06), horizon), opacity=0.7)
