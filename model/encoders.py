"""E_C, E_S and E_A: one body, three inputs (appendix, Table III; A9-A12).

E_C sees the colour of an image, E_S the structure of its NIR image, E_A the artifacts of low light.
"""

import torch
from torch import Tensor, nn

from .blocks import convolution, layer, norm
from .config import Config, Norm

Pyramid = dict[int, Tensor]
"""Features by how many times smaller than the image they are: 1 (the image itself), 2, 4, 8 and 16 (the code)."""
SCALES = (2, 4, 8, 16)
CODE = 16


def channels(width: int) -> dict[int, int]:
    """Return how many channels an encoder has at each scale.

    >>> channels(64)
    {2: 64, 4: 128, 8: 256, 16: 512}
    """
    return {scale: width * scale // 2 for scale in SCALES}


class Encoder(nn.Module):
    """5x5 convolution of stride 2, then four layers of residual blocks with strides 1, 2, 2, 2."""

    def __init__(self, inputs: int, width: int, blocks: int, kind: Norm) -> None:
        super().__init__()
        self.stem = convolution(inputs, width // 2, 5, stride=2)
        self.norm = norm(kind, width // 2)
        wide = channels(width)
        self.layer1 = layer(width // 2, wide[2], blocks, kind)
        self.layer2 = layer(wide[2], wide[4], blocks, kind, stride=2)
        self.layer3 = layer(wide[4], wide[8], blocks, kind, stride=2)
        self.layer4 = layer(wide[8], wide[16], blocks, kind, stride=2)

    def forward(self, image: Tensor) -> Pyramid:
        """Return the features of an image (B, inputs, H, W), H and W multiples of 16."""
        x2 = self.layer1(torch.relu(self.norm(self.stem(image))))  # (B, width, H/2, W/2)
        x4 = self.layer2(x2)
        x8 = self.layer3(x4)
        return {1: image, 2: x2, 4: x4, 8: x8, 16: self.layer4(x8)}  # the last: (B, 8 width, H/16, W/16)


def colour_encoder(config: Config) -> Encoder:
    """Return E_C, one for I_d, I_f, I_u and I_v (A14)."""
    return Encoder(3, config.width, config.blocks, config.colour_norm)


def structure_encoder(config: Config) -> Encoder:
    """Return E_S, one for N_d and N_f."""
    return Encoder(1, config.width, config.blocks, config.structure_norm)


def artifact_encoder(config: Config) -> Encoder:
    """Return E_A: of half the width, its features at 1/4, 1/8 and 1/16 are z_A (A12)."""
    return Encoder(3, config.width // 2, config.blocks, config.colour_norm)
