"""What changes while a camera switches or a room is lit: the day/night mechanism and the room's lamp, over time."""

from collections import deque
from dataclasses import dataclass

from nirecap.vocabulary import Mode

REACTION = 0.15
"""Share of a transition that passes between the command and the first visible change."""
ROOM_RAMP_S = 0.2
"""Seconds that a room lamp takes to its full light, or to dark."""
NIGHT_BELOW_LUX, DAY_ABOVE_LUX = 5.0, 20.0
"""AUTO's hysteresis."""
TRANSITIONS_REMEMBERED = 100


@dataclass(frozen=True)
class Path:
    """Where the light goes: through the IR-cut filter or not, and into a colour or a grey picture."""

    filter_in: bool
    colour: bool


DAY_PATH = Path(filter_in=True, colour=True)
PURPLE_PATH = Path(filter_in=False, colour=True)
NIGHT_PATH = Path(filter_in=False, colour=False)


@dataclass
class Transition:
    """One switch; times are unix seconds, None until it came to that (a newer command may come first)."""

    to: Mode
    commanded_at: float
    switched_at: float | None = None
    settled_at: float | None = None


class DayNight:
    """The filter's mechanism: after a command the picture is purple for a while, whichever way it goes.

    To night the filter clicks out while the picture is still in colour; to day colour returns before the filter does.

    >>> mechanism = DayNight(transition_s=1.0, mode=Mode.DAY)
    >>> mechanism.command(Mode.NIGHT, now=10.0)
    >>> [mechanism.path(now) for now in (10.1, 10.5, 11.0)] == [DAY_PATH, PURPLE_PATH, NIGHT_PATH]
    True
    """

    def __init__(self, transition_s: float, mode: Mode) -> None:
        self._duration = transition_s
        self.mode = mode
        self.transitions: deque[Transition] = deque(maxlen=TRANSITIONS_REMEMBERED)
        self._path = _resting(mode)
        self._coming: list[tuple[float, Path]] = []

    def command(self, mode: Mode, now: float) -> None:
        """Start towards `DAY` or `NIGHT` at unix time `now`; nothing happens if it is there or on its way."""
        self.path(now)
        if mode == self.mode:
            return
        self.mode = mode
        self._coming = [(now + REACTION * self._duration, PURPLE_PATH), (now + self._duration, _resting(mode))]
        self.transitions.append(Transition(mode, now))

    def path(self, now: float) -> Path:
        """Return the light path at unix time `now`, which never goes back."""
        while self._coming and self._coming[0][0] <= now:
            at, self._path = self._coming.pop(0)
            if not self._coming:
                self.transitions[-1].switched_at = at
        return self._path

    @property
    def in_transit(self) -> bool:
        """Whether a switch was under way when the path was last asked for."""
        return bool(self._coming)


class RoomLamp:
    """The room's own lamp, which takes a moment to its full light.

    >>> lamp = RoomLamp()
    >>> lamp.switch(lit=True, now=5.0)
    >>> lamp.level(5.1).__round__(3), lamp.level(6.0)
    (0.5, 1.0)
    """

    def __init__(self) -> None:
        self.lit = False
        self._from, self._since = 0.0, float("-inf")

    def switch(self, *, lit: bool, now: float) -> None:
        """Turn the lamp on or off at unix time `now`."""
        if lit != self.lit:
            self._from, self._since, self.lit = self.level(now), now, lit

    def level(self, now: float) -> float:
        """Return the share of the lamp's light at unix time `now`, 0 to 1."""
        done = max((now - self._since) / ROOM_RAMP_S, 0.0)
        return min(self._from + done, 1.0) if self.lit else max(self._from - done, 0.0)

    def steady(self, now: float) -> bool:
        """Whether the lamp is fully on or fully off at unix time `now`."""
        return self.level(now) == float(self.lit)


def auto_mode(lux: float, mode: Mode) -> Mode:
    """Return the mode that AUTO chooses by the room's light; between its limits it keeps `mode`.

    >>> str(auto_mode(1.0, Mode.DAY)), str(auto_mode(10.0, Mode.DAY))
    ('night', 'day')
    """
    if lux < NIGHT_BELOW_LUX:
        return Mode.NIGHT
    return Mode.DAY if lux > DAY_ABOVE_LUX else mode


def _resting(mode: Mode) -> Path:
    return DAY_PATH if mode == Mode.DAY else NIGHT_PATH
