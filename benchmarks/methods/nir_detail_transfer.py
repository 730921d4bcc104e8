"""NIR detail transfer: colours from Zero-DCE++, blurred until their noise is gone, and details from N.

It is no published method but the plain thing that a purification network must beat to be worth its training.
"""

from pathlib import Path
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from nirecap.errors import UsageMistake
from nirecap.model.frames import TrainingFrames

from ..method import Budget, Facts, Image, Method, Plane, Sees
from . import zero_dce_pp
from .anchor import Anchored, gained_facts


class NirDetailTransfer(Method):
    """The enhanced image blurred, times (N + eps) / (blurred N + eps)."""

    facts = Facts(
        "NIR detail transfer",
        Sees.LOW | Sees.NIRE | Sees.DARK,
        licence="Apache-2.0",
        source="Zero-DCE++ (Li et al., IEEE TPAMI 2021) and a ratio image",
        trained=True,
    )

    def __init__(self, *, sigma: float = 3, epsilon: float = 0.02, **colours: Any) -> None:  # noqa: ANN401 - as ZeroDcePP has them
        """Set it up.

        Args:
            sigma: of the Gaussian blur of both images, in pixels.
            epsilon: added to N and blurred N, both in [0, 1], so that noise is not taken for detail where N is black.
            colours: options of `ZeroDcePP`; it aims for the mean of the training references.

        Raises:
            UsageMistake: a value has no meaning.
        """
        if not sigma > 0 or not epsilon > 0:
            raise UsageMistake(f"NIR detail transfer needs sigma and epsilon above 0; not {sigma} and {epsilon}")
        self.sigma, self.epsilon = sigma, epsilon
        self.colours = zero_dce_pp.anchored(**colours)

    def fit(self, frames: TrainingFrames, budget: Budget) -> None:
        """Train its Zero-DCE++; that is all there is to learn."""
        self.colours.fit(frames, budget)

    def enhance(self, low: Image, nire: Plane | None) -> Image:
        """Return the colours of I with the details of N.

        Raises:
            UsageMistake: there is no N, or Zero-DCE++ has no weights yet.
        """
        if nire is None:
            raise UsageMistake(f"{self.facts.title} needs the NIR image; nire is None")
        smooth = self._blurred(self.colours.enhance(low, None))
        detail = (nire + self.epsilon) / (self._blurred(nire) + self.epsilon)
        return np.asarray((smooth * detail[..., None]).clip(0, 1), np.float32)

    def save(self, path: Path) -> None:
        """Write the weights of its Zero-DCE++."""
        self.colours.save(path)

    def load(self, path: Path) -> None:
        """Read weights of Zero-DCE++, its own or the authors'.

        Raises:
            UsageMistake: the file is not such weights.
        """
        self.colours.load(path)

    def _blurred(self, image: NDArray[np.float32]) -> NDArray[np.float32]:
        return np.asarray(cv2.GaussianBlur(image, (0, 0), self.sigma), np.float32)


def gained(exposure: float | None = None, **options: Any) -> Anchored:  # noqa: ANN401 - as NirDetailTransfer has them
    """Return NIR detail transfer with one gain after it, to the mean of the training references or to `exposure`."""
    return Anchored(NirDetailTransfer(**options), gained_facts(NirDetailTransfer.facts), exposure)
