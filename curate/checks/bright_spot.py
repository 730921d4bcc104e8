"""The IR lamp's own reflection in N: a round saturated spot where the visible picture has nothing bright."""

from dataclasses import dataclass
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from nirecap.images import Pixels

from .working_size import reduce

LONG_SIDE = 320
SATURATED = 240.0
SMALLEST, LARGEST = 0.0003, 0.25
"""Shares of the picture; glints under the first are everywhere, and no reflection fills a quarter."""
MOST_SPOTS = 16
CROSS = cv2.getStructuringElement(cv2.MORPH_CROSS, (3, 3))

Plane = NDArray[np.float32]


@dataclass(frozen=True)
class BrightSpot:
    """The strongest spot of N, or zeros where none saturates.

    Attributes:
        strength: contrast in octaves to what is around it, times the share of it that the visible picture does not
            explain, times the roundness (1 for an ellipse, 0 for ragged shapes); 0 to about 4.
        area: of the saturated core, as a share of the picture.
        peak: brightest level of N in it, 0 to 255.
        x: centre from the left, as a share of the width.
        y: centre from the top, as a share of the height.
    """

    strength: float = 0.0
    area: float = 0.0
    peak: float = 0.0
    x: float = 0.0
    y: float = 0.0


@dataclass(frozen=True)
class _Window:
    """A spot and its surroundings, cut out of the pictures; brightness in octaves."""

    spot: NDArray[np.bool_]
    ring: NDArray[np.bool_]
    nire: Plane
    visible: Plane


def measure_bright_spot(low: Pixels, nire: Pixels, reference: Pixels | None = None) -> BrightSpot:
    """Find the lamp's reflection in N; R tells better than a dark I which bright things are the scene's own.

    Args:
        low: I, H x W x 3.
        nire: N, H x W x 3.
        reference: R, H x W x 3, in place of I where there is one.
    """
    seen = reduce(nire, LONG_SIDE)
    height, width = seen.shape[:2]
    visible = reduce(low if reference is None else reference, LONG_SIDE)
    visible = np.asarray(cv2.resize(visible, (width, height), interpolation=cv2.INTER_AREA), np.uint8)
    level = _smooth(cv2.cvtColor(seen, cv2.COLOR_RGB2GRAY), 1.0)
    brightest = _smooth(visible.max(axis=2), 1.5)
    # opened by a cross, which cuts the spot from the bright edges and lines that it touches
    saturated = cv2.morphologyEx((level >= SATURATED).astype(np.uint8), cv2.MORPH_OPEN, CROSS)
    _, labels, rows, centres = cv2.connectedComponentsWithStats(saturated)
    table = np.asarray(rows, np.int32)
    spots = [BrightSpot()]
    for label in _candidates(table, height * width):
        window = _cut(np.asarray(labels, np.int32), label, table[label], level, brightest)
        spots.append(
            BrightSpot(
                strength=_strength(window),
                area=float(table[label, cv2.CC_STAT_AREA]) / (height * width),
                peak=float(2 ** window.nire[window.spot].max() - 8),
                x=float(centres[label, 0] + 0.5) / width,
                y=float(centres[label, 1] + 0.5) / height,
            )
        )
    return max(spots, key=lambda spot: spot.strength)


def _smooth(plane: NDArray[Any], sigma: float) -> Plane:
    return np.asarray(cv2.GaussianBlur(plane.astype(np.float32), (0, 0), sigma), np.float32)


def _candidates(table: NDArray[np.int32], pixels: int) -> list[int]:
    areas = table[:, cv2.CC_STAT_AREA]
    labels = [label for label in range(1, len(table)) if SMALLEST * pixels <= areas[label] <= LARGEST * pixels]
    return sorted(labels, key=lambda label: -int(areas[label]))[:MOST_SPOTS]


def _cut(labels: NDArray[np.int32], label: int, row: NDArray[np.int32], nire: Plane, visible: Plane) -> _Window:
    left, top, width, height, area = (int(value) for value in row)
    radius = np.sqrt(area / np.pi)
    margin = int(2 * radius + 6)
    place = np.s_[max(top - margin, 0) : top + height + margin, max(left - margin, 0) : left + width + margin]
    spot = labels[place] == label
    distance = cv2.distanceTransform((~spot).astype(np.uint8), cv2.DIST_L2, 3)
    ring = (distance > 0.5 * radius + 1) & (distance <= 2 * radius + 5)
    return _Window(spot, ring, np.log2(nire[place] + 8), np.log2(visible[place] + 3))


def _strength(window: _Window) -> float:
    if not window.ring.any():
        return 0.0
    contrast = float(window.nire[window.spot].mean() - window.nire[window.ring].mean())
    return max(contrast, 0.0) * (1 - _explained(window)) * _roundness(window.spot)


def _explained(window: _Window) -> float:
    """Return the share of N's variance in and around the spot that the visible picture predicts, 0 to 1."""
    place = window.spot | window.ring
    nire, visible = (plane[place] - plane[place].mean() for plane in (window.nire, window.visible))
    together = float(nire @ visible)
    return max(together, 0.0) ** 2 / (float(nire @ nire) * float(visible @ visible) + 1e-4 * len(nire) ** 2)


def _roundness(spot: NDArray[np.bool_]) -> float:
    """Return 1 for a disc, 0 for what is ragged, hollow or over thrice as long as wide.

    The area over that of the ellipse with the same second moments is 1 for an ellipse and 0.955 for a rectangle.
    """
    moments = cv2.moments(spot.astype(np.uint8), binaryImage=True)
    area = moments["m00"]
    xx, yy, xy = (moments[name] / area for name in ("mu20", "mu02", "mu11"))
    shorter, longer = np.linalg.eigvalsh([[xx + 1 / 12, xy], [xy, yy + 1 / 12]])  # a pixel's own moment is 1/12
    fullness = area / (4 * np.pi * np.sqrt(shorter * longer))
    breadth = np.sqrt(shorter / longer)
    return float(np.clip((fullness - 0.95) / 0.03, 0, 1) * np.clip((breadth - 1 / 3) / 0.15, 0, 1))
