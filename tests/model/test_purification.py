from typing import Any

import pytest
import torch
from torch import Tensor

from nirecap.errors import UsageMistake
from nirecap.model.config import Config, preset
from nirecap.model.purification import PurificationNetwork

NARROW = {"width": 8, "cem_width": 4, "blocks": 1}


def made(name: str = "tiny", **overrides: Any) -> PurificationNetwork:
    torch.manual_seed(0)
    network = PurificationNetwork(preset(name, **{**NARROW, **overrides})).eval()
    with torch.no_grad():
        for decoder in (network.disentangle.G_F, network.disentangle.G_A):  # as if trained
            decoder.last.weight.normal_(0, 0.1)
    return network


def pair(height: int = 40, width: int = 56, batch: int = 1) -> tuple[Tensor, Tensor]:
    rng = torch.Generator().manual_seed(1)
    low = 0.2 * torch.rand(batch, 3, height, width, generator=rng)
    return low, torch.rand(batch, 1, height, width, generator=rng)


@torch.no_grad()
def test_inference_is_the_cem_then_the_forward_translation() -> None:
    network = made()
    low, nire = pair(32, 48)
    assert network.CEM is not None
    i_d = network.CEM(low).corrected
    torch.testing.assert_close(network(low, nire), network.disentangle.purify(i_d, nire))


@torch.no_grad()
def test_inference_never_touches_what_only_training_needs() -> None:
    network = made()
    before = network(*pair())
    for part in (network.disentangle.E_A, network.disentangle.G_A):
        for parameter in part.parameters():
            parameter.fill_(torch.nan)
    assert torch.equal(network(*pair()), before)


@torch.no_grad()
@pytest.mark.parametrize("size", [(1, 1), (5, 200), (16, 16), (33, 47), (64, 64), (90, 130)])
def test_any_size(size: tuple[int, int]) -> None:
    out = made()(*pair(*size))
    assert out.shape == (1, 3, *size)
    assert out.isfinite().all()
    assert out.min() >= 0
    assert out.max() <= 1


@torch.no_grad()
@pytest.mark.parametrize("name", ["tiny", "small", "plus", "paper", "strict"])
def test_an_image_does_not_depend_on_the_others_of_its_batch(name: str) -> None:
    network = made(name)
    low, nire = pair(48, 64, batch=3)
    together = network(low, nire)
    alone = network(low[1:2], nire[1:2])
    torch.testing.assert_close(together[1:2], alone, atol=1e-5, rtol=1e-4)


@torch.no_grad()
@pytest.mark.parametrize("name", ["tiny", "plus", "paper"])
def test_images_stay_in_float32_where_convolutions_do_not(name: str) -> None:
    network = made(name)
    exact = network(*pair())
    with torch.autocast("cpu", torch.bfloat16):
        about, extraction = network(*pair()), network.extract(pair()[0])
    assert about.dtype == extraction.corrected.dtype == extraction.gains[0].dtype == torch.float32
    torch.testing.assert_close(about, exact, atol=0.02, rtol=0)
    assert not torch.equal(about, exact)


@torch.no_grad()
def test_a_saved_network_holds_only_what_inference_needs_and_gives_the_same() -> None:
    network = made()
    state = network.inference_state()
    assert {name.split(".")[0] + "." + name.split(".")[1] for name in state} == {
        *("CEM.f_est", "CEM.f_out", "disentangle.E_C", "disentangle.E_S", "disentangle.G_F")
    }
    torch.manual_seed(9)
    other = PurificationNetwork(network.config).eval()
    assert not torch.equal(other(*pair()), network(*pair()))
    other.load_inference_state(state)
    assert torch.equal(other(*pair()), network(*pair()))
    assert not hasattr(other.disentangle, "E_A")
    assert other.inference_state().keys() == state.keys()


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda state: state.popitem(), "lack"),
        (lambda state: state.update(extra=torch.zeros(1)), "have an unknown 'extra'"),
        (lambda state: state.update({"disentangle.G_F.last.bias": torch.zeros(4)}), r"last\.bias is \(4,\)"),
        (lambda state: state.update({"disentangle.G_F.last.bias": torch.zeros(3, dtype=torch.int64)}), "int64"),
        (lambda state: state.update({"disentangle.G_F.last.bias": torch.full((3,), torch.nan)}), "damaged"),
    ],
)
def test_weights_that_do_not_fit_are_refused(change: Any, message: str) -> None:
    network = made()
    state = network.inference_state()
    change(state)
    with pytest.raises(UsageMistake, match=message):
        network.load_inference_state(state)
    assert hasattr(network.disentangle, "E_A")


@torch.no_grad()
def test_ablations_change_what_they_should() -> None:
    low, nire = pair()
    other = nire.flip(-1)
    assert not torch.equal(made()(low, nire), made()(low, other))
    assert torch.equal(made(without=("structure",))(low, nire), made(without=("structure",))(low, other))
    bare = made(without=("cem",))
    assert bare.extract(low).corrected is low
    assert not any(name.startswith("CEM") for name in bare.inference_state())
    for loss in ("ccl", "scl"):  # of the loss alone: the network is the same
        assert torch.equal(made(without=(loss,))(low, nire), made()(low, nire))


def test_full_width_has_the_parameters_that_it_should() -> None:
    with torch.device("meta"):
        network = PurificationNetwork(Config())
    infer = sum(tensor.numel() for tensor in network.inference_state().values())
    assert infer == pytest.approx(82e6, rel=0.01)
