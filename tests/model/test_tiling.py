"""Tiles give what the whole image gives, so that no seam can show."""

import numpy as np
import pytest
import torch
from torch import Tensor

from nirecap.errors import UsageMistake
from nirecap.model.arrays import inputs
from nirecap.model.purifier import Purifier
from nirecap.model.tiling import can_be_tiled, purify_in_tiles, tiles

from .saved_run import drawn_network, drawn_pair

ROUNDING = 2e-6
SIZE = (150, 210)


def pair(*size: int) -> tuple[Tensor, Tensor]:
    low, nire = drawn_pair(*size)
    return inputs([low], [nire])


@torch.inference_mode()
@pytest.mark.parametrize("name", ["tiny", "small", "plus", "paper"])
@pytest.mark.parametrize("side", [64, 112])
def test_tiles_give_what_the_whole_image_gives(name: str, side: int) -> None:
    network = drawn_network(name)
    low, nire = pair(*SIZE)
    whole, tiled = network(low, nire), purify_in_tiles(network, low, nire, side)
    assert tiled.shape == whole.shape == (1, 3, *SIZE)
    torch.testing.assert_close(tiled, whole, atol=ROUNDING, rtol=0)


@torch.inference_mode()
@pytest.mark.parametrize(
    "settings",
    [
        {"blocks": 2, "lamp_grid": 6},
        {"without": ("structure",)},
        {"without": ("cem",)},
        {"structure_norm": "group", "colour_norm": "instance"},
        {"decoder_norm": "batch", "colour_skips": (1, 2, 4, 8), "structure_skips": ()},
    ],
    ids=str,
)
def test_whatever_else_looks_at_the_whole_image(settings: dict[str, object]) -> None:
    network = drawn_network("paper", **settings)
    low, nire = pair(*SIZE)
    torch.testing.assert_close(purify_in_tiles(network, low, nire, 64), network(low, nire), atol=ROUNDING, rtol=0)


@torch.inference_mode()
def test_images_by_themselves_would_not_do() -> None:
    """What the comparison above can tell: a tile purified as an image of its own is another one."""
    network = drawn_network("small")
    low, nire = pair(*SIZE)
    alone = network(low[..., :64, :64], nire[..., :64, :64])
    assert (alone - network(low, nire)[..., :64, :64]).abs().max() > 1000 * ROUNDING


@torch.inference_mode()
def test_steps_across_the_borders_of_tiles_are_as_elsewhere() -> None:
    network = drawn_network("plus")
    ramp = torch.linspace(0.02, 0.2, 256).expand(1, 3, 192, 256)
    nire = torch.linspace(0.3, 0.7, 192)[:, None].expand(1, 1, 192, 256)
    steps = purify_in_tiles(network, ramp, nire, 64).diff(dim=-1).abs()[..., 16:-16]  # the image's own edges apart
    borders = [border - 1 - 16 for border in (64, 128, 192)]
    others = torch.ones(steps.shape[-1], dtype=torch.bool)
    others[borders] = False
    assert steps[..., borders].max() <= steps[..., others].max()


@torch.inference_mode()
@pytest.mark.parametrize("size", [(1, 1), (16, 300), (64, 64), (65, 129)])
def test_any_size(size: tuple[int, int]) -> None:
    network = drawn_network("tiny")
    low, nire = pair(*size)
    torch.testing.assert_close(purify_in_tiles(network, low, nire, 64), network(low, nire), atol=ROUNDING, rtol=0)


def test_tiles_cover_every_pixel_once() -> None:
    covered = torch.zeros(208, 160, dtype=torch.int64)
    for tile, around in tiles(208, 160, 64):
        tile.of(covered)[...] += 1
        place = tile.within(around)
        assert 0 <= place.top < place.bottom <= around.bottom - around.top
        assert around.top in (0, tile.top - 32)
    assert covered.unique().tolist() == [1]


def test_network_whose_decoder_looks_at_the_whole_image_takes_it_whole() -> None:
    strict = drawn_network("strict")
    assert not can_be_tiled(strict.config)
    low, nire = drawn_pair(*SIZE)
    tiled, whole = (Purifier(strict, tile=tile)(low, nire) for tile in (64, 0))
    assert np.array_equal(tiled, whole)


@pytest.mark.parametrize("tile", [-1, 1, 63])
def test_tile_that_is_too_small(tile: int) -> None:
    with pytest.raises(UsageMistake, match="too small; give 64"):
        Purifier(drawn_network(), tile=tile)


def test_less_is_held_at_a_time() -> None:
    """No tensor of the tiled part is as large as the image's features at full size are."""
    network, largest = drawn_network("small"), []
    network.disentangle.G_F.up1.register_forward_hook(lambda _m, _i, out: largest.append(out.numel()))
    low, nire = pair(300, 420)
    with torch.inference_mode():
        network(low, nire)
        purify_in_tiles(network, low, nire, 64)
    whole, *tiled = largest
    assert max(tiled) < whole / 3
