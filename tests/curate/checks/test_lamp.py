import numpy as np
import pytest

from nirecap.curate.checks.lamp import measure_lamp

from .pictures import Grey, texture

LIMIT = 32
"""In thresholds.toml."""


def lit(corners: float, aside: float = 1.0) -> Grey:
    """Draw the scene by a lamp that leaves the corners a share of the light; `aside` is that of the left border."""
    scene = (texture(130, noise=0) / 255.0) ** 2.2
    rows, columns = np.mgrid[-1:1:288j, -1:1:480j]
    away = ((columns * 480) ** 2 + (rows * 288) ** 2) / (480**2 + 288**2)
    light = scene * corners**away * aside ** ((1 - columns) / 2)
    return np.rint(255 * light ** (1 / 2.2)).astype(np.uint8)


def test_an_even_lamp_is_even() -> None:
    assert measure_lamp(texture(20), lit(1.0)).falloff == pytest.approx(1, abs=0.5)


@pytest.mark.parametrize("with_reference", [False, True])
def test_a_narrow_lamp_is_found_over_the_scene(with_reference: bool) -> None:
    reference = texture(110) if with_reference else None
    assert measure_lamp(texture(20), lit(0.3), reference).falloff < LIMIT / 3
    assert measure_lamp(texture(20), lit(0.01), reference).falloff > LIMIT


def test_a_lamp_that_points_aside_is_no_narrow_one() -> None:
    found = measure_lamp(texture(20), lit(1.0, aside=0.1))
    assert found.aside > 4
    assert found.falloff < 3


def test_a_bright_thing_in_the_middle_is_the_scenes_own() -> None:
    low, nire = texture(20), lit(1.0)
    low[96:192, 160:320], nire[96:192, 160:320] = 80, 250
    assert measure_lamp(low, nire).falloff < LIMIT / 3


def test_black_pictures_are_measured() -> None:
    black = np.zeros((16, 16), np.uint8)
    assert measure_lamp(black, black).falloff == pytest.approx(1)
