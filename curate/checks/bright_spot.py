"""The IR lamp's own reflection in N: light added at one place, so much that N is saturated there.

What tells it from snow, clouds and white walls: its core is round, and neither its being there nor its texture is
to be seen in the visible picture.
"""

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from nirecap.images import Pixels

from .working_size import reduce

SATURATED, RIM = 249.0, 238.0
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
RAYS = 32
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
    """

    strength: float = 0.0
    area: float = 0.0
    peak: float = 0.0
    x: float = 0.0
    y: float = 0.0


def measure_bright_spot(low: Pixels, nire: Pixels, reference: Pixels | None = None) -> BrightSpot:
    """Find the lamp's reflection in N; R tells better than a dark I which bright things are the scene's own.

    Args:
        low: I, H x W x 3.
        nire: N, H x W x 3.
        reference: R, H x W x 3, in place of I where there is one.
    """
    small = reduce(nire)
    height, width = small.shape[:2]
    visible = reduce(low if reference is None else reference)
    visible = np.asarray(cv2.resize(visible, (width, height), interpolation=cv2.INTER_AREA), np.uint8)
    level = _smooth(cv2.cvtColor(small, cv2.COLOR_RGB2GRAY), GRAIN)
    cores = _cores(level)
    if not len(cores):
        return BrightSpot()
    reach = _reach(level, cores)
    area = np.pi * np.mean(reach**2, axis=1)
    fullness = np.pi * cores[:, 2] ** 2 / area
    roundness = np.clip((fullness - RAGGED) / (1 - RAGGED), 0, 1)
    size = np.sqrt(cores[:, 2] / (TYPICAL * np.sqrt(level.size)))
    brightest = _smooth(cv2.max(cv2.max(visible[..., 0], visible[..., 1]), visible[..., 2]), 2.0)
    strength = size * roundness * _unseen(level, brightest, cores, np.median(reach, axis=1))
    best = int(np.argmax(strength))
    x, y = (int(place) for place in cores[best, :2])
    return BrightSpot(
        strength=float(strength[best]),
        area=float(area[best]) / level.size,
        peak=float(level[y, x]),
        x=(x + 0.5) / width,
        y=(y + 0.5) / height,
    )


def _smooth(plane: NDArray[np.uint8] | cv2.typing.MatLike, sigma: float) -> Plane:
    return np.asarray(cv2.GaussianBlur(plane.astype(np.float32), (0, 0), sigma), np.float32)


def _cores(level: Plane) -> Plane:
    """Return the largest discs that saturated parts of N hold, one row of x, y, radius each, in pixels."""
    saturated = np.pad((level >= SATURATED).astype(np.uint8), 1)
    depth = cv2.distanceTransform(saturated, cv2.DIST_L2, 5)[1:-1, 1:-1].copy()
    unit = np.sqrt(level.size)
    discs: list[tuple[int, int, float]] = []
    while len(discs) < MOST_CORES:
        _, radius, _, (x, y) = cv2.minMaxLoc(depth)
        if radius < SMALLEST * unit:
            break
        if radius <= LARGEST * unit:
            discs.append((x, y, radius))
        cv2.circle(depth, (x, y), int(2 * radius + 2), 0, -1)
    return np.array(discs, np.float32)


def _reach(level: Plane, cores: Plane) -> Plane:
    """Return how far each core goes on along every ray from its centre, cores x RAYS, up to 6 radii."""
    steps = np.outer(cores[:, 2], np.linspace(0.1, 6, 60, dtype=np.float32))
    bright = _along_rays(level, cores, steps) >= RIM
    unbroken = np.logical_and.accumulate(bright, axis=2)
    return np.asarray(unbroken.sum(axis=2) * steps[:, :1], np.float32)


def _along_rays(plane: Plane, cores: Plane, steps: Plane) -> Plane:
    """Sample a plane at distances from the cores, cores x RAYS x steps; it is mirrored at its borders."""
    across = cores[:, 0, None, None] + np.cos(ANGLES) * steps[:, None]
    down = cores[:, 1, None, None] + np.sin(ANGLES) * steps[:, None]
    flat = (-1, steps.shape[1])
    samples = cv2.remap(
        plane, across.reshape(flat), down.reshape(flat), cv2.INTER_LINEAR, borderMode=cv2.BORDER_REFLECT
    )
    return np.asarray(samples, np.float32).reshape(across.shape)


def _unseen(nire: Plane, visible: Plane, cores: Plane, radii: Plane) -> Plane:
    """Return how little of each spot the visible picture has, 0 to 1.8.

    It has little where N stands out from around the spot by more octaves than it does (`excess`, at most 1), and where
    a line fitted to it does not predict N (`explained`, the share of variance).
    """
    share = np.linspace(0.1, 2.5, 25, dtype=np.float32)
    there, seen = (
        np.log2(_along_rays(plane, cores, np.outer(radii, share)) + dark) for plane, dark in ((nire, 8), (visible, 3))
    )
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
