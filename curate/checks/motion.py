"""Motion check: what changed in the scene between the first picture of a shot and the same picture taken again."""

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from .evidence import encode_marks
from .overlay import Overlay

GRID = 96
"""Blocks along the longer side, whose means are compared."""
CLEAR = 6.0
"""Standard deviations of the noise from which a change is one."""
LEAST = 1.2
"""Levels under which no change is one: encoders refine a still picture."""
LEVELS = 6
"""Ranges of brightness, with as many blocks each, that have a noise of their own."""
RESTLESS = 1.5
"""Levels of noise in the blocks' means that compression may cause; above, it is the scene that moves everywhere."""
SMEARED = 4.0
"""How many times as noisy a block's mean may be as independent noise of its pixels would make it."""
POOL = 3
"""Blocks along the sides of the neighbourhood that is compared: a block has few pixels in a small picture."""
ROUNDS = 3

Grey = NDArray[np.uint8]
Plane = NDArray[np.float32]
Marks = NDArray[np.bool_]


@dataclass(frozen=True)
class Motion:
    """What changed while the shot was taken; None where no picture was taken again.

    Attributes:
        area: share of the picture that changed, 0 to 1.
        map: 1-bit PNG that marks it over the whole picture, longer side at most 96; None where nothing changed.
    """

    area: float | None = None
    map: bytes | None = None


def measure_motion(first: Grey, again: Grey | None, overlay: Overlay | None = None) -> Motion:
    """Compare two reduced grey pictures of a scene, H x W; what stands in the overlay's lines is a clock that goes."""
    if again is None or again.shape != first.shape:
        return Motion()
    marks = motion_marks(first, again, overlay)
    return Motion(float(marks.mean()), encode_marks(marks))


def motion_marks(first: Grey, again: Grey, overlay: Overlay | None = None) -> Marks:
    """Mark, on a grid with a longer side of `GRID`, where two pictures differ by more than noise and exposure.

    >>> still = np.random.default_rng(0).normal(40, 2, (2, 180, 320)).astype(np.uint8)
    >>> motion_marks(*still).any(), motion_marks(still[0], still[1] + 20).any()
    (np.False_, np.False_)
    >>> still[1, 60:120, 100:160] += 20
    >>> bool(motion_marks(*still)[19:35, 31:47].all())
    True
    """
    before, after = (_halved(grey) for grey in (first, again))
    gain, offset = _exposure(_pooled(before).ravel(), _pooled(after).ravel())
    change = after - (gain * before + offset)
    ripple = change - cv2.blur(change, (3, 3))
    moved = np.asarray(cv2.blur(_pooled(change), (POOL, POOL)), np.float32)
    independent = np.sqrt(_pooled(ripple * ripple) * (moved.size / change.size)) / np.float32(POOL)
    noise = _noise(moved, SMEARED * independent, _pooled(before))
    marks = np.abs(moved) > np.maximum(CLEAR * noise, LEAST)
    if overlay is not None:
        _wipe(marks, overlay)
    return np.asarray(cv2.medianBlur(marks.astype(np.uint8), POOL), np.bool_)


def _exposure(before: Plane, after: Plane) -> tuple[np.float32, np.float32]:
    """Fit after = gain * before + offset to most of the blocks (Cauchy)."""
    weight, gain, offset = np.ones_like(before), np.float32(1), np.float32(0)
    for _ in range(ROUNDS):
        total = weight.sum()
        centre, level = (weight @ before) / total, (weight @ after) / total
        apart = before - centre
        contrast = weight @ (apart * apart)
        gain = np.float32((weight * apart) @ (after - level) / contrast if contrast > total else 1)
        offset = level - gain * centre
        rest = after - gain * before - offset
        weight = 1 / (1 + (rest / (2 * np.median(np.abs(rest)) + np.float32(0.3))) ** 2)
    return gain, offset


def _noise(moved: Plane, independent: Plane, level: Plane) -> Plane:
    """Return the standard deviation of each block's mean if nothing moved, from all blocks as bright as it."""
    noise = np.empty(moved.size, np.float32)
    for part in np.array_split(np.argsort(level, axis=None), LEVELS):
        scatter = float(np.median(np.abs(moved.ravel()[part]))) / 0.6745
        noise[part] = min(scatter, max(float(np.median(independent.ravel()[part])), RESTLESS))
    return noise.reshape(moved.shape)


def _wipe(marks: Marks, overlay: Overlay) -> None:
    """Take back what is marked in the lines of the overlay: digits that changed stand beside those that did not."""
    if overlay.y is None or overlay.height is None:
        return
    top, bottom = overlay.y * len(marks), (overlay.y + overlay.height) * len(marks)
    marks[max(0, int(top) - 1) : int(np.ceil(bottom)) + 1] = False


def _pooled(plane: Plane) -> Plane:
    height, width = plane.shape
    scale = GRID / max(height, width)
    size = (max(1, round(width * scale)), max(1, round(height * scale)))
    return np.asarray(cv2.resize(plane, size, interpolation=cv2.INTER_AREA), np.float32)


def _halved(grey: Grey) -> Plane:
    size = (max(1, grey.shape[1] // 2), max(1, grey.shape[0] // 2))
    return np.asarray(cv2.resize(grey, size, interpolation=cv2.INTER_AREA), np.float32)
