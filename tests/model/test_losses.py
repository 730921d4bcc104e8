"""Each equation against loops over its pixels."""

import itertools
import math
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
import torch
import torch.nn.functional as F  # noqa: N812 - as everybody calls it
from torch import Tensor

from nirecap.model import losses
from nirecap.model.losses import (
    absolute,
    colour_compensation,
    colour_constancy,
    exposure,
    gradient_difference,
    gradient_penalty,
    mean_difference,
    structure_compensation,
    total_variation,
    verdict,
)


def noise(*shape: int, seed: int = 0) -> Tensor:
    return torch.rand(shape, generator=torch.Generator().manual_seed(seed), dtype=torch.float64)


def loop_variation(gain: np.ndarray, order: int, total: bool) -> float:
    """Eq. 5 for one L_t (B, C, H, W)."""
    result = 0.0
    for steps in itertools.product([(0, 1), (1, 0)], repeat=order):
        values = []
        height, width = gain.shape[2] - sum(s[0] for s in steps), gain.shape[3] - sum(s[1] for s in steps)
        for b, c, y, x in np.ndindex(*gain.shape[:2], height, width):
            value = 0.0
            for taken in itertools.product((0, 1), repeat=len(steps)):
                dy = sum(s[0] for s, t in zip(steps, taken, strict=True) if t)
                dx = sum(s[1] for s, t in zip(steps, taken, strict=True) if t)
                value += (-1) ** (len(steps) - sum(taken)) * gain[b, c, y + dy, x + dx]
            values.append(abs(value))
        result += sum(values) / (len(gain) if total else len(values))
    return result


@pytest.mark.parametrize("order", [1, 2])
@pytest.mark.parametrize("reduction", ["mean", "sum"])
def test_eq_5(order: int, reduction: str) -> None:
    gains = (noise(2, 3, 4, 5), noise(2, 3, 4, 5, seed=1))
    expected = np.mean([loop_variation(gain.numpy(), order, reduction == "sum") for gain in gains])
    assert float(total_variation(gains, order, reduction)) == pytest.approx(expected)


def test_eq_6() -> None:
    image = noise(2, 3, 4, 5)
    expected = 0.0
    for b in range(2):
        means = [float(image[b, c].mean()) for c in range(3)]
        expected += sum((means[p] - means[q]) ** 2 for p, q in ((0, 1), (0, 2), (1, 2))) / 2
    assert float(colour_constancy(image)) == pytest.approx(expected)


def test_black_is_the_optimum_of_eq_7_as_printed() -> None:
    """Why there is an exposure term (A3)."""
    black = torch.zeros(1, 3, 32, 32)
    assert total_variation((black,)) == colour_constancy(black) == 0
    assert exposure(black, 0.5) == 0.25


@pytest.mark.parametrize("pool", [0, 2])
def test_exposure(pool: int) -> None:
    image = noise(2, 3, 4, 6)
    height, width = (pool, pool) if pool else (4, 6)
    squares = [
        (float(image[b, :, y : y + height, x : x + width].mean()) - 0.6) ** 2
        for b in range(2)
        for y in range(0, 4, height)
        for x in range(0, 6, width)
    ]
    assert float(exposure(image, 0.6, pool)) == pytest.approx(np.mean(squares))


@pytest.mark.parametrize("reduction", ["mean", "sum"])
def test_eq_10_and_11(reduction: str) -> None:
    a, b = noise(2, 3, 4, 5), noise(2, 3, 4, 5, seed=1)
    distances = [abs(float(x) - float(y)) for x, y in zip(a.flatten(), b.flatten(), strict=True)]
    count = len(distances) if reduction == "mean" else 2
    assert float(absolute(a, b, None, reduction)) == pytest.approx(sum(distances) / count)
    rho = sum((d**2 + 1e-6) ** 0.4 for d in distances) / count
    assert float(colour_compensation(a, b, 0.8, None, reduction)) == pytest.approx(rho)


def loop_structure(i_u: np.ndarray, source: np.ndarray, normalised: bool, total: bool) -> float:
    """Eq. 13 for one pair of images (3, H, W), H and W multiples of 8."""
    maps = []
    for image in (i_u, source):
        grey = 0.299 * image[0] + 0.587 * image[1] + 0.114 * image[2]
        g = np.zeros_like(grey)
        for y, x in np.ndindex(*grey.shape):
            dx = grey[y, x + 1] - grey[y, x] if x + 1 < grey.shape[1] else 0
            dy = grey[y + 1, x] - grey[y, x] if y + 1 < grey.shape[0] else 0
            g[y, x] = math.hypot(dx, dy)
        maps.append(g / g.mean() if normalised else g)
    g_u, g_i = maps
    lambda_u = math.sqrt(np.linalg.norm(g_i) / np.linalg.norm(g_u))
    lambda_i = math.sqrt(np.linalg.norm(g_u) / np.linalg.norm(g_i))
    loss = 0.0
    for n in (1, 2, 3):
        side = 2**n
        products = []
        for y in range(0, g_u.shape[0], side):
            for x in range(0, g_u.shape[1], side):
                u, i = (g[y : y + side, x : x + side].mean() for g in (g_u, g_i))
                products.append(math.tanh(lambda_u * u) * math.tanh(lambda_i * i))
        loss -= math.sqrt(sum(p * p for p in products) / (1 if total else len(products)))
    return loss


@pytest.mark.parametrize("normalised", [True, False])
@pytest.mark.parametrize("reduction", ["mean", "sum"])
def test_eq_13(normalised: bool, reduction: str) -> None:
    a, b = noise(2, 3, 8, 16), noise(2, 3, 8, 16, seed=1) * 0.1
    expected = np.mean([loop_structure(a[k].numpy(), b[k].numpy(), normalised, reduction == "sum") for k in range(2)])
    got = structure_compensation(a, b, reduction=reduction, normalised=normalised)
    assert float(got) == pytest.approx(expected, rel=2e-5)


def test_eq_13_is_lowest_where_the_edges_are_the_same() -> None:
    image, other = noise(1, 3, 32, 32).round(), noise(1, 3, 32, 32, seed=1).round()
    edges = torch.nn.functional.interpolate(image[..., :4, :4], (32, 32))
    same, different = structure_compensation(edges, edges), structure_compensation(edges, other)
    assert -3 <= same < different < 0


def test_the_lambdas_of_eq_13_carry_no_gradient(monkeypatch: pytest.MonkeyPatch) -> None:
    a, b = noise(1, 3, 8, 8).requires_grad_(), noise(1, 3, 8, 8, seed=1)
    (ours,) = torch.autograd.grad(structure_compensation(a, b, normalised=False), a)
    sizes = iter([losses._frobenius(losses.slope(image)).detach() for image in (b, a)])
    monkeypatch.setattr(losses, "_frobenius", lambda _: next(sizes))
    (constant,) = torch.autograd.grad(structure_compensation(a, b, normalised=False), a)
    torch.testing.assert_close(ours, constant, rtol=0, atol=0)


def test_stronger_edges_everywhere_do_not_pay_once_they_are_normalised() -> None:
    a, b = noise(1, 3, 16, 16) * 0.1, noise(1, 3, 16, 16, seed=1)
    torch.testing.assert_close(structure_compensation(a, b), structure_compensation(5 * a, b), rtol=1e-3, atol=0)
    assert structure_compensation(5 * a, b, normalised=False) < structure_compensation(a, b, normalised=False)


@pytest.mark.parametrize("real", [True, False])
def test_eq_14(real: bool) -> None:
    logits = 4 * noise(2, 1, 3, 4) - 2
    sigmoid = [1 / (1 + math.exp(-float(z))) for z in logits.flatten()]
    bce = np.mean([-math.log(p if real else 1 - p) for p in sigmoid])
    assert float(verdict(logits, real)) == pytest.approx(bce)
    lsgan = np.mean([(float(z) - real) ** 2 for z in logits.flatten()])
    assert float(verdict(logits, real, "lsgan")) == pytest.approx(lsgan)


def test_the_verdict_on_large_logits_is_finite() -> None:
    assert float(verdict(torch.tensor([[[[-200.0]]]]), real=True)) == 200


def test_r1_is_the_squared_slope_for_each_verdict_and_can_be_learnt_from() -> None:
    weights = noise(1, 3, 4, 4).requires_grad_()
    real = noise(2, 3, 8, 12, seed=1).requires_grad_()
    penalty = gradient_penalty(F.conv2d(real, weights, stride=4), real)  # linear: all verdicts have the slope `weights`
    torch.testing.assert_close(penalty, weights.square().sum())
    (gradient,) = torch.autograd.grad(penalty, weights)
    torch.testing.assert_close(gradient, 2 * weights)


def test_r1_of_verdicts_that_see_the_same_adds_their_slopes() -> None:
    weights = noise(1, 3, 4, 4)
    real = noise(1, 3, 4, 6, seed=1).requires_grad_()
    left, right = F.pad(weights, (0, 2)), F.pad(weights, (2, 0))
    penalty = gradient_penalty(F.conv2d(real, weights, stride=2), real)
    torch.testing.assert_close(penalty, (left + right).square().sum() / 2)


def test_supervision() -> None:
    a, b = noise(2, 3, 4, 5), noise(2, 3, 4, 5, seed=1)
    d = (a - b).numpy()
    expected = np.abs(np.diff(d, axis=3)).sum() / d.size + np.abs(np.diff(d, axis=2)).sum() / d.size
    assert float(gradient_difference(a, b)) == pytest.approx(expected)
    assert float(mean_difference(a, b)) == pytest.approx(np.abs(d.mean((2, 3))).mean())


PAIRS: dict[str, Callable[..., Tensor]] = {
    "absolute": absolute,
    "colour_compensation": colour_compensation,
    "structure_compensation": structure_compensation,
    "gradient_difference": gradient_difference,
    "mean_difference": mean_difference,
}


@pytest.mark.parametrize("name", [*PAIRS, "total_variation", "colour_constancy", "exposure", "verdict"])
def test_gradients(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    a, b = noise(2, 3, 8, 8).requires_grad_(), noise(2, 3, 8, 8, seed=1)
    if name == "structure_compensation":  # gradcheck moves the detached lambdas too: hold them
        monkeypatch.setattr(losses, "_frobenius", lambda x: torch.ones_like(x[:, :1, :1, :1]))
    functions: dict[str, Callable[[Tensor], Tensor]] = {
        "total_variation": lambda x: total_variation((x, 2 * x), order=2),
        "colour_constancy": colour_constancy,
        "exposure": lambda x: exposure(x, 0.6, pool=4),
        "verdict": lambda x: verdict(x, real=False),
    }
    pair = PAIRS.get(name)
    assert torch.autograd.gradcheck((lambda x: pair(x, b)) if pair else functions[name], (a,))


@pytest.mark.parametrize("name", PAIRS)
def test_a_loss_of_equal_images_has_a_finite_gradient(name: str) -> None:
    for image in (noise(1, 3, 8, 8), torch.zeros(1, 3, 8, 8, dtype=torch.float64)):
        a = image.clone().requires_grad_()
        (gradient,) = torch.autograd.grad(PAIRS[name](a, image), a)
        assert gradient.isfinite().all()


LEFT, RIGHT, TOP, BOTTOM = np.s_[..., :8], np.s_[..., 8:], np.s_[..., :8, :], np.s_[..., 8:, :]


@pytest.mark.parametrize("name", ["absolute", "colour_compensation", "structure_compensation", "gradient_difference"])
@pytest.mark.parametrize("half", [LEFT, RIGHT, TOP, BOTTOM], ids=["left", "right", "top", "bottom"])
def test_what_is_not_trusted_does_not_count(name: str, half: Any) -> None:
    a, b = noise(1, 3, 16, 16), noise(1, 3, 16, 16, seed=1)
    trust = torch.ones(1, 1, 16, 16, dtype=torch.float64)
    trust[half] = 0
    spoilt = a.clone()
    spoilt[half] = 7
    loss = PAIRS[name]
    torch.testing.assert_close(loss(a, b, trust=trust), loss(spoilt, b, trust=trust))
    assert loss(a, b) != loss(spoilt, b)


def test_trust_everywhere_is_no_trust_at_all() -> None:
    a, b = noise(2, 3, 8, 8), noise(2, 3, 8, 8, seed=1)
    ones = torch.ones(2, 1, 8, 8, dtype=torch.float64)
    for loss in (absolute, colour_compensation, structure_compensation, gradient_difference):
        torch.testing.assert_close(loss(a, b, trust=ones), loss(a, b))
