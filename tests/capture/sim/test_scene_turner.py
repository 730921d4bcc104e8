"""The next scene is drawn while the present one is looked at."""

import threading
import time

import pytest

from nirecap.capture.sim.renderer import SceneLights
from nirecap.capture.sim.scene_turner import SceneTurner

from .test_body import lights


class Artist:
    """Draw slowly, and remember what was asked for."""

    def __init__(self, seconds: float = 0.0) -> None:
        self.seconds, self.drawn = seconds, []

    def __call__(self, index: int) -> SceneLights:
        self.drawn.append((index, threading.current_thread().name))
        time.sleep(self.seconds)
        if index == 3:
            raise ValueError("out of paper")
        return lights(brightness=0.1 * (index + 1))


def test_nothing_is_drawn_ahead_before_the_first_turn() -> None:
    artist = Artist()
    SceneTurner(artist)
    assert [index for index, _ in artist.drawn] == [0]


def test_scenes_come_in_order_and_the_second_turn_need_not_wait() -> None:
    artist = Artist(seconds=0.5)
    turner = SceneTurner(artist)
    first = turner.turn()
    time.sleep(1.0)
    began = time.monotonic()
    assert turner.turn() is turner.lights is not first
    assert time.monotonic() - began < 0.4
    assert [index for index, _ in artist.drawn][:3] == [0, 1, 2]


def test_a_drawing_that_fails_fails_the_turn() -> None:
    turner = SceneTurner(Artist())
    turner.turn()
    turner.turn()
    with pytest.raises(ValueError, match="out of paper"):
        turner.turn()
