"""Settling, on scripted pictures: what passes, what never passes, and what the time-out says."""

import math
from collections.abc import Iterator
from dataclasses import dataclass, replace

import av
import numpy as np
import pytest

from nirecap.capture.frame import LIFE_FRAMES, Frame
from nirecap.capture.picture import Look, contradiction, look_at
from nirecap.capture.settle import Patience, Settled, expected_change, settle
from nirecap.errors import NotSettled
from nirecap.vocabulary import Mode

FPS = 15.0
COLOUR, GREY, PURPLE = (1.15, 1.0, 0.85), (1.0, 1.0, 1.0), (1.4, 0.9, 1.3)


def frame(number: int, level: float, tint: tuple[float, float, float], damage: str = "") -> Frame:
    rng = np.random.default_rng(number + 1)
    texture = np.random.default_rng(7).uniform(0.7, 1.3, (72, 128, 1))
    pixels = level * texture * np.array(tint) + rng.normal(0, 2, (72, 128, 3 if tint is not GREY else 1))
    video = av.VideoFrame.from_ndarray(np.clip(pixels, 0, 255).astype(np.uint8), format="rgb24")
    return Frame(number, number / FPS, number / FPS + 0.08, damage, video, changes=(True,) * LIFE_FRAMES)


@dataclass
class Script:
    """A stream that plays frames, as many as the time-out allows."""

    played: list[Frame]
    label: str = "cam"

    def frames(self, seconds: float, after: int) -> Iterator[Frame]:
        yield from (frame for frame in self.played[: int(seconds * FPS)] if frame.number > after)


def run(levels: list[tuple[float, tuple[float, float, float]]], mode: Mode, *, damaged: int = 0) -> Settled:
    before = frame(-1, 30, COLOUR)
    played = [frame(n, level, tint, "lost" if n < damaged else "") for n, (level, tint) in enumerate(levels)]
    return settle(Script(played), mode, Patience(timeout_s=len(levels) / FPS), after=before)  # type: ignore[arg-type]


def test_takes_the_first_frames_at_rest() -> None:
    settled = run([(30, COLOUR)] * 5 + [(110, GREY)] * 20, Mode.NIGHT)
    assert 7 <= settled.frame.number <= 9


def test_purple_never_passes() -> None:
    for mode in (Mode.DAY, Mode.NIGHT):
        with pytest.raises(NotSettled):
            run([(120, PURPLE)] * 40, mode)


def test_purple_on_the_way_is_waited_for() -> None:
    settled = run([(110, GREY)] * 4 + [(150, PURPLE)] * 10 + [(30, COLOUR)] * 12, Mode.DAY)
    assert settled.frame.number >= 16


def test_a_camera_that_lies_never_passes() -> None:
    with pytest.raises(NotSettled, match="still in colour"):
        run([(40, COLOUR)] * 40, Mode.NIGHT)
    with pytest.raises(NotSettled, match="still monochrome"):
        run([(110, GREY)] * 40, Mode.DAY)


def test_a_lamp_that_stays_dark_never_passes() -> None:
    with pytest.raises(NotSettled, match="IR lamp is not on"):
        run([(4, GREY)] * 40, Mode.NIGHT)


def test_a_black_day_picture_passes() -> None:
    assert run([(110, GREY)] * 3 + [(3, COLOUR)] * 20, Mode.DAY).look.mean < 6


def test_damaged_frames_do_not_count() -> None:
    assert run([(110, GREY)] * 30, Mode.NIGHT, damaged=12).frame.number >= 14
    with pytest.raises(NotSettled, match="damaged"):
        run([(110, GREY)] * 30, Mode.NIGHT, damaged=30)


def test_frames_from_before_the_command_do_not_count() -> None:
    after = frame(20, 30, COLOUR)
    played = [frame(n, 110, GREY) for n in range(60)]
    settled = settle(Script(played), Mode.NIGHT, Patience(timeout_s=4), after=after)  # type: ignore[arg-type]
    assert settled.frame.captured_at > after.captured_at + Patience().transit_s


@pytest.mark.parametrize("time_constant", [0.15, 0.5, 1.5])
def test_waits_for_exposure_however_slow(time_constant: float) -> None:
    """The taken frame is within 3 % of where exposure ends, also when it creeps."""
    levels = [(110 + 100 * math.exp(-n / FPS / time_constant), GREY) for n in range(int(12 * time_constant * FPS) + 30)]
    assert run(levels, Mode.NIGHT).look.mean == pytest.approx(110, rel=0.03)


def test_flicker_about_a_steady_middle_settles_in_the_end() -> None:
    flicker = [(100 + 4 * math.sin(n * 2.1), GREY) for n in range(60)]
    assert run(flicker, Mode.NIGHT).frame.number >= 20


def test_a_drift_without_end_does_not_settle() -> None:
    with pytest.raises(NotSettled, match="still changing"):
        run([(60 * 1.01**n, GREY) for n in range(60)], Mode.NIGHT)


def test_condition_is_demanded_and_named() -> None:
    played = [frame(n, 30, COLOUR) for n in range(30)]
    with pytest.raises(NotSettled, match="the light is off"):
        settle(
            Script(played),  # type: ignore[arg-type]
            Mode.DAY,
            Patience(timeout_s=2),
            after=frame(-1, 30, COLOUR),
            condition=lambda look: None if look.mean > 60 else "the light is off",
        )


def test_expected_change_sums_the_series() -> None:
    series = [50 + 40 * 0.8**n for n in range(12)]
    assert expected_change(series) == pytest.approx(abs(series[-1] - 50), rel=1e-6)


def test_noise_alone_predicts_little_change() -> None:
    rng = np.random.default_rng(0)
    assert expected_change(list(rng.normal(100, 0.05, 9))) < 5


@pytest.mark.parametrize(("tint", "mode"), [(COLOUR, Mode.DAY), (GREY, Mode.NIGHT)])
def test_looks_tell_the_mode(tint: tuple[float, float, float], mode: Mode) -> None:
    look = look_at(frame(0, 90, tint).small)
    assert contradiction(look, mode) is None
    other = Mode.NIGHT if mode is Mode.DAY else Mode.DAY
    assert contradiction(look, other) is not None
    assert isinstance(look, Look)


def test_a_camera_whose_clock_jumps_back_still_settles() -> None:
    played = [frame(n, 110, GREY) for n in range(20)]
    late = [replace(each, captured_at=each.captured_at - 3600) for each in played]
    settled = settle(
        Script(late),  # type: ignore[arg-type]
        Mode.NIGHT,
        Patience(timeout_s=2),
        after=frame(-1, 30, COLOUR),
    )
    assert settled.frame.number < 9


def test_frozen_never_passes_unless_that_was_wished() -> None:
    still = [replace(frame(n, 110, GREY), changes=(False, True) * 3) for n in range(40)]
    before = frame(-1, 30, COLOUR)
    with pytest.raises(NotSettled, match=r"frozen.*--accept-still"):
        settle(Script(still), Mode.NIGHT, Patience(timeout_s=2), after=before)  # type: ignore[arg-type]
    patience = Patience(timeout_s=2, must_live=False)
    assert settle(Script(still), Mode.NIGHT, patience, after=before).look.mean > 60  # type: ignore[arg-type]
