"""LOE and entropy: what can be said of an output without R."""

import cv2
import numpy as np
from numpy.typing import NDArray
from skimage.measure import shannon_entropy

from nirecap.images import Pixels

from .fidelity import luma
from .metric import Compared, Metric, Needs, always

SIDE = 50
"""Pixels of the shorter side at which the order of lightness is compared."""


def loe(compared: Compared) -> float:
    """Return the lightness order error (Wang et al., TIP 2013): how often a pair of pixels changed places.

    Lightness is the largest of R, G and B. For each pixel those others are counted that are lighter or equal in one
    image and not in the other; the mean over pixels, 0 to the number of pixels.
    """
    before, after = _lightness(compared.low), _lightness(compared.output)
    flips = [np.count_nonzero((b >= before) != (a >= after)) for b, a in zip(before, after, strict=True)]
    return float(np.mean(flips))


def entropy(compared: Compared) -> float:
    """Return the entropy of the rounded luma in bits, 0 to 8; noise raises it too."""
    rounded = np.rint(luma(compared.output)).astype(np.uint8)
    return float(shannon_entropy(rounded))  # type: ignore[no-untyped-call]


def _lightness(image: Pixels) -> NDArray[np.uint8]:
    lightness = image.max(axis=2)
    height, width = lightness.shape
    ratio = min(1.0, SIDE / min(height, width))
    size = (max(1, round(width * ratio)), max(1, round(height * ratio)))
    return np.asarray(cv2.resize(lightness, size, interpolation=cv2.INTER_AREA), np.uint8).ravel()


LOE = Metric(
    name="loe",
    title="LOE",
    higher=False,
    lowest=0,
    highest=np.inf,
    needs=Needs.LOW,
    settings=f"lightness = max over 8-bit RGB, averaged down to a shorter side of {SIDE} pixels; flips per pixel",
    open=always(loe),
    digits=0,
)
ENTROPY = Metric(
    name="entropy",
    title="entropy",
    higher=True,
    lowest=0,
    highest=8,
    needs=Needs(0),
    settings="bits; luma of Rec. 601 rounded to 8 bits, 256 bins",
    open=always(entropy),
    digits=2,
)
