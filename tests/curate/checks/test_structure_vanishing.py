import cv2
import numpy as np
import pytest
from nirecap.curate.checks.structure_vanishing import measure_structure_vanishing, vanishing_map

from nirecap.images import Pixels

HEIGHT, WIDTH = 200, 320
LOST = np.s_[60:140, 100:200]


def textured(level: float, noise: float, seed: int = 0) -> Pixels:
    """Draw the one texture that all pictures of the scene share, at a mean level, with noise of its own."""
    texture = cv2.GaussianBlur(np.random.default_rng(7).normal(0, 1, (HEIGHT, WIDTH)), (0, 0), 1.2)
    grain = np.random.default_rng(seed).normal(0, noise, (HEIGHT, WIDTH))
    grey = np.clip(level * (1 + 1.5 * texture) + grain, 0, 255)
    return np.repeat(grey[..., None], 3, axis=2).astype(np.uint8)


def flat_inside(nire: Pixels) -> Pixels:
    nire = nire.copy()
    nire[LOST] = 90
    return nire


def test_equal_structure_vanishes_nowhere() -> None:
    found = measure_structure_vanishing(textured(30, 1), textured(90, 2, seed=1))
    assert found.area == found.largest == 0


@pytest.mark.parametrize("use_reference", [False, True])
def test_a_part_painted_flat_is_mapped(use_reference: bool) -> None:
    low, nire = textured(40, 1), flat_inside(textured(90, 2, seed=1))
    reference = textured(110, 1, seed=2) if use_reference else None
    mapped = vanishing_map(low, nire, reference)
    assert mapped[75:125, 115:185].mean() > 0.95
    mapped[LOST] = False
    assert not mapped.any()
    assert measure_structure_vanishing(low, nire, reference).largest > 0.05


def test_a_blurred_part_is_found() -> None:
    nire = textured(90, 0)
    nire[LOST] = cv2.GaussianBlur(nire, (0, 0), 6)[LOST]
    assert measure_structure_vanishing(textured(40, 1), nire).largest > 0.05


def test_a_shift_of_two_pixels_loses_nothing() -> None:
    assert measure_structure_vanishing(textured(40, 1), np.roll(textured(90, 2, seed=1), 2, axis=1)).area == 0


def test_noise_in_i_is_no_structure() -> None:
    noise = np.random.default_rng(0).normal(8, 3, (HEIGHT, WIDTH, 3))
    low = np.clip(noise, 0, 255).astype(np.uint8)
    assert measure_structure_vanishing(low, np.full_like(low, 90)).largest < 0.006


def test_where_the_lamp_does_not_reach_nothing_is_lost() -> None:
    nire = textured(90, 2, seed=1)
    nire[:, 240:] = 2
    assert vanishing_map(textured(40, 1), nire)[:, 245:].sum() == 0


def test_the_map_has_the_shape_of_n_at_reduced_size() -> None:
    low, nire = np.zeros((100, 150, 3), np.uint8), np.zeros((720, 1280, 3), np.uint8)
    assert vanishing_map(low, nire).shape == (180, 320)
