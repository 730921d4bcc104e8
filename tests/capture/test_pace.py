"""A paced run waits for its window and its interval, and ends when its last window closes."""

from datetime import UTC, datetime, timedelta

import pytest

from nirecap.capture import pace
from nirecap.capture.pace import Scheduled
from nirecap.capture.schedule import Window, parse_window

MINUTE = timedelta(minutes=1)


class Clock(datetime):
    """A clock that stands where a test puts it."""

    moment = datetime(2026, 11, 22, 21, 0, tzinfo=UTC)

    @classmethod
    def now(cls, tz: object = None) -> datetime:  # type: ignore[override]
        return cls.moment


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> type[Clock]:
    monkeypatch.setattr(pace, "datetime", Clock)
    monkeypatch.setattr(Clock, "moment", datetime(2026, 11, 22, 21, 0, tzinfo=UTC))
    return Clock


def night() -> Window:
    return parse_window("22:00..05:30", zone=UTC)


def test_first_shot_waits_for_the_window(clock: type[Clock]) -> None:
    assert Scheduled(10 * MINUTE, night())(None) == 3600
    clock.moment = datetime(2026, 11, 22, 23, 0, tzinfo=UTC)
    assert Scheduled(10 * MINUTE, night())(None) == 0


def test_shots_follow_in_their_interval_and_a_slow_one_delays_the_next(clock: type[Clock]) -> None:
    paced = Scheduled(10 * MINUTE, None)
    assert paced(None) == 0
    assert paced(30.0) == 570
    assert paced(2000.0) == 0


def test_run_ends_when_the_window_closes(clock: type[Clock]) -> None:
    paced = Scheduled(10 * MINUTE, night())
    clock.moment = datetime(2026, 11, 23, 5, 15, tzinfo=UTC)
    assert paced(60.0) == 540
    clock.moment = datetime(2026, 11, 23, 5, 25, tzinfo=UTC)
    assert paced(60.0) is None
    clock.moment = datetime(2026, 11, 23, 6, 0, tzinfo=UTC)
    assert paced(3600.0) is None


def test_second_night_goes_on_where_two_are_wanted(clock: type[Clock]) -> None:
    paced = Scheduled(10 * MINUTE, night(), nights=2)
    clock.moment = datetime(2026, 11, 23, 5, 25, tzinfo=UTC)
    assert paced(60.0) == pytest.approx((16 * 60 + 35) * 60)
    clock.moment = datetime(2026, 11, 24, 6, 0, tzinfo=UTC)
    assert paced(60.0) is None
