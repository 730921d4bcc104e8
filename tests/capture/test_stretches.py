from collections.abc import Callable, Iterator

import numpy as np
import pytest

from nirecap.capture.clips import Glimpse
from nirecap.capture.picture import look_at
from nirecap.capture.stretches import find_stretches
from nirecap.images import Pixels
from nirecap.vocabulary import Mode

RNG = np.random.default_rng(0)
SCENE = RNG.integers(40, 255, (36, 64, 1)).repeat(5, axis=0).repeat(5, axis=1)
COLOUR, GREY, PURPLE = np.array([1.0, 0.9, 0.6]), np.ones(3), np.array([1.3, 0.7, 1.2])


def picture(colour: np.ndarray, level: float, moved: int = 0) -> Pixels:
    noise = RNG.normal(0, 4, (180, 320, 1))
    return np.clip(np.roll(SCENE, moved, axis=1) / 150 * level * colour + noise, 0, 255).astype(np.uint8)


def patches_of(small: Pixels) -> Pixels:
    return small.reshape(36, 5, 64, 5, 3).mean(axis=(1, 3, 4)).astype(np.uint8)


def seen(show: Callable[[float], Pixels], seconds: float) -> Iterator[Glimpse]:
    for step in range(round(seconds * 10)):
        small = show(step / 10)
        yield Glimpse(step / 10, look_at(small), patches_of(small))


def found(show: Callable[[float], Pixels], seconds: float) -> list[tuple[Mode, float, float]]:
    return [(stretch.mode, stretch.rest_begin, stretch.rest_end) for stretch in find_stretches(seen(show, seconds))]


def test_a_switch_divides_day_from_night_and_purple_belongs_to_neither() -> None:
    def show(at: float) -> Pixels:
        return picture(COLOUR, 30) if at < 3 else picture(PURPLE, 100) if at < 4 else picture(GREY, 110)

    (day, day_begin, day_end), (night, night_begin, night_end) = found(show, 7)
    assert (day, night) == (Mode.DAY, Mode.NIGHT)
    assert 0 < day_begin < 1
    assert 2.5 < day_end < 3
    assert 4 < night_begin < 5
    assert 6.5 < night_end < 7


@pytest.mark.parametrize("time_constant", [0.3, 1.0, 2.0])
def test_creeping_exposure_is_not_at_rest(time_constant: float) -> None:
    def level(at: float) -> float:
        return 110 * (1 - 0.4 * float(np.exp(-at / time_constant)))

    ((_, begin, _),) = found(lambda at: picture(GREY, level(at)), 16)
    assert level(begin) > 0.975 * 110


def test_light_that_goes_on_by_day_makes_two_stretches() -> None:
    stretches = found(lambda at: picture(COLOUR, 30 if at < 3 else 110), 6)
    assert [mode for mode, _, _ in stretches] == [Mode.DAY, Mode.DAY]
    assert stretches[0][2] < 3 < stretches[1][1]


def test_somebody_passing_does_not_divide_a_stretch() -> None:
    def show(at: float) -> Pixels:
        shown = picture(GREY, 100)
        if 3 < at < 3.6:
            shown[:, 100:200] = 10
        return shown

    assert len(found(show, 7)) == 1


@pytest.mark.parametrize("speed", [10, 40])
def test_a_moving_camera_is_never_at_rest(speed: float) -> None:
    assert found(lambda at: picture(GREY, 100, moved=round(at * speed)), 8) == []


@pytest.mark.parametrize("seconds", [0.0, 0.1, 0.8])
def test_too_short_is_nothing(seconds: float) -> None:
    assert found(lambda _: picture(GREY, 100), seconds) == []


def test_bright_picture_with_a_trace_of_colour_is_in_no_mode() -> None:
    assert found(lambda _: picture(GREY, 110) + np.array([2, 0, 2], np.uint8), 5) == []
