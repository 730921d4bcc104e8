"""When to shoot: windows of the clock and of the sun, near the poles, and when clocks are changed."""

from datetime import UTC, datetime, time, timedelta, timezone
from time import tzset
from zoneinfo import ZoneInfo

import pytest
from astral import Observer, sun
from hypothesis import given, settings
from hypothesis import strategies as st

from nirecap.capture.place import Place
from nirecap.capture.schedule import (
    CIVIL_DEG,
    HORIZON_DEG,
    closes_at,
    describe,
    next_due,
    next_opening,
    openings,
    parse_every,
    parse_window,
)
from nirecap.errors import UsageMistake

BERLIN = ZoneInfo("Europe/Berlin")
HAMBURG = Place(53.55, 10.0)
LONGYEARBYEN = Place(78.22, 15.65)
MINUTE = timedelta(minutes=1)

moments = st.datetimes(datetime(2020, 1, 1), datetime(2035, 1, 1), timezones=st.just(UTC))
places = st.builds(Place, st.floats(-89, 89), st.floats(-180, 180))
wall_clocks = st.times().map(lambda clock: clock.replace(second=0, microsecond=0))


def berlin(*when: int) -> datetime:
    return datetime(*when, tzinfo=BERLIN)  # type: ignore[misc,arg-type]


@pytest.mark.parametrize(("text", "seconds"), [("90s", 90), ("10m", 600), ("1h", 3600), ("24h", 86400), (" 5m ", 300)])
def test_intervals(text: str, seconds: int) -> None:
    assert parse_every(text) == timedelta(seconds=seconds)


@pytest.mark.parametrize("text", ["", "10", "m", "0s", "-5m", "1.5h", "25h", "10 minutes", "9" * 400 + "s", "\uff15m"])
def test_what_is_no_interval_is_named(text: str) -> None:
    with pytest.raises(UsageMistake, match="no interval") as mistake:
        parse_every(text)
    assert repr(text) in str(mistake.value)


@pytest.mark.parametrize(
    "text",
    [
        *("", "22:00", "22:00..", "..", "22:00-05:30", "25:00..05:30", "22:60..1:00", "22:00..22:00"),
        *("dawn..dusk", "noon..dawn", "dusk+..dawn", "dusk+30..dawn", "dusk+30m", "dusk..dawn..dusk", "22:00+5m..dawn"),
    ],
)
def test_what_is_no_window_is_named(text: str) -> None:
    with pytest.raises(UsageMistake, match="no window") as mistake:
        parse_window(text, HAMBURG)
    assert repr(text) in str(mistake.value)


def test_the_sun_needs_a_place() -> None:
    with pytest.raises(UsageMistake, match="latitude"):
        parse_window("dusk..05:00")


@pytest.mark.parametrize("where", [(91, 0), (0, 181), (float("nan"), 0), (0, float("inf"))])
def test_what_is_no_place_is_named(where: tuple[float, float]) -> None:
    with pytest.raises(UsageMistake, match="no place"):
        Place(*where)


@given(moments, places, st.sampled_from([("dusk..dawn", CIVIL_DEG), ("sunset..sunrise", HORIZON_DEG)]))
@settings(max_examples=300, deadline=None, derandomize=True)
def test_a_window_of_the_sun_is_open_where_the_sun_is_low(
    now: datetime, place: Place, window: tuple[str, float]
) -> None:
    text, limit = window
    height = sun.elevation(Observer(place.latitude, place.longitude), now, with_refraction=False)
    if abs(height - limit) > 0.15:  # the passing is found to a second, noon by the sun to a quarter of an hour
        assert (closes_at(parse_window(text, place), now) is not None) == (height < limit)


@given(moments, wall_clocks, wall_clocks, st.sampled_from(["Europe/Berlin", "Pacific/Auckland", "America/St_Johns"]))
@settings(max_examples=300, deadline=None, derandomize=True)
def test_a_window_of_the_clock_is_open_between_its_times(now: datetime, start: time, end: time, zone: str) -> None:
    here = now.astimezone(ZoneInfo(zone))
    offsets = {(here + day * timedelta(days=1)).utcoffset() for day in (-2, -1, 0, 1, 2)}
    if start == end or len(offsets) > 1:
        return
    wall = here.time()
    inside = start <= wall < end if start < end else (wall >= start or wall < end)
    assert (closes_at(parse_window(f"{start:%H:%M}..{end:%H:%M}", zone=ZoneInfo(zone)), now) is not None) == inside


@given(moments, places, st.sampled_from(["dusk..dawn", "dusk+40m..dawn-1h", "22:30..04:00", "dusk..23:00"]))
@settings(max_examples=200, deadline=None, derandomize=True)
def test_the_next_opening_is_open_and_no_earlier_moment_is(now: datetime, place: Place, text: str) -> None:
    window = parse_window(text, place, timezone(timedelta(hours=round(place.longitude / 15))))
    opens = next_opening(window, now)
    assert opens is not None
    assert opens >= now
    assert closes_at(window, opens) is not None
    closes = closes_at(window, opens)
    assert closes is not None
    assert opens < closes <= opens + timedelta(hours=25)
    if opens > now:
        assert closes_at(window, now) is None
        assert closes_at(window, opens - timedelta(seconds=1)) is None


def test_a_night_in_hamburg_goes_over_midnight_and_ends_at_dawn() -> None:
    window = parse_window("dusk..dawn", HAMBURG, BERLIN)
    evening = berlin(2026, 11, 20, 15, 0)
    assert closes_at(window, evening) is None
    night = next(openings(window, evening))
    there = Observer(HAMBURG.latitude, HAMBURG.longitude)
    assert abs(night.start - sun.dusk(there, datetime(2026, 11, 20))) < MINUTE  # astral's own way of solving for it
    assert abs(night.end - sun.dawn(there, datetime(2026, 11, 21))) < MINUTE
    assert closes_at(window, berlin(2026, 11, 21, 0, 30)) == night.end


def test_offsets_move_both_ends() -> None:
    evening = berlin(2026, 11, 20, 15, 0)
    plain = next(openings(parse_window("dusk..dawn", HAMBURG), evening))
    moved = next(openings(parse_window("dusk+30m..dawn-1h", HAMBURG), evening))
    assert moved.start - plain.start == 30 * MINUTE
    assert plain.end - moved.end == 60 * MINUTE


def test_near_the_pole_a_summer_has_no_window_and_a_winter_no_end() -> None:
    window = parse_window("dusk..dawn", LONGYEARBYEN, UTC)
    summer = datetime(2026, 6, 21, 12, tzinfo=UTC)
    opens = next_opening(window, summer)
    assert opens is not None
    assert datetime(2026, 9, 1, tzinfo=UTC) < opens < datetime(2026, 10, 1, tzinfo=UTC)
    assert "it does not get dark enough before" in describe(window, summer)
    winter = datetime(2026, 12, 21, tzinfo=UTC)
    assert all(closes_at(window, winter + hour * timedelta(hours=1)) is not None for hour in range(72))


def test_a_night_whose_dawn_is_over_has_no_window_rather_than_one_by_day() -> None:
    window = parse_window("04:00..dawn", HAMBURG, BERLIN)  # in June, dawn is at four
    assert all(closes_at(window, berlin(2026, 6, 20, hour, 30)) is None for hour in range(24))
    assert closes_at(window, berlin(2026, 12, 20, 5, 0)) is not None


def test_a_window_that_never_opens_says_so() -> None:
    noon = datetime(2026, 6, 1, 12, tzinfo=UTC)
    never = parse_window("11:00..dawn", Place(0, 0), UTC)
    assert next_opening(never, noon) is None
    assert next_due(noon, None, MINUTE, never) is None
    assert "does not open within a year" in describe(never, noon)


@pytest.mark.parametrize(
    ("night", "hours"),
    [((2026, 3, 28), 6.5), ((2026, 3, 27), 7.5), ((2026, 10, 24), 8.5)],
    ids=["spring forward", "an ordinary night", "fall back"],
)
def test_the_night_in_which_clocks_change_is_an_hour_shorter_or_longer(
    night: tuple[int, int, int], hours: float
) -> None:
    window = parse_window("22:00..05:30", zone=BERLIN)
    opening = next(openings(window, berlin(*night, 21, 0)))
    assert (opening.end - opening.start) / timedelta(hours=1) == hours
    assert opening.start.astimezone(BERLIN).time() == time(22)
    assert opening.end.astimezone(BERLIN).time() == time(5, 30)


def test_no_window_goes_astray_in_the_hours_that_are_skipped_or_come_twice() -> None:
    for text in ("02:15..02:45", "02:45..03:15", "01:30..02:30"):
        year = openings(parse_window(text, zone=BERLIN), berlin(2026, 3, 1))
        assert max(opening.end - opening.start for opening in year) < timedelta(hours=2)


def test_without_a_zone_the_computers_own_is_meant(monkeypatch: pytest.MonkeyPatch) -> None:
    for zone, hour in (("Europe/Berlin", 21), ("America/New_York", 3)):
        monkeypatch.setenv("TZ", zone)
        tzset()
        try:
            opens = next_opening(parse_window("22:00..23:00"), datetime(2026, 1, 5, 12, tzinfo=UTC))
        finally:
            monkeypatch.undo()
            tzset()
        assert opens is not None
        assert opens.hour == hour


def test_shots_are_due_every_so_often_inside_the_window() -> None:
    window = parse_window("22:00..05:30", zone=UTC)
    night = datetime(2026, 1, 5, 23, tzinfo=UTC)
    assert next_due(night, None, 10 * MINUTE, window) == night
    assert next_due(night, 4 * MINUTE, 10 * MINUTE, window) == night + 6 * MINUTE
    assert next_due(night, 14 * MINUTE, 10 * MINUTE, window) == night
    morning = datetime(2026, 1, 6, 5, 25, tzinfo=UTC)
    assert next_due(morning, MINUTE, 10 * MINUTE, window) == datetime(2026, 1, 6, 22, tzinfo=UTC)
    assert next_due(morning, MINUTE, 10 * MINUTE, None) == morning + 9 * MINUTE


def test_a_clock_that_jumps_moves_the_shot_by_no_more_than_is_left() -> None:
    """The interval is counted by a clock of its own, so it does not matter what the wall says."""
    before = datetime(2026, 1, 5, 23, tzinfo=UTC)
    for jump in (-5, 0, 5):
        now = before + jump * timedelta(hours=1)
        due = next_due(now, 4 * MINUTE, 10 * MINUTE, None)
        assert due is not None
        assert due - now == 6 * MINUTE
