"""Training crops: the same cut for all images of a shot, exact pixels, equal for equal recipes."""

import numpy as np
import pytest
from datasets import Dataset, Features, Image, Value
from hypothesis import given
from hypothesis import strategies as st

from nirecap.dataset_card.training_set import Recipe, TrainingCrops, cut_out, draw_cut, training_crop
from nirecap.errors import ImageError, UsageMistake
from nirecap.images import Pixels, encode_png
from nirecap.vocabulary import Role

SIZES = st.integers(1, 60)


def numbered(width: int, height: int) -> Pixels:
    """Return a picture that holds its own coordinates."""
    y, x = np.mgrid[:height, :width]
    return np.stack([x, y, np.zeros_like(x)], axis=-1).astype(np.uint8)


def shots(*sizes: tuple[int, int], columns: bool = True) -> Dataset:
    """Return a data set of one pair of each size, `nire` the inverse of `low`."""
    rows: dict[str, list[object]] = {"low": [], "nire": [], "shot": [], "width": [], "height": []}
    for number, (width, height) in enumerate(sizes):
        picture = numbered(width, height)
        picture[..., 2] = number
        rows["low"].append({"bytes": encode_png(picture), "path": None})
        rows["nire"].append({"bytes": encode_png(255 - picture), "path": None})
        rows["shot"].append(f"night/{number}")
        rows["width"].append(width)
        rows["height"].append(height)
    size = {name: Value("int64") for name in ("width", "height")}
    data = Dataset.from_dict(rows, Features({"low": Image(), "nire": Image(), "shot": Value("string"), **size}))
    return data if columns else data.remove_columns(["width", "height"])


@given(SIZES, SIZES, SIZES, SIZES, st.booleans(), st.integers(0, 99))
def test_cut_is_a_part_of_the_picture(width: int, height: int, w: int, h: int, augment: bool, seed: int) -> None:
    rng = np.random.default_rng(seed)
    if w > width or h > height:
        with pytest.raises(ImageError, match=f"{width}x{height} holds no crop {w} wide and {h} high"):
            draw_cut(rng, (width, height), h, w, augment)
        return
    cut = draw_cut(rng, (width, height), h, w, augment)
    crop = cut_out(numbered(width, height), cut)
    assert crop.shape == (h, w, 3)
    xs, ys = sorted({*crop[..., 0].ravel().tolist()}), sorted({*crop[..., 1].ravel().tolist()})
    assert xs == list(range(cut.x, cut.x + cut.width))
    assert ys == list(range(cut.y, cut.y + cut.height))
    if not augment:
        assert (crop == numbered(width, height)[cut.y : cut.y + h, cut.x : cut.x + w]).all()


def test_all_eight_ways_to_lay_a_crop_occur_and_differ() -> None:
    ways = set()
    for seed in range(200):
        cut = draw_cut(np.random.default_rng(seed), (40, 40), 24, 32)
        ways.add((cut.flipped, cut.quarter_turns))
    assert ways == {(flipped, turns) for flipped in (False, True) for turns in range(4)}


def test_narrow_pictures_are_never_laid_on_their_side() -> None:
    cuts = [draw_cut(np.random.default_rng(seed), (40, 30), 24, 32) for seed in range(50)]
    assert {cut.quarter_turns for cut in cuts} == {0, 2}


def test_all_images_of_a_shot_are_cut_alike() -> None:
    images = {Role.LOW: numbered(60, 50), Role.NIRE: 255 - numbered(60, 50)}
    for seed in range(20):
        crop = training_crop(images, np.random.default_rng(seed), 24, 32)
        assert (crop[Role.LOW] == 255 - crop[Role.NIRE]).all()


def test_images_of_different_sizes_are_refused() -> None:
    images = {Role.LOW: numbered(60, 50), Role.NIRE: numbered(60, 49)}
    with pytest.raises(ImageError, match="in one shot"):
        training_crop(images, np.random.default_rng(0), 24, 32)


def test_equal_recipes_give_equal_crops_in_any_order() -> None:
    recipe = Recipe(24, 32, count=10, seed=7)
    one, other = TrainingCrops(shots((60, 50), (64, 48)), recipe), TrainingCrops(shots((60, 50), (64, 48)), recipe)
    backwards = [other[index] for index in reversed(range(10))][::-1]
    assert all((crop[Role.LOW] == again[Role.LOW]).all() for crop, again in zip(one, backwards, strict=True))


def test_another_epoch_and_another_seed_are_other_crops() -> None:
    crops = TrainingCrops(shots((60, 50)), Recipe(24, 32, count=6))
    first = [crop[Role.LOW] for crop in crops]
    crops.epoch = 1
    second = [crop[Role.LOW] for crop in crops]
    reseeded = [crop[Role.LOW] for crop in TrainingCrops(shots((60, 50)), Recipe(24, 32, count=6, seed=1))]
    for others in (second, reseeded):
        assert not any((one == other).all() for one, other in zip(first, others, strict=True))
    crops.epoch = 0
    assert all((one == crop[Role.LOW]).all() for one, crop in zip(first, crops, strict=True))


def test_every_shot_is_used_as_often_as_any_other() -> None:
    crops = TrainingCrops(shots(*[(40, 40)] * 7), Recipe(24, 32, count=30))
    used = [int(crop[Role.LOW][0, 0, 2]) for crop in crops]
    counts = [used.count(number) for number in range(7)]
    assert sum(counts) == 30
    assert max(counts) - min(counts) == 1


def test_smaller_shots_are_left_out() -> None:
    crops = TrainingCrops(shots((20, 20), (40, 40)), Recipe(24, 32, count=5))
    assert {int(crop[Role.LOW][0, 0, 2]) for crop in crops} == {1}
    with pytest.raises(UsageMistake, match="none of 1 shots holds a crop 32 wide and 24 high"):
        TrainingCrops(shots((20, 20)), Recipe(24, 32))
    with pytest.raises(ImageError, match="20x20"):
        TrainingCrops(shots((20, 20), columns=False), Recipe(24, 32))[0]


def test_data_without_images_is_refused() -> None:
    with pytest.raises(UsageMistake, match="columns are shot"):
        TrainingCrops(Dataset.from_dict({"shot": ["a"]}))


def test_damaged_image_is_named() -> None:
    rows = shots((40, 40)).cast_column("low", Image(decode=False)).to_list()
    rows[0]["low"]["bytes"] = rows[0]["low"]["bytes"][:50]
    damaged = Dataset.from_list(rows, shots((40, 40)).features)
    with pytest.raises(ImageError, match="low of night/0"):
        TrainingCrops(damaged, Recipe(24, 32))[0]


@pytest.mark.parametrize("wrong", [{"height": 0}, {"width": -1}, {"count": 0}, {"seed": -1}])
def test_impossible_recipes_are_refused(wrong: dict[str, int]) -> None:
    with pytest.raises(UsageMistake, match="1 or more"):
        Recipe(**wrong)


def test_the_papers_crops_are_wider_than_high() -> None:
    recipe = Recipe()
    assert (recipe.height, recipe.width, recipe.count) == (224, 288, 1200)
