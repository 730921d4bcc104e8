"""What is minimised: eq. 7 in stage 1, eq. 14 in stage 2, as terms by name, and their weighted sum.

Terms come without their weights, so that a log shows the same quantity whatever the configuration; most of those of
weight 0 are not computed. Where I_d is a target, no gradient reaches the CEM through it (A26).
"""

from dataclasses import dataclass

import torch
from torch import Tensor

from nirecap.errors import UsageMistake

from . import losses
from .colour_extraction import Extraction
from .config import Config
from .discriminator import Discriminators
from .disentanglement import Reconstructions, Translations

Terms = dict[str, Tensor]
"""Each a number; the name is that of the weight in `Config`."""


@dataclass(frozen=True, eq=False)
class Views:
    """A batch: images in low light and in good light, of different views."""

    I: Tensor  # noqa: E741 - the paper's
    """(B, 3, H, W), 0 to 1."""
    N_d: Tensor
    """(B, 1, H, W), of the views of I."""
    I_f: Tensor
    N_f: Tensor
    trust_d: Tensor | None = None
    """(B, 1, H, W): 1 where N_d can be trusted, 0 where it can't; None: everywhere."""
    trust_f: Tensor | None = None


def total(terms: Terms, config: Config) -> Tensor:
    """Return the weighted sum of terms: eq. 7, or eq. 14."""
    return torch.stack([config.weight(name) * term for name, term in terms.items()]).sum()


def extraction_terms(extraction: Extraction, config: Config) -> Terms:
    """Return what eq. 7 is the sum of, and the exposure that it lacks (A3).

    Raises:
        UsageMistake: exposure has a weight and `exposure_target` is not set.
    """
    terms = {
        "tv": losses.total_variation(extraction.gains, config.tv_order, config.reduction),
        "colour": losses.colour_constancy(extraction.view),
    }
    if config.weight("exposure"):
        if config.exposure_target is None:
            raise UsageMistake("exposure_target is not set; give the mean of the training references")
        terms["exposure"] = losses.exposure(extraction.view, config.exposure_target, config.exposure_pool)
    return terms


def self_terms(own: Reconstructions, i_d: Tensor, views: Views, config: Config) -> Terms:
    """Return the self-reconstruction, all there is in the warm-up; from ADN, not in the paper."""
    lit = losses.absolute(own.I_f, views.I_f, views.trust_f, config.reduction)
    return {"self": lit + losses.absolute(own.I_d, i_d.detach(), views.trust_d, config.reduction)}


def joint_terms(
    extraction: Extraction, made: Translations, views: Views, judges: Discriminators, config: Config
) -> Terms:
    """Return what eq. 14 is the sum of, for the networks that make images.

    Args:
        extraction: of `views.I`.
        made: from I_d, N_d, I_f and N_f.
        views: the batch.
        judges: D_f and D_d; their weights should be frozen meanwhile.
        config: the weights and choices.
    """
    terms = _compensation_terms(extraction, made, views, config)
    if config.weight("adversarial"):
        lit, dark = judges.D_f(made.I_u), judges.D_d(made.I_v)
        terms["adversarial"] = losses.verdict(lit, True, config.adversarial) + losses.verdict(
            dark, True, config.adversarial
        )
    if made.own is not None and config.weight("self"):
        terms |= self_terms(made.own, extraction.corrected, views, config)
    if extraction.gains and config.weight("extraction"):
        terms["extraction"] = total(extraction_terms(extraction, config), config)  # A2
    return terms


def _compensation_terms(extraction: Extraction, made: Translations, views: Views, config: Config) -> Terms:
    """Return the cycle (eq. 10), CCL (eq. 11), SCL (eq. 13), and ADN's consistency of artifacts."""
    i_d, how = extraction.corrected.detach(), config.reduction  # A26
    terms = {
        "cycle": losses.absolute(made.If_hat, views.I_f, views.trust_f, how)
        + losses.absolute(made.Id_hat, i_d, views.trust_d, how)
    }
    if config.weight("ccl"):
        terms["ccl"] = losses.colour_compensation(made.I_u, i_d, config.ccl_alpha, views.trust_d, how)
    if config.weight("scl"):
        source = views.I if config.scl_source == "low" else i_d
        terms["scl"] = losses.structure_compensation(
            made.I_u, source, config.scl_scales, views.trust_d, how, config.scl_normalised
        )
    if config.weight("artifact"):
        terms["artifact"] = losses.absolute(i_d - made.I_u, made.I_v - views.I_f, None, how)
    return terms


def judging_terms(judges: Discriminators, i_f: Tensor, i_u: Tensor, i_d: Tensor, i_v: Tensor, config: Config) -> Terms:
    """Return eq. 14 for D_f and D_d, and R1: I_f and I_d are real, I_u and I_v are not; no gradient leaves them."""
    verdicts, slopes = [], []
    for judge, image, made in ((judges.D_f, i_f, i_u), (judges.D_d, i_d, i_v)):
        real = image.detach().requires_grad_(config.weight("r1") > 0)
        logits = judge(real)
        verdicts += [losses.verdict(logits, True, config.adversarial)]
        verdicts += [losses.verdict(judge(made.detach()), False, config.adversarial)]
        slopes += [losses.gradient_penalty(logits, real)] if real.requires_grad else []
    terms = {"discriminators": torch.stack(verdicts).sum()}
    return terms | ({"r1": torch.stack(slopes).sum()} if slopes else {})


def supervised_terms(i_u: Tensor, reference: Tensor, trust: Tensor | None = None) -> Terms:
    """Return what preset `plus` asks of I_u where its lit image R is known; not in the paper."""
    return {
        "supervised": losses.absolute(i_u, reference, trust),
        "gradient": losses.gradient_difference(i_u, reference, trust),
        "mean": losses.mean_difference(i_u, reference),
        "similarity": losses.dissimilarity(i_u, reference),
    }
