"""Large images without a seam: what looks at the whole image is done once, and the rest in tiles.

    whole   the gains of colour extraction (eq. 2-4), the evened lamp, E_S with its instance norms, E_C, G_F up to 1/8,
            and the image that is made by what G_F changes
    tiles   G_F from 1/8 on, where most of the memory goes

What is held whole comes to about 6 bytes a pixel for each of the network's `width`.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import torch
from torch import Tensor

from .config import Config
from .disentanglement import Codes
from .encoders import CODE, Pyramid
from .pixels import padded
from .purification import PurificationNetwork

MARGIN = 32
"""Pixels around a tile that are computed with it and let go: from 1/8 on G_F looks 17 pixels far, and 32 are whole at
every scale."""
SCALES = (1, 2, 4)
"""Of the codes that join G_F after 1/8."""
LEAST_SIDE = 64
"""Of a tile, pixels."""
WITHOUT_STATISTICS = ("none", "batch")
"""Norms of G_F that take a pixel as it is, whatever the others are."""


@dataclass(frozen=True)
class Tile:
    """Pixels of an image, from the first to before the last."""

    top: int
    bottom: int
    left: int
    right: int

    def of(self, features: Tensor, scale: int = 1) -> Tensor:
        """Return its part of features (B, C, H / scale, W / scale)."""
        rows = slice(self.top // scale, self.bottom // scale)
        return features[..., rows, self.left // scale : self.right // scale]

    def within(self, other: "Tile") -> "Tile":
        """Return where it lies in a tile around it."""
        return Tile(self.top - other.top, self.bottom - other.top, self.left - other.left, self.right - other.left)


def can_be_tiled(config: Config) -> bool:
    """Tell whether tiles give what the whole image gives: norms of G_F that look at all of an image forbid it."""
    return config.decoder_norm in WITHOUT_STATISTICS


def tiles(height: int, width: int, side: int) -> Iterator[tuple[Tile, Tile]]:
    """Yield the tiles of an image, each also with the margin that it has inside the image.

    Args:
        height: of the image, a multiple of 16.
        width: likewise.
        side: of a tile, a multiple of 16; those at the right and lower edges are smaller.

    >>> [tile for tile, _ in tiles(32, 80, 64)]
    [Tile(top=0, bottom=32, left=0, right=64), Tile(top=0, bottom=32, left=64, right=80)]
    >>> [around.right - around.left for _, around in tiles(32, 80, 64)]
    [80, 48]
    """
    for top in range(0, height, side):
        bottom = min(top + side, height)
        for left in range(0, width, side):
            right = min(left + side, width)
            rows = max(top - MARGIN, 0), min(bottom + MARGIN, height)
            yield Tile(top, bottom, left, right), Tile(*rows, max(left - MARGIN, 0), min(right + MARGIN, width))


def purify_in_tiles(network: PurificationNetwork, low: Tensor, nire: Tensor, side: int) -> Tensor:
    """Return I_u, (B, 3, H, W), as `network(low, nire)` does but for rounding, with less memory.

    Args:
        network: one that `can_be_tiled`.
        low: I, (B, 3, H, W), 0 to 1.
        nire: N, (B, 1, H, W), 0 to 1.
        side: of a tile, pixels; it is rounded down to a multiple of 16.
    """
    height, width = low.shape[-2:]
    decoder = network.disentangle.G_F
    codes = _codes(network, low, nire)
    coarse = decoder.coarse({"colour": codes.colour, "structure": codes.structure})
    fine = {"colour": _fine(codes.colour), "structure": _fine(codes.structure)}
    base, guide = codes.base, codes.guide
    del codes
    rows, columns = (8 * length for length in coarse.shape[-2:])
    change = coarse.new_empty(len(low), 3, rows, columns, dtype=torch.float32)
    for tile, around in tiles(rows, columns, side - side % CODE):
        part = {name: {scale: around.of(x, scale) for scale, x in features.items()} for name, features in fine.items()}
        tile.of(change)[...] = tile.within(around).of(decoder.fine(around.of(coarse, 8), part))
    return network.disentangle.changed(change, base, guide)[..., :height, :width]


def _codes(network: PurificationNetwork, low: Tensor, nire: Tensor) -> Codes:
    """Return what the images come to, without the features that G_F has no use for."""
    i_d, n_d = (padded(image, CODE, 2 * CODE) for image in (network.extract(low).corrected, nire))
    codes = network.disentangle.seen(i_d, n_d)
    used = network.disentangle.G_F.sources["colour"]
    return Codes({scale: codes.colour[scale] for scale in used}, codes.structure, codes.base, codes.guide)


def _fine(features: Pyramid) -> Pyramid:
    return {scale: features[scale] for scale in SCALES if scale in features}
