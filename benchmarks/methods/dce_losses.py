"""The losses of Zero-DCE and Zero-DCE++, which need no reference, as the authors' released code computes them.

But at the border: there the released spatial loss also compares with zeros that it pads with. The weights and exponents
printed in the papers differ. Images are B x 3 x H x W in [0, 1]; each returns a scalar.
"""

import torch
from torch import Tensor
from torch.nn import functional

SPATIAL, COLOUR, EXPOSURE = 1.0, 5.0, 10.0
"""Weights; that of the smoothness is 200 for Zero-DCE and 1600 for Zero-DCE++."""


def smoothness(maps: Tensor) -> Tensor:
    """Return the total variation of curve maps: squared differences, summed over channels, averaged over pixels."""
    batch, _, height, width = maps.shape
    down = (maps[:, :, 1:] - maps[:, :, :-1]).square().sum() / ((height - 1) * width)
    right = (maps[..., 1:] - maps[..., :-1]).square().sum() / (height * (width - 1))
    return 2 * (down + right) / batch


def spatial(enhanced: Tensor, low: Tensor) -> Tensor:
    """Return how much the contrasts of neighbouring 4 x 4 regions change; each counts for both of them."""
    change = functional.avg_pool2d(enhanced.mean(1, keepdim=True) - low.mean(1, keepdim=True), 4)
    return 2 * (change.diff(dim=2).square().mean() + change.diff(dim=3).square().mean())


def colour(enhanced: Tensor) -> Tensor:
    """Return how far the image means of the channels are apart: the root of the sum of fourth powers."""
    red, green, blue = enhanced.mean((2, 3)).unbind(1)
    fourth = (red - green) ** 4 + (red - blue) ** 4 + (green - blue) ** 4
    return torch.sqrt(fourth + 1e-12).mean()  # the root has no slope at 0


def exposure(enhanced: Tensor, target: float) -> Tensor:
    """Return the mean squared distance of the 16 x 16 regions' brightness to `target`."""
    return (functional.avg_pool2d(enhanced.mean(1, keepdim=True), 16) - target).square().mean()


def total(enhanced: Tensor, maps: Tensor, low: Tensor, target: float, smoothness_weight: float) -> Tensor:
    """Return the weighted sum that is minimised."""
    return (
        smoothness_weight * smoothness(maps)
        + SPATIAL * spatial(enhanced, low)
        + COLOUR * colour(enhanced)
        + EXPOSURE * exposure(enhanced, target)
    )
