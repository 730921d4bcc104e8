"""A published training set: each crop can be made again, is that of `TrainingCrops`, and comes from train alone."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from datasets import load_dataset

from nirecap.dataset_card.order import Order
from nirecap.dataset_card.publish import publish
from nirecap.dataset_card.shards import Sharding
from nirecap.dataset_card.training_set import Cut, Recipe, TrainingCrops, cut_out
from nirecap.errors import UsageMistake
from nirecap.vocabulary import Plan, Role

from .small_collections import make_collection, night_of

RECIPE = Recipe(16, 20, count=30, seed=3)


@pytest.fixture(scope="module")
def dest(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("published")
    make_collection(folder / "night", [*night_of(5), *night_of(3, Plan.REFERENCE, camera="hall")])
    publish(Order(folder / "night", folder / "set", sharding=Sharding(size=60_000), crops=RECIPE))
    return folder / "set"


def opened(dest: Path, config: str, tmp_path: Path, split: str = "train") -> Any:
    return load_dataset(str(dest), config, split=split, cache_dir=str(tmp_path))


@pytest.mark.parametrize("config", ["pairs", "references"])
def test_published_crops_are_those_made_on_the_fly(dest: Path, config: str, tmp_path: Path) -> None:
    on_the_fly = TrainingCrops(opened(dest, config, tmp_path), RECIPE)
    published = {row["crop"]: row for row in opened(dest, f"{config}_crops", tmp_path)}
    assert sorted(published) == list(range(30))
    for index, crop in enumerate(on_the_fly):
        for role, pixels in crop.items():
            assert (np.asarray(published[index][role]) == pixels).all()


def test_each_crop_can_be_made_again_from_its_columns(dest: Path, tmp_path: Path) -> None:
    shots = {row["shot"]: row for row in opened(dest, "pairs", tmp_path)}
    rows = opened(dest, "pairs_crops", tmp_path)
    assert len(rows) == 30
    for row in rows:
        cut = Cut(*(row[f"cut_{name}"] for name in ("x", "y", "width", "height")), row["flipped"], row["quarter_turns"])
        for role in (Role.LOW, Role.NIRE):
            made = cut_out(np.asarray(shots[row["shot"]][role]), cut)
            assert made.shape == (16, 20, 3)
            assert (made == np.asarray(row[role])).all()


def test_no_crop_shows_a_test_scene(dest: Path, tmp_path: Path) -> None:
    tested = set(opened(dest, "triplets", tmp_path, "test")["scene_id"])
    assert tested
    for config in ("pairs_crops", "references_crops"):
        assert not tested & set(opened(dest, config, tmp_path)["scene_id"])


def test_crops_stream(dest: Path) -> None:
    rows = load_dataset(str(dest), "pairs_crops", split="train", streaming=True)
    first = next(iter(rows))
    assert first["low"].size == (20, 16)


def test_equal_recipes_give_equal_files_and_another_makes_a_new_version(tmp_path: Path) -> None:
    make_collection(tmp_path / "night", night_of(3))

    def made(recipe: Recipe | None) -> tuple[str, dict[str, bytes]]:
        order = Order(tmp_path / "night", tmp_path / "set", crops=recipe)
        version = publish(order).facts.version
        return version, {path.name: path.read_bytes() for path in (tmp_path / "set").glob("data/pairs_crops/*")}

    one = made(Recipe(16, 20, count=5))
    assert made(Recipe(16, 20, count=5)) == one
    version, files = made(Recipe(16, 20, count=5, seed=1))
    assert one[0] == "1.0.0"
    assert version == "1.1.0"
    assert files != one[1]
    assert made(None) == ("1.2.0", {})


def test_nothing_is_published_where_all_shots_are_too_small(tmp_path: Path) -> None:
    make_collection(tmp_path / "night", night_of(3))
    with pytest.raises(UsageMistake, match="no kept shot holds a crop 288 wide and 224 high"):
        publish(Order(tmp_path / "night", tmp_path / "set", crops=Recipe()))
    assert not (tmp_path / "set").exists()
