"""Earlier images that a discriminator is shown again, so that it does not forget what networks made before."""

import numpy as np
import torch
from torch import Tensor, nn


class ImagePool(nn.Module):
    """Up to `size` images; a module, so that it is kept with the weights.

    Args:
        size: of the pool; 0 shows only the newest images.
        height: of the images.
        width: of the images.
    """

    images: Tensor
    filled: Tensor

    def __init__(self, size: int, height: int, width: int) -> None:
        super().__init__()
        self.register_buffer("images", torch.zeros(size, 3, height, width))
        self.register_buffer("filled", torch.zeros((), dtype=torch.int64))

    @torch.no_grad()
    def exchange(self, newest: Tensor, rng: np.random.Generator) -> Tensor:
        """Take images in, and return as many: each is half of the time the newest, else an earlier one.

        Args:
            newest: (B, 3, H, W).
            rng: the chance of this step.
        """
        shown = []
        for image in newest.detach().float():
            filled = int(self.filled)
            if filled < len(self.images):
                self.images[filled] = image
                self.filled += 1
                shown.append(image)
            elif filled and rng.random() < 0.5:
                place = int(rng.integers(filled))
                shown.append(self.images[place].clone())
                self.images[place] = image
            else:
                shown.append(image)
        return torch.stack(shown)
