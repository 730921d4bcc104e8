from pathlib import Path

import numpy as np
import pytest
import torch

from nirecap.benchmarks.method import Budget
from nirecap.benchmarks.methods import get
from nirecap.benchmarks.methods.anchor import MOST_GAIN, expose
from nirecap.errors import UsageMistake
from nirecap.model.frames import TrainingFrames
from nirecap.model.weights import write_tensors

LOW = np.random.default_rng(0).beta(1, 9, (30, 40, 3)).astype(np.float32)


@pytest.mark.parametrize("exposure", [0.05, 0.45, 0.95])
def test_mean_after_clipping_is_the_exposure(exposure: float) -> None:
    image = expose(LOW, exposure)
    assert image.mean() == pytest.approx(exposure, abs=1e-4)
    unclipped = image < 1
    gains = image[unclipped] / LOW[unclipped]
    np.testing.assert_allclose(gains, gains[0], rtol=1e-4)  # one gain for all


def test_what_is_black_stays_black() -> None:
    low = np.zeros((10, 10, 3), np.float32)
    np.testing.assert_array_equal(expose(low, 0.5), low)
    low[0, 0] = 1 / 255
    image = expose(low, 0.5)
    np.testing.assert_allclose(image[0, 0], MOST_GAIN / 255, rtol=1e-6)
    assert image[1:].max() == 0


@pytest.mark.parametrize("name", ["gain", "lime_anchored", "scalemap_anchored"])
def test_anchored_methods_reach_the_mean_of_the_lit_frames(name: str, frames: TrainingFrames) -> None:
    method = get(name)
    with pytest.raises(UsageMistake, match="fit it, or give exposure= or weights="):
        method.enhance(LOW, LOW[..., 0])
    method.fit(frames, Budget(1))
    assert method.enhance(LOW, LOW[..., 0]).mean() == pytest.approx(frames.exposure, abs=1e-3)
    given = get(name, exposure=0.3)
    assert given.enhance(LOW, LOW[..., 0]).mean() == pytest.approx(0.3, abs=1e-3)
    given.fit(frames, Budget(1))
    assert given.enhance(LOW, LOW[..., 0]).mean() == pytest.approx(0.3, abs=1e-3)


def test_published_settings_know_no_exposure(frames: TrainingFrames) -> None:
    for name in ("lime", "scalemap"):
        before = get(name).enhance(LOW, LOW[..., 0])
        fitted = get(name)
        fitted.fit(frames, Budget(1))
        np.testing.assert_array_equal(fitted.enhance(LOW, LOW[..., 0]), before)


@pytest.mark.parametrize(
    "tensors", [{"mean": torch.tensor(0.5)}, {"exposure": torch.tensor(2.0)}, {"exposure": torch.tensor([0.5])}]
)
def test_another_file_is_no_exposure(tensors: dict[str, torch.Tensor], tmp_path: Path) -> None:
    write_tensors(tmp_path / "exposure.safetensors", tensors, {})
    with pytest.raises(UsageMistake, match="not the exposure that Gain saves"):
        get("gain", weights=tmp_path)
