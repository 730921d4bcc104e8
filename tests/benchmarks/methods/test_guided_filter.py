"""The guided filter takes noise away where N is flat, and keeps what I and N share."""

import numpy as np
import pytest

from nirecap.benchmarks.methods import get
from nirecap.errors import UsageMistake

STEP = np.where(np.arange(64) < 32, 0.2, 0.8).astype(np.float32) * np.ones((48, 1), np.float32)
CLEAN = STEP[..., None] * np.array([0.3, 0.2, 0.1], np.float32)
NOISY = (CLEAN + np.random.default_rng(0).normal(0, 0.03, CLEAN.shape)).clip(0, 1).astype(np.float32)


def test_noise_goes_and_edges_of_n_stay() -> None:
    image = get("guided_filter").enhance(NOISY, STEP)
    assert np.abs(image - CLEAN).mean() < 0.25 * np.abs(NOISY - CLEAN).mean()
    edge = image[:, 32] - image[:, 31]
    np.testing.assert_allclose(edge.mean(0), CLEAN[0, 32] - CLEAN[0, 31], atol=0.02)


def test_structure_of_n_alone_does_not_come_in() -> None:
    stripes = np.where(np.arange(64) % 8 < 4, 0.2, 0.8).astype(np.float32) * np.ones((48, 1), np.float32)
    flat = np.full_like(CLEAN, 0.3)
    np.testing.assert_allclose(get("guided_filter").enhance(flat, stripes), flat, atol=1e-4)


def test_anchored_it_has_the_exposure_that_was_asked_for() -> None:
    assert get("guided_filter_anchored", exposure=0.4).enhance(NOISY, STEP).mean() == pytest.approx(0.4, abs=1e-3)


@pytest.mark.parametrize("sigma", [0, -1, 51, float("nan")])
def test_windows_without_meaning(sigma: float) -> None:
    with pytest.raises(UsageMistake, match="needs a sigma"):
        get("guided_filter", sigma=sigma)
