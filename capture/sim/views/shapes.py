"""Outlines in scene units: N x 2 corner points of closed polygons."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.interpolate import PchipInterpolator

Outline = NDArray[np.float64]
Point = tuple[float, float]


class At(NamedTuple):
    """Where a thing stands: the middle of its foot in scene units, and metres from the camera."""

    x: float
    y: float
    depth: float


class Frame(NamedTuple):
    """An upright rectangle in scene units, from its top left corner."""

    x: float
    y: float
    width: float
    height: float


def polygon(*corners: Point) -> Outline:
    """Return the outline through the corners."""
    return np.array(corners, dtype=np.float64)


def box(x: float, y: float, width: float, height: float, rounding: float = 0.0) -> Outline:
    """Return a rectangle from its top left corner, its corners rounded by a radius."""
    if rounding <= 0:
        return polygon((x, y), (x + width, y), (x + width, y + height), (x, y + height))
    turn = np.linspace(0, np.pi / 2, 7)
    radius = min(rounding, width / 2, height / 2)
    centres = [
        (x + width - radius, y + height - radius),
        (x + radius, y + height - radius),
        (x + radius, y + radius),
        (x + width - radius, y + radius),
    ]
    arcs = [
        np.stack([cx + radius * np.cos(turn + k * np.pi / 2), cy + radius * np.sin(turn + k * np.pi / 2)], axis=1)
        for k, (cx, cy) in enumerate(centres)
    ]
    return np.concatenate(arcs)


def ellipse(x: float, y: float, across: float, down: float | None = None) -> Outline:
    """Return an ellipse from its centre and its radii (a circle from one)."""
    turn = np.linspace(0, 2 * np.pi, 48, endpoint=False)
    return np.stack([x + across * np.cos(turn), y + (across if down is None else down) * np.sin(turn)], axis=1)


def blob(rng: np.random.Generator, x: float, y: float, across: float, down: float, *, wobble: float = 0.15) -> Outline:
    """Return an ellipse whose radius wanders by about `wobble`."""
    turn = np.linspace(0, 2 * np.pi, 60, endpoint=False)
    radius = np.ones_like(turn)
    for waves in range(2, 9):
        radius += wobble / waves**0.7 * rng.normal() * np.cos(waves * turn + rng.uniform(0, 2 * np.pi))
    return np.stack([x + across * radius * np.cos(turn), y + down * radius * np.sin(turn)], axis=1)


def turned_body(x: float, profile: Sequence[Point]) -> Outline:
    """Return the outline of a thing from the lathe; `profile` gives (y, radius) from top to bottom."""
    heights, radii = (np.array(column) for column in zip(*profile, strict=True))
    y = np.linspace(heights[0], heights[-1], 40)
    radius = PchipInterpolator(heights, radii)(y)
    right, left = np.stack([x + radius, y], axis=1), np.stack([x - radius, y], axis=1)
    return np.concatenate([right, left[::-1]])


def ribbon(points: Sequence[Point], width: float, tip: float | None = None) -> Outline:
    """Return a band along a polyline; its width goes from `width` to `tip`."""
    path = np.array(points, dtype=np.float64)
    ahead = np.gradient(path, axis=0)
    normal = np.stack([-ahead[:, 1], ahead[:, 0]], axis=1)
    normal /= np.linalg.norm(normal, axis=1, keepdims=True) + 1e-9
    half = np.linspace(width, width if tip is None else tip, len(path))[:, None] / 2
    return np.concatenate([path + normal * half, (path - normal * half)[::-1]])


def leaf_shape(x: float, y: float, angle: float, length: float, width: float) -> Outline:
    """Return a pointed leaf from its stalk at (x, y), `angle` degrees anticlockwise from the right."""
    along = np.linspace(0, 1, 11)
    half = width / 2 * np.sin(np.pi * along**0.8)
    flat = np.concatenate([np.stack([along * length, half], 1), np.stack([along * length, -half], 1)[::-1]])
    return turned(moved(flat, x, y), angle, (x, y))


def moved(outline: Outline, dx: float, dy: float) -> Outline:
    """Return the outline elsewhere."""
    there: Outline = outline + np.array((dx, dy))
    return there


def turned(outline: Outline, angle: float, centre: Point) -> Outline:
    """Return the outline turned anticlockwise by `angle` degrees about `centre`."""
    cosine, sine = np.cos(np.radians(angle)), np.sin(np.radians(angle))
    spun: Outline = (outline - centre) @ np.array([[cosine, -sine], [sine, cosine]]) + centre
    return spun
