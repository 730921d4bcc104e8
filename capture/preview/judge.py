"""What successive frames come to: which mode they show, whether they are at rest, and what to mend."""

import math
import time
from collections import deque
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from nirecap.vocabulary import Mode

from ..aim import Concern, Sight, concerns, measure, shown
from ..frame import Frame
from ..picture import Look, contradiction
from ..settle import Patience, at_rest
from .picture import Picture

PATIENCE = Patience()
RESTLESS_S = 5.0
"""After so long a picture that keeps changing is worth a warning; aiming takes a while."""
HALF_LIFE_S = 30.0
"""In which the best detail seen is half forgotten, as another view has another."""
FROZEN_FRAMES = 30
"""After so many frames without a sign of life a picture is called frozen."""
RATE_FRAMES = 20


@dataclass
class Switch:
    """A mode that the person asked for."""

    mode: Mode
    at: float = field(default_factory=time.monotonic)
    answered_at: float | None = None
    """Unix seconds; frames that arrived before the camera answered prove nothing."""
    refused: str = ""
    """What the camera said in the place of yes."""
    advice: str = ""
    """What helps where this camera does not come to the mode."""
    seconds: float | None = None
    """From the wish to the first settled picture; None until then."""


@dataclass(frozen=True)
class Now:
    """What is to be seen at this moment."""

    live: Mode = Mode.DAY
    """Whose place the live picture takes: the commanded mode, else the one that the pixels show."""
    shows: str = ""
    """What the pixels show: day, night, purple or black; "" before the first frame."""
    settled: bool = False
    fps: float = 0.0
    """Frames that arrive per second."""
    pictures: Mapping[Mode, Picture] = field(default_factory=dict)
    """The newest of each mode."""


class Judge:
    """Looks at one frame after another."""

    def __init__(self) -> None:
        self._switch: Switch | None = None
        self._good = 0
        self._rested_at = time.monotonic()
        self._looks: deque[Look] = deque(maxlen=PATIENCE.flicker_frames)
        self._arrivals: deque[tuple[int, float]] = deque(maxlen=RATE_FRAMES)
        self._dead = 0
        """Frames in a row without a sign of life."""
        self._best: dict[Mode, tuple[float, float]] = {}
        """Most detail seen in each mode, and when."""

    def begin_stream(self) -> None:
        """Expect the first frame of another connection."""
        self._good = 0
        self._looks.clear()
        self._arrivals.clear()

    def look(self, frame: Frame, switch: Switch | None, before: Now) -> Now:
        """Return what there is to be seen with this frame, and note in `switch` when it is done."""
        if switch is not self._switch:
            self._switch, self._good = switch, 0
        sight = measure(frame.small)
        shows = shown(sight.look)
        live = switch.mode if switch else Mode(shows) if shows in (Mode.DAY, Mode.NIGHT) else before.live
        settled = self._at_rest(frame, sight.look, live)
        if settled and switch and switch.seconds is None:
            switch.seconds = time.monotonic() - switch.at
        best = self._best_detail(live, sight.look.detail, settled)
        picture = Picture(
            frame, sight, sight.look.detail / best if best else 1.0, tuple(self._concerns(frame, sight, live, best))
        )
        return Now(live, shows, settled, self._rate(frame), {**before.pictures, live: picture})

    def _at_rest(self, frame: Frame, look: Look, live: Mode) -> bool:
        self._looks.append(look)
        wrong = frame.damage or contradiction(look, live) or not self._is_answer(frame)
        self._good = 0 if wrong else self._good + 1
        settled = self._good >= PATIENCE.calm_frames and at_rest(list(self._looks), self._good, PATIENCE)
        if settled:
            self._rested_at = time.monotonic()
        return settled

    def _is_answer(self, frame: Frame) -> bool:
        switch = self._switch
        if switch is None:
            return True
        return switch.answered_at is not None and frame.arrived_at > switch.answered_at + PATIENCE.transit_s

    def _best_detail(self, live: Mode, detail: float, settled: bool) -> float:
        now = time.monotonic()
        best, at = self._best.get(live, (0.0, now))
        best *= math.exp2((at - now) / HALF_LIFE_S)
        if settled:
            best = max(best, detail)
        self._best[live] = best, now
        return best

    def _rate(self, frame: Frame) -> float:
        self._arrivals.append((frame.number, frame.arrived_at))
        (first, began), (last, ended) = self._arrivals[0], self._arrivals[-1]
        return (last - first) / (ended - began) if ended > began else 0.0

    def _concerns(self, frame: Frame, sight: Sight, live: Mode, best_detail: float) -> Iterator[Concern]:
        now, switch = time.monotonic(), self._switch
        if frame.damage:
            yield Concern("damage", "Damaged picture", "move the camera closer to its Wi-Fi, or use a cable")
        self._dead = 0 if frame.alive else self._dead + 1
        if self._dead >= FROZEN_FRAMES:
            yield Concern("frozen", "Frozen: the same picture again and again", "restart the camera")
        if switch and switch.refused:
            yield Concern("refused", f"Not switched: {switch.refused}", switch.advice or "try again")
        under_way = switch is not None and switch.seconds is None
        if switch and under_way and now - switch.at > PATIENCE.timeout_s:
            what = f"Not settled: no {live} picture at rest {now - switch.at:.0f} s after the switch"
            yield Concern("unsettled", what, switch.advice or "see that no app of the camera's own holds it")
        elif not under_way and now - self._rested_at > RESTLESS_S:
            yield Concern("unsettled", "Not settled: the picture keeps changing", "wait until nothing moves in view")
        found = concerns(sight, live, best_detail)
        yield from (concern for concern in found if not under_way or concern.kind == "purple")
