"""Figures: rows of pictures that a person can read at the width of a page."""

from pathlib import Path

import numpy as np
import pytest

from nirecap.benchmarks import held_out
from nirecap.benchmarks.figures import WIDTH, Shown, detail_of, figure, spread, write_figures
from nirecap.benchmarks.held_out import TestImage
from nirecap.benchmarks.layout import pictures
from nirecap.benchmarks.scores import Scores, scores_of
from nirecap.errors import ImageError
from nirecap.images import Pixels, encode_png, read_image

from .dusk import view
from .made_results import rows_of

IMAGES = [TestImage(f"night/{place}", f"scene {place}") for place in range(7)]


def scores() -> Scores:
    by_image = [5.0, 9.0, 1.0, 7.0, 3.0, 8.0, 2.0]
    scenes = [image.scene for image in IMAGES]
    return scores_of(rows_of({(name, "psnr"): [by_image] for name in ("input", "gain")}, scenes))


def fill(out: Path) -> None:
    for number, image in enumerate(IMAGES):
        for role, pixels in view(number, 48, 64).items():
            path = held_out.file_of(out, role, image)
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(encode_png(pixels))
        for method in ("input", "gain"):
            pictures(out, method, 0).mkdir(parents=True, exist_ok=True)
            (pictures(out, method, 0) / image.file).write_bytes(encode_png(np.full((48, 64, 3), 90, np.uint8)))


def test_images_are_spread_from_the_hardest_to_the_easiest() -> None:
    assert [image.name for image in spread(IMAGES, scores(), 3)] == ["night/6", "night/0", "night/5"]
    assert len(spread(IMAGES, scores(), 20)) == 7


def test_two_figures_show_different_images_at_the_width_of_a_page(tmp_path: Path) -> None:
    fill(tmp_path)
    files = write_figures(tmp_path, IMAGES, scores())
    assert [file.name for file in files] == ["figure_1.png", "figure_2.png"]
    one, two = (read_image(file) for file in files)
    assert one.shape[1] == two.shape[1] == WIDTH
    assert not np.array_equal(one, two)
    assert (one[:40] < 100).any()  # a title


def test_columns_are_i_n_the_methods_and_r_and_more_of_them_go_into_further_lines() -> None:
    plain = np.full((40, 60, 3), 128, np.uint8)

    def lines(count: int) -> int:
        rows = [[Shown("I", "", plain), *[Shown("a method", "20.00 / 0.900", plain)] * count, Shown("R", "", plain)]]
        drawn = figure(rows)
        titled = (drawn[:, :60] < 60).any(axis=(1, 2))
        return int((np.diff(titled.astype(int)) == 1).sum() + titled[0])

    assert figure([[Shown("I", "", plain), Shown("R", "", plain)]]).shape[1] == WIDTH
    assert lines(8) > lines(4)


def test_the_detail_is_where_r_has_structure_and_methods_differ() -> None:
    reference = np.full((100, 150, 3), 120, np.uint8)
    reference[20:40:2, 100:130], reference[70:90:2, 10:40] = 220, 220
    differing = reference.copy()
    differing[20:40, 100:130] = 0
    row = [Shown(name, "", reference) for name in ("I", "N", "one")]
    box = detail_of([*row, Shown("other", "", differing), Shown("R", "", reference)])
    assert 90 <= box.left + box.width / 2 <= 140
    assert 15 <= box.top + box.height / 2 <= 45
    assert box.cut(reference).shape == (box.height, box.width, 3)


@pytest.mark.parametrize("size", [(1, 1), (3, 200), (200, 3), (2, 2)])
def test_odd_sizes_end_in_no_exception(size: tuple[int, int]) -> None:
    pixels: Pixels = np.full((*size, 3), 50, np.uint8)
    row = [
        Shown(name, "", pixels) for name in ("I", "N", "a method with a name that is far too long for its column", "R")
    ]
    assert figure([row]).shape[1] == WIDTH


def test_a_picture_that_is_gone_is_told(tmp_path: Path) -> None:
    fill(tmp_path)
    (pictures(tmp_path, "gain", 0) / IMAGES[1].file).unlink()
    with pytest.raises(ImageError, match="can't be read"):
        write_figures(tmp_path, IMAGES, scores())
