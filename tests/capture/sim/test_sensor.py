from dataclasses import replace

import numpy as np
import pytest

from nirecap.capture.sim.optics import Optics
from nirecap.capture.sim.sensor import STEPS, develop, noise_field, roots, shutter_and_gain, tone_table
from nirecap.capture.sim.srgb import decode_srgb

RAW = Optics(noise_kept=1, grain=0.01)
"""Noise as it leaves the photodiode."""


def noisy_signal(electrons: float, gain: float, optics: Optics = RAW) -> np.ndarray:
    """Electrons before gain of a flat patch, decoded from the roots, in float."""
    light = np.full((400, 400), electrons / (optics.longest_shutter * optics.electrons_per_lux_second), np.float32)
    noise = noise_field(np.random.default_rng(0), 400, 400, optics, colour=True)[..., 0]
    values = (roots(light, optics.longest_shutter * gain, optics) + noise) / STEPS
    return (values / 2) ** 2 - optics.read_noise**2 - 0.25


@pytest.mark.parametrize("electrons", [0, 5, 50, 1000])
def test_noise_is_poisson_gaussian(electrons: float) -> None:
    signal = noisy_signal(electrons, gain=4)
    assert signal.mean() == pytest.approx(electrons, abs=0.1 + 0.01 * electrons)
    assert signal.var() == pytest.approx(electrons + RAW.read_noise**2, rel=0.05)


def test_skew_is_that_of_counting() -> None:
    signal = noisy_signal(20, gain=1)
    assert np.mean((signal - signal.mean()) ** 3) > 0


def picture_noise(gain: float, *, colour: bool) -> float:
    """Standard deviation, linear share of white, of a patch that is developed to the same grey at any gain."""
    exposure = RAW.longest_shutter * gain
    lux = 0.2 * RAW.full_well / RAW.electrons_per_lux_second / exposure
    noise = noise_field(np.random.default_rng(1), 200, 200, RAW, colour=colour)
    picture = develop(np.full((200, 200, 3), lux, np.float32), exposure, RAW, colour=colour, noise=noise)
    return float(decode_srgb(picture[..., 1] / 255).std())


def test_noise_of_equally_bright_pictures_grows_with_gain() -> None:
    quiet, loud = picture_noise(1, colour=True), picture_noise(10, colour=True)
    assert loud / quiet == pytest.approx(10**0.5, rel=0.1)


def test_grey_is_quieter_than_one_channel() -> None:
    assert picture_noise(8, colour=False) == pytest.approx(0.668 * picture_noise(8, colour=True), rel=0.1)


def test_grain_joins_neighbours_and_keeps_the_strength() -> None:
    fine, coarse = (
        noise_field(np.random.default_rng(2), 200, 200, replace(RAW, grain=grain), colour=False).astype(float)
        for grain in (0.01, 0.8)
    )
    assert coarse.std() == pytest.approx(fine.std(), rel=0.03)
    assert abs(np.corrcoef(fine[:, 1:].ravel(), fine[:, :-1].ravel())[0, 1]) < 0.02
    assert np.corrcoef(coarse[:, 1:].ravel(), coarse[:, :-1].ravel())[0, 1] > 0.3


def test_without_noise_the_picture_is_the_srgb_of_the_light() -> None:
    exposure = RAW.longest_shutter * 2
    share = np.linspace(0, 1.2, 1000, dtype=np.float32)
    light = np.repeat(share[None, :, None], 3, axis=2) * (RAW.full_well / RAW.electrons_per_lux_second / exposure)
    optics = replace(RAW, noise_kept=0)
    picture = develop(light, exposure, optics, colour=True, noise=np.zeros(light.shape, np.int16))
    np.testing.assert_allclose(decode_srgb(picture[0, :, 0] / 255), np.minimum(share, 1), atol=0.006)


def test_noise_does_not_brighten_the_picture() -> None:
    exposure = RAW.longest_shutter * 10
    lux = 40 / (RAW.longest_shutter * RAW.electrons_per_lux_second)
    noise = noise_field(np.random.default_rng(3), 400, 400, RAW, colour=True)
    picture = develop(np.full((400, 400, 3), lux, np.float32), exposure, RAW, colour=True, noise=noise)
    assert decode_srgb(picture / 255).mean(dtype=float) == pytest.approx(40 * 10 / RAW.full_well, rel=0.002)


def test_brightest_light_is_white_and_darkest_black() -> None:
    light = np.zeros((2, 64, 3), np.float32)
    light[1] = 1e9
    noise = noise_field(np.random.default_rng(0), 2, 64, Optics(), colour=True)
    picture = develop(light, 0.5, Optics(), colour=True, noise=noise)
    assert picture[1].min() == 255
    assert picture[0].mean() < 10


def test_night_picture_is_exactly_grey() -> None:
    light = np.random.default_rng(0).random((40, 60, 3), np.float32)
    noise = noise_field(np.random.default_rng(0), 40, 60, Optics(), colour=False)
    picture = develop(light, 0.3, Optics(), colour=False, noise=noise)
    assert np.array_equal(picture[..., 0], picture[..., 1])
    assert np.array_equal(picture[..., 0], picture[..., 2])


def test_exposure_is_shutter_first_and_gain_after() -> None:
    assert shutter_and_gain(0.01, Optics()) == (0.01, 1)
    shutter, gain = shutter_and_gain(0.5, Optics())
    assert (shutter, shutter * gain) == (Optics().longest_shutter, pytest.approx(0.5))


@pytest.mark.parametrize("gain", [0.05, 1, 10])
def test_tone_table_runs_from_black_to_white(gain: float) -> None:
    table = tone_table(gain * RAW.longest_shutter, RAW, colour=True).astype(int)
    assert (table[0], table[-1]) == (0, 255)
    assert (np.diff(table) >= 0).all()
