"""Plain gain: what a longer exposure of the same sensor, or a slider, would do."""

from ..method import Facts, Sees
from .anchor import Anchored
from .input import Input


def gain(exposure: float | None = None) -> Anchored:
    """Return the method that multiplies I by one number, to reach the mean of the training references.

    Args:
        exposure: the mean to reach, 0 to 1; None: that of the training references, known from `fit`.
    """
    facts = Facts("Gain", Sees.LOW, licence="Apache-2.0", source="one gain for the image", trained=False)
    return Anchored(Input(), facts, exposure)
