"""Zero-DCE++: Zero-DCE with a network an eighth of the size, and one map for all curves.

Li, Guo and Loy, "Learning to Enhance Low-Light Image via Zero-Reference Deep Curve Estimation", IEEE TPAMI 2021.
"""

from functools import partial
from typing import Any

from ..method import Facts, Sees
from .anchor import Anchored, gained_facts
from .zero_dce import ZeroDce


class ZeroDcePP(ZeroDce):
    """Zero-DCE++, with the network and losses of its authors."""

    facts = Facts(
        "Zero-DCE++", Sees.LOW | Sees.DARK, licence="Apache-2.0", source="Li et al., IEEE TPAMI 2021", trained=True
    )
    separable = True
    smoothness_weight = 1600.0


anchored = partial(ZeroDcePP, exposure=None)
"""Zero-DCE++ that aims for the mean of the training references."""


def gained(exposure: float | None = None, **options: Any) -> Anchored:  # noqa: ANN401 - as ZeroDcePP has them
    """Return the anchored Zero-DCE++ with one gain after it: its losses make it miss the exposure that it aims for."""
    method = anchored(**options)
    return Anchored(method, gained_facts(method.facts), exposure)
