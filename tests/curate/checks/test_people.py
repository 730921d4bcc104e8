import cv2
import numpy as np
import pytest
from skimage.data import astronaut, camera

from nirecap.curate.checks.people import measure_people

from .pictures import Grey, texture


def head(level: float = 1.0) -> Grey:
    face = cv2.resize(cv2.cvtColor(astronaut()[40:190, 150:300], cv2.COLOR_RGB2GRAY), (160, 160))
    scene = texture(90, shape=(360, 640))
    scene[100:260, 300:460] = face * level
    return scene


def test_a_face_is_found_where_it_is() -> None:
    found = measure_people(head())
    assert found.count == 1
    x, y, width, height = found.boxes
    assert x + width / 2 == pytest.approx(380 / 640, abs=0.05)
    assert y + height / 2 == pytest.approx(180 / 360, abs=0.08)


def test_a_face_is_found_in_both_pictures_or_not_at_all() -> None:
    assert measure_people(head(0.6), head()).count == 1
    assert measure_people(head(), texture(90, shape=(360, 640))).count == 0


@pytest.mark.parametrize("seed", range(3))
def test_a_scene_without_people_has_none(seed: int) -> None:
    assert measure_people(texture(90, seed=seed)).count == 0


def test_a_person_seen_from_the_side_may_be_missed_but_breaks_nothing() -> None:
    assert measure_people(np.asarray(camera(), np.uint8)).count in (0, 1)


@pytest.mark.parametrize("shape", [(1, 1), (23, 400), (24, 24)])
def test_small_pictures_are_measured(shape: tuple[int, int]) -> None:
    assert measure_people(np.zeros(shape, np.uint8)).count == 0
