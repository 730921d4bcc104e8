"""What one frame shows: brightness, colour, the purple of a filter on its way, detail."""

from dataclasses import dataclass

import cv2
import numpy as np

from nirecap.images import Pixels
from nirecap.vocabulary import Mode

MONO_CHROMA = 1.5
"""Levels of mean colour spread below which a picture is monochrome."""
PURPLE_RATIO = 1.2
"""Mean of red and blue over green above which the filter is out while the picture is in colour."""
BLACK_MEAN = 12.0
"""Levels below which a picture is too dark for its colour to tell the mode."""
PATCHES = (64, 36)


@dataclass(frozen=True)
class Look:
    """Scores of one frame; levels are 0 to 255."""

    mean: float
    """Mean luma, levels."""
    chroma: float
    """Mean spread between the largest and the smallest channel of patches (so that noise averages out), levels."""
    purple: float
    """Mean of red and blue over mean of green; about 1.4 while near-infrared reaches a colour picture."""
    detail: float
    """Mean absolute Laplacian of luma, levels; falls when focus is lost."""

    def __str__(self) -> str:
        return f"mean {self.mean:.0f}, chroma {self.chroma:.1f}, purple {self.purple:.2f}"


def look_at(small: Pixels) -> Look:
    """Measure a reduced RGB frame.

    >>> look_at(np.full((36, 64, 3), 90, np.uint8))
    Look(mean=90.0, chroma=0.0, purple=1.0, detail=0.0)
    """
    luma = cv2.cvtColor(small, cv2.COLOR_RGB2GRAY)
    patches = cv2.resize(small, PATCHES, interpolation=cv2.INTER_AREA).astype(np.float32)
    red, green, blue = (float(value) for value in patches.mean(axis=(0, 1)))
    return Look(
        mean=float(luma.mean()),
        chroma=float((patches.max(axis=2) - patches.min(axis=2)).mean()),
        purple=(red + blue + 2.0) / (2.0 * green + 2.0),
        detail=float(np.abs(cv2.Laplacian(luma, cv2.CV_16S)).mean()),
    )


def contradiction(look: Look, mode: Mode) -> str | None:
    """Say what in a picture contradicts `mode`; None when it shows that mode.

    >>> contradiction(Look(mean=90, chroma=0.1, purple=1.0, detail=5), Mode.DAY)
    'still monochrome'
    """
    mono = look.chroma < MONO_CHROMA
    if mode is Mode.NIGHT:
        if look.mean < BLACK_MEAN:
            return "black: the IR lamp is not on"
        return None if mono else "still in colour"
    if look.purple > PURPLE_RATIO and not mono:
        return "purple: the IR-cut filter is out while the picture is in colour"
    if mono and look.mean >= BLACK_MEAN:
        return "still monochrome"
    return None
