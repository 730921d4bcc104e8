import numpy as np
import pytest

from nirecap.curate.checks.exposure import measure_exposure

from .pictures import texture


@pytest.mark.parametrize("level", [4, 8, 20])
def test_a_dark_picture_that_shows_the_scene_is_not_drowned(level: float) -> None:
    assert measure_exposure(texture(level), texture(90)).low_drowned < 0.4


@pytest.mark.parametrize("noise", [0, 1, 5])
def test_a_black_night_is_drowned(noise: float) -> None:
    assert measure_exposure(texture(0.3, noise), texture(90)).low_drowned > 0.5


def test_a_lamp_that_does_not_reach_leaves_n_unlit() -> None:
    assert measure_exposure(texture(20), texture(6)).nire_unlit > 0.95
    assert measure_exposure(texture(20), texture(90)).nire_unlit < 0.05


def test_burnt_and_crushed_parts_are_their_share() -> None:
    nire, reference = texture(90), texture(110)
    nire[:, :96], reference[:144] = 255, 0
    found = measure_exposure(texture(20), nire, reference)
    assert found.nire_burnt == pytest.approx(0.2, abs=0.05)
    assert found.reference_crushed == pytest.approx(0.5, abs=0.02)
    assert found.nire_crushed < 0.01


def test_the_lamps_reflection_is_no_burnt_part_unless_it_is_huge() -> None:
    nire = np.minimum(texture(60), 200)
    nire[100:140, 100:140] = 255
    spot = 1600 / nire.size
    assert measure_exposure(texture(20), nire, spot_area=spot).nire_burnt == pytest.approx(0, abs=1e-6)
    nire[:, 240:] = 255
    assert measure_exposure(texture(20), nire, spot_area=0.5).nire_burnt > 0.4
