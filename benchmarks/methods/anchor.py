"""One gain to the exposure of the training references, for methods that aim for none, or for another, or miss it."""

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
EXPOSURE, METHOD = "exposure.safetensors", "method"
"""What `Anchored.save` writes into its folder."""


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


def gained_facts(facts: Facts) -> Facts:
    """Return the facts of a method under the name of its variant with a gain after it."""
    return replace(facts, title=f"{facts.title} + gain")


class Anchored(Method):
    """A method, and then the gain of `expose`.

    It adds one number of the training data, the mean of the lit frames, and knows nothing of the image's own reference.

    Args:
        method: what comes before the gain.
        facts: under which name tables show both together.
        exposure: the mean to reach, 0 to 1; None: that of the training references, known from `fit`.
    """

    def __init__(self, method: Method, facts: Facts, exposure: float | None = None) -> None:
        self.method, self.facts, self.exposure = method, facts, exposure
        self._given = exposure

    def fit(self, frames: TrainingFrames, budget: Budget) -> None:
        """Train the method, and take the exposure to aim for unless it was given."""
        self.method.pairs = self.pairs
        self.method.fit(frames, budget)
        self.exposure = frames.exposure if self._given is None else self._given

    def enhance(self, low: Image, nire: Plane | None) -> Image:
        """Enhance, then expose.

        Raises:
            UsageMistake: it does not know the exposure, or the method can't do it.
        """
        return expose(self.method.enhance(low, nire), self._known())

    def save(self, path: Path) -> None:
        """Write a folder with the exposure, and what the method learnt, if it does.

        Raises:
            UsageMistake: it does not know the exposure yet.
        """
        path.mkdir(parents=True, exist_ok=True)
        write_tensors(path / EXPOSURE, {"exposure": torch.tensor(self._known(), dtype=torch.float64)}, {})
        self.method.save(path / METHOD)

    def load(self, path: Path) -> None:
        """Read what `save` wrote.

        Raises:
            UsageMistake: it is something else.
        """
        tensors = read_weights(path / EXPOSURE)
        exposure = tensors.get("exposure")
        if len(tensors) != 1 or exposure is None or exposure.shape != () or not 0 < exposure.item() < 1:
            raise UsageMistake(f"{path / EXPOSURE}: not the exposure that {self.facts.title} saves")
        if self.method.facts.trained:
            self.method.load(path / METHOD)
        self.exposure = exposure.item()

    def _known(self) -> float:
        if self.exposure is None:
            raise UsageMistake(f"{self.facts.title} has learnt no exposure yet; fit it, or give exposure= or weights=")
        return self.exposure
