import numpy as np
import pytest

from nirecap.curate.checks.tiles import SIDE, STEP, tiles


@pytest.mark.parametrize("shape", [(1080, 1920), (1920, 1080), (300, 480), (50, 50), (1, 700)])
def test_tiles_are_cut_from_the_picture_on_one_grid(shape: tuple[int, int]) -> None:
    rows, columns = np.mgrid[: shape[0], : shape[1]]
    places = ((rows // STEP + columns // STEP) % 2 * 200).astype(np.uint8)
    sample = tiles(np.repeat(places[..., None], 3, axis=2))
    assert 1 <= len(sample) <= 15
    assert sample.shape[1:] == (min(SIDE, shape[0]), min(SIDE, shape[1]))
    assert (sample[:, : min(STEP, shape[0]), : min(STEP, shape[1])].std(axis=(1, 2)) == 0).all()
