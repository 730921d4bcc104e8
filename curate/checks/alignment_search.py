"""Find a large motion: correlate two small structure maps over all shifts, and over turns and zooms when asked."""

import cmath
import math
from collections.abc import Iterable

import numpy as np
from numpy.typing import NDArray
from scipy import fft

from .alignment_motion import Motion
from .alignment_structure import Field

MAX_SHIFT = 0.08  # of the longer side
WHITENING = 0.5  # 0: plain correlation, 1: phase correlation; between them noise and blunt peaks balance
TURNS = tuple(
    zoom * cmath.exp(1j * math.radians(degrees))
    for degrees in (0, -1.6, 1.6, -3.2, 3.2, -4.8, 4.8)
    for zoom in (1, 0.978, 1.022, 0.956, 1.045)
)
"""Rotations to 5 degrees and zooms to 5 %, so dense that the refinement finds home from the nearest."""


def best_motion(low: Field, nire: Field, turns: Iterable[complex] = (1 + 0j,)) -> tuple[Motion, float]:
    """Return the motion with the highest correlation peak among `turns` and all shifts up to `MAX_SHIFT`, and the peak.

    Takes two structure maps of the same shape (2 x H x W, about 128 wide). The peak is in standard deviations.
    """
    reference = fft.fft2(_complex(low))
    candidates = (
        (Motion(turn, turn * shift), peak) for turn in turns for shift, peak in [_peak(reference, nire, turn)]
    )
    return max(candidates, key=lambda candidate: candidate[1])


def evidence(low: Field, nire: Field, motion: Motion) -> float:
    """Tell how far the correlation under `motion` stands out from that at all other shifts, in standard deviations.

    Unrelated pictures reach 5, found by search; related ones 9 and more.
    """
    surface = _correlation(fft.fft2(_complex(low)), nire, motion)
    spread = float(surface.std())
    nearest = max(surface[y, x] for y in (-1, 0, 1) for x in (-1, 0, 1))
    return float(nearest) / spread if spread > 0 else 0.0


def _peak(reference: NDArray[np.complex64], nire: Field, turn: complex) -> tuple[complex, float]:
    surface = _correlation(reference, nire, Motion(turn))
    height, width = surface.shape
    reach = math.ceil(MAX_SHIFT * max(height, width))
    rows, columns = min(reach, (height - 1) // 2), min(reach, (width - 1) // 2)
    window = np.roll(surface, (rows, columns), (0, 1))[: 2 * rows + 1, : 2 * columns + 1]
    y, x = np.unravel_index(window.argmax(), window.shape)
    spread = float(surface.std())
    # The surface is indexed by how far `nire` must be moved back.
    return complex(columns - int(x), rows - int(y)), float(window.max()) / spread if spread > 0 else 0.0


def _correlation(reference: NDArray[np.complex64], nire: Field, motion: Motion) -> NDArray[np.float32]:
    turned_back = cmath.exp(-2j * cmath.phase(motion.turn))  # double-angle vectors turn twice as far as the picture
    unwarped = nire if motion == Motion() else motion.unwarp(nire, (0, 0), (nire.shape[1], nire.shape[2]))
    product = reference * np.conj(fft.fft2(_complex(unwarped) * np.complex64(turned_back)))
    return np.real(fft.ifft2(product / (np.abs(product) ** WHITENING + np.float32(1e-9))))


def _complex(field: Field) -> NDArray[np.complex64]:
    plane = np.empty(field.shape[1:], np.complex64)
    plane.real, plane.imag = field
    return np.asarray(plane - plane.mean(), np.complex64)
