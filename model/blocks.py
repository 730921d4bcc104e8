"""The pieces that encoders, decoders and the U-Net are made of."""

import math

import torch
from torch import Tensor, nn

from .config import Norm

SLOPE = 0.2
"""Of the leaky ReLU in decoders."""


def norm(kind: Norm, channels: int) -> nn.Module:
    """Return a normalisation of (B, C, H, W). "group" has 8 groups where C allows; "layer" is over C, H and W."""
    match kind:
        case "batch":
            return nn.BatchNorm2d(channels)
        case "instance":
            return nn.InstanceNorm2d(channels, affine=True)
        case "group":
            return nn.GroupNorm(math.gcd(8, channels), channels)
        case "layer":
            return nn.GroupNorm(1, channels)
        case "none":
            return nn.Identity()


def convolution(inputs: int, outputs: int, size: int, stride: int = 1) -> nn.Conv2d:
    """Return a convolution whose output has the input's size over the stride."""
    return nn.Conv2d(inputs, outputs, size, stride, padding=size // 2)


class ResidualBlock(nn.Module):
    """x + conv(relu(conv(x))), normalised after each convolution.

    Where channels or size change, a third 3x3 convolution projects x and carries the stride (A10; its other reading, to
    shrink after the sum, is not offered).
    """

    def __init__(self, inputs: int, outputs: int, kind: Norm, stride: int = 1) -> None:
        super().__init__()
        self.conv1 = convolution(inputs, outputs, 3, stride)
        self.norm1 = norm(kind, outputs)
        self.conv2 = convolution(outputs, outputs, 3)
        self.norm2 = norm(kind, outputs)
        same = inputs == outputs and stride == 1
        self.conv3 = nn.Identity() if same else convolution(inputs, outputs, 3, stride)

    def forward(self, x: Tensor) -> Tensor:
        """Return (B, outputs, H / stride, W / stride)."""
        main = self.norm2(self.conv2(torch.relu_(self.norm1(self.conv1(x)))))
        return torch.relu_(main + self.conv3(x))  # in place: of a large image each copy is large


def layer(inputs: int, outputs: int, blocks: int, kind: Norm, stride: int = 1) -> nn.Sequential:
    """Return residual blocks, the first of which changes channels and size."""
    rest = (ResidualBlock(outputs, outputs, kind) for _ in range(blocks - 1))
    return nn.Sequential(ResidualBlock(inputs, outputs, kind, stride), *rest)


def upwards(inputs: int, outputs: int, kind: Norm) -> nn.Sequential:
    """Return the step of a decoder to twice the size: nearest neighbours, 5x5 convolution, norm, leaky ReLU."""
    return nn.Sequential(
        nn.Upsample(scale_factor=2, mode="nearest"),
        convolution(inputs, outputs, 5),
        norm(kind, outputs),
        nn.LeakyReLU(SLOPE),
    )
