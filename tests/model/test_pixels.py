import numpy as np
import pytest
import torch
import torch.nn.functional as F  # noqa: N812
from scipy.ndimage import gaussian_filter

from nirecap.model.pixels import FLAT, blur, differences, even_lamp, guided, luma, padded, reduced, shrunk, slope


def noise(*shape: int) -> torch.Tensor:
    return torch.rand(shape, generator=torch.Generator().manual_seed(0), dtype=torch.float64)


@pytest.mark.parametrize("sigma", [0.7, 1.0, 3.0])
def test_the_blur_is_a_gaussian(sigma: float) -> None:
    image = noise(2, 3, 12, 17)
    radius = int(np.ceil(3 * sigma))
    expected = gaussian_filter(image.numpy(), (0, 0, sigma, sigma), mode="nearest", radius=(0, 0, radius, radius))
    np.testing.assert_allclose(blur(image, sigma).numpy(), expected, atol=1e-12)


def test_autocast_does_not_coarsen_the_blur() -> None:
    image = noise(1, 3, 16, 16).float()
    with torch.autocast("cpu", torch.bfloat16):
        inside = blur(image, 2)
    assert torch.equal(inside, blur(image, 2))


def test_no_blur_is_the_image_itself() -> None:
    image = noise(1, 3, 4, 4)
    assert blur(image, 0) is image


def test_the_slope_is_the_length_of_the_gradient_of_the_luma() -> None:
    image = noise(1, 3, 5, 6)
    grey = (np.array([0.299, 0.587, 0.114]) @ image[0].numpy().reshape(3, -1)).reshape(5, 6)
    np.testing.assert_allclose(luma(image)[0, 0].numpy(), grey, atol=1e-7)
    for y in range(5):
        for x in range(6):
            dx = grey[y, x + 1] - grey[y, x] if x < 5 else 0
            dy = grey[y + 1, x] - grey[y, x] if y < 4 else 0
            assert float(slope(image)[0, 0, y, x]) == pytest.approx(np.hypot(dx, dy), abs=2e-6)


def test_the_slope_of_a_flat_image_has_a_gradient_of_zero() -> None:
    image = torch.full((1, 3, 4, 4), 0.5, requires_grad=True)
    slope(image).sum().backward()
    assert image.grad is not None
    assert image.grad.abs().max() == 0


def test_differences_keep_the_size() -> None:
    dx, dy = differences(noise(2, 3, 5, 7))
    assert dx.shape == dy.shape == (2, 3, 5, 7)
    assert dx[..., -1].abs().max() == dy[..., -1, :].abs().max() == 0


def test_guided_is_the_mean_of_the_lines_that_fit_best_around_a_pixel() -> None:
    """He et al., eq. 5 to 8, by a fit for each neighbourhood."""
    sigma, radius, size = 1.5, 5, 7
    image, guide = noise(1, 1, size, size), noise(1, 2, size, size)[:, 1:]
    x = np.arange(-radius, radius + 1)
    bell = np.exp(-(x**2) / (2 * sigma**2))
    window = np.outer(bell, bell) / bell.sum() ** 2

    def around(plane: np.ndarray, y: int, x: int) -> np.ndarray:
        return np.pad(plane, radius, mode="edge")[y : y + 2 * radius + 1, x : x + 2 * radius + 1]

    lines = np.zeros((2, size, size))
    for y, x in np.ndindex(size, size):
        seen, by = around(image[0, 0].numpy(), y, x), around(guide[0, 0].numpy(), y, x)
        weights = [[(window * by * by).sum() + FLAT, (window * by).sum()], [(window * by).sum(), 1.0]]
        lines[:, y, x] = np.linalg.solve(weights, [(window * by * seen).sum(), (window * seen).sum()])
    for y, x in np.ndindex(size, size):
        slope_there, offset_there = ((window * around(plane, y, x)).sum() for plane in lines)
        expected = slope_there * float(guide[0, 0, y, x]) + offset_there
        assert float(guided(image, guide, sigma)[0, 0, y, x]) == pytest.approx(expected, abs=1e-6)


def test_a_guide_keeps_the_edges_that_it_shares_and_lets_noise_go() -> None:
    step = torch.cat([torch.full((1, 1, 48, 24), 0.3), torch.full((1, 1, 48, 24), 0.6)], 3)
    made = guided(step.expand(1, 3, 48, 48) + 0.2 * (noise(1, 3, 48, 48).float() - 0.5), 1 - step, 4)
    assert (made - step).abs().mean() < 0.01
    assert (made[..., 24] - made[..., 23]).mean() == pytest.approx(0.3, abs=0.03)


def test_a_guide_brings_in_no_structure_that_only_it_has() -> None:
    ink = noise(1, 1, 40, 40).float()
    assert guided(torch.full((1, 3, 40, 40), 0.4), ink, 4).std() < 1e-5


def test_autocast_does_not_coarsen_what_is_guided() -> None:
    image, guide = noise(1, 3, 24, 24).float(), noise(1, 1, 24, 24).float()
    with torch.autocast("cpu", torch.bfloat16):
        inside = guided(image, guide, 2)
    assert torch.equal(inside, guided(image, guide, 2))


def test_an_evened_lamp_lights_the_corners() -> None:
    y, x = torch.meshgrid(torch.linspace(-1, 1, 64), torch.linspace(-1, 1, 96), indexing="ij")
    lit = (0.9 / (1 + 2 * (x**2 + y**2)))[None, None]
    evened = even_lamp(lit, 8)
    assert evened.std() < 0.3 * lit.std()
    assert evened.mean() == pytest.approx(float(lit.mean()), abs=0.05)
    assert even_lamp(lit, 0) is lit


@pytest.mark.parametrize(("size", "expected"), [((120, 200), (38, 64)), ((64, 64), (64, 64)), ((1, 500), (1, 64))])
def test_an_image_is_reduced_to_its_longer_side(size: tuple[int, int], expected: tuple[int, int]) -> None:
    image = noise(1, 3, *size)
    small = reduced(image, 64)
    assert small.shape[-2:] == expected
    assert small.mean() == pytest.approx(float(image.mean()), abs=0.02)
    assert reduced(image, 0) is image


@pytest.mark.parametrize("size", [(7, 11), (13, 50), (1, 1), (29, 61)])
def test_shrinking_is_antialiased(size: tuple[int, int]) -> None:
    image = noise(2, 3, 29, 61)
    expected = F.interpolate(image, size, mode="bilinear", align_corners=False, antialias=True)
    torch.testing.assert_close(shrunk(image, *size), expected)


@pytest.mark.parametrize("size", [(16, 32), (17, 31), (3, 40), (1, 1)])
def test_padding_keeps_what_is_there(size: tuple[int, int]) -> None:
    image = noise(1, 2, *size)
    grown = padded(image, 16, 32)
    assert all(side % 16 == 0 and side >= 32 for side in grown.shape[-2:])
    assert torch.equal(grown[..., : size[0], : size[1]], image)
    assert grown.min() >= image.min()
    assert grown.max() <= image.max()


def test_padding_mirrors_where_it_can() -> None:
    image = noise(1, 1, 20, 20)
    assert torch.equal(padded(image, 16)[..., :20, 20:32], image[..., 7:19].flip(-1))
