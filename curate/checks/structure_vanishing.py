"""Structure that the visible picture has and N lacks: dyes that are one in NIR, or a part of N that was lost.

Structure is the energy of the finest octave of the reduced picture's log brightness, pooled over a neighbourhood, so
that a shift of a few pixels between the pictures, and the lamp's fall-off, change nothing. Noise is measured in the
band above it, as noise is white and pictures are not, and subtracted.
"""

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from nirecap.images import Pixels

from .working_size import reduce

LONG_SIDE = 320
BLACK = 12.0
"""Levels added before the logarithm: under it, steps are noise rather than structure."""
FINE, COARSE = 0.7, 1.4
"""Gaussian sigmas, pixels, between which structure is looked for."""
NEIGHBOURHOOD = 5.0
"""Gaussian sigma, pixels, over which energy is pooled."""
NOISE_SHARE = 0.15
"""Energy of white noise between FINE and COARSE over its energy above FINE."""
FAINTEST = 0.03**2
"""Energy of visible structure that counts, octaves squared."""
LOST = 0.02
"""Share of the visible structure's energy under which N has lost it; prints and dyes mostly leave more."""

Plane = NDArray[np.float32]


@dataclass(frozen=True)
class StructureVanishing:
    """How much of the picture has structure that N lacks.

    Attributes:
        area: share of the picture, 0 to 1.
        largest: share of the largest connected part; dyes and prints are scattered, a lost part of N is one.
    """

    area: float
    largest: float


def measure_structure_vanishing(low: Pixels, nire: Pixels, reference: Pixels | None = None) -> StructureVanishing:
    """Measure the area of `vanishing_map` and of its largest connected part."""
    vanished = vanishing_map(low, nire, reference)
    _, _, table, _ = cv2.connectedComponentsWithStats(vanished.astype(np.uint8))
    areas = table[1:, cv2.CC_STAT_AREA] / vanished.size
    return StructureVanishing(area=float(areas.sum()), largest=float(areas.max(initial=0.0)))


def vanishing_map(low: Pixels, nire: Pixels, reference: Pixels | None = None) -> NDArray[np.bool_]:
    """Mark where R, or I without it, has structure that N lacks: H x W with a longer side of at most `LONG_SIDE`.

    Where the lamp does not reach (N around a place under `BLACK`) nothing is marked: darkness hides structure there,
    but none was lost. Of an I that is all noise nothing is marked either.

    Args:
        low: I, H x W x 3.
        nire: N, H x W x 3.
        reference: R, H x W x 3, in place of I where there is one.
    """
    seen = cv2.cvtColor(reduce(nire, LONG_SIDE), cv2.COLOR_RGB2GRAY).astype(np.float32)
    visible = cv2.cvtColor(reduce(low if reference is None else reference, LONG_SIDE), cv2.COLOR_RGB2GRAY)
    visible = cv2.resize(visible, seen.shape[::-1], interpolation=cv2.INTER_AREA)
    structure, noise = _energy(visible.astype(np.float32))
    structure -= noise
    left, left_noise = _energy(np.asarray(seen, np.float32))
    left -= left_noise / 2  # texture reaches into the band of noise; halved, it never hides what N does show
    lit = cv2.GaussianBlur(seen, (0, 0), 8.0) > BLACK
    shown = (structure > FAINTEST) & (structure > 0.3 * noise)
    return np.asarray(shown & (left < LOST * structure) & lit, np.bool_)


def _energy(level: Plane) -> tuple[Plane, Plane]:
    """Return the energies, H x W, of structure and of the noise in it, in octaves squared."""
    octaves = np.log2(level + np.float32(BLACK))
    smooth = cv2.GaussianBlur(octaves, (0, 0), FINE)
    band, above = smooth - cv2.GaussianBlur(octaves, (0, 0), COARSE), octaves - smooth
    return _pooled(band), _pooled(above) * np.float32(NOISE_SHARE)


def _pooled(amplitude: Plane) -> Plane:
    return np.asarray(cv2.GaussianBlur(amplitude * amplitude, (0, 0), NEIGHBOURHOOD), np.float32)
