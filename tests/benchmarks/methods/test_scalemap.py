"""ScaleMap against dense algebra, on a pair where the answer is known, and against the authors' own output."""

from pathlib import Path

import numpy as np
import pytest

from nirecap.benchmarks.methods import get
from nirecap.benchmarks.methods.scalemap import EPSILON, ETA, Guide, phi
from nirecap.errors import UsageMistake
from nirecap.images import read_image

RNG = np.random.default_rng(0)
NIRE = np.kron(RNG.uniform(0.1, 0.9, (3, 4)), np.ones((8, 8))).astype(np.float32)


def psnr(one: np.ndarray, other: np.ndarray) -> float:
    return float(-10 * np.log10(((one.astype(np.float64) - other) ** 2).mean()))


def test_smoothness_is_the_tensor_of_the_guide() -> None:
    guide = Guide.of(NIRE, smoothness=0.5)
    scale = RNG.uniform(size=NIRE.shape)
    found = float(scale.ravel() @ (guide.smoothness @ scale.ravel()))
    expected = 0.0
    for y, x in np.ndindex(NIRE.shape):
        right = (y, min(x + 1, NIRE.shape[1] - 1))
        down = (min(y + 1, NIRE.shape[0] - 1), x)
        g = np.array([NIRE[right] - NIRE[y, x], NIRE[down] - NIRE[y, x]], np.float64)
        s = np.array([scale[right] - scale[y, x], scale[down] - scale[y, x]])
        along = np.array([-g[1], g[0]])
        tensor = (np.outer(along, along) + ETA**2 * np.eye(2)) / (g @ g + 2 * ETA**2)
        expected += 0.5 * s @ tensor @ s
    assert found == pytest.approx(expected, rel=1e-6)


def test_slopes_are_differences_of_the_image_over_those_of_the_guide() -> None:
    image = RNG.uniform(size=NIRE.shape)
    right = (Guide.of(NIRE, 0.5).slopes[0] @ image.ravel()).reshape(NIRE.shape)
    for y, x in [(0, 7), (5, 3), (20, 15)]:  # at an edge, in a flat patch, at an edge
        step = float(NIRE[y, x + 1]) - float(NIRE[y, x])
        over = np.sign(step or 1) * max(abs(step), EPSILON)
        assert right[y, x] == pytest.approx((image[y, x + 1] - image[y, x]) / over, rel=1e-5)


def test_both_systems_are_solved() -> None:
    guide = Guide.of(NIRE, 0.5)
    image = NIRE.ravel() * 0.3 + RNG.normal(0, 0.02, NIRE.size)
    scale = guide.scale_map(image, np.ones(NIRE.size))
    weights = [phi(1 - slope @ image) for slope in guide.slopes]
    residual = (weights[0] + weights[1]) * scale + guide.smoothness @ scale
    right_side = sum(weight * (slope @ image) for weight, slope in zip(weights, guide.slopes, strict=True))
    assert np.linalg.norm(residual - right_side) < 2e-3 * np.linalg.norm(right_side)


def test_noise_goes_and_edges_stay() -> None:
    clean = np.stack([0.4 * NIRE, 0.7 * NIRE, 0.05 + 0.2 * NIRE], axis=2)  # edges as in N, weaker in each channel
    noisy = (clean + RNG.normal(0, 0.03, clean.shape)).clip(0, 1).astype(np.float32)
    image = get("scalemap").enhance(noisy, NIRE)
    assert psnr(image, clean) > psnr(noisy, clean) + 6
    assert image.mean() == pytest.approx(noisy.mean(), abs=0.005)  # it does not brighten


def test_stronger_fidelity_is_closer_to_the_input() -> None:
    low = RNG.uniform(0, 0.2, (*NIRE.shape, 3)).astype(np.float32)
    far, near = (get("scalemap", strength=strength).enhance(low, NIRE) for strength in (1, 1000))
    assert np.abs(near - low).mean() < 0.1 * np.abs(far - low).mean()


def test_options_without_meaning() -> None:
    with pytest.raises(UsageMistake, match="ScaleMap needs values above 0"):
        get("scalemap", rounds=0)


def test_output_is_the_authors(calibration: Path) -> None:
    crop = np.s_[150:390, 300:620]
    folder = calibration / "scalemap_teapot"
    low, guide, authors = (read_image(folder / f"{name}.png")[crop] for name in ("input", "guidance", "authors_output"))
    image = get("scalemap").enhance(low / np.float32(255), guide[..., 0] / np.float32(255))
    assert psnr(low / 255, authors / 255) < 31
    assert psnr(image, authors / 255) >= 38
