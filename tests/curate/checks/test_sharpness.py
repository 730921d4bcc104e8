import cv2
import numpy as np
import pytest

from nirecap.curate.checks.sharpness import edge_blur, measure_sharpness

from .pictures import Grey, texture


def blurred(grey: Grey, kernel: np.ndarray) -> Grey:
    return np.asarray(cv2.filter2D(grey, -1, kernel / kernel.sum()), np.uint8)


@pytest.mark.parametrize("sigma", [2.0, 3.0])
def test_defocus_is_its_sigma_in_thousandths(sigma: float) -> None:
    soft = cv2.GaussianBlur(texture(90, noise=0), (0, 0), sigma)
    assert edge_blur(np.asarray(soft, np.uint8)) == pytest.approx(sigma / 480 * 1000, rel=0.25)


@pytest.mark.parametrize("kernel", [np.ones((1, 17)), np.ones((17, 1)), np.eye(13)], ids=["across", "down", "slanting"])
def test_a_shake_in_any_direction_is_seen(kernel: np.ndarray) -> None:
    found = edge_blur(blurred(texture(90, noise=0), kernel))
    assert found is not None
    assert found > 2.5


@pytest.mark.parametrize("level", [15, 40, 120])
def test_a_sharp_picture_is_sharp_however_dark(level: float) -> None:
    assert edge_blur(texture(level)) == pytest.approx(0, abs=1.5)


def test_where_there_are_no_edges_nothing_is_known() -> None:
    flat = np.random.default_rng(0).normal(60, 2, (288, 480)).astype(np.uint8)
    assert edge_blur(flat) is None
    assert measure_sharpness(flat, texture(90)).nire_excess is None


def test_n_is_compared_with_the_sharpest_other() -> None:
    soft = np.asarray(cv2.GaussianBlur(texture(90), (0, 0), 2.5), np.uint8)
    found = measure_sharpness(texture(30), soft, texture(120, seed=1))
    assert found.nire_excess is not None
    assert found.nire_excess > 2


def test_a_direction_whose_edges_are_all_gone_is_blurred() -> None:
    sharp = texture(90, noise=0)
    smeared = blurred(sharp, np.ones((1, 121)))
    found = measure_sharpness(sharp, smeared)
    assert found.nire_excess is not None
    assert found.nire_excess > 5


def test_n_without_any_edge_of_a_view_that_has_them_is_blurred() -> None:
    flat = np.full((288, 480), 60, np.uint8)
    found = measure_sharpness(texture(90), flat)
    assert found.nire_blur is None
    assert found.nire_excess == pytest.approx(20)
