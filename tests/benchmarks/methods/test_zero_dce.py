"""Zero-DCE and Zero-DCE++: networks and outputs of their authors, losses against slow ones, training."""

from pathlib import Path

import numpy as np
import pytest
import torch
from numpy.typing import NDArray

from nirecap.benchmarks.method import Budget
from nirecap.benchmarks.methods import dce_losses, get
from nirecap.benchmarks.methods.dce_network import DceNetwork
from nirecap.benchmarks.methods.zero_dce import ZeroDce
from nirecap.errors import UsageMistake
from nirecap.images import read_image
from nirecap.model.frames import TrainingFrames

AUTHORS = {"zero_dce": ("zerodce_Epoch99.pth", "zdce"), "zero_dce_pp": ("zerodcepp_Epoch99.pth", "zdcepp_s1")}
"""Their weights, and the name of their output."""
RNG = np.random.default_rng(0)
ENHANCED, LOW = (torch.from_numpy(RNG.uniform(0, top, (2, 3, 32, 48))) for top in (0.9, 0.2))


@pytest.mark.parametrize(("separable", "parameters", "maps"), [(False, 79_416, 24), (True, 10_561, 3)])
def test_networks_have_their_size(separable: bool, parameters: int, maps: int) -> None:
    network = DceNetwork(separable)
    assert sum(parameter.numel() for parameter in network.parameters()) == parameters
    assert network.maps(torch.rand(2, 3, 10, 14)).shape == (2, maps, 10, 14)


@pytest.mark.parametrize("separable", [False, True])
def test_curves_are_applied_eight_times(separable: bool) -> None:
    low = torch.rand(1, 3, 6, 7)
    enhanced, maps = DceNetwork(separable)(low)
    expected = low
    for number in range(8):
        curve = maps if separable else maps[:, 3 * number : 3 * number + 3]
        expected = expected + curve * (expected**2 - expected)
    torch.testing.assert_close(enhanced, expected)


def test_smoothness_by_loops() -> None:
    maps = torch.from_numpy(RNG.uniform(-1, 1, (2, 3, 4, 5)))
    down = sum(float((maps[:, :, y + 1] - maps[:, :, y]).pow(2).sum()) for y in range(3))
    right = sum(float((maps[..., x + 1] - maps[..., x]).pow(2).sum()) for x in range(4))
    assert dce_losses.smoothness(maps).item() == pytest.approx(2 * (down / (3 * 5) + right / (4 * 4)) / 2)


def pooled(image: torch.Tensor, size: int) -> NDArray[np.float64]:
    grey = image.numpy().mean(axis=0)
    rows, columns = grey.shape[0] // size, grey.shape[1] // size
    cells = [[grey[size * y :][:size, size * x :][:, :size].mean() for x in range(columns)] for y in range(rows)]
    return np.array(cells)


def test_spatial_by_loops() -> None:
    total = 0.0
    for enhanced, low in zip(ENHANCED, LOW, strict=True):
        one, other = pooled(enhanced, 4), pooled(low, 4)
        pairs = [(one[1:] - one[:-1], other[1:] - other[:-1]), (np.diff(one), np.diff(other))]
        total += sum(2 * float(((a - b) ** 2).mean()) for a, b in pairs)
    assert dce_losses.spatial(ENHANCED, LOW).item() == pytest.approx(total / 2)


def test_colour_by_loops() -> None:
    roots = []
    for image in ENHANCED * torch.tensor([1.0, 0.7, 0.4])[:, None, None]:
        red, green, blue = (float(channel.mean()) for channel in image)
        squares = [(red - green) ** 2, (red - blue) ** 2, (green - blue) ** 2]
        roots.append(sum(square**2 for square in squares) ** 0.5)
    found = dce_losses.colour(ENHANCED * torch.tensor([1.0, 0.7, 0.4])[:, None, None])
    assert found.item() == pytest.approx(np.mean(roots), rel=1e-6)


def test_grey_has_a_slope() -> None:
    grey = torch.full((1, 3, 4, 4), 0.5, requires_grad=True)
    torch.autograd.backward(dce_losses.colour(grey))
    assert grey.grad is not None
    assert torch.isfinite(grey.grad).all()


def test_exposure_by_loops() -> None:
    found = dce_losses.exposure(ENHANCED, 0.6).item()
    assert found == pytest.approx(np.mean([((pooled(image, 16) - 0.6) ** 2).mean() for image in ENHANCED]))


def test_total_has_the_weights_of_the_release() -> None:
    maps = torch.from_numpy(RNG.uniform(-1, 1, (2, 3, 32, 48)))
    parts = [
        (1600, dce_losses.smoothness(maps)),
        (1, dce_losses.spatial(ENHANCED, LOW)),
        (5, dce_losses.colour(ENHANCED)),
        (10, dce_losses.exposure(ENHANCED, 0.45)),
    ]
    expected = sum(weight * part.item() for weight, part in parts)
    assert dce_losses.total(ENHANCED, maps, LOW, 0.45, 1600).item() == pytest.approx(expected)


@pytest.mark.parametrize("name", AUTHORS)
def test_learns_to_expose(name: str, frames: TrainingFrames) -> None:
    low = frames.dark[0].visible / np.float32(255)
    means = []
    for exposure in (0.3, 0.7):
        method = get(name, exposure=exposure, size=32, batch=2, rate=3e-3, steps=60)
        method.fit(frames, Budget(1, threads=1))
        means.append(float(method.enhance(low, None).mean()))
    assert low.mean() + 0.05 < means[0] < means[1] - 0.1


def test_anchored_aims_for_the_training_references(frames: TrainingFrames) -> None:
    options = {"size": 32, "batch": 2, "steps": 2}
    low = frames.dark[0].visible / np.float32(255)
    images = []
    for method in (get("zero_dce_pp_anchored", **options), get("zero_dce_pp", exposure=frames.exposure, **options)):
        method.fit(frames, Budget(1, threads=1))
        images.append(method.enhance(low, None))
    np.testing.assert_array_equal(*images)


def test_goes_on_where_it_was_stopped(frames: TrainingFrames, tmp_path: Path) -> None:
    low = frames.dark[0].visible / np.float32(255)

    def image(steps: int, folder: Path | None) -> NDArray[np.float32]:
        method = get("zero_dce_pp", size=32, batch=2, steps=steps)
        method.fit(frames, Budget(1, threads=1, folder=folder))
        return method.enhance(low, None)

    whole = image(5, None)
    assert not np.array_equal(image(2, tmp_path), whole)
    np.testing.assert_array_equal(image(5, tmp_path), whole)


def test_maps_of_a_smaller_image(frames: TrainingFrames, tmp_path: Path) -> None:
    method = get("zero_dce_pp", size=32, batch=2, steps=1)
    method.fit(frames, Budget(1, threads=1))
    method.save(tmp_path / "weights")
    low = frames.dark[0].visible[:37, :50] / np.float32(255)
    image, coarse = (get("zero_dce_pp", tmp_path / "weights", scale=scale).enhance(low, None) for scale in (1, 12))
    assert coarse.shape == low.shape
    assert 0 < np.abs(image - coarse).max() < 0.1


@pytest.mark.parametrize("options", [{"size": 40}, {"size": 16}, {"batch": 0}, {"scale": 0}, {"exposure": 1.5}])
def test_options_without_meaning(options: dict[str, float]) -> None:
    with pytest.raises(UsageMistake, match=r"Zero-DCE\+\+"):
        get("zero_dce_pp", **options)


@pytest.mark.parametrize("name", AUTHORS)
def test_whole_output_is_the_authors(name: str, calibration: Path) -> None:
    weights, output = AUTHORS[name]
    folder = calibration / "c2_562_96x144"
    low = read_image(folder / "input_low.png") / np.float32(255)
    with np.load(folder / "raw_f32.npz") as outputs:
        expected = outputs[output].clip(0, 1)
    np.testing.assert_allclose(get(name, calibration / "weights" / weights).enhance(low, None), expected, atol=2e-5)


@pytest.mark.parametrize("name", AUTHORS)
@pytest.mark.parametrize("image", ["117", "562", "687", "c1_687_384x576"])
def test_sampled_output_is_the_authors(name: str, image: str, calibration: Path) -> None:
    weights, output = AUTHORS[name]
    low = read_image(calibration / image / "input_low.png") / np.float32(255)
    found = get(name, calibration / "weights" / weights).enhance(low, None)
    with np.load(calibration / image / "samples_f32.npz") as samples:
        rows, columns = samples[f"pos_{low.shape[0]}x{low.shape[1]}"].T
        np.testing.assert_allclose(found[rows, columns], samples[output].clip(0, 1), atol=2e-5)


def test_coarse_maps_are_the_authors(calibration: Path) -> None:
    low = read_image(calibration / "117/input_low.png")[:396] / np.float32(255)  # the release cuts to a multiple of 12
    method = get("zero_dce_pp", calibration / "weights/zerodcepp_Epoch99.pth", scale=12)
    with np.load(calibration / "117/samples_f32.npz") as samples:
        rows, columns = samples["pos_396x600"].T
        expected = samples["zdcepp_s12"].clip(0, 1)
    np.testing.assert_allclose(method.enhance(low, None)[rows, columns], expected, atol=2e-5)


def test_it_enhances_without_tf32_and_leaves_that_as_it_was(frames: TrainingFrames) -> None:
    method = ZeroDce(size=32, batch=1, steps=1)
    method.fit(frames, Budget(1, threads=1))
    assert method.network
    seen: list[bool] = []
    method.network.register_forward_hook(lambda *_: seen.append(torch.backends.cudnn.allow_tf32))
    before = torch.backends.cudnn.allow_tf32
    method.enhance(np.full((8, 8, 3), 0.1, np.float32), None)
    assert (seen, torch.backends.cudnn.allow_tf32) == ([False], before)
    assert before  # else nothing was shown


def test_weights_of_the_other_network_are_refused(calibration: Path) -> None:
    with pytest.raises(UsageMistake, match=r"not the weights of Zero-DCE\+\+"):
        get("zero_dce_pp", calibration / "weights/zerodce_Epoch99.pth")
