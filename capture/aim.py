"""What a person should mend before a session: the lamp's reflection, its reach, darkness, a picture out of focus."""

from dataclasses import dataclass
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from nirecap.images import Pixels
from nirecap.vocabulary import Mode

from .picture import BLACK_MEAN, MONO_CHROMA, PURPLE_RATIO, Look, contradiction, look_at

SATURATED = 245
"""Levels from which a place counts as burnt out."""
SPOT_AREA = 0.001
"""Share of the picture from which a burnt-out place is a hot spot; glints are smaller and everywhere."""
DIM_CORNERS = 0.25
"""Light in the corners over light in the centre, below which the lamp is too narrow; even ones give 0.4 to 1."""
LOPSIDED = 3.0
"""Light in one half over light in the other, above which the lamp points aside."""
FAINT_MEAN = 45.0
"""Levels of the mean of a NIGHT picture below which the lamp does not reach; auto-exposure aims at about 110."""
BLURRED = 0.65
"""Share of the best detail seen, below which the picture is out of focus or shakes."""
GAMMA = 2.2

Luma = NDArray[np.uint8]
"""H x W, 0 to 255."""


@dataclass(frozen=True)
class Spot:
    """A burnt-out place, as shares of the picture."""

    x: float
    """Centre from the left, of the width."""
    y: float
    """Centre from the top, of the height."""
    radius: float
    """Of the width."""
    area: float
    """Of the picture."""
    peak: int
    """Brightest level, 0 to 255."""


@dataclass(frozen=True)
class Evenness:
    """How the light is spread, in linear light, on whatever stands before the lens."""

    corners: float
    """Corners over centre."""
    left: float
    """Left half over right half."""


@dataclass(frozen=True)
class Concern:
    """Something to mend, and how."""

    kind: str
    what: str
    remedy: str


@dataclass(frozen=True)
class Sight:
    """Everything measured on one frame."""

    look: Look
    evenness: Evenness
    histogram: tuple[int, ...]
    """Pixels in each of 64 equal ranges of luma."""
    spot: Spot | None
    """The largest burnt-out place."""


def measure(small: Pixels) -> Sight:
    """Measure a reduced RGB frame, H x W x 3.

    >>> sight = measure(np.full((36, 64, 3), 255, np.uint8))
    >>> sight.evenness, sight.histogram[-1], sight.spot
    (Evenness(corners=1.0, left=1.0), 2304, Spot(x=0.5, y=0.5, radius=0.5, area=1.0, peak=255))
    """
    luma = np.asarray(cv2.cvtColor(small, cv2.COLOR_RGB2GRAY), np.uint8)
    histogram = np.bincount(luma.ravel() >> 2, minlength=64)
    return Sight(look_at(small), evenness(luma), tuple(int(count) for count in histogram), hot_spot(luma))


def shown(look: Look) -> str:
    """Name what the pixels show: day, night, purple or black.

    >>> shown(Look(mean=90, chroma=0.1, purple=1.0, detail=5))
    'night'
    """
    if look.chroma < MONO_CHROMA:
        return "black" if look.mean < BLACK_MEAN else str(Mode.NIGHT)
    return "purple" if look.purple > PURPLE_RATIO else str(Mode.DAY)


def hot_spot(luma: Luma) -> Spot | None:
    """Return the largest burnt-out place, None where none reaches `SPOT_AREA`."""
    height, width = luma.shape
    smooth = cv2.GaussianBlur(luma, (0, 0), 1.0)  # a single noisy pixel is no spot
    burnt = (smooth >= SATURATED).astype(np.uint8)
    _, places, facts, centres = cv2.connectedComponentsWithStats(burnt)
    sizes = facts[1:, cv2.CC_STAT_AREA]  # the first is what is not burnt out
    if not sizes.size or sizes.max() < SPOT_AREA * luma.size:
        return None
    largest = 1 + int(np.argmax(sizes))
    x, y = centres[largest]
    across = max(facts[largest, cv2.CC_STAT_WIDTH], facts[largest, cv2.CC_STAT_HEIGHT])
    return Spot(
        x=float((x + 0.5) / width),
        y=float((y + 0.5) / height),
        radius=float(across / 2 / width),
        area=float(sizes.max() / luma.size),
        peak=int(smooth[places == largest].max()),
    )


def evenness(luma: Luma) -> Evenness:
    """Compare corners with centre and left with right."""
    light = (luma.astype(np.float32) / 255) ** GAMMA
    height, width = light.shape
    rows, columns = height // 4, width // 4
    sides = np.concatenate([light[:, :columns], light[:, -columns:]], axis=1)
    corners = np.concatenate([sides[:rows], sides[-rows:]])
    centre = light[height // 3 : -(height // 3), width // 3 : -(width // 3)]
    left, right = light[:, : width // 2], light[:, -(width // 2) :]
    return Evenness(corners=_ratio(corners, centre), left=_ratio(left, right))


def concerns(sight: Sight, mode: Mode, best_detail: float) -> list[Concern]:
    """List what to mend in a picture that should show `mode`, the worst first.

    Args:
        sight: from `measure`.
        mode: DAY or NIGHT.
        best_detail: the most detail seen in this mode, levels; 0 where there is nothing to compare with.
    """
    look = sight.look
    if wrong := contradiction(look, mode):
        return [_wrong_mode(wrong, look, mode)]
    found = _of_the_lamp(sight) if mode is Mode.NIGHT else _of_the_room(look)
    if look.detail < BLURRED * best_detail:
        share = f"{look.detail / best_detail:.0%} of the best detail seen"
        found.append(
            Concern("blur", f"Blurred: {share}", "hold the camera still, then turn the focus or wipe the lens")
        )
    return found


def _wrong_mode(wrong: str, look: Look, mode: Mode) -> Concern:
    if shown(look) == "purple":
        return Concern("purple", "Purple: infrared reaches a colour picture", "wait for the filter, or switch again")
    if shown(look) == "black" and mode is Mode.NIGHT:
        return Concern("dark", "Black: the infrared lamp is not on", "switch its lamp on in the camera's own app")
    return Concern("mode", f"No {mode} picture: {wrong}", "wait for the filter, or switch again")


def _of_the_lamp(sight: Sight) -> list[Concern]:
    found = []
    if spot := sight.spot:
        what = f"Hot spot: {spot.area:.1%} burnt out, peak {spot.peak}"
        found.append(Concern("spot", what, "turn the lamp or the camera a little, or move what mirrors it"))
    if sight.look.mean < FAINT_MEAN:
        what = f"Too dark: mean {sight.look.mean:.0f} of 255"
        found.append(Concern("dark", what, "step closer, or give the lamp more power"))
    if not 1 / LOPSIDED <= sight.evenness.left <= LOPSIDED:
        bright, dark = ("left", "right") if sight.evenness.left > 1 else ("right", "left")
        found.append(Concern("uneven", f"Lopsided: the light lies on the {bright}", f"turn the lamp to the {dark}"))
    elif sight.evenness.corners < DIM_CORNERS:
        what = f"Uneven: corners get {sight.evenness.corners:.0%} of the centre's light"
        found.append(Concern("uneven", what, "step back, or spread the lamp with a diffuser"))
    return found


def _of_the_room(look: Look) -> list[Concern]:
    if look.mean >= BLACK_MEAN:
        return []
    return [Concern("dark", f"Too dark: mean {look.mean:.0f} of 255", "leave a little light on, or open the door")]


def _ratio(these: NDArray[np.floating[Any]], those: NDArray[np.floating[Any]]) -> float:
    nothing = 1e-4  # a black picture is even
    return float((these.mean() + nothing) / (those.mean() + nothing))
