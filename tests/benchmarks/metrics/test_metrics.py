"""The metrics against slow, obvious ones, and what they say of images that can't be measured."""

from dataclasses import replace

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy.ndimage import correlate

from nirecap.benchmarks.metrics import METRICS, Assets, Compared, Needs, NotMeasurable, choose, measure, opened
from nirecap.errors import UsageMistake

PLAIN = [name for name in METRICS if "lpips" not in name and "nliee" not in name]
Gray = NDArray[np.float64]


def value(name: str, compared: Compared) -> float:
    return measure(opened([METRICS[name]], Assets()), compared)[name].number


def note(name: str, compared: Compared) -> str:
    found = measure(opened([METRICS[name]], Assets()), compared)[name]
    assert np.isnan(found.number)
    return found.note


def gray(image: NDArray[np.uint8]) -> Gray:
    return np.asarray(0.299 * image[..., 0] + 0.587 * image[..., 1] + 0.114 * image[..., 2])


def ssim_parts(x: Gray, y: Gray, border: int = 5) -> tuple[float, float]:
    """Return SSIM and its contrast-structure part by plain windows, but for a border."""
    bell = np.exp(-(np.arange(-5, 6) ** 2) / (2 * 1.5**2))
    window = np.outer(bell, bell) / np.outer(bell, bell).sum()

    def local(z: Gray) -> Gray:
        return np.asarray(correlate(z, window, mode="mirror")[border : len(z) - border, border : len(z[0]) - border])

    mx, my = local(x), local(y)
    vx, vy, vxy = local(x * x) - mx**2, local(y * y) - my**2, local(x * y) - mx * my
    structure = (2 * vxy + (0.03 * 255) ** 2) / (vx + vy + (0.03 * 255) ** 2)
    luminance = (2 * mx * my + (0.01 * 255) ** 2) / (mx**2 + my**2 + (0.01 * 255) ** 2)
    return float((luminance * structure).mean()), float(structure.mean())


def halved(z: Gray) -> Gray:
    height, width = z.shape[0] // 2 * 2, z.shape[1] // 2 * 2
    return np.asarray(z[:height, :width].reshape(height // 2, 2, width // 2, 2).mean(axis=(1, 3)))


def test_ssim_and_ms_ssim_are_what_their_papers_say(compared: Compared) -> None:
    x, y = gray(compared.output), gray(compared.reference)
    assert value("ssim", compared) == pytest.approx(ssim_parts(x, y)[0], abs=1e-9)
    product = 1.0
    for scale, exponent in enumerate((0.0448, 0.2856, 0.3001, 0.2363, 0.1333)):
        # torchmetrics mirrors the border at the coarsest scale, and leaves it out at the others
        product *= (ssim_parts(x, y, border=0)[0] if scale == 4 else ssim_parts(x, y)[1]) ** exponent
        x, y = halved(x), halved(y)
    assert value("ms_ssim", compared) == pytest.approx(product, abs=2e-5)


def test_psnr_by_hand(compared: Compared) -> None:
    error = np.mean((compared.output.astype(float) - compared.reference) ** 2)
    assert value("psnr", compared) == pytest.approx(10 * np.log10(255**2 / error))


def test_ciede2000_of_known_pairs() -> None:
    colours = {"white": (255, 255, 255), "black": (0, 0, 0), "red": (255, 0, 0), "green": (0, 255, 0)}
    plain = {name: np.full((4, 4, 3), colour, np.uint8) for name, colour in colours.items()}
    for one, two, difference in (("red", "red", 0.0), ("white", "black", 100.0), ("red", "green", 86.6)):
        assert value("ciede2000", Compared(plain[one], plain[two], plain[two])) == pytest.approx(difference, abs=0.05)


def test_lightness_order_error_counts_pairs_that_changed_places() -> None:
    low = np.array([[10, 20, 30]], np.uint8)[..., None].repeat(3, axis=2)
    turned = low[:, ::-1].copy()
    assert value("loe", Compared(low, low, low)) == 0
    assert value("loe", Compared(turned, low, low)) == pytest.approx(2)  # all pairs but that of a pixel with itself
    assert value("loe", Compared((low * 3).astype(np.uint8), low, low)) == 0


def test_entropy_of_known_histograms() -> None:
    flat = np.full((16, 16, 3), 9, np.uint8)
    every = np.arange(256, dtype=np.uint8).reshape(16, 16, 1).repeat(3, axis=2)
    assert value("entropy", Compared(flat, flat, flat)) == 0
    assert value("entropy", Compared(every, flat, flat)) == 8


@pytest.mark.parametrize("name", PLAIN)
def test_values_are_in_their_range_and_better_for_r_itself(name: str, compared: Compared) -> None:
    metric = METRICS[name]
    here = value(name, compared)
    assert metric.lowest <= here <= metric.highest
    if metric.needs == Needs.REFERENCE and "oracle" not in metric.title:
        perfect = value(name, replace(compared, output=compared.reference))
        assert perfect > here if metric.higher else perfect < here


def test_gain_matching_forgives_a_wrong_brightness_and_nothing_else(compared: Compared) -> None:
    dark = replace(compared, output=np.rint(compared.reference / 4).astype(np.uint8))
    assert value("psnr", dark) < 20
    assert value("psnr_gain_matched", dark) > 40
    assert value("ssim_gain_matched", compared) == pytest.approx(value("ssim", compared), abs=0.05)
    black = replace(compared, output=np.zeros_like(compared.output))
    assert "black" in note("psnr_gain_matched", black)
    assert "oracle" in METRICS["psnr_gain_matched"].settings


def test_images_too_small_have_no_value() -> None:
    small = np.full((20, 40, 3), 9, np.uint8)
    compared = Compared(small, small, small)
    assert "176 pixels" in note("ms_ssim", compared)
    assert value("ssim", compared) == 1
    assert "11 pixels" in note("ssim_rgb", Compared(small[:4], small[:4], small[:4]))


@pytest.mark.parametrize("name", PLAIN)
@pytest.mark.parametrize("level", [0, 255])
def test_constant_images_never_end_in_an_exception(name: str, level: int) -> None:
    flat, other = np.full((180, 180, 3), level, np.uint8), np.full((180, 180, 3), 100, np.uint8)
    for compared in (Compared(flat, flat, flat), Compared(flat, other, other), Compared(other, flat, flat)):
        found = measure(opened([METRICS[name]], Assets()), compared)[name]
        assert found.note if np.isnan(found.number) else not found.note


@pytest.mark.parametrize(
    ("output", "said"),
    [
        (np.zeros((8, 8, 3), np.float32), "float32"),
        (np.zeros((8, 8), np.uint8), r"\(8, 8\)"),
        (np.zeros((8, 9, 3), np.uint8), "differ in size"),
        (np.zeros((0, 8, 3), np.uint8), r"\(0, 8, 3\)"),
    ],
)
def test_what_is_no_image_is_refused(output: NDArray[np.uint8], said: str) -> None:
    image = np.zeros((8, 8, 3), np.uint8)
    with pytest.raises(NotMeasurable, match=said):
        Compared(output, image, image)


def test_metrics_are_chosen_by_name_in_the_order_of_the_table() -> None:
    assert [metric.name for metric in choose(["ssim", "psnr"])] == ["psnr", "ssim"]
    assert choose([]) == list(METRICS.values())
    with pytest.raises(UsageMistake, match="no metric is called 'snr'"):
        choose(["snr"])
