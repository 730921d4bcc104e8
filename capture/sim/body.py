"""The simulated camera and its room as a state that time moves on; no thread and no clock of its own."""

import math
from dataclasses import asdict, dataclass
from typing import Any

from nirecap.errors import UsageMistake
from nirecap.vocabulary import Mode

from .daynight import PURPLE_PATH, DayNight, RoomLamp, auto_mode
from .optics import Optics
from .quirks import Quirk, Quirks
from .renderer import SceneLights, View

SETTLED_WITHIN = math.log(1.01)
"""Auto-exposure counts as settled within 1 % of its goal."""
ARRIVED_WITHIN = math.log(1.001)
"""An exponential never arrives; from here it jumps, so that a still picture costs little."""
SWITCH_WORDS = ("ON", "OFF", "AUTO")
LIES_EVERY = 5
"""Mode commands, of which the last does nothing under the quirk `lying-success`."""
FADED, FADES_S, FADING_STEPS = 0.3, 3.0, 256
"""Under `fading-lamp` the lamp falls towards this share of its light, 63 % of the way in so many seconds, in steps."""


@dataclass(frozen=True)
class FrameTruth:
    """What one frame really shows, for tests to ask; `captured_at` is unix seconds."""

    captured_at: float
    source_at: float
    """When the picture that it shows was captured; earlier than `captured_at` where the picture is frozen."""
    scene: str
    filter_in: bool
    colour: bool
    lamp: bool
    room_lit: bool
    in_transit: bool
    exposure_settled: bool


class Body:
    """Filter, lamps, room light and auto-exposure; it boots in AUTO, in the dark, at unix time `now`.

    Every change is two steps: `advance` to the moment, then set; `settled` is True when no switch is under way, the
    room's light is steady and the exposure within 1 % of its goal. While `deaf`, words for the filter are kept and not
    obeyed; while it is `astray`, the camera is in that mode whatever it was told.
    """

    def __init__(
        self,
        lights: SceneLights,
        optics: Optics,
        *,
        transition_s: float,
        time_constant_s: float,
        now: float,
        quirks: Quirks = frozenset(),
    ) -> None:
        self.lights = lights
        self.room = RoomLamp()
        self._optics, self._quirks = optics, quirks
        self._transition_s, self._time_constant_s = transition_s, time_constant_s
        self.boot(now)

    def boot(self, now: float) -> None:
        """Begin anew at unix time `now`, in AUTO and in the mode that suits the room, as after a cut in the power."""
        self._ir_cut = self._ir_lamp = self._obeyed = "AUTO"
        self.deaf = False
        self.astray: Mode | None = None
        self._commands, self._lamp_since = 0, now
        self._daynight = DayNight(self._transition_s, auto_mode(self._lux(now), Mode.NIGHT))
        self._now = now
        self.view = self._view_at(now)
        self.exposure = self.lights.exposure_goal(self.view)
        self.settled = True

    @property
    def ir_cut(self) -> str:
        """ON (filter in), OFF (filter out) or AUTO; setting another word raises `UsageMistake`."""
        return self._ir_cut

    @ir_cut.setter
    def ir_cut(self, word: str) -> None:
        _check("ir_cut", word)
        if word == "AUTO" and Quirk.AUTO_IGNORED in self._quirks:
            return
        self._ir_cut = word
        self._commands += 1
        lies = Quirk.LYING_SUCCESS in self._quirks and self._commands % LIES_EVERY == 0
        if not (lies or self.deaf or Quirk.STUCK_FILTER in self._quirks):
            self._obeyed = word

    @property
    def ir_lamp(self) -> str:
        """ON, OFF or AUTO (on while the filter is out); setting another word raises `UsageMistake`."""
        return self._ir_lamp

    @ir_lamp.setter
    def ir_lamp(self, word: str) -> None:
        _check("ir_lamp", word)
        self._ir_lamp = word

    @property
    def mode(self) -> Mode:
        """DAY or NIGHT: where the filter is, or is going."""
        return self._daynight.mode

    def advance(self, now: float) -> None:
        """Bring everything to unix time `now`: start and finish switches, follow the light with the exposure."""
        elapsed, self._now = max(now - self._now, 0.0), now
        self.view = self._view_at(now)
        off = math.log(self.lights.exposure_goal(self.view) / self.exposure)
        left = off * math.exp(-elapsed / self._time_constant_s)
        left = left if abs(left) > ARRIVED_WITHIN else 0.0
        self.exposure *= math.exp(off - left)
        steady = not self._daynight.in_transit and self.room.steady(now)
        self.settled = steady and abs(left) <= SETTLED_WITHIN
        transitions = self._daynight.transitions
        if self.settled and transitions and transitions[-1].settled_at is None:
            transitions[-1].settled_at = now

    def frame_truth(self) -> FrameTruth:
        """Return what a frame captured at the moment of the last `advance` shows."""
        return FrameTruth(
            captured_at=self._now,
            source_at=self._now,
            scene=self.lights.name,
            filter_in=self.view.path.filter_in,
            colour=self.view.path.colour,
            lamp=self.view.lamp > 0,
            room_lit=self.room.lit,
            in_transit=self._daynight.in_transit,
            exposure_settled=self.settled,
        )

    def truth(self) -> dict[str, Any]:
        """Return the state at the last `advance` and the switches so far, as JSON can say it."""
        return {
            "scene": self.lights.name,
            "ir_cut": self._ir_cut,
            "ir_lamp": self._ir_lamp,
            "room_lit": self.room.lit,
            "filter_in": self.view.path.filter_in,
            "colour": self.view.path.colour,
            "lamp": self.view.lamp > 0,
            "in_transit": self._daynight.in_transit,
            "settled": self.settled,
            "transitions": [asdict(transition) for transition in self._daynight.transitions],
        }

    def _view_at(self, now: float) -> View:
        lux = self._lux(now)
        self._daynight.command(self._wanted_mode(lux), now)
        path = self._daynight.path(now)
        if Quirk.PURPLE_MODE in self._quirks:
            path = PURPLE_PATH
        lit = not path.filter_in if self._ir_lamp == "AUTO" else self._ir_lamp == "ON"
        return View(path, self._lamp_level(now, lit=lit), lux)

    def _lux(self, now: float) -> float:
        return self._optics.dim_lux + (self._optics.lit_lux - self._optics.dim_lux) * self.room.level(now)

    def _lamp_level(self, now: float, *, lit: bool) -> float:
        if not lit:
            self._lamp_since = now
        if Quirk.FADING_LAMP not in self._quirks:
            return float(lit)
        left = FADED + (1 - FADED) * math.exp(-max(now - self._lamp_since, 0) / FADES_S)
        return lit * math.ceil(left * FADING_STEPS) / FADING_STEPS  # in steps: a new level costs a new picture

    def _wanted_mode(self, lux: float) -> Mode:
        if Quirk.STUCK_FILTER in self._quirks:
            return self.mode
        if self.astray:
            return self.astray
        if self._obeyed == "AUTO":
            return auto_mode(lux, self.mode)
        return Mode.DAY if self._obeyed == "ON" else Mode.NIGHT


def _check(name: str, word: str) -> None:
    if word not in SWITCH_WORDS:
        raise UsageMistake(f"{name} is ON, OFF or AUTO, not {word!r}")
