"""Alignment check: the similarity between `low` and `nire`, which should be the identity."""

from dataclasses import dataclass
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from nirecap.errors import ImageError
from nirecap.images import Pixels

from .alignment_motion import Motion, Plane
from .alignment_overlay import overlay_mask
from .alignment_refine import refine
from .alignment_search import TURNS, best_motion, evidence
from .alignment_structure import Field, structure_map
from .working_size import reduce

Grey = NDArray[np.uint8]

WORKING_SIDE = 448
"""Longer side, pixels, on which the finest stage works; larger pictures are reduced."""
JUDGED_SIDE = 1024
"""Longer side, pixels, from which on shifts are judged by how the picture looks, not by its many pixels."""
COARSE_SIDE = 192
"""Longer side, pixels, at which halving stops."""
MIN_SIDE = 16
"""Shorter side, pixels, below which nothing is measured."""
CLEAR_EVIDENCE = 10.0
"""Standard deviations from which the search over shifts is believed; below, turns and zooms are searched too."""
CHANCE_EVIDENCE = 5.0
"""What the search finds in unrelated pictures: no confidence there."""
SURE_EVIDENCE = 15.0
"""Evidence of full confidence."""
STEPS = 5
LAST_STEPS = 2


@dataclass(frozen=True)
class Alignment:
    """How `nire` lies relative to `low`; pixels are the image's own.

    Attributes:
        matrix: 2 x 3 affine, row-major: maps a point (x, y) of `low` to the same point of `nire`. Integer coordinates
            are pixel centres (OpenCV).
        dx: shift at the image centre.
        dy: shift at the image centre.
        shift_px: length of that shift.
        judged_px: the same, but of a picture larger than `JUDGED_SIDE` in pixels of a copy of that size.
        rotation_deg: positive turns the x axis towards the y axis.
        scale: above 1 where `nire` is larger.
        warp: rotation and zoom in one number, displacement as a share of the distance from the centre.
        corner_px: largest displacement of the four corners from where they should be.
        residual: weighted root mean square displacement, pixels, that blocks still want after the fit.
        confidence: 0 where nothing could be measured, to 1.
    """

    matrix: tuple[float, float, float, float, float, float]
    dx: float
    dy: float
    shift_px: float
    judged_px: float
    rotation_deg: float
    scale: float
    warp: float
    corner_px: float
    residual: float
    confidence: float


def measure_alignment(low: Pixels, nire: Pixels, small: tuple[Grey, Grey] | None = None) -> Alignment:
    """Measure shift, rotation and zoom between two pictures of a view in different spectra, coarse to fine.

    Covers shifts to 5 % of the longer side, rotations to 5 degrees and zooms to 5 %, together.

    Args:
        low: I, H x W x 3.
        nire: N, H x W x 3.
        small: the reduced copies of both in grey, H x W, where they were made already.

    Raises:
        ImageError: the sizes differ, or the picture is too small or too narrow.
    """
    if low.shape != nire.shape:
        raise ImageError(f"low is {_size(low)} but nire is {_size(nire)}; a pair has one size, capture it again")
    if min(low.shape[:2]) * min(1.0, WORKING_SIDE / max(low.shape[:2])) < MIN_SIDE:
        raise ImageError(f"{_size(low)} is too small or too narrow to align; give the pictures as captured")
    levels = _levels(*(_working(grey) for grey in small or (_grey(low), _grey(nire))))
    motion, found = _coarse(*levels[0])
    for maps in levels[1:-1]:
        motion = refine(*maps, motion.resized(2), STEPS).motion
        found = found if found > CLEAR_EVIDENCE else max(found, evidence(*maps, motion))
    fit = refine(*levels[-1], motion.resized(2 if len(levels) > 1 else 1), LAST_STEPS)
    enlargement = max(low.shape[:2]) / max(levels[-1][0].shape)
    confidence = _confidence(found, fit.uncertainty)
    return _report(fit.motion.resized(enlargement), fit.residual * enlargement, confidence, low.shape)


def _grey(pixels: Pixels) -> Grey:
    return np.asarray(cv2.cvtColor(reduce(pixels), cv2.COLOR_RGB2GRAY), np.uint8)


def _working(grey: Grey) -> Plane:
    factor = min(1.0, WORKING_SIDE / max(grey.shape))
    return _resized(grey.astype(np.float32), factor, cv2.INTER_LINEAR)


def _levels(low: Plane, nire: Plane) -> list[tuple[Field, Field]]:
    """Return the structure maps of both pictures, from the coarsest level to the finest, each twice the one before."""
    overlay = overlay_mask(low, nire).astype(np.uint8) * 255
    levels = [_maps(low, nire, overlay)]
    while max(low.shape) > COARSE_SIDE and min(low.shape) >= 2 * MIN_SIDE:
        low, nire, overlay = (_resized(plane, 0.5) for plane in (low, nire, overlay))
        levels.insert(0, _maps(low, nire, overlay))
    return levels


def _maps(low: Plane, nire: Plane, overlay: NDArray[np.uint8]) -> tuple[Field, Field]:
    maps = structure_map(low), structure_map(nire)
    if overlay.any():
        for field in maps:
            field[:, overlay > 0] = 0
    return maps


def _coarse(low: Field, nire: Field) -> tuple[Motion, float]:
    """Return the motion between two coarse maps and the evidence for it; search longer where it is weak."""
    start, peak = best_motion(low, nire)
    motion = refine(low, nire, start, STEPS).motion
    found = peak if peak > SURE_EVIDENCE else evidence(low, nire, motion)
    if found >= CLEAR_EVIDENCE:
        return motion, found
    turned = refine(low, nire, best_motion(low, nire, TURNS)[0], STEPS).motion
    return max(((motion, found), (turned, evidence(low, nire, turned))), key=lambda candidate: candidate[1])


def _confidence(found: float, uncertainty: float) -> float:
    """Grow from 0 at chance level to 1, and halve where a corner is known only to a pixel."""
    significance = np.clip((found - CHANCE_EVIDENCE) / (SURE_EVIDENCE - CHANCE_EVIDENCE), 0, 1)
    return float(significance / (1 + uncertainty**2))


def _report(motion: Motion, residual: float, confidence: float, shape: tuple[int, ...]) -> Alignment:
    a, b, c, d, e, f = motion.matrix(shape).ravel().tolist()
    return Alignment(
        matrix=(a, b, c, d, e, f),
        dx=motion.shift.real,
        dy=motion.shift.imag,
        shift_px=abs(motion.shift),
        judged_px=abs(motion.shift) * min(1.0, JUDGED_SIDE / max(shape)),
        rotation_deg=motion.rotation_deg,
        scale=motion.scale,
        warp=abs(motion.turn - 1),
        corner_px=motion.corner_shift(shape),
        residual=residual,
        confidence=confidence,
    )


def _resized(grey: NDArray[Any], factor: float, interpolation: int = cv2.INTER_AREA) -> NDArray[Any]:
    if factor == 1:
        return grey
    height, width = grey.shape
    size = (max(1, round(width * factor)), max(1, round(height * factor)))
    return cv2.resize(grey, size, interpolation=interpolation)


def _size(pixels: Pixels) -> str:
    return f"{pixels.shape[1]}x{pixels.shape[0]}"
