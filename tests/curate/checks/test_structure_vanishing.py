import cv2
import numpy as np
import pytest

from nirecap.curate.checks.structure_vanishing import measure_structure_vanishing, vanishing_map
from nirecap.images import Pixels

HEIGHT, WIDTH = 400, 640
LOST = np.s_[120:280, 200:400]
LIMIT = 0.00075
"""Of `largest` in thresholds.toml."""


def textured(level: float, noise: float, seed: int = 0) -> Pixels:
    """Draw the one texture that all pictures of the scene share, at a mean level, with noise of its own."""
    texture = cv2.GaussianBlur(np.random.default_rng(7).normal(0, 1, (HEIGHT, WIDTH)), (0, 0), 1.8)
    grain = np.random.default_rng(seed).normal(0, noise, (HEIGHT, WIDTH))
    grey = np.clip(level * (1 + 2.5 * texture) + grain, 0, 255)
    return np.repeat(grey[..., None], 3, axis=2).astype(np.uint8)


def flat_inside(nire: Pixels) -> Pixels:
    nire = nire.copy()
    nire[LOST] = 90
    return nire


def filled_in(nire: Pixels) -> Pixels:
    mask = np.zeros(nire.shape[:2], np.uint8)
    mask[LOST] = 1
    return np.asarray(cv2.inpaint(nire, mask, 3, cv2.INPAINT_TELEA), np.uint8)


def test_equal_structure_vanishes_nowhere() -> None:
    found = measure_structure_vanishing(textured(30, 1), textured(90, 2, seed=1))
    assert found.area == found.largest == 0


@pytest.mark.parametrize("use_reference", [False, True])
def test_a_part_painted_flat_is_mapped(use_reference: bool) -> None:
    low, nire = textured(40, 1), flat_inside(textured(90, 2, seed=1))
    reference = textured(110, 1, seed=2) if use_reference else None
    mapped = vanishing_map(low, nire, reference)
    assert mapped[21:39, 33:57].mean() > 0.95
    mapped[17:43, 29:61] = False
    assert not mapped.any()
    assert measure_structure_vanishing(low, nire, reference).largest > 0.05


def test_a_blurred_part_is_found() -> None:
    nire = textured(90, 0)
    nire[LOST] = cv2.GaussianBlur(nire, (0, 0), 12)[LOST]
    assert measure_structure_vanishing(textured(40, 1), nire).largest > 0.05


def test_a_part_filled_in_from_around_is_found() -> None:
    nire = filled_in(textured(90, 2, seed=1))
    assert measure_structure_vanishing(textured(40, 1), nire).largest > LIMIT


def test_grain_does_not_hide_a_lost_part() -> None:
    grain = np.random.default_rng(3).normal(0, 3, (HEIGHT, WIDTH, 1))
    nire = np.clip(flat_inside(textured(90, 2, seed=1)) + grain, 0, 255).astype(np.uint8)
    assert measure_structure_vanishing(textured(40, 1), nire).largest > LIMIT


def test_a_dye_that_fades_to_a_fifth_is_not_lost() -> None:
    nire, flat = textured(90, 2, seed=1).astype(np.float32), np.float32(90)
    nire[LOST] = 0.2 * nire[LOST] + 0.8 * flat
    assert measure_structure_vanishing(textured(40, 1), nire.astype(np.uint8)).area == 0


def test_contrast_turned_round_is_not_lost() -> None:
    assert measure_structure_vanishing(textured(40, 1), 200 - textured(90, 2, seed=1)).area == 0


def test_a_shift_of_two_pixels_loses_nothing() -> None:
    shifted = np.roll(textured(90, 2, seed=1), 2, axis=1)
    assert measure_structure_vanishing(textured(40, 1), shifted).area == 0


def test_noise_in_i_is_no_structure() -> None:
    noise = np.random.default_rng(0).normal(20, 3, (HEIGHT, WIDTH, 3))
    low = np.clip(noise, 0, 255).astype(np.uint8)
    nire = np.clip(np.random.default_rng(1).normal(90, 1, low.shape), 0, 255).astype(np.uint8)
    assert measure_structure_vanishing(low, nire).area < 0.03


def test_where_n_is_burnt_out_nothing_is_known_to_be_lost() -> None:
    nire = textured(90, 2, seed=1)
    nire[:, 480:] = 255
    assert vanishing_map(textured(40, 1), nire)[:, 74:].sum() == 0


def test_where_the_lamp_does_not_reach_nothing_is_lost() -> None:
    nire = textured(90, 2, seed=1)
    nire[:, 480:] = 2
    assert vanishing_map(textured(40, 1), nire)[:, 74:].sum() == 0


def test_the_map_is_a_grid_over_n() -> None:
    low, nire = np.zeros((100, 150, 3), np.uint8), np.zeros((720, 1280, 3), np.uint8)
    assert vanishing_map(low, nire).shape == (54, 96)
