"""Defects of night-vision captures, planted into clean shots: what each does is physics, where is `rng`'s.

Every `plant` takes a clean shot (uint8 RGB pictures of one size), a generator and a strength in the unit of the defect,
and returns a new shot; the input is left alone.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import NamedTuple

import cv2
import numpy as np
from numpy.typing import NDArray

from nirecap.images import Pixels

Light = NDArray[np.float32]
Matrix = NDArray[np.float64]


class Shot(NamedTuple):
    """A clean or spoilt shot: the pictures of one scene in one size."""

    low: Pixels
    nire: Pixels
    reference: Pixels
    bracket: Pixels | None = None


@dataclass(frozen=True)
class Defect:
    """One way to spoil a shot."""

    flag: str
    """The flag that it must raise."""
    plant: Callable[[Shot, np.random.Generator, float], Shot]
    strengths: tuple[float, ...]
    """From faint to gross."""
    documented: float
    """The strength from which `curate` promises to find it."""
    unit: str


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


def hot_spot(shot: Shot, rng: np.random.Generator, radius: float) -> Shot:
    """Add the IR lamp's reflection to N, where N was not bright: a disc, a glow, or a lamp in its halo."""
    height, width = shot.nire.shape[:2]
    pixels = radius * width
    x, y = _darkest_place(shot.nire, pixels, rng)
    rows, columns = np.mgrid[:height, :width].astype(np.float32)
    stretch = rng.uniform(0.75, 1.33)
    distance = np.hypot((columns - x) * stretch, (rows - y) / stretch) / pixels
    profile = (_hard_disc, _glow, _mirrored_lamp)[rng.integers(3)](distance)
    veil = 0.15 * np.exp(-(distance**2) / 8)  # scattered in the lens or the window pane
    light = linear(shot.nire) + (rng.uniform(1.2, 4.0) * profile + veil)[..., None]
    return shot._replace(nire=developed(light, rng))


def painted_out(shot: Shot, rng: np.random.Generator, area: float) -> Shot:
    """Erase the structure of a textured part of N: filled flat or from around, continued or blurred."""
    mask = _textured_region(shot, rng, area)
    grain = rng.uniform(0, 3)
    fill = (_from_around, _flat, _blurred, _continued)[rng.integers(4)](shot.nire, mask)
    grainy = fill + rng.normal(0, 1, (*mask.shape, 1)) * grain
    soft = cv2.GaussianBlur(mask.astype(np.float32), (0, 0), rng.uniform(0.3, 2.0))[..., None]
    nire = shot.nire * (1 - soft) + grainy * soft
    return shot._replace(nire=np.clip(np.rint(nire), 0, 255).astype(np.uint8))


def swapped(shot: Shot, rng: np.random.Generator, light: float) -> Shot:
    """Exchange I and N, where I has this share of its light."""
    return shot._replace(low=shot.nire, nire=developed(linear(shot.low) * light, rng))


def nire_still_colour(shot: Shot, rng: np.random.Generator, light: float) -> Shot:
    """Take N before the filter moved: I once more, in fresh noise."""
    return shot._replace(nire=developed(linear(shot.low) * light * rng.uniform(0.8, 1.2), rng, noise=1.0))


def low_still_mono(shot: Shot, rng: np.random.Generator, light: float) -> Shot:
    """Take I before the filter moved: N once more, in fresh noise."""
    level = grey(linear(shot.nire) * np.float32(light * rng.uniform(0.8, 1.2)))
    grain = rng.normal(0, 1, (*shot.nire.shape[:2], 1))
    noisy = developed(level, rng) + grain
    return shot._replace(low=np.clip(np.rint(noisy), 0, 255).astype(np.uint8))


def low_leaks(shot: Shot, rng: np.random.Generator, share: float) -> Shot:
    """Take I while the filter was already out: purple and washed."""
    return shot._replace(low=_leak(shot, rng, share))


def nire_leaks(shot: Shot, rng: np.random.Generator, share: float) -> Shot:
    """Take N while the camera was still in colour mode: purple and washed."""
    return shot._replace(nire=_leak(shot, rng, share))


def shifted(shot: Shot, rng: np.random.Generator, pixels: float) -> Shot:
    """Move N, in any direction."""
    angle = rng.uniform(0, 2 * np.pi)
    shift = (pixels * np.cos(angle), pixels * np.sin(angle))
    return shot._replace(nire=moved(shot.nire, motion_matrix(shot.nire.shape, shift=shift)))


def zoomed(shot: Shot, rng: np.random.Generator, growth: float) -> Shot:
    """Enlarge or shrink N, as the glass of a filter can."""
    zoom = 1 + float(rng.choice([-growth, growth]))
    return shot._replace(nire=moved(shot.nire, motion_matrix(shot.nire.shape, zoom=zoom)))


def turned(shot: Shot, rng: np.random.Generator, degrees: float) -> Shot:
    """Turn N, either way."""
    angle = float(rng.choice([-degrees, degrees]))
    return shot._replace(nire=moved(shot.nire, motion_matrix(shot.nire.shape, degrees=angle)))


def motion_matrix(
    shape: tuple[int, ...], zoom: float = 1.0, degrees: float = 0.0, shift: tuple[float, float] = (0.0, 0.0)
) -> Matrix:
    """Return the 2 x 3 affine that zooms, turns and then shifts a picture of `shape` about its centre."""
    height, width = shape[:2]
    matrix = np.asarray(cv2.getRotationMatrix2D(((width - 1) / 2, (height - 1) / 2), degrees, zoom), np.float64)
    matrix[:, 2] += shift
    return matrix


def moved(pixels: Pixels, matrix: Matrix) -> Pixels:
    """Move a picture: what was at x is at `matrix` times x afterwards; mirrored at the borders."""
    size = pixels.shape[1::-1]
    return np.asarray(cv2.warpAffine(pixels, matrix, size, None, cv2.INTER_CUBIC, cv2.BORDER_REFLECT), np.uint8)


DEFECTS: dict[str, Defect] = {
    "hot_spot": Defect("bright_spot", hot_spot, (0.01, 0.02, 0.04, 0.08), 0.02, "radius / width"),
    "painted_out": Defect("structure_vanishing", painted_out, (0.02, 0.04, 0.07, 0.1, 0.16), 0.1, "share of the area"),
    "swapped": Defect("swapped", swapped, (0.25, 0.5, 1.0), 1.0, "light of I"),
    "nire_still_colour": Defect("not_switched", nire_still_colour, (0.25, 0.5, 1.0), 1.0, "light of I"),
    "low_still_mono": Defect("not_switched", low_still_mono, (0.25, 0.5, 1.0), 1.0, "light of N"),
    "low_leaks": Defect("ir_leak", low_leaks, (0.1, 0.25, 0.5, 1.0), 0.25, "light of N"),
    "nire_leaks": Defect("ir_leak", nire_leaks, (0.1, 0.25, 0.5, 1.0), 0.25, "light of N"),
    "shifted": Defect("misaligned", shifted, (1.0, 2.0, 4.0, 16.0), 2.0, "pixels"),
    "zoomed": Defect("misaligned", zoomed, (0.004, 0.008, 0.01, 0.016, 0.04), 0.01, "growth"),
    "turned": Defect("misaligned", turned, (0.25, 0.5, 1.0, 4.0), 0.5, "degrees"),
}


def _leak(shot: Shot, rng: np.random.Generator, share: float) -> Pixels:
    # At 850 nm the three dyes of the sensor pass about the same; daylight white balance then lifts red and blue.
    visible, infrared = linear(shot.low), grey(linear(shot.nire))
    infrared *= np.float32(share)
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


def _textured_region(shot: Shot, rng: np.random.Generator, area: float) -> NDArray[np.bool_]:
    height, width = shot.nire.shape[:2]
    texture = np.minimum(_texture(shot.nire), _texture(shot.reference))
    aspect = rng.uniform(0.6, 1.6)
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
