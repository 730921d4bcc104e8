"""Structure that the visible picture has and N lacks: dyes that are one in NIR, or a part of N that was lost.

A place has lost its structure when N holds hardly any of the energy that the visible picture has there, and nothing of
what N does hold goes with the visible picture. Energy alone can't tell a lost part from a faint one: filled and smeared
parts have grain and streaks of their own. Dyes fade structure, but edges of things and shading stay, and they go along.

Energies are of octaves of log brightness, pooled, so that the lamp's fall-off and a shift of a pixel change little.
"""

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from nirecap.images import Pixels

from .evidence import encode_marks
from .order import quantile
from .working_size import reduce

GRID = 96
"""Blocks along the longer side, in which energies are averaged."""
POOL = 3
"""Blocks along the sides of the neighbourhood that is looked at."""
BLACK = 12.0
"""Levels added before the logarithm, and where the lamp's reach ends: under it steps are noise, not structure."""
WHITE = 250.0
"""Level from which a place is burnt out and its structure unknown."""
SIGMAS = (0.7, 1.21, 1.2)
"""Gaussian sigmas, pixels, of one blur after the other, with a halving before the last: together 0.7, 1.4 and 2.8.

Mostly noise is above the first, an octave of structure between each and the next.
"""
KERNELS = (5, 9, 9)
"""Sizes of these blurs, pixels."""
BRIGHTNESS = np.log2(np.arange(256) + BLACK).astype(np.float32)
"""Octaves of brightness of a level."""
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
        map: 1-bit PNG over the whole picture, longer side 96 pixels, of where; None where nothing is marked.
    """

    area: float
    largest: float
    map: bytes | None


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
    _Octave(white=0.145, smeared=0.6, faint=0.01, unrelated=0.0005),
    _Octave(white=0.023, smeared=0.35, faint=0.003, unrelated=0.001),
)


@dataclass(frozen=True)
class _View:
    """A grey picture: its octaves, H x W and half as large, and level and energies (first of the noise) on the grid."""

    octaves: list[Plane]
    level: Plane
    energies: list[Plane]


def measure_structure_vanishing(low: Pixels, nire: Pixels, reference: Pixels | None = None) -> StructureVanishing:
    """Measure the area of `vanishing_map` and of its largest connected part."""
    vanished = vanishing_map(low, nire, reference)
    _, _, table, _ = cv2.connectedComponentsWithStats(vanished.astype(np.uint8), connectivity=4)
    areas = table[1:, cv2.CC_STAT_AREA] / vanished.size
    largest = float(areas.max(initial=0.0))
    return StructureVanishing(area=float(areas.sum()), largest=largest, map=encode_marks(vanished))


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
    seen, visible = _view(np.asarray(grey, np.uint8)), _view(np.asarray(lit, np.uint8))
    lost = [_lost(visible, seen, number) for number in range(len(OCTAVES))]
    known = (seen.level > BLACK) & (seen.level < WHITE) & (visible.level < WHITE)
    return np.asarray(np.any(lost, axis=0) & known, np.bool_)


def _view(level: Pixels) -> _View:
    brightness = np.asarray(cv2.LUT(level, BRIGHTNESS), np.float32)
    fine = _blurred(brightness, 0)
    middle = _blurred(fine, 1)
    halved = _halved(middle)
    octaves = [fine - middle, halved - _blurred(halved, 2)]
    grid = _grid(level.shape)
    energies = [_pooled(band * band, grid) for band in (brightness - fine, *octaves)]
    return _View(octaves, _pooled(level.astype(np.float32), grid), energies)


def _blurred(plane: Plane, number: int) -> Plane:
    size = KERNELS[number], KERNELS[number]
    return np.asarray(cv2.GaussianBlur(plane, size, SIGMAS[number]), np.float32)


def _lost(visible: _View, seen: _View, number: int) -> Marks:
    """Mark blocks where the visible picture shows structure of an octave, and N has neither energy nor likeness."""
    octave, energy = OCTAVES[number], visible.energies[number + 1]
    noise = _noise(visible, energy, octave.smeared)
    structure = np.maximum(energy - noise, np.float32(1e-9))
    shown = (structure > FAINTEST) & (energy > CLEAR * noise)
    left = seen.energies[number + 1] - np.float32(octave.white) * seen.energies[0]
    product = _pooled(visible.octaves[number] * seen.octaves[number], energy.shape)
    shared = product**2 / np.maximum(energy, np.float32(1e-9))
    return np.asarray(shown & (left < octave.faint * structure) & (shared < octave.unrelated * structure), np.bool_)


def _noise(view: _View, energy: Plane, most: float) -> Plane:
    """Estimate the noise in an octave's energy from the energy above it, which is mostly noise."""
    above = view.energies[0] + np.float32(QUANTISED) / np.square(view.level + np.float32(BLACK))
    exposed = (view.level > BLACK / 2) & (view.level < WHITE)
    quietest = quantile((energy / above)[exposed], QUIETEST) if exposed.any() else most
    return np.asarray(above * np.float32(min(quietest, most)), np.float32)


def _grid(shape: tuple[int, ...]) -> tuple[int, ...]:
    scale = GRID / max(shape)
    return tuple(max(1, round(length * scale)) for length in shape)


def _pooled(plane: Plane, grid: tuple[int, ...]) -> Plane:
    """Average over the blocks of a grid and `POOL` x `POOL` of them."""
    halved = _halved(plane) if max(plane.shape) > 2 * GRID else plane
    return np.asarray(cv2.blur(cv2.resize(halved, grid[::-1], interpolation=cv2.INTER_AREA), (POOL, POOL)), np.float32)


def _halved(plane: Plane) -> Plane:
    height, width = plane.shape
    return np.asarray(
        cv2.resize(plane, ((width + 1) // 2, (height + 1) // 2), interpolation=cv2.INTER_AREA), np.float32
    )
