"""Exposure check: does each picture show anything, and how much of it is burnt out or crushed?"""

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from .noise import grain
from .order import quantile

WHITE = 250
"""Level from which a place is burnt out; encoders ripple around 255."""
BLACK = 2
"""Level up to which a place is crushed."""
UNLIT = 20
"""Mean level of a block of N under which the lamp does not reach it."""
GRID = (40, 24)
"""Blocks across and down, in which noise averages out."""
RANGE = (0.05, 0.95)
"""Quantiles of the blocks between which contrast is measured."""
QUIETEST = 0.1
"""Quantile of the blocks' noise that is taken: texture adds to it."""
ROUNDING = 0.3
"""Levels (standard deviation) by which rounding to whole levels hides the scene."""

LARGEST_SPOT = 0.05
"""Share of N that the lamp's reflection may burn out; a larger one hides as much as any other fault."""

Grey = NDArray[np.uint8]


@dataclass(frozen=True)
class Exposure:
    """What is hidden in each picture; None where there is no such picture.

    Attributes:
        low_mean: mean level of I, 0 to 255.
        nire_mean: the same of N.
        reference_mean: the same of R.
        low_drowned: noise of I over its contrast (both in levels); near 1 a scene can't be told from noise.
        nire_unlit: share of N that the lamp does not reach, 0 to 1.
        low_burnt: share of I that is white, 0 to 1.
        nire_burnt: the same of N, without the lamp's reflection.
        reference_burnt: the same of R.
        nire_crushed: share of N that is black, 0 to 1.
        reference_crushed: the same of R.
    """

    low_mean: float
    nire_mean: float
    reference_mean: float | None
    low_drowned: float
    nire_unlit: float
    low_burnt: float
    nire_burnt: float
    reference_burnt: float | None
    nire_crushed: float
    reference_crushed: float | None


def measure_exposure(low: Grey, nire: Grey, reference: Grey | None = None, spot_area: float = 0.0) -> Exposure:
    """Measure the reduced grey pictures of a shot (H x W); `spot_area` of N is the lamp's reflection, no fault of it.

    >>> black, lit = np.zeros((90, 160), np.uint8), np.full((90, 160), 120, np.uint8)
    >>> found = measure_exposure(black, lit)
    >>> found.low_drowned > 1, found.nire_unlit, found.nire_burnt
    (True, 0.0, 0.0)
    """
    return Exposure(
        low_mean=float(low.mean()),
        nire_mean=float(nire.mean()),
        reference_mean=None if reference is None else float(reference.mean()),
        low_drowned=_drowned(low),
        nire_unlit=float(np.mean(_blocks(nire) < UNLIT)),
        low_burnt=_share(low >= WHITE),
        nire_burnt=max(0.0, _share(nire >= WHITE) - min(spot_area, LARGEST_SPOT)),
        reference_burnt=None if reference is None else _share(reference >= WHITE),
        nire_crushed=_share(nire <= BLACK),
        reference_crushed=None if reference is None else _share(reference <= BLACK),
    )


def _drowned(grey: Grey) -> float:
    blocks = _blocks(grey.astype(np.float32))
    darkest, brightest = (quantile(blocks, share) for share in RANGE)
    noise = quantile(_blocks(grain(grey)), QUIETEST)
    return (noise + ROUNDING) / max(brightest - darkest, 0.1)


def _blocks(plane: NDArray[np.uint8] | NDArray[np.float32]) -> NDArray[np.float32]:
    return np.asarray(cv2.resize(plane, GRID, interpolation=cv2.INTER_AREA), np.float32)


def _share(places: NDArray[np.bool_]) -> float:
    return float(np.count_nonzero(places) / max(1, places.size))
