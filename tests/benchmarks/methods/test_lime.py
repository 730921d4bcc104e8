"""LIME against the sums and minima that it stands for, and against the output of an independent implementation."""

from pathlib import Path

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray
from scipy import sparse
from scipy.sparse.linalg import spsolve

from nirecap.benchmarks.methods import get
from nirecap.benchmarks.methods.lime import EPSILON, Map, exact_illumination, sped_up, structure_weights
from nirecap.errors import UsageMistake
from nirecap.images import read_image

RNG = np.random.default_rng(0)
PLANE = cv2.resize(RNG.uniform(0.05, 0.6, (4, 5)), (15, 12)) + RNG.normal(0, 0.01, (12, 15))


def test_weights_are_the_sums_of_the_paper() -> None:
    weights = structure_weights(PLANE)
    for y, x in [(0, 0), (5, 7), (11, 13)]:
        window = [(v, u) for v in range(y - 2, y + 3) for u in range(x - 2, x + 3) if 0 <= v < 12 and 0 <= u < 15]
        gauss = [np.exp(-((v - y) ** 2 + (u - x) ** 2) / 8) for v, u in window]
        total = sum(g * PLANE[place] for g, place in zip(gauss, window, strict=True))
        assert weights[y, x] == pytest.approx(sum(gauss) / (abs(total) + EPSILON), rel=1e-6)


def energy(illumination: Map, weights: list[Map], power: int, alpha: float, periodic: bool) -> float:
    """The objective, by plain differences."""
    total = float(((illumination - PLANE) ** 2).sum())
    for axis, weight in zip((1, 0), weights, strict=True):
        step = np.roll(illumination, -1, axis) - illumination
        if not periodic:
            step[(slice(None), -1) if axis else -1] = 0
        total += alpha * float((weight * np.abs(step) ** power).sum())
    return total


@pytest.mark.parametrize("solver", [sped_up, exact_illumination])
def test_illumination_minimises_the_objective(solver: object) -> None:
    periodic = solver is exact_illumination
    steps = [np.roll(PLANE, -1, axis) - PLANE for axis in (1, 0)]
    if not periodic:
        steps[0][:, -1], steps[1][-1] = 0, 0
    weights = [structure_weights(step) for step in steps]
    if not periodic:
        weights = [weight / (np.abs(step) + EPSILON) for weight, step in zip(weights, steps, strict=True)]
    alpha, power = 0.15, 1 if periodic else 2
    found = solver(PLANE, alpha)  # type: ignore[operator]
    least = energy(found, weights, power, alpha, periodic)
    assert least < energy(PLANE, weights, power, alpha, periodic)
    for seed in range(5):
        other = found + np.random.default_rng(seed).normal(0, 0.003, found.shape)
        assert least < energy(other, weights, power, alpha, periodic)


def test_flat_regions_get_one_illumination_and_edges_stay() -> None:
    plane = np.full((10, 200), 0.1)
    plane[:, 100:] = 0.7
    found = sped_up(plane + RNG.normal(0, 0.005, plane.shape), 0.15)
    assert found[:, :98].std() < 0.002
    assert found[:, 102:].mean() - found[:, :98].mean() == pytest.approx(0.6, abs=0.03)


def test_brightens_what_is_dark_most_and_less_for_a_lower_exponent() -> None:
    low = np.full((10, 200, 3), 0.04, np.float32)
    low[:, 100:] = 0.5
    image, softer = get("lime").enhance(low, None), get("lime", gamma=0.4).enhance(low, None)
    gains = image / low
    assert gains[5, 5, 0] > 5 * gains[5, 195, 0] > 5
    assert (low <= softer).all()
    assert (softer <= image).all()


@pytest.mark.parametrize("options", [{"gamma": 1.5}, {"gamma": -0.1}, {"alpha": 0}, {"alpha": float("nan")}])
def test_options_without_meaning(options: dict[str, float]) -> None:
    with pytest.raises(UsageMistake, match="LIME needs gamma in"):
        get("lime", **options)


def by_neighbours(weights: list[Map], alpha: float) -> sparse.csr_array:
    """Return pvnieo's system, which is not symmetric: a pixel weighs each neighbour by the neighbour's own weight."""
    shape = weights[0].shape
    number = np.arange(weights[0].size).reshape(shape)
    pairs = [(number[:, :-1].ravel(), number[:, 1:].ravel()), (number[:-1].ravel(), number[1:].ravel())]
    rows, columns, values = [], [], []
    for weight, (one, other) in zip(weights, pairs, strict=True):
        rows += [one, other]
        columns += [other, one]
        values += [alpha * weight.ravel()[other], alpha * weight.ravel()[one]]
    place = (np.concatenate(rows), np.concatenate(columns))
    coupling = sparse.csr_array((np.concatenate(values), place), shape=(number.size, number.size))
    return sparse.eye_array(number.size) + sparse.diags_array(coupling.sum(axis=1)) - coupling


def test_weights_are_those_of_an_independent_implementation(calibration: Path) -> None:
    folder = calibration / "c2_562_96x144"
    brightest: NDArray[np.float64] = (read_image(folder / "input_low.png") / 255).max(axis=2)
    steps = [cv2.Sobel(brightest, cv2.CV_64F, *direction, ksize=1) for direction in ((1, 0), (0, 1))]
    weights = [structure_weights(step, size=15, sigma=3) / (np.abs(step) + EPSILON) for step in steps]
    found = spsolve(by_neighbours(weights, 0.15).tocsc(), brightest.ravel()).reshape(brightest.shape)
    with np.load(folder / "raw_f32.npz") as outputs:
        np.testing.assert_allclose(found.clip(EPSILON, 1) ** 0.6, outputs["lime_T"][..., 0], rtol=0, atol=1e-5)


def test_textbook_system_is_near_that_implementation(calibration: Path) -> None:
    folder = calibration / "c2_562_96x144"
    image = get("lime", gamma=0.6).enhance(read_image(folder / "input_low.png") / np.float32(255), None)
    error = image - read_image(folder / "lime.png") / 255
    assert 22 <= -10 * np.log10((error**2).mean()) <= 31
