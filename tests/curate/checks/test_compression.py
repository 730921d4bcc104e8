import cv2
import numpy as np
import pytest

from nirecap.curate.checks.compression import block_grid, measure_compression
from nirecap.curate.checks.tiles import Tiles, tiles

from .pictures import colour, texture

BLOCKS = 2.1
"""Limit in thresholds.toml."""


def as_jpeg(quality: int) -> Tiles:
    _, content = cv2.imencode(".jpg", texture(100), [cv2.IMWRITE_JPEG_QUALITY, quality])
    return tiles(np.asarray(cv2.imdecode(content, cv2.IMREAD_COLOR), np.uint8))


@pytest.mark.parametrize("quality", [10, 15])
def test_a_coarse_jpeg_shows_its_blocks(quality: int) -> None:
    assert block_grid(as_jpeg(quality))[0] > BLOCKS


@pytest.mark.parametrize("quality", [80, 95])
def test_an_ordinary_jpeg_does_not(quality: int) -> None:
    assert block_grid(as_jpeg(quality))[0] < BLOCKS


def test_what_repeats_in_one_place_is_no_grid() -> None:
    fence = colour(texture(100))
    fence[:90, :90:8] = 255
    assert block_grid(tiles(fence))[0] < BLOCKS


def test_a_shot_without_reference_has_none() -> None:
    clean = tiles(colour(texture(100)))
    found = measure_compression(clean, as_jpeg(10))
    assert found.nire_blocks > BLOCKS > found.low_blocks
    assert found.reference_blocks is None


@pytest.mark.parametrize("shape", [(1, 1), (9, 400), (31, 31)])
def test_pictures_smaller_than_two_blocks_have_none(shape: tuple[int, int]) -> None:
    assert block_grid(tiles(np.full((*shape, 3), 90, np.uint8)))[0] == 0
