from collections import Counter
from typing import Any

import pytest
import torch
from torch import Tensor

from nirecap.model.config import preset
from nirecap.model.disentanglement import Disentanglement
from nirecap.model.pixels import blur, guided


def made(**overrides: Any) -> Disentanglement:
    torch.manual_seed(0)
    module = Disentanglement(preset("tiny", **overrides)).eval()
    with torch.no_grad():
        for decoder in (module.G_F, module.G_A):  # as if trained: not merely its base
            decoder.last.weight.normal_(0, 0.1)
    return module


@pytest.fixture
def views() -> tuple[Tensor, Tensor, Tensor, Tensor]:
    rng = torch.Generator().manual_seed(1)
    return tuple(torch.rand(2, c, 32, 48, generator=rng) for c in (3, 1, 3, 1))


@pytest.mark.parametrize(
    ("output", "change_guided"), [("image", False), ("colour", False), ("guided", False), ("guided", True)]
)
def test_eq_8_and_9(output: str, change_guided: bool, views: tuple[Tensor, Tensor, Tensor, Tensor]) -> None:
    net = made(output=output, change_guided=change_guided)
    i_d, n_d, i_f, n_f = views

    def image_of(change: Tensor, image: Tensor, nire: Tensor) -> Tensor:
        if output == "image":
            return change.sigmoid()
        base = {"colour": blur(image, 4), "guided": guided(image, nire, 4)}[output].clamp(0.01, 0.99)
        return (change + (base / (1 - base)).log()).sigmoid()

    def g_f(image: Tensor, nire: Tensor) -> Tensor:
        codes = {"colour": net.E_C(blur(image, 3)), "structure": net.E_S(nire)}
        change = net.G_F(codes)
        return image_of(guided(change, nire, 4) if change_guided else change, image, nire)

    def g_a(image: Tensor, nire: Tensor) -> Tensor:
        codes = {"colour": net.E_C(blur(image, 3)), "structure": net.E_S(nire), "artifact": net.E_A(i_d)}
        return image_of(net.G_A(codes), image, nire)

    got = net(*views, own=True)
    torch.testing.assert_close(got.I_u, g_f(i_d, n_d))
    torch.testing.assert_close(got.I_v, g_a(i_f, n_f))
    torch.testing.assert_close(got.If_hat, g_f(got.I_v, n_f))
    torch.testing.assert_close(got.Id_hat, g_a(got.I_u, n_d))
    torch.testing.assert_close(got.own.I_f, g_f(i_f, n_f))
    torch.testing.assert_close(got.own.I_d, g_a(i_d, n_d))
    torch.testing.assert_close(net.purify(i_d, n_d), got.I_u)
    again = net.reconstruct(*views)
    torch.testing.assert_close(again.I_f, got.own.I_f)
    torch.testing.assert_close(again.I_d, got.own.I_d)
    assert net(*views).own is None


def test_stripes_that_n_has_not_stay_out_of_the_image() -> None:
    net, stripes = made(output="guided"), torch.tensor([1.0, -1.0]).repeat(24).expand(1, 3, 32, 48)
    base, flat = torch.full((1, 3, 32, 48), 0.5), torch.full((1, 1, 32, 48), 0.3)
    striped = (stripes[:, :1] + 1) / 2
    inside = slice(12, -12)  # a stripe at the edge goes on beyond it
    assert (net.changed(stripes, base, flat) - 0.5)[..., inside].abs().max() < 0.01
    assert (net.changed(stripes, base, striped) - stripes.sigmoid())[..., inside].abs().max() < 0.01


def test_one_colour_encoder_and_one_structure_encoder_serve_both_directions() -> None:
    net = made()
    calls: Counter[str] = Counter()
    for name in ("E_C", "E_S", "E_A"):
        getattr(net, name).register_forward_hook(lambda *_, name=name: calls.update([name]))
    net(*(torch.rand(1, c, 32, 32) for c in (3, 1, 3, 1)), own=True)
    assert calls == {"E_C": 4, "E_S": 2, "E_A": 1}


def test_without_structure_the_infrared_image_changes_nothing(views: tuple[Tensor, Tensor, Tensor, Tensor]) -> None:
    i_d, n_d, i_f, n_f = views
    for output in ("image", "colour", "guided"):
        blind, seeing = made(output=output, without=("structure",)), made(output=output)
        assert blind.E_S is None
        assert torch.equal(blind.purify(i_d, n_d), blind.purify(i_d, n_f))
        assert torch.equal(blind(i_d, n_d, i_f, n_f).I_v, blind(i_d, n_f, i_f, n_d).I_v)
        assert not torch.equal(seeing.purify(i_d, n_d), seeing.purify(i_d, n_f))


def test_the_lamp_is_evened_only_if_asked(views: tuple[Tensor, Tensor, Tensor, Tensor]) -> None:
    i_d, n_d, _, _ = views
    plain, even = made(), made(lamp_grid=4)
    assert not torch.equal(plain.purify(i_d, n_d), even.purify(i_d, n_d))


def test_the_blur_keeps_noise_from_the_colour_code(views: tuple[Tensor, Tensor, Tensor, Tensor]) -> None:
    i_d, n_d, _, _ = views
    noisy = (i_d + 0.1 * torch.randn(i_d.shape, generator=torch.Generator().manual_seed(2))).clamp(0, 1)

    def change(net: Disentanglement) -> float:
        return (net.purify(i_d, n_d) - net.purify(noisy, n_d)).abs().mean().item()

    blurred, sharp = made(output="image", colour_blur=3.0), made(output="image", colour_blur=0.0)
    assert change(blurred) < 0.5 * change(sharp)
