from pathlib import Path

import pytest

CALIBRATION = Path(__file__).parents[3] / "shared/data/calibration"


@pytest.fixture(scope="session")
def calibration() -> Path:
    """The folder of reference outputs of the official code; skips where there is none."""
    if not CALIBRATION.is_dir():
        pytest.skip("no reference outputs in ../shared/data/calibration")
    return CALIBRATION
