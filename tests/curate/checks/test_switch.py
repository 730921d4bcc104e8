import cv2
import numpy as np
import pytest

from nirecap.curate.checks.switch import measure_switch
from nirecap.images import Pixels


def colourful(mean: float, seed: int = 0) -> Pixels:
    """Draw a sharp coloured pattern of a mean level, with sensor noise."""
    rng = np.random.default_rng(seed)
    patches = cv2.resize(rng.uniform(0, 2, (9, 12, 3)), (320, 240), interpolation=cv2.INTER_NEAREST) * mean
    return np.clip(np.rint(patches + rng.normal(0, 1, patches.shape)), 0, 255).astype(np.uint8)


def mono(mean: float = 90, tint: tuple[int, int, int] = (0, 0, 0)) -> Pixels:
    grey = colourful(mean, seed=1)[..., :1].astype(np.int16)
    return np.clip(np.repeat(grey, 3, axis=2) + tint, 0, 255).astype(np.uint8)


def as_jpeg(pixels: Pixels, quality: int) -> Pixels:
    _, content = cv2.imencode(".jpg", pixels[..., ::-1], [cv2.IMWRITE_JPEG_QUALITY, quality])
    return np.ascontiguousarray(cv2.imdecode(content, cv2.IMREAD_COLOR)[..., ::-1], np.uint8)


@pytest.mark.parametrize("mean", [3, 10, 40, 120])
@pytest.mark.parametrize("quality", [None, 60, 90])
def test_a_good_pair_passes_however_dark_and_compressed(mean: float, quality: int | None) -> None:
    low, nire = colourful(mean), mono(tint=(2, -1, 1))
    if quality is not None:
        low, nire = as_jpeg(low, quality), as_jpeg(nire, quality)
    pair = measure_switch(low, nire)
    assert pair.low_chroma > 1 > pair.nire_chroma
    assert max(pair.same_mode, pair.swapped) < 1
    assert pair.ir_leak < 0.01


@pytest.mark.parametrize("mean", [3, 10, 40, 120])
def test_the_same_mode_twice(mean: float) -> None:
    assert measure_switch(colourful(mean), colourful(mean, seed=2)).same_mode > 1
    assert measure_switch(mono(90), mono(95)).same_mode > 1


@pytest.mark.parametrize("mean", [3, 10, 40, 120])
def test_swapped(mean: float) -> None:
    pair = measure_switch(mono(), colourful(mean))
    assert pair.swapped > 1 > pair.same_mode


def test_a_black_picture_without_colour_passes_for_day() -> None:
    black = np.zeros((240, 320, 3), np.uint8)
    assert measure_switch(black, mono()).same_mode < 1
    assert measure_switch(mono(), black).swapped > 1


def test_a_leak_is_purple_where_n_is_bright() -> None:
    nire = mono()
    purple = (nire * np.array([1.0, 0.75, 0.95])).astype(np.uint8)
    assert measure_switch(purple, nire).low_purple > 0.1
    assert measure_switch(colourful(20), purple).nire_purple > 0.1


def test_purple_flowers_are_no_leak() -> None:
    low = np.full((240, 320, 3), (60, 80, 50), np.uint8)
    low[60:160, 80:200] = (120, 40, 130)
    assert measure_switch(low, mono()).ir_leak < 0


@pytest.mark.filterwarnings("error")  # of means over nothing
@pytest.mark.parametrize("shape", [(1, 1, 3), (2000, 1, 3), (1, 2000, 3)])
def test_pictures_of_different_and_smallest_sizes_are_measured(shape: tuple[int, int, int]) -> None:
    pair = measure_switch(np.zeros(shape, np.uint8), colourful(40))
    assert np.isfinite([pair.same_mode, pair.swapped, pair.ir_leak]).all()
