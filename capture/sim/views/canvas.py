"""A painter's canvas with three layers: what a colour camera sees, what a NIR camera sees, and how far away it is.

A view is painted from back to front in scene units: the picture is 16 wide and 9 high, x to the right, y downwards,
whatever its size in pixels. `surface` puts down a thing with a depth and a shading of its own; `paint`, `text` and
`shadow` only change the surface that is already there.
"""

from collections.abc import Callable

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFont

from .materials import Material
from .patterns import Pattern, Plane, fractal
from .shapes import Outline, moved

WIDTH, HEIGHT = 16.0, 9.0
NEAR, FAR = 0.5, 30.0
Window = tuple[slice, slice]
Shade = Callable[[Plane, Plane], Plane]
"""Light on a surface from u (left -1, right 1) and v (top -1, bottom 1) over its bounding box."""

_SUBPIXEL_BITS = 4
_BLACKEST, _SHOULDER, _WHITEST = 0.012, 0.7, 0.92
"""Light is linear up to the shoulder and then bends towards the whitest, so that nothing clips."""


class Canvas:
    """Three registered layers under construction; `finish` lights them and hands them out."""

    def __init__(self, width: int, height: int) -> None:
        self._width, self._height = width, height
        self._scale = max(width / WIDTH, height / HEIGHT)
        self._left = (WIDTH * self._scale - width) / 2
        self._top = (HEIGHT * self._scale - height) / 2
        self._visible = np.full((height, width, 3), 0.5, np.float32)
        self._infrared = np.full((height, width), 0.5, np.float32)
        self._light = np.ones((height, width), np.float32)
        self._depth = np.full((height, width), FAR, np.float32)

    def surface(
        self,
        outline: Outline,
        material: Material,
        depth: float | Pattern,
        *,
        texture: Pattern | None = None,
        shade: float | Shade = 1.0,
    ) -> None:
        """Put down a thing: its reflectance (times `texture`), its depth in metres and its own shading."""
        window = self._window(outline)
        if window is None:
            return
        mask = self._mask(outline, window)
        self._blend(window, mask, material, texture)
        lit = shade(*self._across(window, outline)) if callable(shade) else np.float32(shade)
        self._light[window] += mask * (lit - self._light[window])
        metres = depth(*self._coordinates(window)) if callable(depth) else np.float32(depth)
        np.copyto(self._depth[window], metres, where=mask > 0.5)

    def paint(
        self,
        outline: Outline,
        material: Material,
        *,
        texture: Pattern | None = None,
        coverage: Pattern | None = None,
        opacity: float = 1.0,
        softness: float = 0.0,
    ) -> None:
        """Colour what is there, where `coverage` (0 to 1) says so; `softness` blurs the edge, in scene units."""
        window = self._window(outline, 2 * softness)
        if window is None:
            return
        mask = self._mask(outline, window, softness) * np.float32(opacity)
        if coverage:
            mask = mask * coverage(*self._coordinates(window))
        self._blend(window, mask, material, texture)

    def text(self, x: float, y: float, words: str, size: float, material: Material, *, angle: float = 0.0) -> None:
        """Print one line, centred at (x, y), `size` units high, turned anticlockwise by `angle` degrees."""
        mask = _lettering(words, max(size * self._scale, 1.0), angle)
        height, width = mask.shape
        left = round(x * self._scale - self._left - width / 2)
        top = round(y * self._scale - self._top - height / 2)
        rows = slice(max(top, 0), min(top + height, self._height))
        columns = slice(max(left, 0), min(left + width, self._width))
        if rows.start < rows.stop and columns.start < columns.stop:
            inside = mask[rows.start - top : rows.stop - top, columns.start - left : columns.stop - left]
            self._blend((rows, columns), inside, material, None)

    def shadow(self, outline: Outline, strength: float, softness: float, dx: float = 0.0, dy: float = 0.0) -> None:
        """Take light away below something that stands at `outline`, moved by (dx, dy) scene units."""
        cast = moved(outline, dx, dy)
        window = self._window(cast, 2 * softness)
        if window is not None:
            self._light[window] *= 1 - np.float32(strength) * self._mask(cast, window, softness)

    def bevel(self, outline: Outline, radius: float, strength: float) -> None:
        """Round the rim of a thing: its edges towards the lamp (above left) get lighter, the others darker."""
        window = self._window(outline, radius)
        if window is None:
            return
        hill = self._mask(outline, window, radius)
        slope = cv2.Sobel(hill, cv2.CV_32F, 1, 0, ksize=3) * 0.5 + cv2.Sobel(hill, cv2.CV_32F, 0, 1, ksize=3)
        slope *= np.float32(radius * self._scale / 4)
        self._light[window] *= 1 + np.float32(strength) * np.clip(slope, -1, 1) * self._mask(outline, window)

    def lamp(self, x: float, y: float, bright: float, dim: float, reach: float = 9.0) -> None:
        """Light everything painted so far from a lamp before (x, y): `bright` there, falling towards `dim`."""
        every = (slice(0, self._height), slice(0, self._width))
        across, down = self._coordinates(every)
        fall = 1 / (1 + ((across - x) ** 2 + (down - y) ** 2) / reach**2)
        self._light *= np.float32(dim) + np.float32(bright - dim) * fall

    def finish(self) -> tuple[Plane, Plane, Plane]:
        """Return visible light (H x W x 3), NIR reflectance and depth in metres (H x W).

        The NIR lamp sits beside the lens and casts hardly a shadow; only its slant on a surface stays: the root.
        """
        every = (slice(0, self._height), slice(0, self._width))
        wear = 0.94 + 0.12 * fractal(np.random.default_rng(0), 6, 5)(*self._coordinates(every))
        surroundings = wear * self._openness()
        visible = self._visible * (self._light * surroundings)[..., None]
        infrared = self._infrared * np.clip(self._light, 0, 1.2) ** 0.75 * surroundings
        return (
            _roll_off(visible),
            _roll_off(infrared),
            np.clip(self._depth, NEAR, FAR),
        )

    def _openness(self) -> Plane:
        """Ambient light that reaches each point: less where the surroundings stand nearer to the camera.

        Unsharp masking of the depth buffer (Luft, Colditz, Deussen, SIGGRAPH 2006), in ratios of depth; what is
        farther behind than about half the distance is another place and takes no shade.
        """
        distance = np.log(self._depth)
        hidden = np.zeros_like(distance)
        for radius, weight in ((0.08, 0.9), (0.35, 0.8)):
            around = cv2.GaussianBlur(distance, (0, 0), radius * self._scale)
            behind = np.clip(distance - around, 0, None)
            hidden += np.float32(weight) * behind * np.exp(-((behind / np.float32(0.35)) ** 2))
        return np.clip(1 - 2.2 * hidden, 0.35, 1).astype(np.float32)

    def _blend(self, window: Window, mask: Plane, material: Material, texture: Pattern | None) -> None:
        gain = texture(*self._coordinates(window)) if texture else np.ones((1, 1), np.float32)
        colour = np.array(material.visible, np.float32) * gain[..., None]
        self._visible[window] += mask[..., None] * (colour - self._visible[window])
        self._infrared[window] += mask * (np.float32(material.infrared) * gain - self._infrared[window])

    def _window(self, outline: Outline, margin: float = 0.0) -> Window | None:
        """Return the pixels that an outline can touch; None when it lies outside the picture."""
        (left, top), (right, bottom) = self._pixels(outline.min(axis=0)), self._pixels(outline.max(axis=0))
        wider = margin * self._scale + 2
        rows = _within(top - wider, bottom + wider, self._height)
        columns = _within(left - wider, right + wider, self._width)
        return (rows, columns) if rows.start < rows.stop and columns.start < columns.stop else None

    def _mask(self, outline: Outline, window: Window, softness: float = 0.0) -> Plane:
        rows, columns = window
        mask = np.zeros((rows.stop - rows.start, columns.stop - columns.start), np.uint8)
        corners = (self._pixels(outline) - 0.5 - (columns.start, rows.start)) * (1 << _SUBPIXEL_BITS)
        cv2.fillPoly(mask, [np.round(corners).astype(np.int32)], 255, cv2.LINE_AA, _SUBPIXEL_BITS)
        sharp = np.multiply(mask, 1 / 255, dtype=np.float32)
        if not softness:
            return sharp
        return cv2.GaussianBlur(sharp, (0, 0), max(softness * self._scale / 2, 0.3)).astype(np.float32)

    def _pixels(self, points: NDArray[np.float64]) -> NDArray[np.float64]:
        return points * self._scale - (self._left, self._top)

    def _coordinates(self, window: Window) -> tuple[Plane, Plane]:
        rows, columns = window
        x = (np.arange(columns.start, columns.stop, dtype=np.float32) + 0.5 + self._left) / self._scale
        y = (np.arange(rows.start, rows.stop, dtype=np.float32) + 0.5 + self._top) / self._scale
        across, down = np.meshgrid(x.astype(np.float32), y.astype(np.float32))
        return across, down

    def _across(self, window: Window, outline: Outline) -> tuple[Plane, Plane]:
        x, y = self._coordinates(window)
        return _from_edges(x, outline[:, 0]), _from_edges(y, outline[:, 1])


def _roll_off(light: NDArray[np.floating]) -> Plane:
    room = _WHITEST - _SHOULDER
    bent = _SHOULDER + room * np.tanh((light - _SHOULDER) / room)
    return np.maximum(np.where(light > _SHOULDER, bent, light), _BLACKEST).astype(np.float32)


def _within(low: float, high: float, size: int) -> slice:
    return slice(min(max(int(low), 0), size), min(max(int(high) + 1, 0), size))


def _from_edges(values: Plane, extent: NDArray[np.float64]) -> Plane:
    low, high = float(extent.min()), float(extent.max())
    share: Plane = (2 * values - (low + high)) / max(high - low, 1e-6)
    return np.clip(share, -1, 1).astype(np.float32)


def _lettering(words: str, pixels: float, angle: float) -> Plane:
    font = ImageFont.load_default(pixels)
    left, top, right, bottom = font.getbbox(words)
    sheet = Image.new("L", (int(right - left) + 3, int(bottom - top) + 3))
    ImageDraw.Draw(sheet).text((1 - left, 1 - top), words, fill=255, font=font)
    turned = sheet.rotate(angle, Image.Resampling.BICUBIC, expand=True) if angle else sheet
    mask: Plane = np.multiply(np.asarray(turned), 1 / 255, dtype=np.float32)
    return mask
