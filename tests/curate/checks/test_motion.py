import io

import numpy as np
import pytest
from PIL import Image

from nirecap.curate.checks.motion import Motion, measure_motion, motion_marks
from nirecap.curate.checks.overlay import Overlay

from .pictures import Grey, texture

LIMIT = 0.005
"""In thresholds.toml."""


def again(level: float = 20, noise: float = 3.0) -> tuple[Grey, Grey]:
    return texture(level, noise, seed=1), texture(level, noise, seed=2)


def area(first: Grey, second: Grey, overlay: Overlay | None = None) -> float:
    found = measure_motion(first, second, overlay).area
    assert found is not None
    return found


@pytest.mark.parametrize("noise", [0.5, 3, 8])
@pytest.mark.parametrize("level", [6, 30])
def test_noise_does_not_move(level: float, noise: float) -> None:
    assert area(*again(level, noise)) == 0


def test_a_moved_thing_is_marked_where_it_was_and_is() -> None:
    first, second = again()
    first[100:160, 60:120] = 70
    second[100:160, 300:360] = 70
    marks = motion_marks(first, second)
    down, across = np.nonzero(marks)
    assert marks.mean() > 2 * LIMIT
    assert 17 <= down.min() <= down.max() <= 34
    assert {*range(14, 22), *range(62, 70)} <= set(across.tolist()) <= {*range(9, 27), *range(57, 75)}


def test_exposure_that_changes_is_no_motion() -> None:
    first, second = again()
    assert area(first, np.clip(second * 1.3 + 4, 0, 255).astype(np.uint8)) == 0


def test_a_clock_that_goes_is_no_motion() -> None:
    first, second = again()
    first[10:30, 300:340] = 250
    second[10:30, 340:380] = 250
    assert area(first, second) > 0
    assert area(first, second, Overlay(0.01, x=0.1, y=10 / 288, width=0.5, height=20 / 288)) == 0


def test_the_map_is_small_and_of_the_whole_picture() -> None:
    first, second = again()
    second[100:160, 60:120] = 90
    found = measure_motion(first, second)
    assert found.map is not None
    with Image.open(io.BytesIO(found.map)) as image:
        assert image.mode == "1"
        assert max(image.size) <= 96


def test_without_a_second_picture_nothing_is_said() -> None:
    assert measure_motion(texture(20), None) == Motion()
    assert measure_motion(texture(20), texture(20)[:200]) == Motion()
