"""Switch and settle: watch the pixels until the picture is in the mode and has stopped changing.

Success replies of cameras lie, so the picture alone decides. Auto-exposure creeps after the click of the filter;
the change that is still to come is predicted from the last frames, so that a slow creep is not taken for rest.
"""

import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass

from nirecap.errors import NotSettled
from nirecap.vocabulary import Mode

from .frame import Frame
from .picture import Look, contradiction, look_at
from .stream import Stream

Condition = Callable[[Look], str | None]
"""A further demand on the picture: says what contradicts it, or None."""


FROZEN = "frozen: hardly anything changes from frame to frame (if your camera has no noise, give --accept-still)"


@dataclass(frozen=True)
class Patience:
    """How long and how closely to watch."""

    timeout_s: float = 15.0
    """Give up after this long; switches of 5 to 6 s are reported."""
    transit_s: float = 0.1
    """Frames that arrive this soon after the newest frame at the time of the command may still show the time before."""
    calm_frames: int = 3
    """Consecutive frames that must agree."""
    calm_mean: float = 0.007
    """Change of the mean, as a share of it, that counts as rest."""
    calm_levels: float = 0.35
    """The same in levels of 255, for dark pictures."""
    calm_detail: float = 0.15
    """Change of detail, as a share of it, that counts as rest."""
    must_live: bool = True
    """Refuse a picture in which hardly anything changes from frame to frame: it may be frozen."""
    flicker_frames: int = 24
    """After this many frames in the mode, a picture that flickers about a steady middle counts as at rest."""


@dataclass(frozen=True, eq=False)
class Settled:
    """A frame of a picture at rest."""

    frame: Frame
    look: Look
    seconds: float
    """From the call of `settle` to the frame's arrival."""


def settle(
    stream: Stream,
    mode: Mode,
    patience: Patience,
    *,
    after: Frame,
    rest: Look | None = None,
    condition: Condition = lambda look: None,
    heed: Callable[[], None] = lambda: None,
) -> Settled:
    """Wait for a frame that shows `mode`, meets `condition`, is whole, fresh and at rest.

    Args:
        stream: the live picture.
        mode: what the pixels must show.
        patience: how long and how closely to watch.
        after: the newest frame when the command was acknowledged; the last one used where none was given.
        rest: how the picture looked at rest where nothing was commanded since; a frame that still looks so will do.
        condition: a further demand, such as that the light is on.
        heed: called for every frame; may raise to give up.

    Raises:
        NotSettled: it did not come in time; the message names what was seen instead.
        StreamError: the stream broke.
    """
    start = time.monotonic()
    looks: deque[Look] = deque(maxlen=patience.flicker_frames)
    good, complaint = 0, "no fresh frame"
    # by arrival: the clock of the camera may jump when its first report comes
    freshest = after.arrived_at + (0.0 if rest else patience.transit_s)
    for frame in stream.frames(patience.timeout_s, after.number):
        heed()
        if frame.arrived_at <= freshest:
            continue
        look = look_at(frame.small)
        looks.append(look)
        wrong = f"damaged ({frame.damage})" if frame.damage else contradiction(look, mode) or condition(look)
        if not wrong and patience.must_live and not frame.alive:
            wrong = FROZEN
        good = 0 if wrong else good + 1
        if good and rest and at_rest([rest, look], good, patience):
            return Settled(frame, look, time.monotonic() - start)
        if good >= patience.calm_frames and at_rest(list(looks), good, patience):
            return Settled(frame, look, time.monotonic() - start)
        complaint = f"{wrong or 'still changing'} ({look})"
    raise NotSettled(
        f"{stream.label}: no settled {mode} picture in {patience.timeout_s:.0f} s, last seen: {complaint}; "
        "check that the camera obeys (its own app must not hold it) and that nothing moves in view"
    )


def at_rest(looks: list[Look], good: int, patience: Patience) -> bool:
    """Decide whether the last of `looks`, of which the last `good` show the mode, is at rest."""
    calm = looks[-patience.calm_frames :]
    means = [look.mean for look in looks]
    tolerance = max(patience.calm_levels, patience.calm_mean * means[-1])
    steady_detail = _spread([look.detail for look in calm]) <= max(0.3, patience.calm_detail * calm[-1].detail)
    if _spread([look.mean for look in calm]) <= tolerance:
        return steady_detail and expected_change(means) <= tolerance
    return good >= patience.flicker_frames and _flickers(means, tolerance)


def expected_change(means: list[float]) -> float:
    """Predict how far the mean will still move, as the geometric series that its last steps begin.

    Steps are taken over two frames, against noise. Levels in, levels out.

    >>> round(expected_change([100.0, 90.0, 80.0, 75.0, 70.0]), 3)
    10.0
    """
    if len(means) < 5:
        return 0.0
    before, last = means[-3] - means[-5], means[-1] - means[-3]
    if before * last <= 0:
        return 0.0
    ratio = min(last / before, 0.97)
    return abs(last) * ratio / (1.0 - ratio)


def _flickers(means: list[float], tolerance: float) -> bool:
    half = len(means) // 2
    return abs(sum(means[:half]) / half - sum(means[-half:]) / half) <= tolerance


def _spread(values: list[float]) -> float:
    return max(values) - min(values)
