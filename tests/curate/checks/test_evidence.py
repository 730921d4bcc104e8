import io

import numpy as np
import pytest
from PIL import Image

from nirecap.curate.checks.evidence import encode_marks


def decoded(content: bytes | None) -> np.ndarray:
    assert content is not None
    with Image.open(io.BytesIO(content)) as image:
        assert image.mode == "1"
        return np.asarray(image)


def test_nothing_marked_is_nothing_kept() -> None:
    assert encode_marks(np.zeros((54, 96), np.bool_)) is None


def test_a_small_map_is_kept_as_it_is() -> None:
    marks = np.random.default_rng(0).random((54, 96)) < 0.3
    assert np.array_equal(decoded(encode_marks(marks)), marks)


@pytest.mark.parametrize("shape", [(360, 640), (640, 360), (97, 97), (2, 5000)])
def test_a_large_map_is_shrunk_and_loses_no_mark(shape: tuple[int, int]) -> None:
    marks = np.zeros(shape, np.bool_)
    marks[0, shape[1] // 2] = True
    small = decoded(encode_marks(marks))
    assert max(small.shape) == 96
    assert small[0, small.shape[1] // 2]
    assert 1 <= small.sum() <= 4
