import numpy as np
import pytest

from nirecap.curate.checks.working_size import reduce


@pytest.mark.parametrize(
    ("shape", "expected"), [((1080, 1920), (360, 640)), ((1920, 1080), (640, 360)), ((999, 2), (640, 1))]
)
def test_the_longer_side_is_reduced(shape: tuple[int, int], expected: tuple[int, int]) -> None:
    assert reduce(np.full((*shape, 3), 77, np.uint8)).shape == (*expected, 3)
    assert (reduce(np.full((*shape, 3), 77, np.uint8)) == 77).all()


def test_a_small_picture_is_returned_as_it_is() -> None:
    small = np.zeros((360, 640, 3), np.uint8)
    assert reduce(small) is small
    assert reduce(reduce(np.zeros((1080, 1920, 3), np.uint8))).shape == small.shape
