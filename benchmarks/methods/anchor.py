"""One gain to the exposure of the training references, for methods that aim for none or for another."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import torch
from scipy.optimize import brentq

from nirecap.errors import UsageMistake
from nirecap.model.frames import TrainingFrames
from nirecap.model.weights import write_tensors

from ..method import Budget, Facts, Image, Method, Plane
from .weights import read_weights

MOST_GAIN = 255.0
"""Whatever is not black in an image of 8 bits is white by then."""


def expose(image: Image, exposure: float) -> Image:
    """Return the image times the one gain that brings its mean, after clipping, to `exposure`.

    Where so much is black that no gain does, the image is multiplied by `MOST_GAIN`.

    Args:
        image: H x W x 3, 0 to 1.
        exposure: 0 to 1.

    >>> expose(np.full((2, 2, 3), 0.1, np.float32), 0.5).mean().round(3)
    np.float32(0.5)
    """

    def excess(gain: float) -> float:
        return float(np.minimum(image * np.float32(gain), 1).mean(dtype=np.float64)) - exposure

    gain = MOST_GAIN if excess(MOST_GAIN) <= 0 else brentq(excess, 0, MOST_GAIN, xtol=1e-5)
    return np.asarray(np.minimum(image * np.float32(gain), 1), np.float32)


def anchored_facts(facts: Facts) -> Facts:
    """Return the facts of a method under the name of its anchored variant."""
    return replace(facts, title=f"{facts.title} (anchored)")


class Anchored(Method):
    """A training-free method, and then the gain of `expose`.

    It knows one number of the training data, the mean of the lit frames, and nothing of the image's own reference.
    """

    def __init__(self, method: Method, exposure: float | None = None, facts: Facts | None = None) -> None:
        self.method = method
        self.exposure = exposure
        self.facts = facts or anchored_facts(method.facts)

    def fit(self, frames: TrainingFrames, budget: Budget) -> None:
        """Take the exposure to aim for."""
        self.exposure = frames.exposure

    def enhance(self, low: Image, nire: Plane | None) -> Image:
        """Enhance, then expose.

        Raises:
            UsageMistake: it does not know the exposure yet.
        """
        return expose(self.method.enhance(low, nire), self._known())

    def save(self, path: Path) -> None:
        """Write the exposure, as a safetensors file.

        Raises:
            UsageMistake: it does not know the exposure yet.
        """
        write_tensors(path, {"exposure": torch.tensor(self._known(), dtype=torch.float64)}, {})

    def load(self, path: Path) -> None:
        """Read the exposure that `save` wrote.

        Raises:
            UsageMistake: the file is another.
        """
        tensors = read_weights(path)
        exposure = tensors.get("exposure")
        if len(tensors) != 1 or exposure is None or exposure.shape != () or not 0 < exposure.item() < 1:
            raise UsageMistake(f"{path}: not the exposure that {self.facts.title} saves")
        self.exposure = exposure.item()

    def _known(self) -> float:
        if self.exposure is None:
            raise UsageMistake(f"{self.facts.title} has no exposure to aim for; fit it, or give exposure=")
        return self.exposure
