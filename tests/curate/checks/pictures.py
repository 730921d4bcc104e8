"""Drawn grey pictures for the tests of the checks."""

import cv2
import numpy as np
from numpy.typing import NDArray

Grey = NDArray[np.uint8]


def texture(level: float, noise: float = 1.0, seed: int = 0, shape: tuple[int, int] = (288, 480)) -> Grey:
    """Draw sharp patches and fine structure, the same for all seeds, at a mean level, in noise of its own."""
    rng = np.random.default_rng(11)
    tilted = cv2.getRotationMatrix2D((10, 6), 25, 1.0)
    tilted[0] *= shape[1] / 20
    tilted[1] *= shape[0] / 12
    cells = rng.uniform(0.3, 1.7, (12, 20))
    patches = cv2.warpAffine(cells, tilted, shape[::-1], None, cv2.INTER_NEAREST, cv2.BORDER_WRAP)
    fine = cv2.GaussianBlur(rng.normal(0, 1, shape), (0, 0), 1.5)
    grain = np.random.default_rng(seed).normal(0, noise, shape)
    return np.clip(np.rint(level * patches * (1 + fine / 2) + grain), 0, 255).astype(np.uint8)


def colour(grey: Grey) -> NDArray[np.uint8]:
    return np.repeat(grey[..., None], 3, axis=2)
