from typing import Any

import numpy as np
import pytest
import torch
import torch.nn.functional as F  # noqa: N812
from torch import Tensor

from nirecap.dataset_card.training_set import Cut, cut_out
from nirecap.model.colour_extraction import ColourExtraction, Maxout, place_of
from nirecap.model.config import preset


def count(module: torch.nn.Module) -> int:
    return sum(parameter.numel() for parameter in module.parameters())


def made(**overrides: Any) -> ColourExtraction:
    torch.manual_seed(0)
    return ColourExtraction(preset("tiny", **overrides)).eval()


def image(height: int, width: int, batch: int = 1) -> Tensor:
    return 0.2 * torch.rand(batch, 3, height, width, generator=torch.Generator().manual_seed(1))


def test_parameters_at_full_width() -> None:
    cem = ColourExtraction(preset("strict"))
    assert count(cem.f_est) == 3584
    assert count(cem.f_out) == pytest.approx(7.77e6, abs=5e3)
    assert count(ColourExtraction(preset("strict", cem_width=16)).f_out) == pytest.approx(1.95e6, abs=5e3)


def test_maxout_is_the_largest_of_k_features() -> None:
    torch.manual_seed(0)
    f_est = Maxout(2, 4)
    pixels = torch.rand(1, 3, 3, 4)
    weight, bias = f_est.conv.weight.detach().numpy(), f_est.conv.bias.detach().numpy()
    around = np.pad(pixels[0].numpy(), ((0, 0), (1, 1), (1, 1)))
    z = f_est(pixels).detach().numpy()
    assert z.shape == (1, 2, 3, 4)
    for c, y, x in np.ndindex(2, 3, 4):
        pieces = [(weight[4 * c + k] * around[:, y : y + 3, x : x + 3]).sum() + bias[4 * c + k] for k in range(4)]
        assert z[0, c, y, x] == pytest.approx(max(pieces), abs=1e-5)


@pytest.mark.parametrize("iterations", [1, 3, 7])
def test_eq_1_to_4(iterations: int) -> None:
    cem = made(iterations=iterations, cem_side=0)
    low = image(16, 24)
    extraction = cem(low)
    assert len(extraction.gains) == iterations
    lifted = low
    for gain in extraction.gains:
        z = cem.f_est(lifted)
        lift = torch.log1p(torch.exp(cem.f_out(z) - 1))
        torch.testing.assert_close(gain, 4 - 3 * torch.exp(-lift / 3))
        lifted = lifted * gain
    torch.testing.assert_close(extraction.corrected, lifted.clamp(0, 1))
    assert extraction.view.shape == low.shape


def test_a_gain_near_its_limit_can_come_back() -> None:
    bright = made(iterations=1)
    with torch.no_grad():
        bright.f_out.last.bias.fill_(12.0)
    bright(image(16, 16)).gains[0].mean().backward()
    assert bright.f_out.last.bias.grad.abs().min() > 1e-3


def test_the_gain_keeps_its_limits() -> None:
    loud = made(iterations=1, gain_channels=3)  # of which some go up and some down
    with torch.no_grad():
        loud.f_out.last.weight.mul_(1000)
    gain = loud(image(16, 16)).gains[0]
    assert 1 <= gain.min() < 3 < gain.max() <= 4
    free = made(iterations=1, gain_channels=3, gain_floor=0.0, gain_cap=0.0)
    free.load_state_dict(loud.state_dict())
    gain = free(image(16, 16)).gains[0]
    assert 0 <= gain.min() < 1
    assert gain.max() > 4


def test_the_curve_never_clips() -> None:
    cem = made(curve=True, iterations=8, cem_side=0)
    with torch.no_grad():
        cem.f_out.last.bias.fill_(10)
    low = torch.rand(1, 3, 16, 16)
    lifted = low
    extraction = cem(low)
    for gain in extraction.gains:
        lifted = lifted + gain * lifted * (1 - lifted)
    torch.testing.assert_close(extraction.corrected, lifted)
    assert low.mean() < extraction.corrected.mean()
    assert extraction.corrected.max() <= 1


def test_one_channel_gains_keep_the_hue() -> None:
    cem = made(gain_channels=1, cem_side=0)
    low = 0.01 * torch.rand(1, 3, 16, 16) + 0.001
    ratio = cem(low).corrected / low
    torch.testing.assert_close(ratio[:, 0], ratio[:, 2])


def test_a_large_image_gets_the_product_of_the_gains_of_its_reduced_self() -> None:
    cem = made(cem_side=64)
    low = image(96, 128)
    extraction = cem(low)
    assert [gain.shape[-2:] for gain in extraction.gains] == [(48, 64)] * 2
    product = F.interpolate(extraction.gains[0] * extraction.gains[1], (96, 128), mode="bilinear")
    torch.testing.assert_close(extraction.corrected, (low * product).clamp(0, 1))
    assert extraction.view.shape == (1, 3, 48, 64)


@pytest.mark.parametrize("turns", [0, 1, 2, 3])
@pytest.mark.parametrize("flipped", [False, True])
def test_a_crop_gets_the_gain_of_its_place(turns: int, flipped: bool) -> None:
    cem = made()
    low = image(64, 96)
    everywhere = cem(low)
    cut = Cut(x=10, y=20, width=40, height=24, flipped=flipped, quarter_turns=turns)

    def cut_tensor(tensor: Tensor) -> Tensor:
        return torch.from_numpy(cut_out(tensor[0].permute(1, 2, 0).detach().numpy(), cut)).permute(2, 0, 1)[None]

    place = place_of(10, 20, 40, 24, flipped, turns, (96, 64))[None]
    crop = cem(cut_tensor(low), low, place)
    torch.testing.assert_close(crop.corrected, cut_tensor(everywhere.corrected), atol=1e-4, rtol=1e-3)
    torch.testing.assert_close(crop.view, everywhere.view)


@pytest.mark.parametrize("size", [(1, 1), (3, 200), (33, 47), (128, 65)])
@pytest.mark.parametrize("curve", [False, True])
def test_any_size(size: tuple[int, int], curve: bool) -> None:
    extraction = made(curve=curve)(image(*size))
    assert extraction.corrected.shape[-2:] == size
    assert extraction.corrected.isfinite().all()


def test_the_global_path_lets_one_image_differ_from_another() -> None:
    with_path, without = made(global_path=True), made(global_path=False)
    assert count(with_path) > count(without)
    with torch.no_grad():
        with_path.f_out.whole[-1].bias.fill_(1.0)
    assert with_path(image(16, 16)).gains[0].mean() > without(image(16, 16)).gains[0].mean()


@pytest.mark.parametrize("norm", ["none", "batch", "instance", "group", "layer"])
def test_every_norm_trains(norm: str) -> None:
    cem = made(cem_norm=norm).train()
    cem(image(32, 32, 2)).corrected.mean().backward()
    assert all(p.grad is not None and p.grad.isfinite().all() for p in cem.parameters())
