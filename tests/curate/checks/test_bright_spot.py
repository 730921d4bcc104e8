import cv2
import numpy as np
import pytest

from nirecap.curate.checks.bright_spot import BrightSpot, measure_bright_spot
from nirecap.images import Pixels

HEIGHT, WIDTH = 180, 320


def room(level: float, seed: int) -> Pixels:
    grey = np.random.default_rng(seed).normal(level, 4, (HEIGHT, WIDTH, 1))
    return np.repeat(np.clip(grey, 0, 255), 3, axis=2).astype(np.uint8)


def disc(x: float, y: float, radius: float) -> np.ndarray:
    rows, columns = np.mgrid[:HEIGHT, :WIDTH]
    return np.hypot(columns - x * WIDTH, rows - y * HEIGHT) < radius


@pytest.mark.parametrize("radius", [4, 10, 30])
def test_a_spot_that_only_n_has_is_found_where_it_is(radius: float) -> None:
    low, nire = room(20, 0), room(90, 1)
    nire[disc(0.3, 0.6, radius)] = 255
    spot = measure_bright_spot(low, nire)
    assert spot.strength > 0.5
    assert (spot.x, spot.y) == pytest.approx((0.3, 0.6), abs=0.02)
    assert spot.area == pytest.approx(np.pi * radius**2 / (HEIGHT * WIDTH), rel=0.75)
    assert spot.peak == pytest.approx(255, abs=3)


def test_a_lamp_that_both_see_is_the_scenes_own() -> None:
    low, nire = room(20, 0), room(90, 1)
    low[disc(0.5, 0.5, 12)], nire[disc(0.5, 0.5, 12)] = 120, 255
    assert measure_bright_spot(low, nire).strength < 0.1


def test_the_reference_explains_what_a_dark_picture_hides() -> None:
    low, nire, reference = room(3, 0), room(90, 1), room(60, 2)
    reference[disc(0.5, 0.5, 12)], nire[disc(0.5, 0.5, 12)] = 230, 255
    assert measure_bright_spot(low, nire).strength > 0.5
    assert measure_bright_spot(low, nire, reference).strength < 0.1


@pytest.mark.parametrize("width", [0.02, 0.05, 0.1])
def test_a_glow_over_uneven_ground_is_found_where_it_is(width: float) -> None:
    low, nire = room(20, 0), room(60, 1)
    nire[:, :100] //= 2
    rows, columns = np.mgrid[:HEIGHT, :WIDTH]
    glow = 300 * np.exp(-((columns - 0.3 * WIDTH) ** 2 + (rows - 0.6 * HEIGHT) ** 2) / (2 * (width * WIDTH) ** 2))
    spot = measure_bright_spot(low, np.clip(nire + glow[..., None], 0, 255).astype(np.uint8))
    assert spot.strength > 0.5
    assert (spot.x, spot.y) == pytest.approx((0.3, 0.6), abs=0.03)


def test_a_spot_survives_compression() -> None:
    low, nire = room(20, 0), room(90, 1)
    nire[disc(0.3, 0.6, 10)] = 255
    _, jpeg = cv2.imencode(".jpg", nire, [cv2.IMWRITE_JPEG_QUALITY, 50])
    assert measure_bright_spot(low, np.asarray(cv2.imdecode(jpeg, cv2.IMREAD_COLOR), np.uint8)).strength > 0.5


def test_a_spot_that_the_border_cuts_is_found() -> None:
    low, nire = room(20, 0), room(90, 1)
    nire[disc(0.02, 0.5, 15)] = 255
    assert measure_bright_spot(low, nire).strength > 0.25


def test_a_white_strip_and_a_white_wall_are_no_spots() -> None:
    low, nire = room(20, 0), room(90, 1)
    nire[20:30, 40:200] = 255
    nire[100:, 200:] = 255
    assert measure_bright_spot(low, nire).strength < 0.25


def test_nothing_saturated_is_nothing_found() -> None:
    assert measure_bright_spot(room(20, 0), room(150, 1)) == BrightSpot()


def test_full_size_pictures_give_the_same_answer() -> None:
    low, nire = room(20, 0), room(90, 1)
    nire[disc(0.3, 0.6, 15)] = 255
    small = measure_bright_spot(low, nire)
    large = measure_bright_spot(*(np.kron(picture, np.ones((4, 4, 1), np.uint8)) for picture in (low, nire)))
    assert large.strength == pytest.approx(small.strength, rel=0.1)
