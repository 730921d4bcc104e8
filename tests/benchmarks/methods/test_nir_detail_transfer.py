from pathlib import Path

import cv2
import numpy as np
import pytest

from nirecap.benchmarks.method import Budget
from nirecap.benchmarks.methods import get
from nirecap.errors import UsageMistake
from nirecap.model.frames import TrainingFrames

OPTIONS = {"size": 32, "batch": 2, "steps": 2}


def test_colours_are_of_zero_dce_pp_and_details_of_n(frames: TrainingFrames, tmp_path: Path) -> None:
    colours, method = get("zero_dce_pp_anchored", **OPTIONS), get("nir_detail_transfer", **OPTIONS)
    for each in (colours, method):
        each.fit(frames, Budget(1, threads=1))
    low, nire = frames.dark[0].visible / np.float32(255), frames.dark[0].infrared / np.float32(255)
    blurred = [cv2.GaussianBlur(image, (0, 0), 3) for image in (colours.enhance(low, None), nire)]
    expected = blurred[0] * ((nire + 0.02) / (blurred[1] + 0.02))[..., None]
    np.testing.assert_allclose(method.enhance(low, nire), expected.clip(0, 1), atol=1e-6)
    colours.save(tmp_path / "weights")
    again = get("nir_detail_transfer", tmp_path / "weights")
    np.testing.assert_array_equal(again.enhance(low, nire), method.enhance(low, nire))


def test_options_without_meaning() -> None:
    with pytest.raises(UsageMistake, match="sigma and epsilon above 0"):
        get("nir_detail_transfer", sigma=0)


@pytest.mark.parametrize("name", ["zero_dce_pp", "nir_detail_transfer"])
def test_gain_reaches_what_the_target_misses(name: str, frames: TrainingFrames, tmp_path: Path) -> None:
    low, nire = frames.dark[0].visible / np.float32(255), frames.dark[0].infrared / np.float32(255)
    gained = get(f"{name}_gain", **OPTIONS)
    gained.fit(frames, Budget(1, threads=1))
    image = gained.enhance(low, nire)
    assert image.mean() == pytest.approx(frames.exposure, abs=1e-3)
    assert get("zero_dce_pp", size=32).facts.sees in gained.facts.sees
    gained.save(tmp_path / "both")
    np.testing.assert_array_equal(get(f"{name}_gain", tmp_path / "both").enhance(low, nire), image)
