"""The losses, eq. 5-7 and 10-14, each as a function of images alone.

All have a finite gradient everywhere and are means over the batch. `reduction` says how they go over pixels (A21):
with "mean" they do not depend on the size of the image; "sum" is as printed. `trust` (B, 1, H, W) weighs pixels from 0
to 1, so that what curation found spoilt does not count.
"""

import torch
import torch.nn.functional as F  # noqa: N812 - as everybody calls it
from torch import Tensor
from torchmetrics.functional.image import structural_similarity_index_measure

from .pixels import differences, luma, precise, slope, trusted_differences

TINY = 1e-12


def total_variation(gains: tuple[Tensor, ...], order: int = 1, reduction: str = "mean") -> Tensor:
    """Eq. 5: |differences of neighbours| in x and y of each L_t, mean over t (A1, A8).

    Args:
        gains: L_1 to L_T, each (B, C, H, W), at least 3x3.
        order: 1; 2 is the printed gradient of such a difference.
        reduction: over pixels and channels.

    >>> float(total_variation((torch.tensor([[[[0.0, 1, 2], [0, 1, 2], [0, 1, 2]]]]),)))
    1.0
    """
    steps = [(-1,), (-2,)] if order == 1 else [(a, b) for a in (-1, -2) for b in (-1, -2)]
    each = [_over_pixels(_difference(gain, dims).abs(), None, reduction) for gain in gains for dims in steps]
    return torch.stack(each).sum() / len(gains)


def _difference(x: Tensor, dims: tuple[int, ...]) -> Tensor:
    for dim in dims:
        x = x.diff(dim=dim)
    return x


def colour_constancy(image: Tensor) -> Tensor:
    """Eq. 6: squared differences between the means of red, green and blue of I_d, (B, 3, H, W).

    >>> round(float(colour_constancy(torch.tensor([0.5, 0.4, 0.4]).view(1, 3, 1, 1))), 6)
    0.02
    """
    red, green, blue = image.mean((-2, -1)).unbind(1)
    return ((red - green) ** 2 + (red - blue) ** 2 + (green - blue) ** 2).mean()


def exposure(image: Tensor, target: float, pool: int = 0) -> Tensor:
    """Squared distance of the mean from `target`, in squares of `pool` pixels or (0) of all; not in the paper (A3).

    >>> round(float(exposure(torch.full((1, 3, 4, 4), 0.3), 0.5)), 6)
    0.04
    """
    grey = image.mean(1, keepdim=True)
    means = F.avg_pool2d(grey, pool) if pool else grey.mean((-2, -1))
    return ((means - target) ** 2).mean()


def absolute(image: Tensor, target: Tensor, trust: Tensor | None = None, reduction: str = "mean") -> Tensor:
    """Eq. 10 has two of these: |image - target|."""
    return _over_pixels((image - target).abs(), trust, reduction)


def colour_compensation(
    i_u: Tensor, i_d: Tensor, alpha: float = 0.8, trust: Tensor | None = None, reduction: str = "mean"
) -> Tensor:
    """CCL, eq. 11: rho(I_u - I_d) with rho(x) = |x|^alpha of eq. 12, smoothed where x is 0 (A22).

    >>> round(float(colour_compensation(torch.ones(1, 3, 2, 2), torch.zeros(1, 3, 2, 2))), 4)
    1.0
    """
    return _over_pixels(((i_u - i_d) ** 2 + 1e-6) ** (alpha / 2), trust, reduction)


def structure_compensation(
    i_u: Tensor,
    source: Tensor,
    scales: int = 3,
    trust: Tensor | None = None,
    reduction: str = "mean",
    normalised: bool = True,
) -> Tensor:
    """SCL, eq. 13: minus how much I_u has its edges where I has them (A23), 0 to -`scales`.

    For n = 1 to `scales`, both maps of |grad| are pooled by 2^n (A24), and minus the RMS of
    tanh(lambda_u g_u) tanh(lambda_I g_I) is added. lambda_u = sqrt(|g_I| / |g_u|) and its inverse lambda_I bring both
    to one size; no gradient runs through them, as stronger edges everywhere would always pay.

    Args:
        i_u: (B, 3, H, W).
        source: I or I_d (A25), the same.
        scales: of the comparison, at most log2 of the shorter side.
        trust: (B, 1, H, W).
        reduction: "sum" takes the Frobenius norm in place of the RMS.
        normalised: each map is divided by its mean first, here with its gradient: only where edges lie counts then.
            Without it both stay near 0, where tanh is straight, and the term is inert.
    """
    g_u, g_i = slope(i_u), slope(source)
    if trust is not None:
        trusted = torch.minimum(*trusted_differences(trust))
        g_u, g_i = g_u * trusted, g_i * trusted
    if normalised:
        g_u, g_i = (g / (g.mean((-3, -2, -1), keepdim=True) + 1e-6) for g in (g_u, g_i))
    lambda_u = ((_frobenius(g_i) + 1e-6) / (_frobenius(g_u) + 1e-6)).sqrt().detach()
    loss = i_u.new_zeros(())
    for n in range(1, scales + 1):
        small_u, small_i = F.avg_pool2d(g_u, 2**n), F.avg_pool2d(g_i, 2**n)
        both = torch.tanh(lambda_u * small_u) * torch.tanh(small_i / lambda_u)
        pixels = 1 if reduction == "sum" else both[0].numel()
        loss = loss - ((both**2).sum((-3, -2, -1)) / pixels + TINY).sqrt().mean()
    return loss


def _frobenius(x: Tensor) -> Tensor:
    return (x**2).sum((-3, -2, -1), keepdim=True).sqrt()


def verdict(logits: Tensor, real: bool, kind: str = "bce") -> Tensor:
    """Eq. 14: how far a discriminator's logits are from saying `real`, or its contrary; mean over the map (A17).

    >>> round(float(verdict(torch.zeros(1, 1, 3, 4), real=True)), 4)
    0.6931
    """
    logits = precise(logits)
    wanted = torch.full_like(logits, float(real))
    return F.mse_loss(logits, wanted) if kind == "lsgan" else F.binary_cross_entropy_with_logits(logits, wanted)


def gradient_penalty(logits: Tensor, real: Tensor) -> Tensor:
    """Return R1 of Mescheder et al. (2018): the squared slope of the sum of all verdicts, over their number.

    Args:
        logits: (B, 1, h, w), of a discriminator.
        real: (B, 3, H, W), what it judged, which requires gradients.

    >>> real = torch.rand(1, 3, 4, 4, requires_grad=True)
    >>> round(gradient_penalty(2 * real.mean(1, keepdim=True), real).item(), 4)
    1.3333
    """
    (slopes,) = torch.autograd.grad(precise(logits).sum(), real, create_graph=True)
    return slopes.square().sum() / logits.numel()


def gradient_difference(image: Tensor, target: Tensor, trust: Tensor | None = None) -> Tensor:
    """Return the mean |difference of forward differences| in x and y; for supervision, not in the paper."""
    trusted = (None, None) if trust is None else trusted_differences(trust)
    steps = zip(differences(image), differences(target), trusted, strict=True)
    return torch.stack([absolute(a, b, known) for a, b, known in steps]).sum()


def mean_difference(image: Tensor, target: Tensor) -> Tensor:
    """Return |difference of the means| of each channel; for supervision, not in the paper."""
    return (image.mean((-2, -1)) - target.mean((-2, -1))).abs().mean()


def dissimilarity(one: Tensor, other: Tensor) -> Tensor:
    """Return 1 - SSIM (Wang et al. 2004) of the lumas of two images, (B, 3, H, W), at least 11x11; not in the paper.

    >>> round(float(dissimilarity(torch.zeros(1, 3, 16, 16), torch.ones(1, 3, 16, 16))), 3)
    1.0
    """
    similarity = structural_similarity_index_measure(luma(one), luma(other), sigma=1.5, data_range=1.0)
    return 1 - torch.as_tensor(similarity)


def _over_pixels(values: Tensor, trust: Tensor | None, reduction: str) -> Tensor:
    """Return the mean over all that is trusted, or the sum over each image, mean over the batch."""
    if trust is not None:
        values = values * trust
    if reduction == "sum":
        return values.sum() / len(values)
    if trust is None:
        return values.mean()
    return values.sum() / (trust.expand_as(values).sum() + TINY)
