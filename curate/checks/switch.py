"""Did the IR-cut filter switch? I must be in colour, N in grey, and neither in the purple between the two."""

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from nirecap.images import Pixels

from .order import median
from .working_size import reduce

BLACK = 5.0
"""Mean level under which a picture without colour passes for a day picture whose colour the compression ate."""
AREAS_SIDE = 80
"""Longer side, pixels, of the copy in which colour is looked for."""
GRAINS_SIDE = 160
"""How many single pixels along the longer side are looked at for the colour of their noise, at least."""


@dataclass(frozen=True)
class Switch:
    """Evidence of the filter's place in both pictures of a pair.

    Attributes:
        low_chroma: colour of I over what tint and compression give a grey picture of its brightness; over 1 is colour.
        nire_chroma: the same of N; under 1 is grey.
        low_purple: how purple I is where N is bright, relative to its brightness; -1 to 1.
        nire_purple: the same of N.
        same_mode: over 1 when both are in colour or both in grey.
        swapped: over 1 when I is in grey and N in colour.
        ir_leak: the larger of both purples.
    """

    low_chroma: float
    nire_chroma: float
    low_purple: float
    nire_purple: float
    same_mode: float
    swapped: float
    ir_leak: float


def measure_switch(low: Pixels, nire: Pixels) -> Switch:
    """Measure in which mode I and N (H x W x 3, RGB) were taken; they may differ in size.

    A black picture (mean under `BLACK`) counts as colour even without any: a night picture has the lamp's light.

    >>> colour, grey = np.zeros((9, 9, 3), np.uint8), np.full((9, 9, 3), 90, np.uint8)
    >>> colour[:4, :, 0] = colour[4:, :, 1] = 60
    >>> pair = measure_switch(colour, grey)
    >>> pair.low_chroma > 1 > pair.nire_chroma, pair.same_mode > 1, pair.swapped > 1
    (True, False, False)
    """
    low_areas, nire_areas = (reduce(reduce(pixels), AREAS_SIDE) for pixels in (low, nire))
    low_chroma, nire_chroma = _chroma(low_areas, _grains(low)), _chroma(nire_areas, _grains(nire))
    low_purple, nire_purple = _purple(low_areas, nire_areas), _purple(nire_areas, nire_areas)
    return Switch(
        low_chroma=low_chroma,
        nire_chroma=nire_chroma,
        low_purple=low_purple,
        nire_purple=nire_purple,
        same_mode=max(min(low_chroma, nire_chroma), 1 / max(low_chroma, nire_chroma)),
        swapped=min(1 / low_chroma, nire_chroma),
        ir_leak=max(low_purple, nire_purple),
    )


def _grains(pixels: Pixels) -> Pixels:
    """Pick single pixels all over the reduced picture, whose noise is not averaged: a few thousand tell enough."""
    small = reduce(pixels)
    step = max(1, max(small.shape) // GRAINS_SIDE)
    top, left = (min(step // 2, side - 1) for side in small.shape[:2])  # also of a picture narrower than a step
    return small[top::step, left::step]


def _chroma(areas: Pixels, grains: Pixels) -> float:
    """Return how much colour a picture has, over what a grey picture of its brightness may show.

    Areas of colour are looked for in a small copy, in which the colour that video compression leaves behind after a
    switch averages out. In a dark picture the noise also tells: night mode has the same noise in all channels.
    """
    level = float(np.mean(cv2.mean(areas)[:3]))
    chroma = max(
        _off_grey(areas) / (0.2 + 0.017 * level), _off_grey(grains) / (0.27 + 0.022 * level + (level / 40) ** 2)
    )
    return max(chroma, 1.1) if level < BLACK else chroma


def _off_grey(pixels: Pixels) -> float:
    """Return the RMS distance of the pixels from the best grey line in RGB, in levels.

    The line need not be neutral: a tint that is constant or grows with brightness is no colour.
    """
    values = np.ascontiguousarray(pixels.reshape(-1, 3).T, np.float32)
    values -= values.mean(axis=1, keepdims=True)
    covariance = (values @ values.T).astype(np.float64) / values.shape[1]
    along = covariance.mean(axis=0)  # of each channel with the brightness; their mean is the brightness's variance
    hue = along - along.mean()
    spread = float(np.trace(covariance) - 3 * along.mean() - hue @ hue / max(along.mean(), 1e-6))
    return float(np.sqrt(max(spread, 1e-4)))


def _purple(pixels: Pixels, nire: Pixels) -> float:
    """Return the median of how far red and blue both exceed green, in the half of the picture that N shows brightest.

    Purple things are purple in places, a leak wherever there is NIR. Two levels are taken off for a tint, and 16 added
    to the brightness because clipped noise is purple too after white balance.
    """
    blocks, infrared = (_blocks(picture) for picture in (pixels, nire))
    brightness = infrared.sum(axis=0)
    red, green, blue = blocks[:, brightness >= median(brightness)]
    excess = np.minimum(red, blue) - green - 2
    return median(excess / (np.maximum(np.maximum(red, blue), green) + 16))


def _blocks(pixels: Pixels) -> NDArray[np.float32]:
    """Average a picture in 80 x 48 blocks and return their red, green and blue, 3 x n."""
    blocks = cv2.resize(pixels, (80, 48), interpolation=cv2.INTER_AREA).reshape(-1, 3)
    return np.ascontiguousarray(blocks.T, np.float32)
