from collections.abc import Iterator

import cv2
import numpy as np
import pytest
import torch

from nirecap.model.frames import Frame, TrainingFrames

from ..metrics.conftest import calibration  # noqa: F401 - a fixture


@pytest.fixture(autouse=True)
def one_thread() -> Iterator[None]:
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)


def drawn(number: int, brightness: float, height: int = 64, width: int = 72) -> Frame:
    """Draw a view of soft coloured patches, so bright, and its NIR image."""
    rng = np.random.default_rng(number)
    patches = cv2.resize(rng.uniform(0.2, 1, (5, 7, 3)), (width, height), interpolation=cv2.INTER_LINEAR)
    noisy = brightness * patches + rng.normal(0, 0.01, patches.shape)
    visible = (noisy.clip(0, 1) * 255).round().astype(np.uint8)
    infrared = (patches.mean(axis=2) * 255).round().astype(np.uint8)
    return Frame(f"shot{number}", f"scene{number}", visible, infrared)


@pytest.fixture(scope="session")
def frames() -> TrainingFrames:
    """Three dark and two lit frames of other views."""
    dark, lit = [drawn(number, 0.15) for number in range(3)], [drawn(number, 0.7) for number in range(3, 5)]
    return TrainingFrames(dark, lit, fingerprint="drawn")
