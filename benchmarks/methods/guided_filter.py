"""Guided filter: I with the structure of N, from which `small` and `plus` begin before they have learnt anything.

He, Sun and Tang, "Guided Image Filtering", IEEE TPAMI 2013, with Gaussian windows.
"""

import numpy as np
import torch

from nirecap.errors import UsageMistake
from nirecap.model.arrays import arrays, inputs
from nirecap.model.pixels import guided

from ..method import Facts, Image, Method, Plane, Sees
from .anchor import Anchored, anchored_facts


class GuidedFilter(Method):
    """Each neighbourhood of each channel is a line of N; where N is flat, I is blurred. It does not brighten."""

    facts = Facts(
        "Guided filter", Sees.LOW | Sees.NIRE, licence="Apache-2.0", source="He et al., IEEE TPAMI 2013", trained=False
    )

    def __init__(self, *, sigma: float = 4.0) -> None:
        """Set it up.

        Args:
            sigma: of the windows, in pixels; as the presets `small` and `plus` have it.

        Raises:
            UsageMistake: it is not above 0, or over 50.
        """
        if not 0 < sigma <= 50:
            raise UsageMistake(f"the guided filter needs a sigma above 0, of at most 50; not {sigma}")
        self.sigma = sigma

    def enhance(self, low: Image, nire: Plane | None) -> Image:
        """Return the filtered image, as dark as I."""
        if nire is None:
            raise UsageMistake("the guided filter needs the NIR image; nire is None")
        with torch.inference_mode():
            images = arrays(guided(*inputs([low], [nire]), self.sigma).clamp(0, 1))
        return np.asarray(images[0])


def anchored(*, exposure: float | None = None, sigma: float = 4.0) -> Anchored:
    """Return the guided filter with one gain after it, to the mean of the training references or to `exposure`."""
    return Anchored(GuidedFilter(sigma=sigma), anchored_facts(GuidedFilter.facts), exposure)
