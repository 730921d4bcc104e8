from dataclasses import replace
from typing import Any

import pytest
import torch
from torch import Tensor

from nirecap.errors import UsageMistake
from nirecap.model import losses
from nirecap.model.colour_extraction import Extraction
from nirecap.model.config import PRESETS, Config, preset
from nirecap.model.discriminator import Discriminators
from nirecap.model.disentanglement import Reconstructions, Translations
from nirecap.model.objective import (
    Terms,
    Views,
    extraction_terms,
    joint_terms,
    judging_terms,
    self_terms,
    supervised_terms,
    total,
)
from nirecap.model.purification import PurificationNetwork


def config(**overrides: Any) -> Config:
    return preset("tiny", exposure_target=0.45, **overrides)


def images(*channels: int, seed: int = 0) -> list[Tensor]:
    rng = torch.Generator().manual_seed(seed)
    return [torch.rand(2, c, 64, 64, generator=rng) for c in channels]


def views() -> Views:
    low, n_d, i_f, n_f = images(3, 1, 3, 1)
    return Views(0.2 * low, n_d, i_f, n_f)


def step(settings: Config, batch: Views | None = None) -> tuple[PurificationNetwork, Terms, Tensor]:
    torch.manual_seed(0)
    network, judges, batch = PurificationNetwork(settings), Discriminators(settings), batch or views()
    extraction = network.extract(batch.I)
    made = network.disentangle(extraction.corrected, batch.N_d, batch.I_f, batch.N_f, own=True)
    terms = joint_terms(extraction, made, batch, judges, settings)
    return network, terms, total(terms, settings)


def test_eq_7() -> None:
    settings = config()
    gains, view = tuple(images(3, 3)), images(3, seed=1)[0]
    terms = extraction_terms(Extraction(view, view, gains), settings)
    expected = (
        2 * losses.total_variation(gains)
        + losses.colour_constancy(view)
        + 10 * (view.mean((1, 2, 3)) - 0.45).square().mean()
    )
    torch.testing.assert_close(total(terms, settings), expected)


def test_the_literal_eq_7_has_two_terms_and_no_exposure() -> None:
    gains, view = tuple(images(3, 3)), images(3, seed=1)[0]
    assert set(extraction_terms(Extraction(view, view, gains), preset("strict"))) == {"tv", "colour"}


def test_exposure_needs_its_target() -> None:
    gains, view = tuple(images(3)), images(3)[0]
    with pytest.raises(UsageMistake, match="exposure_target"):
        extraction_terms(Extraction(view, view, gains), preset("tiny"))


def test_eq_14() -> None:
    settings = config(artifact_weight=3.0, scl_weight=0.5)
    batch, judges = views(), Discriminators(settings)
    i_d, gain, i_u, i_v, if_hat, id_hat, own_f, own_d = images(*(3,) * 8, seed=2)
    extraction = Extraction(i_d, i_d, (gain,))
    made = Translations(i_u, i_v, if_hat, id_hat, Reconstructions(own_f, own_d))
    terms = joint_terms(extraction, made, batch, judges, settings)
    expected = {
        "cycle": (if_hat - batch.I_f).abs().mean() + (id_hat - i_d).abs().mean(),
        "ccl": losses.colour_compensation(i_u, i_d),
        "scl": losses.structure_compensation(i_u, batch.I),
        "adversarial": losses.verdict(judges.D_f(i_u), True) + losses.verdict(judges.D_d(i_v), True),
        "self": (own_f - batch.I_f).abs().mean() + (own_d - i_d).abs().mean(),
        "artifact": ((i_d - i_u) - (i_v - batch.I_f)).abs().mean(),
        "extraction": total(extraction_terms(extraction, settings), settings),
    }
    assert terms.keys() == expected.keys()
    for name, value in expected.items():
        torch.testing.assert_close(terms[name], value)
    weights = {"cycle": 10, "ccl": 1, "scl": 0.5, "adversarial": 1, "self": 5, "artifact": 3, "extraction": 0.005}
    torch.testing.assert_close(total(terms, settings), sum(weights[name] * value for name, value in expected.items()))


def test_no_gradient_reaches_the_cem_through_a_target() -> None:
    i_d, gain, *others = (image.requires_grad_() for image in images(*(3,) * 8, seed=2))
    i_u, i_v, if_hat, id_hat, own_f, own_d = others
    settings = config(artifact_weight=1.0, extraction_weight=0.0, scl_source="corrected")
    made = Translations(i_u, i_v, if_hat, id_hat, Reconstructions(own_f, own_d))
    terms = joint_terms(Extraction(i_d, i_d, (gain,)), made, views(), Discriminators(settings), settings)
    total(terms, settings).backward()
    assert i_d.grad is None
    assert all(image.grad is not None for image in others)


def test_the_cem_learns_in_stage_2_through_what_is_made_of_its_image() -> None:
    network, terms, loss = step(config(extraction_weight=0.0))
    assert "extraction" not in terms
    loss.backward()
    assert network.CEM is not None
    assert network.CEM.f_out.last.weight.grad is not None
    assert network.CEM.f_out.last.weight.grad.abs().max() > 0


def test_every_weight_of_the_network_is_trained() -> None:
    network, _, _ = step(config())
    with torch.no_grad():
        for decoder in (network.disentangle.G_F, network.disentangle.G_A):
            decoder.last.weight.normal_(0, 0.1)  # from 0, nothing before it would move at the first step
    batch, judges = views(), Discriminators(config())
    extraction = network.extract(batch.I)
    made = network.disentangle(extraction.corrected, batch.N_d, batch.I_f, batch.N_f)
    total(joint_terms(extraction, made, batch, judges, config()), config()).backward()
    idle = [name for name, p in network.named_parameters() if p.grad is None or not p.grad.any()]
    assert not [name for name in idle if not name.endswith("bias")], idle


@pytest.mark.parametrize("part", ["ccl", "scl"])
def test_an_ablated_term_is_gone(part: str) -> None:
    _, whole, _ = step(config())
    _, terms, _ = step(config(without=(part,)))
    assert whole.keys() - terms.keys() == {part}


def test_without_the_cem_the_low_light_image_itself_is_used() -> None:
    network, terms, _ = step(config(without=("cem",)))
    assert network.CEM is None
    assert "extraction" not in terms
    low = views().I
    assert network.extract(low).corrected is low


@pytest.mark.parametrize("name", PRESETS)
def test_a_step_of_every_preset_is_finite(name: str) -> None:
    narrow = {"width": 8, "cem_width": 4, "blocks": 1, "discriminator_width": 8}
    network, _, loss = step(preset(name, exposure_target=0.45, **narrow))
    loss.backward()
    assert loss.isfinite()
    assert all(p.grad.isfinite().all() for p in network.parameters() if p.grad is not None)


def test_equal_seeds_give_equal_steps() -> None:
    (one, _, loss_one), (two, _, loss_two) = step(config()), step(config())
    loss_one.backward()
    loss_two.backward()
    assert loss_one == loss_two
    pairs = zip(one.parameters(), two.parameters(), strict=True)
    assert all(a.grad is b.grad is None or torch.equal(a.grad, b.grad) for a, b in pairs)


def test_what_is_not_trusted_does_not_reach_the_self_reconstruction() -> None:
    batch, settings = views(), config()
    (i_d,) = images(3, seed=3)
    trust = torch.ones(2, 1, 64, 64)
    trust[..., :32] = 0
    spoilt = i_d.clone()
    spoilt[..., :32] = 1
    batch = replace(batch, trust_d=trust)
    own, other = Reconstructions(batch.I_f, 0.5 * i_d), Reconstructions(batch.I_f, 0.5 * spoilt)
    torch.testing.assert_close(
        self_terms(own, i_d, batch, settings)["self"], self_terms(other, spoilt, batch, settings)["self"]
    )


@pytest.mark.parametrize("kind", ["bce", "lsgan"])
@pytest.mark.parametrize("weight", [0.0, 10.0])
def test_the_discriminators_learn_what_is_real_and_teach_nothing_back(kind: str, weight: float) -> None:
    torch.manual_seed(0)
    settings = config(adversarial=kind, r1_weight=weight)
    judges = Discriminators(settings)
    shown = [image.requires_grad_() for image in images(3, 3, 3, 3)]
    i_f, i_u, i_d, i_v = shown
    terms = judging_terms(judges, i_f, i_u, i_d, i_v, settings)
    pairs = (judges.D_f, i_f, i_u), (judges.D_d, i_d, i_v)
    expected = {
        "discriminators": sum(
            losses.verdict(judge(image), real, kind)
            for judge, *both in pairs
            for image, real in zip(both, (True, False), strict=True)
        )
    }
    if weight:
        expected["r1"] = sum(losses.gradient_penalty(judge(real), real) for judge, real, _ in pairs)
    torch.testing.assert_close(terms, expected)
    sum(terms.values()).backward()  # type: ignore[union-attr]
    assert all(image.grad is None for image in shown)
    assert all(p.grad is not None for p in judges.parameters())


def test_supervision_is_nothing_at_the_reference() -> None:
    (reference,) = images(3)
    assert set(supervised_terms(reference, reference)) == {"supervised", "gradient", "mean", "similarity"}
    assert float(total(supervised_terms(reference, reference), config())) == pytest.approx(0, abs=1e-6)
    assert total(supervised_terms(reference + 0.1, reference), config()) > 0.1
