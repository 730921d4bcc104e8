"""The networks of Zero-DCE and Zero-DCE++: curves for each pixel that brighten an image step by step."""

import torch
from torch import Tensor, nn
from torch.nn import functional

WIDTH = 32
CURVES = 8
"""How often a curve is applied."""


class Separable(nn.Module):
    """A 3x3 convolution of each channel by itself, then a 1x1 convolution."""

    def __init__(self, channels: int, out: int) -> None:
        super().__init__()
        self.depth_conv = nn.Conv2d(channels, channels, 3, padding=1, groups=channels)
        self.point_conv = nn.Conv2d(channels, out, 1)

    def forward(self, x: Tensor) -> Tensor:
        """Convolve: B x channels x H x W to B x out x H x W."""
        output: Tensor = self.point_conv(self.depth_conv(x))
        return output


class DceNetwork(nn.Module):
    """Seven convolutions with symmetric skips; parameters are named as in the authors' checkpoints.

    Args:
        separable: Zero-DCE++ (10,561 parameters, one map for all curves) instead of Zero-DCE (79,416, a map for each).

    >>> [sum(p.numel() for p in DceNetwork(separable).parameters()) for separable in (False, True)]
    [79416, 10561]
    """

    def __init__(self, separable: bool) -> None:
        super().__init__()
        maps = 3 if separable else 3 * CURVES
        sizes = [(3, WIDTH), *[(WIDTH, WIDTH)] * 3, *[(2 * WIDTH, WIDTH)] * 2, (2 * WIDTH, maps)]
        for number, (channels, out) in enumerate(sizes, start=1):
            layer = Separable(channels, out) if separable else nn.Conv2d(channels, out, 3, padding=1)
            self.add_module(f"e_conv{number}", layer)

    def maps(self, low: Tensor) -> Tensor:
        """Return the curve maps A in [-1, 1], B x 3 or 24 x H x W, of images B x 3 x H x W in [0, 1]."""
        *layers, last = self.children()
        features = [low]
        for layer in layers[:4]:
            features.append(functional.relu(layer(features[-1])))
        x = features.pop()
        for layer in layers[4:]:
            x = functional.relu(layer(torch.cat([features.pop(), x], dim=1)))
        return torch.tanh(last(torch.cat([features.pop(), x], dim=1)))

    def forward(self, low: Tensor, scale: int = 1) -> tuple[Tensor, Tensor]:
        """Return the enhanced images, B x 3 x H x W, not clipped, and the maps.

        Args:
            low: B x 3 x H x W, 0 to 1.
            scale: find the maps on images that many times smaller; H and W are multiples of it.
        """
        height, width = low.shape[2:]
        if scale == 1:
            maps = self.maps(low)
        else:
            small = functional.interpolate(low, (height // scale, width // scale), mode="bilinear")
            maps = functional.interpolate(self.maps(small), (height, width), mode="bilinear", align_corners=True)
        curves = maps.chunk(maps.shape[1] // 3, dim=1)
        enhanced = low
        for curve in curves * (CURVES // len(curves)):
            enhanced = enhanced + curve * (enhanced.square() - enhanced)
        return enhanced, maps
