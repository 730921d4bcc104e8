"""Defects of night-vision captures, planted into clean shots: what each does is physics, where and how much is `rng`'s.

Every function takes a clean shot (uint8 RGB pictures of one size) and returns a new one; the input is left alone.
"""

from collections.abc import Callable
from typing import NamedTuple

import cv2
import numpy as np
from numpy.typing import NDArray

from nirecap.images import Pixels

Light = NDArray[np.float32]


class Shot(NamedTuple):
    """A clean or spoilt shot: the pictures of one scene in one size."""

    low: Pixels
    nire: Pixels
    reference: Pixels


def linear(pixels: Pixels) -> Light:
    """Decode uint8 to linear light in [0, 1] (gamma 2.2)."""
    return np.asarray((pixels.astype(np.float32) / 255) ** 2.2, np.float32)


def developed(light: Light, rng: np.random.Generator, noise: float = 0.0) -> Pixels:
    """Encode linear light to uint8, with Gaussian noise of `noise` levels."""
    levels = 255 * np.clip(light, 0, 1) ** (1 / 2.2)
    return np.clip(np.rint(levels + rng.normal(0, 1, levels.shape) * noise), 0, 255).astype(np.uint8)


def grey(light: Light) -> Light:
    """Average the channels of H x W x 3 light and repeat the average."""
    return np.repeat(light.mean(axis=2, keepdims=True), 3, axis=2)


def hot_spot(shot: Shot, rng: np.random.Generator) -> Shot:
    """Add the IR lamp's reflection to N, where N was not bright: a disc, a glow, or a lamp in its halo."""
    height, width = shot.nire.shape[:2]
    radius = rng.uniform(0.015, 0.08) * width
    x, y = _darkest_place(shot.nire, radius, rng)
    rows, columns = np.mgrid[:height, :width].astype(np.float32)
    stretch = rng.uniform(0.75, 1.33)
    distance = np.hypot((columns - x) * stretch, (rows - y) / stretch) / radius
    profile = (_hard_disc, _glow, _mirrored_lamp)[rng.integers(3)](distance)
    veil = 0.15 * np.exp(-(distance**2) / 8)  # scattered in the lens or the window pane
    light = linear(shot.nire) + (rng.uniform(1.2, 4.0) * profile + veil)[..., None]
    return shot._replace(nire=developed(light, rng))


def painted_out(shot: Shot, rng: np.random.Generator) -> Shot:
    """Erase the structure of 4 to 20 % of N, on a textured part: filled flat or from around, continued or blurred."""
    mask = _textured_region(shot, rng)
    grain = rng.uniform(0, 3)
    fill = (_from_around, _flat, _blurred, _continued)[rng.integers(4)](shot.nire, mask)
    grainy = fill + rng.normal(0, 1, (*mask.shape, 1)) * grain
    soft = cv2.GaussianBlur(mask.astype(np.float32), (0, 0), rng.uniform(0.3, 2.0))[..., None]
    nire = shot.nire * (1 - soft) + grainy * soft
    return shot._replace(nire=np.clip(np.rint(nire), 0, 255).astype(np.uint8))


def swapped(shot: Shot, rng: np.random.Generator) -> Shot:
    """Exchange I and N."""
    del rng
    return shot._replace(low=shot.nire, nire=shot.low)


def nire_still_colour(shot: Shot, rng: np.random.Generator) -> Shot:
    """Take N before the filter moved: I once more, in fresh noise."""
    return shot._replace(nire=developed(linear(shot.low) * rng.uniform(0.8, 1.2), rng, noise=1.0))


def low_still_mono(shot: Shot, rng: np.random.Generator) -> Shot:
    """Take I before the filter moved: N once more, in fresh noise."""
    level = grey(linear(shot.nire) * np.float32(rng.uniform(0.8, 1.2)))
    grain = rng.normal(0, 1, (*shot.nire.shape[:2], 1))
    noisy = developed(level, rng) + grain
    return shot._replace(low=np.clip(np.rint(noisy), 0, 255).astype(np.uint8))


def low_leaks(shot: Shot, rng: np.random.Generator) -> Shot:
    """Take I while the filter was already out: purple and washed."""
    return shot._replace(low=_leak(shot, rng))


def nire_leaks(shot: Shot, rng: np.random.Generator) -> Shot:
    """Take N while the camera was still in colour mode: purple and washed."""
    return shot._replace(nire=_leak(shot, rng))


def shifted(shot: Shot, rng: np.random.Generator) -> Shot:
    """Move N by two pixels, somewhere."""
    angle = rng.uniform(0, 2 * np.pi)
    return shot._replace(nire=_moved(shot.nire, 1.0, 0.0, (2 * np.cos(angle), 2 * np.sin(angle))))


def zoomed(shot: Shot, rng: np.random.Generator) -> Shot:
    """Enlarge or shrink N by 0.8 %, as the glass of a filter can."""
    return shot._replace(nire=_moved(shot.nire, float(rng.choice([0.992, 1.008])), 0.0, (0.0, 0.0)))


def turned(shot: Shot, rng: np.random.Generator) -> Shot:
    """Turn N by half a degree."""
    return shot._replace(nire=_moved(shot.nire, 1.0, float(rng.choice([-0.5, 0.5])), (0.0, 0.0)))


def _moved(pixels: Pixels, zoom: float, degrees: float, shift: tuple[float, float]) -> Pixels:
    height, width = pixels.shape[:2]
    matrix = cv2.getRotationMatrix2D(((width - 1) / 2, (height - 1) / 2), degrees, zoom)
    matrix[:, 2] += shift
    return np.asarray(
        cv2.warpAffine(pixels, matrix, (width, height), None, cv2.INTER_CUBIC, cv2.BORDER_REFLECT), np.uint8
    )


DEFECTS: dict[str, tuple[str, Callable[[Shot, np.random.Generator], Shot]]] = {
    "hot_spot": ("bright_spot", hot_spot),
    "painted_out": ("structure_vanishing", painted_out),
    "swapped": ("swapped", swapped),
    "nire_still_colour": ("not_switched", nire_still_colour),
    "low_still_mono": ("not_switched", low_still_mono),
    "low_leaks": ("ir_leak", low_leaks),
    "nire_leaks": ("ir_leak", nire_leaks),
    "shifted": ("misaligned", shifted),
    "zoomed": ("misaligned", zoomed),
    "turned": ("misaligned", turned),
}
"""Name of the defect: the flag that it must raise, and the function that plants it."""


def _leak(shot: Shot, rng: np.random.Generator) -> Pixels:
    # At 850 nm the three dyes of the sensor pass about the same; daylight white balance then lifts red and blue.
    visible, infrared = linear(shot.low), grey(linear(shot.nire))
    infrared *= np.float32(max(rng.uniform(0.25, 1.0), 1.5 * visible.mean() / max(infrared.mean(), 1e-3)))
    dyes = rng.uniform([0.95, 0.95, 0.85], [1.1, 1.0, 1.0]) * rng.uniform([1.5, 1.0, 1.5], [1.9, 1.0, 1.9])
    light = visible + infrared * (dyes / dyes.max()).astype(np.float32)
    return developed(light * 0.95 + 0.01, rng, noise=rng.uniform(0.5, 2.5))


def _hard_disc(distance: Light) -> Light:
    return np.asarray((1 - np.tanh(6 * (distance - 1))) / 2, np.float32)


def _glow(distance: Light) -> Light:
    return np.exp(-(distance**2))


def _mirrored_lamp(distance: Light) -> Light:
    return np.asarray(np.exp(-(distance**4)) + 0.1 * (1 + (distance / 2) ** 2) ** -1.5, np.float32)


def _darkest_place(nire: Pixels, radius: float, rng: np.random.Generator) -> tuple[float, float]:
    height, width = nire.shape[:2]
    around = cv2.blur(nire[..., 1], (round(2 * radius), round(2 * radius)))
    xs, ys = rng.uniform(0.1, 0.9, 5) * width, rng.uniform(0.1, 0.9, 5) * height
    chosen = min(range(5), key=lambda i: int(around[int(ys[i]), int(xs[i])]))
    return float(xs[chosen]), float(ys[chosen])


def _textured_region(shot: Shot, rng: np.random.Generator) -> NDArray[np.bool_]:
    height, width = shot.nire.shape[:2]
    texture = np.minimum(_texture(shot.nire), _texture(shot.reference))
    area, aspect = rng.uniform(0.04, 0.20), rng.uniform(0.6, 1.6)
    half_height, half_width = np.sqrt(area * height * width / aspect) / 2, np.sqrt(area * height * width * aspect) / 2
    rows, columns = np.mgrid[:height, :width]
    places = []
    for _ in range(8):
        x, y = rng.uniform(half_width, width - half_width), rng.uniform(half_height, height - half_height)
        u, v = abs(columns - x) / half_width, abs(rows - y) / half_height
        mask = np.maximum(u, v) < 1 if rng.random() < 0.5 else np.hypot(u, v) < np.sqrt(4 / np.pi)
        places.append((float(texture[mask].mean()), mask))
    return np.asarray(max(places, key=lambda place: place[0])[1], np.bool_)


def _texture(pixels: Pixels) -> Light:
    level = cv2.GaussianBlur(pixels[..., 1].astype(np.float32), (0, 0), 1.0)
    across, down = cv2.Sobel(level, cv2.CV_32F, 1, 0), cv2.Sobel(level, cv2.CV_32F, 0, 1)
    return np.asarray(np.hypot(across, down) / (level + 16), np.float32)


def _from_around(nire: Pixels, mask: NDArray[np.bool_]) -> Light:
    scale = 128 / max(mask.shape)  # inpainting keeps no detail: a small copy is as good and quick
    small = cv2.resize(nire, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
    hole = cv2.resize(mask.astype(np.uint8), small.shape[1::-1], interpolation=cv2.INTER_AREA)
    filled = cv2.inpaint(small, cv2.dilate(hole, np.ones((3, 3), np.uint8)), 4, cv2.INPAINT_TELEA)
    return np.asarray(cv2.resize(filled, mask.shape[::-1], interpolation=cv2.INTER_CUBIC), np.float32)


def _continued(nire: Pixels, mask: NDArray[np.bool_]) -> Light:
    return cv2.inpaint(nire, mask.astype(np.uint8), 3, cv2.INPAINT_NS).astype(np.float32)


def _flat(nire: Pixels, mask: NDArray[np.bool_]) -> Light:
    return np.broadcast_to(nire[mask].mean(axis=0), nire.shape).astype(np.float32)


def _blurred(nire: Pixels, mask: NDArray[np.bool_]) -> Light:
    return np.asarray(cv2.GaussianBlur(nire.astype(np.float32), (0, 0), max(mask.shape) / 60), np.float32)
