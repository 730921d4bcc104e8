"""Structure that the visible picture has and N lacks: dyes that are one in NIR, or a part of N that was lost.

A place has lost its structure when N holds hardly any of the energy that the visible picture has there, and nothing of
what N does hold goes with the visible picture. Energy alone can't tell a lost part from a faint one: filled and smeared
parts have grain and streaks of their own. Dyes fade structure, but edges of things and shading stay, and they go along.

Energies are of octaves of log brightness, pooled, so that the lamp's fall-off and a shift of a pixel change little.
"""

from dataclasses import dataclass
from itertools import pairwise

import cv2
import numpy as np
from numpy.typing import NDArray

from nirecap.images import Pixels

from .working_size import reduce

GRID = 96
"""Blocks along the longer side, in which energies are averaged."""
POOL = 3
"""Blocks along the sides of the neighbourhood that is looked at."""
BLACK = 12.0
"""Levels added before the logarithm, and where the lamp's reach ends: under it steps are noise, not structure."""
WHITE = 250.0
"""Level from which a place is burnt out and its structure unknown."""
SIGMAS = (0.7, 1.4, 2.8)
"""Gaussian sigmas, pixels: mostly noise is above the first, an octave of structure between each and the next."""
QUANTISED = 0.19
"""Energy that rounding leaves above the first sigma, levels squared over (level + BLACK) squared, log base 2."""
QUIETEST = 0.05
"""Quantile of an octave's energy over that above it, which noise alone has: it finds how the camera smears noise."""
CLEAR = 1.8
"""Energy over that of noise from which the visible picture shows structure."""
FAINTEST = 0.01**2
"""Energy of visible structure that counts, octaves of brightness squared."""

Plane = NDArray[np.float32]
Marks = NDArray[np.bool_]


@dataclass(frozen=True)
class StructureVanishing:
    """How much of the picture has structure that N lacks.

    Attributes:
        area: share of the picture, 0 to 1.
        largest: share of the largest connected part; dyes and prints are scattered, a lost part of N is one.
    """

    area: float
    largest: float


@dataclass(frozen=True)
class _Octave:
    """What makes structure of one octave lost: energies and covariance over the energy of the visible structure."""

    white: float
    """Energy of white noise in it over that above the first sigma, some less as texture reaches up there."""
    smeared: float
    """The same of the visible picture's noise, where the camera smears it most (by a Gaussian of about 0.7 pixels)."""
    faint: float
    """N's own energy."""
    unrelated: float
    """Energy in N that the visible picture explains: squared covariance over variance."""


OCTAVES = (
    _Octave(white=0.105, smeared=0.6, faint=0.01, unrelated=0.001),
    _Octave(white=0.028, smeared=0.35, faint=0.003, unrelated=0.0003),
)


@dataclass(frozen=True)
class _View:
    """A grey picture: its octaves H x W, and its pooled level and energies (first the noisy one) on the grid."""

    octaves: list[Plane]
    level: Plane
    energies: list[Plane]


def measure_structure_vanishing(low: Pixels, nire: Pixels, reference: Pixels | None = None) -> StructureVanishing:
    """Measure the area of `vanishing_map` and of its largest connected part."""
    vanished = vanishing_map(low, nire, reference)
    _, _, table, _ = cv2.connectedComponentsWithStats(vanished.astype(np.uint8), connectivity=4)
    areas = table[1:, cv2.CC_STAT_AREA] / vanished.size
    return StructureVanishing(area=float(areas.sum()), largest=float(areas.max(initial=0.0)))


def vanishing_map(low: Pixels, nire: Pixels, reference: Pixels | None = None) -> Marks:
    """Mark where R, or I without it, has structure that N lacks, on a grid with a longer side of `GRID` blocks.

    Where the lamp does not reach or burns out nothing is marked: structure is hidden there, but none was lost. Of an I
    that is all noise little is marked: noise passes for structure in a few scattered places.

    Args:
        low: I, H x W x 3.
        nire: N, H x W x 3.
        reference: R, H x W x 3, in place of I where there is one.
    """
    grey = cv2.cvtColor(reduce(nire), cv2.COLOR_RGB2GRAY)
    lit = cv2.cvtColor(reduce(low if reference is None else reference), cv2.COLOR_RGB2GRAY)
    if lit.shape != grey.shape:
        lit = cv2.resize(lit, grey.shape[::-1], interpolation=cv2.INTER_AREA)
    seen, visible = _view(grey.astype(np.float32)), _view(lit.astype(np.float32))
    lost = [_lost(visible, seen, number) for number in range(len(OCTAVES))]
    known = (seen.level > BLACK) & (seen.level < WHITE) & (visible.level < WHITE)
    return np.asarray(np.any(lost, axis=0) & known, np.bool_)


def _view(level: Plane) -> _View:
    smoothed = [np.log2(level + np.float32(BLACK))]
    smoothed += [np.asarray(cv2.GaussianBlur(smoothed[0], (0, 0), sigma), np.float32) for sigma in SIGMAS]
    bands = [fine - coarse for fine, coarse in pairwise(smoothed)]
    return _View(bands[1:], _pooled(level), [_pooled(band * band) for band in bands])


def _lost(visible: _View, seen: _View, number: int) -> Marks:
    """Mark blocks where the visible picture shows structure of an octave, and N has neither energy nor likeness."""
    octave, energy = OCTAVES[number], visible.energies[number + 1]
    noise = _noise(visible, energy, octave.smeared)
    structure = np.maximum(energy - noise, np.float32(1e-9))
    shown = (structure > FAINTEST) & (energy > CLEAR * noise)
    left = seen.energies[number + 1] - np.float32(octave.white) * seen.energies[0]
    shared = _pooled(visible.octaves[number] * seen.octaves[number]) ** 2 / np.maximum(energy, np.float32(1e-9))
    return np.asarray(shown & (left < octave.faint * structure) & (shared < octave.unrelated * structure), np.bool_)


def _noise(view: _View, energy: Plane, most: float) -> Plane:
    """Estimate the noise in an octave's energy from the energy above it, which is mostly noise."""
    above = view.energies[0] + np.float32(QUANTISED) / np.square(view.level + np.float32(BLACK))
    exposed = (view.level > BLACK / 2) & (view.level < WHITE)
    quietest = float(np.quantile((energy / above)[exposed], QUIETEST)) if exposed.any() else most
    return np.asarray(above * np.float32(min(quietest, most)), np.float32)


def _pooled(plane: Plane) -> Plane:
    height, width = plane.shape
    scale = GRID / max(height, width)
    size = (max(1, round(width * scale)), max(1, round(height * scale)))
    halved = cv2.resize(plane, ((width + 1) // 2, (height + 1) // 2), interpolation=cv2.INTER_AREA)
    return np.asarray(cv2.blur(cv2.resize(halved, size, interpolation=cv2.INTER_AREA), (POOL, POOL)), np.float32)
