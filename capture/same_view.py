"""Whether two pictures, by day or by night, show the same view: a coarse question, fine alignment is for `curate`."""

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from nirecap.images import Pixels

SMALLEST_AGREEMENT = 0.2
"""Of 31 drawn and real scenes, day against night: the same view has 0.24 or more, 99 % of others under 0.18."""
LARGEST_SHIFT = 0.02
"""Share of the width; a camera that was moved further than this takes another view."""
MARGIN = 1 / 12
"""Share of each side that is searched for the shift."""
FEATURELESS = 2.0
"""Standard deviation of smoothed luma, levels, under which a picture has nothing to compare."""
SMOOTHING, NEIGHBOURHOOD = 2.0, 12.0
"""Gaussian sigmas, pixels of a picture 320 wide: against noise, and over which contrast is made equal."""

Luma = NDArray[np.float32]


@dataclass(frozen=True)
class Agreement:
    """How two pictures go together."""

    score: float
    """Correlation of their structure at the best shift, -1 to 1."""
    shift: float
    """The best shift as a share of the width."""

    @property
    def same_view(self) -> bool:
        """Whether both show the same view."""
        return self.score >= SMALLEST_AGREEMENT and self.shift <= LARGEST_SHIFT


def agreement(one: Pixels, other: Pixels) -> Agreement | None:
    """Compare two reduced RGB pictures of one size, about 320 wide; None where one is too dark to be compared.

    Edges are compared by where they are, not by how strong: the same thing may be bright by day and dark by night.
    """
    first, second = _smooth_luma(one), _smooth_luma(other)
    if min(first.std(), second.std()) < FEATURELESS:
        return None
    height, width = first.shape
    rows, columns = max(1, round(height * MARGIN)), max(1, round(width * MARGIN))
    middle = _structure(second)[rows : height - rows, columns : width - columns]
    found = cv2.matchTemplate(_structure(first), middle, cv2.TM_CCOEFF_NORMED)
    _, score, _, (x, y) = cv2.minMaxLoc(found)
    return Agreement(float(score), float(np.hypot(x - columns, y - rows)) / width)


def _smooth_luma(picture: Pixels) -> Luma:
    luma = cv2.cvtColor(picture, cv2.COLOR_RGB2GRAY).astype(np.float32)
    return np.asarray(cv2.GaussianBlur(luma, (0, 0), SMOOTHING), np.float32)


def _structure(luma: Luma) -> Luma:
    strength = np.hypot(cv2.Sobel(luma, cv2.CV_32F, 1, 0), cv2.Sobel(luma, cv2.CV_32F, 0, 1))
    return np.asarray(strength / (cv2.GaussianBlur(strength, (0, 0), NEIGHBOURHOOD) + 0.5), np.float32)
