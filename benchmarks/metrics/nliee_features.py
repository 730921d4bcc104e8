"""The 18 features of NLIEE: the naturalness of an enhanced image, and what of the low-light image it kept."""

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray
from scipy.special import gamma
from skimage.color import rgb2hsv

from nirecap.images import Pixels

Map = NDArray[np.float64]
Region = NDArray[np.bool_]

MATLAB_LUMA = np.array([0.298936021293775, 0.587043074451121, 0.114020904255103])
"""Weights of MATLAB's rgb2gray, from its matrix for NTSC."""
SHAPES = np.arange(200, 10001) / 1000
"""Grid of shapes of the generalised Gaussian."""
RATIOS = gamma(1 / SHAPES) * gamma(3 / SHAPES) / gamma(2 / SHAPES) ** 2
"""Variance over squared mean absolute value, of each shape."""


@dataclass(frozen=True, eq=False)
class Statistics:
    """A gray image, 0 to 255, with its local mean, deviation and edges; each H x W."""

    gray: Map
    mean: Map
    deviation: Map
    edges: Map
    """1 on a zero crossing of the Laplacian of Gaussian."""

    @property
    def contrast(self) -> Map:
        """Deviation over mean."""
        return self.deviation / (self.mean + 1)

    @property
    def normalised(self) -> Map:
        """The gray image without local mean and contrast (MSCN)."""
        return (self.gray - self.mean) / (self.deviation + 1)


def features(low: Pixels, enhanced: Pixels) -> NDArray[np.float64]:
    """Return the 18 features of an enhanced image; NaN where a region is empty or a quotient is 0/0.

    Args:
        low: I, H x W x 3.
        enhanced: H x W x 3.
    """
    one, two = statistics(_gray(low)), statistics(_gray(enhanced))
    flat, dark = one.deviation < one.deviation.mean(), one.mean < one.mean.mean()
    gained = two.deviation - one.deviation
    everywhere = np.ones_like(flat)
    with np.errstate(invalid="ignore", divide="ignore"):
        kept = [likeness(one, two, region) for region in (everywhere, dark, flat & (gained > gained.mean()))]
        return np.array(
            [*_shape(two.normalised), *_colours(low), *_noise(two.gray, flat & dark), *np.concatenate(kept)]
        )


def statistics(gray: Map) -> Statistics:
    """Return local mean and deviation (7x7 Gaussian of sigma 7/6, border repeated) and edges of a gray image."""
    mean = _blurred(gray, 7, 7 / 6)
    deviation = np.sqrt(np.abs(_blurred(gray**2, 7, 7 / 6) - mean**2))
    return Statistics(gray, mean, deviation, log_edges(gray / 255))


def likeness(one: Statistics, two: Statistics, region: Region) -> list[float]:
    """Return how alike two images are in a region: deviation, contrast, structure and edges, each up to 1."""
    return [
        _mean((2 * a * b + small) / (a**2 + b**2 + small), region)
        for a, b, small in (
            (one.deviation, two.deviation, 0),
            (one.contrast, two.contrast, 0),
            (one.normalised + 3, two.normalised + 3, 0),
            (one.edges, two.edges, 0.01),
        )
    ]


def log_edges(gray: Map) -> Map:
    """Return 1 on the negative side of each zero crossing of a Laplacian of Gaussian (13x13, sigma 2), else 0.

    Crossings no steeper than .75 of the mean absolute response don't count; the border of one pixel has none. Where a
    response is exactly 0 its two neighbours are compared, at twice the limit.
    """
    filtered = cv2.filter2D(gray, cv2.CV_64F, _log_kernel(13, 2.0), borderType=cv2.BORDER_REPLICATE)
    response = np.asarray(filtered, np.float64)
    limit = 0.75 * np.abs(response).mean()
    edges = np.zeros_like(response)
    here = response[1:-1, 1:-1]
    up, down, left, right = response[:-2, 1:-1], response[2:, 1:-1], response[1:-1, :-2], response[1:-1, 2:]
    crossing = [(here < 0) & (other > 0) & (other - here > limit) for other in (up, down, left, right)]
    through = [(a * b < 0) & (np.abs(a - b) > 2 * limit) for a, b in ((up, down), (left, right))]
    edges[1:-1, 1:-1] = np.logical_or.reduce([*crossing, (here == 0) & (through[0] | through[1])])
    return edges


def _shape(normalised: Map) -> tuple[float, float]:
    """Return shape and variance of the generalised Gaussian with these moments."""
    variance = float(np.mean(normalised**2))
    ratio = variance / np.mean(np.abs(normalised)) ** 2
    return (float(SHAPES[np.argmin(np.abs(RATIOS - ratio))]) if np.isfinite(ratio) else np.nan), variance


def _colours(low: Pixels) -> list[float]:
    """Return e / (e + .01) of the entropies e of hue and saturation.

    It compares the low-light image with itself, as the released code does: the enhanced colours never enter.
    """
    entropies = [_entropy(plane) for plane in _hue_and_saturation(low)]
    return [entropy / (entropy + 0.01) for entropy in entropies]


def _noise(gray: Map, region: Region) -> list[float]:
    """Return the mean over a region of what two low-pass filters take away."""
    padded = np.pad(gray, 1).astype(np.float32)  # beyond the border is black for the median
    median = np.asarray(cv2.medianBlur(padded, 3), np.float64)[1:-1, 1:-1]
    return [_mean(gray - _blurred(gray, 5, 1.0), region), _mean(gray - median, region)]


def _mean(values: Map, region: Region) -> float:
    """Return the mean of the numbers among the values in a region."""
    chosen = values[region]
    numbers = chosen[~np.isnan(chosen)]
    return float(numbers.mean()) if numbers.size else np.nan


def _gray(image: Pixels) -> Map:
    return np.asarray(np.floor(image @ MATLAB_LUMA + 0.5))


def _hue_and_saturation(image: Pixels) -> tuple[Map, Map]:
    hsv = rgb2hsv(image)
    return hsv[..., 0], hsv[..., 1]


def _entropy(plane: Map) -> float:
    counts = np.bincount(np.floor(plane * 255 + 0.5).astype(np.int64).ravel(), minlength=256)
    shares = counts[counts > 0] / counts.sum()
    return float(-(shares * np.log2(shares)).sum())


def _blurred(values: Map, size: int, sigma: float) -> Map:
    bell = np.exp(-((np.arange(size) - size // 2) ** 2) / (2 * sigma**2))
    kernel = np.outer(bell, bell)
    return np.asarray(
        cv2.filter2D(values, cv2.CV_64F, kernel / kernel.sum(), borderType=cv2.BORDER_REPLICATE), np.float64
    )


def _log_kernel(size: int, sigma: float) -> Map:
    """Return the Laplacian of a Gaussian, size x size, of sum 0."""
    place = np.arange(size) - size // 2
    squared = place[:, None] ** 2 + place[None, :] ** 2
    bell = np.exp(-squared / (2 * sigma**2))
    kernel = bell / bell.sum() * (squared - 2 * sigma**2) / sigma**4
    return np.asarray(kernel - kernel.mean(), np.float64)
