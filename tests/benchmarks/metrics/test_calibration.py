"""The metrics against what the official code, or a second implementation, says of the same images."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from nirecap.benchmarks.metrics import METRICS, Assets, Compared, measure, opened
from nirecap.benchmarks.metrics.nliee_features import features
from nirecap.images import Pixels, read_image

SAME = {"psnr": "psnr_rgb", "ssim": "ssim_gray601", "ssim_rgb": "ssim_rgb_mean"}


def images_of(calibration: Path, key: str) -> Compared | None:
    """Return the images that an entry is of; None where its file was not handed out."""
    image, output = key.split("|")
    low, reference = (read_image(calibration / image / f"input_{role}.png") for role in ("low", "reference"))
    if output in ("low", "reference", "gamma2.2"):
        gamma = np.rint(255 * (low / 255) ** (1 / 2.2)).astype(np.uint8)
        return Compared({"low": low, "reference": reference, "gamma2.2": gamma}[output], low, reference)
    path = calibration / image / f"{output}.png"
    if not path.is_file():
        return None
    made = read_image(path)
    return Compared(made, *(cut(image, made) for image in (low, reference)))


def cut(image: Pixels, to: Pixels) -> Pixels:
    return image[: to.shape[0], : to.shape[1]]


def test_psnr_and_ssim(calibration: Path) -> None:
    measures = opened([METRICS[name] for name in SAME], Assets())
    told: dict[str, dict[str, float]] = json.loads((calibration / "metrics.json").read_text())
    images = {key: found for key in told if (found := images_of(calibration, key))}
    assert len(images) >= 30
    for key, compared in images.items():
        values = measure(measures, compared)
        for name, there in SAME.items():
            assert values[name].number == pytest.approx(told[key][there], abs=1e-6), (key, name)


def nliee_entries(calibration: Path) -> dict[str, tuple[Compared, dict[str, Any]]]:
    told: dict[str, dict[str, Any]] = json.loads((calibration / "nliee.json").read_text())
    entries = {}
    for key, entry in told.items():
        if key.startswith("demo"):
            low = read_image(calibration / "nliee_demo/001_lowlight.png")
            compared: Compared | None = Compared(read_image(calibration / "nliee_demo/001_Enhance_1.png"), low, low)
        else:
            compared = images_of(calibration, key)
        if compared:
            entries[key] = compared, entry
    return entries


def test_nliee(calibration: Path) -> None:
    measures = opened([METRICS["nliee"]], Assets(nliee=calibration / "weights"))
    entries = nliee_entries(calibration)
    assert len(entries) >= 20
    for key, (compared, told) in entries.items():
        assert features(compared.low, compared.output) == pytest.approx(told["features"], abs=2e-4), key
        score = measure(measures, compared)["nliee"].number
        assert score == pytest.approx(told["score_label_fixed"], abs=0.02), key


def test_nliee_of_the_pair_that_its_authors_show(calibration: Path) -> None:
    compared, told = nliee_entries(calibration)["demo_001_Enhance_1"]
    metrics = [METRICS["nliee"], METRICS["nliee_as_released"]]
    values = measure(opened(metrics, Assets(nliee=calibration / "weights")), compared)
    assert features(compared.low, compared.output) == pytest.approx(told["stored_features"], abs=2e-4)
    assert values["nliee_as_released"].number == pytest.approx(told["stored_output"], abs=0.02)
    assert values["nliee"].number == pytest.approx(46.384, abs=0.02)
