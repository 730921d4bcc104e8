"""When to shoot: every so often, and only in a window of the day, such as from dusk till dawn.

Intervals are counted by a clock that never jumps, windows follow the clock on the wall. So a computer that corrects
its time, or that slept, neither shoots twice nor waits for ever, as long as `next_due` is asked anew every few seconds.
Times are aware datetimes; time zones are those of Python, None being that of the computer with its summer time.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, tzinfo

from astral import Observer
from astral.sun import elevation

from nirecap.errors import UsageMistake

from .place import Place

CIVIL_DEG = -6.0
"""The sun's height at civil dusk and dawn; below it, without lamps, a camera's picture is dark."""
HORIZON_DEG = -0.833
"""Its height at sunset and sunrise: the upper edge at the horizon, refraction included."""
STARTS = {"dusk": CIVIL_DEG, "sunset": HORIZON_DEG}
ENDS = {"dawn": CIVIL_DEG, "sunrise": HORIZON_DEG}
DAY = timedelta(days=1)
_YEAR = 366
_UNITS = {"s": "seconds", "m": "minutes", "h": "hours"}
_MARK = re.compile(r"(?P<clock>[0-9]{1,2}:[0-9]{2})|(?P<sun>[a-z]+)(?:(?P<sign>[+-])(?P<offset>[0-9]+[smh]))?")


@dataclass(frozen=True)
class SunMark:
    """The moment at which the sun passes a height at a place, in the evening or in the morning, or `offset` later."""

    place: Place
    height_deg: float
    evening: bool
    offset: timedelta


@dataclass(frozen=True)
class Window:
    """A stretch of each day or night in which shots may be taken; made by `parse_window`."""

    text: str
    start: time | SunMark
    end: time | SunMark
    zone: tzinfo | None


@dataclass(frozen=True)
class Opening:
    """One stretch of a window, `start` <= t < `end`, in UTC."""

    start: datetime
    end: datetime


def parse_every(text: str) -> timedelta:
    """Read an interval such as 90s, 10m or 1h; at most 24 hours.

    Raises:
        UsageMistake: it is none.

    >>> parse_every("10m")
    datetime.timedelta(seconds=600)
    """
    found = re.fullmatch(r"([0-9]{1,6})([smh])", text.strip())
    interval = timedelta(**{_UNITS[found[2]]: int(found[1])}) if found else timedelta(0)
    if not timedelta(0) < interval <= DAY:
        raise UsageMistake(f"{text!r} is no interval; write it like 90s, 10m or 1h, up to 24h")
    return interval


def parse_window(text: str, place: Place | None = None, zone: tzinfo | None = None) -> Window:
    """Read a window: `22:00..05:30`, `dusk..dawn`, `sunset..sunrise`, `dusk+30m..dawn-1h`, `dusk..23:00`.

    Args:
        text: two times of the wall clock or of the sun. A window may go over midnight.
        place: where the sun is looked at; needed for times of the sun only.
        zone: of the wall clock; None for that of the computer.

    Raises:
        UsageMistake: it is no window, or a time of the sun lacks its place.
    """
    first, _, last = text.replace(" ", "").partition("..")
    window = Window(text, _mark(first, STARTS, text, place), _mark(last, ENDS, text, place), zone)
    if window.start == window.end:
        raise _no_window(text)
    return window


def closes_at(window: Window, now: datetime) -> datetime | None:
    """Return when the window that is open now ends; None where it is closed.

    Where it stays dark for weeks, a night is counted from noon to noon by the sun.
    """
    opening = next(openings(window, now), None)
    return opening.end if opening and opening.start <= now else None


def next_opening(window: Window, now: datetime) -> datetime | None:
    """Return when the window is open next, `now` if it is; None where that is not within a year."""
    opening = next(openings(window, now), None)
    return max(now, opening.start) if opening else None


def next_due(now: datetime, since_last: timedelta | None, every: timedelta, window: Window | None) -> datetime | None:
    """Return when the next shot is to begin, `now` for at once; None where the window does not open within a year.

    Args:
        now: by the clock on the wall.
        since_last: since the last shot began, by `time.monotonic`; None before the first.
        every: from the beginning of a shot to that of the next; a shot that took longer delays the next, once.
        window: None for any time.
    """
    due = now if since_last is None else now + max(every - since_last, timedelta(0))
    return next_opening(window, due) if window else due


def describe(window: Window, now: datetime) -> str:
    """Say in a line until when the window is open, or when it opens.

    >>> noon = datetime(2026, 1, 5, 12, tzinfo=UTC)
    >>> describe(parse_window("22:00..05:30", zone=UTC), noon)
    '22:00..05:30 opens on 2026-01-05 at 22:00'
    >>> describe(parse_window("dusk..dawn", Place(78.2, 15.6), UTC), noon)
    'dusk..dawn is open until 2026-01-06 at 10:57'
    """
    opening = next(openings(window, now), None)
    if opening is None:
        return f"{window.text} does not open within a year there; choose a window of the clock, such as 22:00..05:30"
    if opening.start <= now:
        return f"{window.text} is open until {_spoken(opening.end, window.zone)}"
    light = "; it does not get dark enough before" if opening.start - now > DAY else ""
    return f"{window.text} opens on {_spoken(opening.start, window.zone)}{light}"


def openings(window: Window, now: datetime) -> Iterator[Opening]:
    """Yield the stretches that end after `now`, in order, for a year."""
    first = now.astimezone(UTC).date() - 2 * DAY  # a window may go over midnight, in a zone far from UTC
    for number in range(_YEAR + 2):
        opening = _opening(window, first + number * DAY)
        if opening and opening.end > now:
            yield opening


def _opening(window: Window, day: date) -> Opening | None:
    """Return the stretch that begins on `day`, for the sun in the night after it; None where there is none."""
    start, end = _moments(window, day)
    return Opening(start, end) if start and end and start < end else None


def _moments(window: Window, day: date) -> tuple[datetime | None, datetime | None]:
    """Return when the window starts and ends, None for what does not come.

    A night goes from noon to noon by the sun, and its two marks belong together: where dawn comes before the start,
    as 02:00..dawn has it in a northern June, that night has no stretch, rather than one through the next day.
    """
    if isinstance(window.start, time) and isinstance(window.end, time):
        last = day + DAY if window.end < window.start else day
        return _on(day, window.start, window.zone), _on(last, window.end, window.zone)
    place = next(mark.place for mark in (window.start, window.end) if isinstance(mark, SunMark))
    noon = datetime.combine(day, time(12), UTC) - timedelta(hours=place.longitude / 15)
    return _in_the_night(window.start, noon, window.zone), _in_the_night(window.end, noon, window.zone)


def _in_the_night(mark: time | SunMark, noon: datetime, zone: tzinfo | None) -> datetime | None:
    """Return when the mark comes in the 24 hours after `noon`; None where it stays too light."""
    if isinstance(mark, SunMark):
        crossing = _sun_passes(mark, noon)
        return crossing and crossing + mark.offset
    day = noon.astimezone(zone).date()
    return next(moment for late in range(3) if (moment := _on(day + late * DAY, mark, zone)) >= noon)


def _sun_passes(mark: SunMark, noon: datetime) -> datetime | None:
    """Return when the sun passes the mark's height, to a second; `noon` or the next where it is dark all day."""
    observer = Observer(mark.place.latitude, mark.place.longitude)

    def light(moment: datetime) -> bool:
        return elevation(observer, moment, with_refraction=False) > mark.height_deg

    bright, dark = (noon if mark.evening else noon + DAY), noon + DAY / 2
    if light(dark):
        return None
    if not light(bright):
        return bright
    while abs(dark - bright) > timedelta(seconds=1):
        middle = bright + (dark - bright) / 2
        bright, dark = (middle, dark) if light(middle) else (bright, middle)
    return dark


def _on(day: date, clock: time, zone: tzinfo | None) -> datetime:
    # a naive time is taken for one of the computer's zone; an hour that summer time skips is moved behind the gap
    return datetime.combine(day, clock, zone).astimezone(UTC)


def _mark(text: str, suns: dict[str, float], window: str, place: Place | None) -> time | SunMark:
    found = _MARK.fullmatch(text)
    if found and found["clock"]:
        hour, minute = map(int, found["clock"].split(":"))
        try:
            return time(hour, minute)
        except ValueError:
            raise _no_window(window) from None
    if not found or found["sun"] not in suns:
        raise _no_window(window)
    if place is None:
        raise UsageMistake(
            f"{window!r} follows the sun; give the camera's latitude and longitude, as in --place 52.5,13.4"
        )
    offset = parse_every(found["offset"]) if found["offset"] else timedelta(0)
    return SunMark(place, suns[found["sun"]], suns is STARTS, -offset if found["sign"] == "-" else offset)


def _no_window(text: str) -> UsageMistake:
    return UsageMistake(
        f"{text!r} is no window; write it like dusk..dawn, sunset+30m..sunrise or 22:00..05:30 "
        "(dusk and sunset begin it, dawn and sunrise end it)"
    )


def _spoken(moment: datetime, zone: tzinfo | None) -> str:
    return f"{moment.astimezone(zone):%Y-%m-%d at %H:%M}"
