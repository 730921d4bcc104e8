import numpy as np
import pytest

from nirecap.curate.checks.noise import measure_noise, noise_sigma
from nirecap.curate.checks.tiles import tiles

from .pictures import colour, texture


@pytest.mark.parametrize("sigma", [3.0, 8.0, 15.0])
def test_noise_is_measured_in_levels(sigma: float) -> None:
    flat = np.random.default_rng(0).normal(120, sigma, (288, 480)).clip(0, 255).astype(np.uint8)
    assert noise_sigma(tiles(colour(flat))) == pytest.approx(sigma, rel=0.25)


def test_an_edge_and_a_slope_are_no_noise() -> None:
    ramp = np.tile(np.linspace(20, 230, 480), (288, 1)).astype(np.uint8)
    ramp[:, 200:] //= 2
    assert noise_sigma(tiles(colour(ramp))) < 1


def test_each_picture_has_its_own() -> None:
    quiet, noisy = (tiles(colour(texture(100, noise))) for noise in (1, 12))
    found = measure_noise(quiet, noisy)
    assert found.nire > found.low + 5
    assert found.reference is None


@pytest.mark.parametrize("shape", [(1, 1), (7, 300), (16, 16)])
def test_small_pictures_are_measured(shape: tuple[int, int]) -> None:
    assert np.isfinite(noise_sigma(tiles(np.full((*shape, 3), 90, np.uint8))))
