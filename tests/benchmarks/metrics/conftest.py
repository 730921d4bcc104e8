from pathlib import Path

import numpy as np
import pytest

from nirecap.benchmarks.metrics import Compared

CALIBRATION = Path(__file__).parents[4] / "shared/data/calibration"


@pytest.fixture(scope="session")
def calibration() -> Path:
    """The folder of reference outputs of the official code; skips where there is none."""
    if not CALIBRATION.is_dir():
        pytest.skip("no reference outputs in ../shared/data/calibration")
    return CALIBRATION


@pytest.fixture
def compared() -> Compared:
    """A made-up output, its low-light image and R, 200 x 180."""
    rng = np.random.default_rng(0)
    blocks = np.kron(rng.integers(40, 220, (10, 9, 3)), np.ones((20, 20, 1)))
    reference = np.clip(blocks + rng.normal(0, 4, blocks.shape), 0, 255)
    output = np.clip(0.7 * reference + 20 + rng.normal(0, 8, blocks.shape), 0, 255)
    low = np.clip(reference / 12 + rng.normal(0, 2, blocks.shape), 0, 255)
    return Compared(*(np.rint(image).astype(np.uint8) for image in (output, low, reference)))
