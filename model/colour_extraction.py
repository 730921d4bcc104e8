"""Stage 1, the colour extraction module (CEM): what colour is left in the dark, eq. 1-4.

I^0 = I; z = f_est(I^{t-1}); L_t = f_out(z); I^t = I^{t-1} L_t; I_d = I^T. L is multiplied: it is a gain, the inverse of
an illumination (A4); by `gain_floor` at least 1 (A3), by `gain_channels` one for each colour or for all (A5).
"""

from dataclasses import dataclass
from itertools import pairwise
from math import prod

import torch
import torch.nn.functional as F  # noqa: N812 - as everybody calls it
from torch import Tensor, nn

from .blocks import convolution, norm
from .config import Config, Norm
from .pixels import padded, precise, reduced


@dataclass(frozen=True, eq=False)
class Extraction:
    """What the CEM makes of I."""

    corrected: Tensor
    """I_d, (B, 3, H, W), 0 to 1."""
    view: Tensor
    """I_d of the whole images, (B, 3, h, w), of the size at which L was estimated."""
    gains: tuple[Tensor, ...]
    """L_1 to L_T, each (B, 3 or 1, h, w), of the size at which they were estimated."""


class Maxout(nn.Module):
    """f_est: a 3x3 convolution to k features for each output, of which the largest counts (A6)."""

    def __init__(self, outputs: int, pieces: int) -> None:
        super().__init__()
        self.pieces = pieces
        self.conv = convolution(3, outputs * pieces, 3)

    def forward(self, image: Tensor) -> Tensor:
        """Return (B, outputs, H, W)."""
        return self.conv(image).unflatten(1, (-1, self.pieces)).amax(2)  # type: ignore[no-any-return]


class Level(nn.Sequential):
    """Twice a 3x3 convolution, norm, ReLU."""

    def __init__(self, inputs: int, outputs: int, kind: Norm) -> None:
        halves = ((inputs, outputs), (outputs, outputs))
        super().__init__(*(m for a, b in halves for m in (convolution(a, b, 3), norm(kind, b), nn.ReLU())))


class UNet(nn.Module):
    """f_out: as many levels as asked for, twice the channels and half the size at each (A7)."""

    def __init__(self, inputs: int, outputs: int, config: Config) -> None:
        super().__init__()
        widths = [config.cem_width << level for level in range(config.cem_levels)]
        self.down = nn.ModuleList(Level(a, b, config.cem_norm) for a, b in pairwise([inputs, *widths]))
        rising = list(pairwise(reversed(widths)))
        self.larger = nn.ModuleList(nn.ConvTranspose2d(a, b, 2, stride=2) for a, b in rising)
        self.up = nn.ModuleList(Level(2 * b, b, config.cem_norm) for _, b in rising)
        self.last = nn.Conv2d(widths[0], outputs, 1)
        self.whole = _whole_image(widths[-1], outputs) if config.global_path else None

    def forward(self, x: Tensor) -> Tensor:
        """Return (B, outputs, H, W), of any sign; H and W are multiples of 2^(levels - 1)."""
        skips: list[Tensor] = []
        for level in self.down:
            x = level(F.max_pool2d(x, 2) if skips else x)
            skips.append(x)
        deepest = skips.pop()
        for larger, level, skip in zip(self.larger, self.up, reversed(skips), strict=True):
            x = level(torch.cat([larger(x), skip], 1))
        logits: Tensor = self.last(x)
        return logits if self.whole is None else logits + self.whole(deepest)


def _whole_image(inputs: int, outputs: int) -> nn.Sequential:
    """Return the path that lets the mean of the deepest features shift all of L."""
    hidden = max(inputs // 4, 4)
    return nn.Sequential(
        nn.AdaptiveAvgPool2d(1), nn.Conv2d(inputs, hidden, 1), nn.ReLU(), nn.Conv2d(hidden, outputs, 1)
    )


class ColourExtraction(nn.Module):
    """The CEM: the same f_est and f_out T times over."""

    def __init__(self, config: Config) -> None:
        super().__init__()
        self.config = config
        self.f_est = Maxout(config.maxout_channels, config.maxout_pieces)
        self.f_out = UNet(config.maxout_channels, config.gain_channels, config)

    def forward(self, low: Tensor, whole: Tensor | None = None, place: Tensor | None = None) -> Extraction:
        """Correct the colour of I.

        L is estimated on `whole`, or on `low` where there is none, reduced to a longer side of `cem_side`, and what it
        comes to over all t is enlarged: at sizes far from those it was trained at, the U-Net makes halos.

        Args:
            low: I, (B, 3, H, W), 0 to 1: an image, or crops of larger ones.
            whole: the images that the crops are from, (B, 3, h, w), of any size.
            place: (B, 2, 3), where each crop lies in its image, as `place_of` says it.
        """
        view = reduced(low if whole is None else whole, self.config.cem_side)
        seen, gains = self._estimate(view)
        corrected = seen if view is low else self._applied(low, gains, place)
        return Extraction(corrected.clamp(0, 1), seen.clamp(0, 1), gains)  # clamped only at the end (A4)

    def _estimate(self, image: Tensor) -> tuple[Tensor, tuple[Tensor, ...]]:
        """Return I^T, not clamped, and L_1 to L_T."""
        gains = []
        for _ in range(self.config.iterations):
            gains.append(self._gain(image))  # eq. 2 and 3
            image = self._brightened(image, gains[-1])  # eq. 4
        return image, tuple(gains)

    def _gain(self, image: Tensor) -> Tensor:
        height, width = image.shape[-2:]
        z = self.f_est(padded(image, 1 << (self.config.cem_levels - 1)))
        logits = precise(self.f_out(z))[..., :height, :width]
        if self.config.curve:
            return torch.tanh(logits)
        lift = F.softplus(logits - 1)  # at first about 0.3
        if self.config.gain_cap:
            span = self.config.gain_cap - self.config.gain_floor
            lift = span * (1 - torch.exp(-lift / span))  # near the cap it still has a slope to come back by
        return self.config.gain_floor + lift

    def _brightened(self, image: Tensor, gain: Tensor) -> Tensor:
        return image + gain * image * (1 - image) if self.config.curve else image * gain

    def _applied(self, low: Tensor, gains: tuple[Tensor, ...], place: Tensor | None) -> Tensor:
        """Return I^T of an image, or of crops, by what was estimated at another size."""
        for gain in gains if self.config.curve else (prod(gains[1:], start=gains[0]),):
            low = self._brightened(low, _enlarged(gain, low.shape[-2:], place))
        return low


def _enlarged(gain: Tensor, size: torch.Size, place: Tensor | None) -> Tensor:
    if place is None:
        return F.interpolate(gain, size, mode="bilinear", align_corners=False)
    grid = F.affine_grid(place.to(gain), [len(gain), gain.shape[1], *size], align_corners=False)
    return F.grid_sample(gain, grid, mode="bilinear", padding_mode="border", align_corners=False)


def place_of(
    x: int, y: int, width: int, height: int, flipped: bool, quarter_turns: int, size: tuple[int, int]
) -> Tensor:
    """Return where a crop lies in its image: the affine map (2, 3) from the crop's coordinates to the image's.

    Both run from -1 to 1, as `torch.nn.functional.affine_grid` has them.

    Args:
        x: left edge in the image, pixels.
        y: upper edge.
        width: in the image.
        height: in the image.
        flipped: left and right exchanged.
        quarter_turns: anticlockwise, after the flip.
        size: width and height of the image.

    >>> place_of(0, 0, 4, 4, flipped=False, quarter_turns=0, size=(8, 4)).tolist()
    [[0.5, 0.0, -0.5], [0.0, 1.0, 0.0]]
    """
    turn = torch.matrix_power(torch.tensor([[0.0, -1.0], [1.0, 0.0]]), quarter_turns % 4)
    part = torch.diag(torch.tensor([-1.0 if flipped else 1.0, 1.0])) @ turn  # from the crop to the part that is cut out
    share = torch.tensor([width / size[0], height / size[1]])
    middle = torch.tensor([(2 * x + width) / size[0] - 1, (2 * y + height) / size[1] - 1])
    return torch.cat([share[:, None] * part, middle[:, None]], 1)
