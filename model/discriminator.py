"""D_f and D_d: is this a real lit image, is this a real corrected one (eq. 14; A16)."""

from itertools import pairwise

from torch import Tensor, nn

from .config import Config


class Discriminator(nn.Module):
    """Six 4x4 convolutions of stride 2 with ReLU between them; fully convolutional, so that other sizes do."""

    def __init__(self, width: int) -> None:
        super().__init__()
        widths = [3, width, 2 * width, 4 * width, 8 * width, 8 * width, 1]
        steps = [m for a, b in pairwise(widths) for m in (nn.Conv2d(a, b, 4, 2, 1), nn.ReLU())]
        self.body = nn.Sequential(*steps[:-1])

    def forward(self, image: Tensor) -> Tensor:
        """Return logits (B, 1, H / 64, W / 64) of an image (B, 3, H, W): real above 0.

        The sigmoid at the end and the mean over the map are in the loss, where they are exact for large logits.
        """
        return self.body(image)  # type: ignore[no-any-return]


class Discriminators(nn.Module):
    """D_f, for I_f and I_u, and D_d, for I_d and I_v."""

    def __init__(self, config: Config) -> None:
        super().__init__()
        self.D_f = Discriminator(config.discriminator_width)
        self.D_d = Discriminator(config.discriminator_width)
