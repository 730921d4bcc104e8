"""The simulated camera and its room as a state that time moves on; no thread and no clock of its own."""

import math
from dataclasses import asdict, dataclass
from typing import Any

from nirecap.errors import UsageMistake
from nirecap.vocabulary import Mode

from .daynight import DayNight, RoomLamp, auto_mode
from .optics import Optics
from .renderer import SceneLights, View

SETTLED_WITHIN = math.log(1.01)
"""Auto-exposure counts as settled within 1 % of its goal."""
ARRIVED_WITHIN = math.log(1.001)
"""An exponential never arrives; from here it jumps, so that a still picture costs little."""
SWITCH_WORDS = ("ON", "OFF", "AUTO")


@dataclass(frozen=True)
class FrameTruth:
    """What one frame really shows, for tests to ask; `captured_at` is unix seconds."""

    captured_at: float
    scene: str
    filter_in: bool
    colour: bool
    lamp: bool
    room_lit: bool
    in_transit: bool
    exposure_settled: bool


class Body:
    """Filter, lamps, room light and auto-exposure; it starts in AUTO, in the dark, at unix time `now`.

    Every change is two steps: `advance` to the moment, then set; `settled` is True when no switch is under way, the
    room's light is steady and the exposure within 1 % of its goal.
    """

    def __init__(
        self, lights: SceneLights, optics: Optics, *, transition_s: float, time_constant_s: float, now: float
    ) -> None:
        self.lights = lights
        self.room = RoomLamp()
        self._ir_cut = self._ir_lamp = "AUTO"
        self._optics, self._time_constant_s = optics, time_constant_s
        self._daynight = DayNight(transition_s, auto_mode(optics.dim_lux, Mode.NIGHT))
        self._now = now
        self.view = self._view_at(now)
        self.exposure = lights.exposure_goal(self.view)
        self.settled = True

    @property
    def ir_cut(self) -> str:
        """ON (filter in), OFF (filter out) or AUTO; setting another word raises `UsageMistake`."""
        return self._ir_cut

    @ir_cut.setter
    def ir_cut(self, word: str) -> None:
        self._ir_cut = _checked("ir_cut", word)

    @property
    def ir_lamp(self) -> str:
        """ON, OFF or AUTO (on while the filter is out); setting another word raises `UsageMistake`."""
        return self._ir_lamp

    @ir_lamp.setter
    def ir_lamp(self, word: str) -> None:
        self._ir_lamp = _checked("ir_lamp", word)

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
            scene=self.lights.name,
            filter_in=self.view.path.filter_in,
            colour=self.view.path.colour,
            lamp=self.view.lamp,
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
            "lamp": self.view.lamp,
            "in_transit": self._daynight.in_transit,
            "settled": self.settled,
            "transitions": [asdict(transition) for transition in self._daynight.transitions],
        }

    def _view_at(self, now: float) -> View:
        lux = self._optics.dim_lux + (self._optics.lit_lux - self._optics.dim_lux) * self.room.level(now)
        self._daynight.command(self._wanted_mode(lux), now)
        path = self._daynight.path(now)
        lamp = not path.filter_in if self._ir_lamp == "AUTO" else self._ir_lamp == "ON"
        return View(path, lamp, lux)

    def _wanted_mode(self, lux: float) -> Mode:
        if self._ir_cut == "AUTO":
            return auto_mode(lux, self._daynight.mode)
        return Mode.DAY if self._ir_cut == "ON" else Mode.NIGHT


def _checked(name: str, word: str) -> str:
    if word not in SWITCH_WORDS:
        raise UsageMistake(f"{name} is ON, OFF or AUTO, not {word!r}")
    return word
