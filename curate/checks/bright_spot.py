"""The IR lamp's own reflection in N: light added at one place, so much that N is saturated there.

What tells it from snow, clouds and white walls: its core is round, and neither its being there nor its texture is
to be seen in the visible picture.
"""

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from nirecap.images import Pixels

from .evidence import encode_marks, map_shape
from .working_size import reduce

SATURATED, RIM = 249, 238
"""Levels of the smoothed N from which a core may start, and under which it has ended."""
SMALLEST, LARGEST = 0.005, 0.28
"""Radii of cores, in square roots of the picture's area: glints are everywhere, nothing mirrored fills a quarter."""
TYPICAL = 0.007
"""Radius of a small spot, in the same unit."""
RAGGED = 0.15
"""Share of a saturated part that its largest disc fills, up to which it is no spot: walls, strips, foliage."""
GRAIN = 1.0
"""Gaussian sigma, pixels, that takes the noise from N."""
MOST_CORES = 16
RAYS = 24
ANGLES = np.arange(RAYS, dtype=np.float32)[:, None] * np.float32(2 * np.pi / RAYS)

Plane = NDArray[np.float32]


@dataclass(frozen=True)
class BrightSpot:
    """The strongest spot of N, or zeros where none saturates.

    Attributes:
        strength: size times roundness times what N has there and the visible picture has not; 0 to about 8.
        area: of the saturated core, as a share of the picture.
        peak: level of N at its centre, 0 to 255.
        x: centre from the left, as a share of the width.
        y: centre from the top, as a share of the height.
        map: 1-bit PNG over the whole picture, longer side 96 pixels, of the core; None where there is none.
    """

    strength: float = 0.0
    area: float = 0.0
    peak: float = 0.0
    x: float = 0.0
    y: float = 0.0
    map: bytes | None = None


def measure_bright_spot(low: Pixels, nire: Pixels, reference: Pixels | None = None) -> BrightSpot:
    """Find the lamp's reflection in N; R tells better than a dark I which bright things are the scene's own.

    Args:
        low: I, H x W x 3.
        nire: N, H x W x 3.
        reference: R, H x W x 3, in place of I where there is one.
    """
    small = reduce(nire)
    level = np.asarray(cv2.GaussianBlur(cv2.cvtColor(small, cv2.COLOR_RGB2GRAY), (5, 5), GRAIN), np.uint8)
    cores = _cores(level)
    if not len(cores):
        return BrightSpot()
    reach = _reach(level, cores)
    area = np.pi * np.mean(reach**2, axis=1)
    fullness = np.pi * cores[:, 2] ** 2 / area
    roundness = np.clip((fullness - RAGGED) / (1 - RAGGED), 0, 1)
    size = np.sqrt(cores[:, 2] / (TYPICAL * np.sqrt(level.size)))
    seen = _brightest(reduce(low if reference is None else reference), level.shape)
    strength = size * roundness * _unseen(level, seen, cores, np.median(reach, axis=1))
    best = int(np.argmax(strength))
    return _spot(level, cores[best], reach[best], float(strength[best]))


def _spot(level: Pixels, core: Plane, reach: Plane, strength: float) -> BrightSpot:
    height, width = level.shape
    x, y = (int(place) for place in core[:2])
    drawn = np.zeros(map_shape(level.shape), np.uint8)
    outline = core[:2] + reach[:, None] * np.hstack([np.cos(ANGLES), np.sin(ANGLES)])
    cv2.fillPoly(drawn, [np.floor(outline * drawn.shape[::-1] / (width, height)).astype(np.int32)], 1)
    return BrightSpot(
        strength=strength,
        area=float(np.pi * np.mean(reach**2)) / level.size,
        peak=float(level[y, x]),
        x=(x + 0.5) / width,
        y=(y + 0.5) / height,
        map=encode_marks(drawn > 0) if strength > 0 else None,
    )


def _brightest(pixels: Pixels, shape: tuple[int, ...]) -> Plane:
    """Return the brightest channel of a picture at half of `shape`, without its noise."""
    half = (max(1, shape[1] // 2), max(1, shape[0] // 2))
    red, green, blue = cv2.split(cv2.resize(pixels, half, interpolation=cv2.INTER_AREA))
    brightest = cv2.max(cv2.max(red, green), blue).astype(np.float32)
    return np.asarray(cv2.GaussianBlur(brightest, (5, 5), 1.0), np.float32)


def _cores(level: Pixels) -> Plane:
    """Return the largest discs that saturated parts of N hold, one row of x, y, radius each, in pixels."""
    saturated = (level >= SATURATED).astype(np.uint8)
    left, top, width, height = cv2.boundingRect(saturated)
    part = cv2.copyMakeBorder(saturated[top : top + height, left : left + width], 1, 1, 1, 1, cv2.BORDER_CONSTANT)
    depth = cv2.distanceTransform(part, cv2.DIST_L2, 5) if width else np.zeros((1, 1), np.float32)
    unit = np.sqrt(level.size)
    discs: list[tuple[int, int, float]] = []
    while len(discs) < MOST_CORES:
        _, radius, _, (x, y) = cv2.minMaxLoc(depth)
        if radius < SMALLEST * unit:
            break
        if radius <= LARGEST * unit:
            discs.append((left + x - 1, top + y - 1, radius))
        cv2.circle(depth, (x, y), int(2 * radius + 2), 0, -1)
    return np.array(discs, np.float32)


def _reach(level: Pixels, cores: Plane) -> Plane:
    """Return how far each core goes on along every ray from its centre, cores x RAYS, up to 6 radii."""
    steps = np.outer(cores[:, 2], np.linspace(0.15, 6, 40, dtype=np.float32))
    bright = _along_rays(level, cores, steps) >= RIM
    unbroken = np.logical_and.accumulate(bright, axis=2)
    return np.asarray(unbroken.sum(axis=2) * steps[:, :1], np.float32)


def _along_rays(plane: Pixels | Plane, cores: Plane, steps: Plane, scale: float = 1.0) -> Plane:
    """Sample a plane at distances from the cores, cores x RAYS x steps; it is mirrored at its borders.

    Cores and steps are in pixels of N; the plane's are 1 / `scale` as large.
    """
    centres = (cores[:, :2] + np.float32(0.5)) * np.float32(scale) - np.float32(0.5)
    distances = steps[:, None] * np.float32(scale)
    across = centres[:, 0, None, None] + np.cos(ANGLES) * distances
    down = centres[:, 1, None, None] + np.sin(ANGLES) * distances
    flat = (-1, steps.shape[1])
    samples = cv2.remap(
        plane, across.reshape(flat), down.reshape(flat), cv2.INTER_LINEAR, borderMode=cv2.BORDER_REFLECT
    )
    return np.asarray(samples, np.float32).reshape(across.shape)


def _unseen(nire: Pixels, visible: Plane, cores: Plane, radii: Plane) -> Plane:
    """Return how little of each spot the visible picture has, 0 to 1.8.

    It has little where N stands out from around the spot by more octaves than it does (`excess`, at most 1), and where
    a line fitted to it does not predict N (`explained`, the share of variance).
    """
    share = np.linspace(0.1, 2.5, 25, dtype=np.float32)
    steps = np.outer(radii, share)
    there = np.log2(_along_rays(nire, cores, steps) + 8)
    seen = np.log2(_along_rays(visible, cores, steps, 0.5) + 3)
    weight = np.broadcast_to(share, there.shape)
    there, seen = (octaves - _mean(octaves, weight)[:, None, None] for octaves in (there, seen))
    core, ring = weight * (share <= 0.8), weight * (share > 1.5)
    more, same = (_mean(octaves, core) - _mean(octaves, ring) for octaves in (there, seen))
    excess = np.clip(more - np.maximum(same, 0), 0, 1)
    together = np.maximum(_mean(there * seen, weight), 0)
    explained = together**2 / (_mean(there**2, weight) * _mean(seen**2, weight) + 1e-4)
    unseen = (0.5 + excess) * (1.3 - explained) - 0.15  # 0 for what the visible picture explains
    return np.asarray(np.maximum(unseen, 0), np.float32)


def _mean(values: Plane, weight: Plane) -> Plane:
    return np.asarray(np.sum(values * weight, axis=(1, 2)) / np.sum(weight, axis=(1, 2)), np.float32)
