"""Pairs are found wherever a person points, by names, by roles, or by pixels; what is none is told."""

from pathlib import Path

import numpy as np
import pytest

from nirecap.dataset_card.order import Order
from nirecap.dataset_card.publish import publish
from nirecap.errors import ImageError, NirecapError, UsageMistake
from nirecap.images import encode_png
from nirecap.model.pairs import find_pairs
from nirecap.vocabulary import Plan

from ..capture.filmed import DAY, NIGHT, Act, film, play
from ..dataset_card.small_collections import make_collection, night_of
from .saved_run import drawn_pair
from .shot_lists import taken

LOW, NIRE = drawn_pair(24, 32)


def written(folder: Path, *names: str) -> list[str]:
    """Write I or N under each name, by whether it says nire."""
    for name in names:
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(encode_png(NIRE if "nire" in name else LOW))
    return [str(folder / name) for name in names]


@pytest.mark.parametrize(
    ("names", "called"),
    [
        (["a.png", "my_nire.png"], ["a"]),
        (["porch_low.png", "porch_nire.png"], ["porch"]),
        (["porch_nire.png", "porch_low.png"], ["porch"]),
        (["x_low.png", "other_nire.png"], ["x"]),
        (["other_nire.png", "dark.png"], ["dark"]),
        (["b_nire.png", "a_low.png", "a_nire.png", "b_low.png", "a_reference.png"], ["b", "a"]),
        (["low/7.png", "nire/7.png"], ["7"]),
    ],
)
def test_files_pair_by_their_names_or_their_order(tmp_path: Path, names: list[str], called: list[str]) -> None:
    pairs = find_pairs(written(tmp_path, *names)).pairs
    assert [pair.name for pair in pairs] == called
    for pair in pairs:
        views = pair.open()
        assert np.array_equal(views.low, LOW)
        assert np.array_equal(views.nire, NIRE)
        assert (views.reference is not None) == ("a_reference.png" in names and pair.name == "a")


def test_folder_of_pairs(tmp_path: Path) -> None:
    written(tmp_path, "porch/1_low.png", "porch/1_nire.png", "yard/low/7.png", "yard/nire/7.png", "alone_low.png")
    written(tmp_path, "holiday.png")
    found = find_pairs([str(tmp_path)])
    assert [pair.name for pair in found.pairs] == ["porch/1", "yard/7"]
    assert found.left_out == ["alone (has no pair of low and nire)"]
    assert found.pairs[0].files == (tmp_path / "porch/1_low.png", tmp_path / "porch/1_nire.png")


def test_collection(tmp_path: Path) -> None:
    names = taken(tmp_path / "night", [("a", Plan.PAIR, None), ("b", Plan.REFERENCE, None), ("c", Plan.QUAD, "test")])
    found = find_pairs([str(tmp_path / "night")])
    assert [pair.name for pair in found.pairs] == [names[0], names[2]]
    assert found.left_out == [f"{names[1]} (has no pair of low and nire)"]
    assert [pair.open().reference is not None for pair in found.pairs] == [False, True]


def test_published_set(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("datasets.config.HF_DATASETS_CACHE", str(tmp_path / "cache"))
    make_collection(tmp_path / "night", night_of(2))
    publish(Order(tmp_path / "night", tmp_path / "set"))
    captured, published = (
        {pair.name: pair.open().low for pair in find_pairs([str(tmp_path / name)]).pairs} for name in ("night", "set")
    )
    assert published.keys() == captured.keys()
    assert all(np.array_equal(published[name], captured[name]) for name in captured)


def test_clip_in_which_night_vision_was_switched(tmp_path: Path) -> None:
    acts = [Act(DAY, 2.0), Act(NIGHT, 3.0)]
    film(tmp_path / "porch.mp4", play(acts, size=(160, 96)))
    pairs = find_pairs([str(tmp_path / "porch.mp4")]).pairs
    assert [pair.name for pair in pairs] == ["porch-1"]
    views = pairs[0].open()
    assert views.low.shape == (96, 160, 3)
    assert views.nire.mean() > 2 * views.low.mean()  # of the lamp


@pytest.mark.parametrize(
    ("names", "inputs", "said"),
    [
        ([], ["nowhere"], "'nowhere' does not exist; what can be purified is two images"),
        (["a.png"], ["a.png"], "a.png is one image; name its nire after it"),
        (["x/a.png", "x/b_nire.png"], ["x"], "x has no pair of low and nire; call the files <stem>_low.png"),
        (["a.png", "b.png", "c.png"], ["a.png", "b.png", "c.png"], "more than two files go by their names"),
        (["1_low.png", "1_reference.png"], ["1_low.png", "1_reference.png"], "1_reference.png is no nire image"),
        (["a_nire.png", "b_nire.png"], ["a_nire.png", "b_nire.png"], r"[ab]_nire\.png is no low image"),
        (
            ["a/x_low.png", "a/x_nire.png", "b/x_low.png", "b/x_nire.png"],
            ["a/x_low.png", "a/x_nire.png", "b/x_low.png", "b/x_nire.png"],
            "two pairs have one name",
        ),
    ],
    ids=str,
)
def test_what_is_no_pair(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, names: list[str], inputs: list[str], said: str
) -> None:
    monkeypatch.chdir(tmp_path)
    written(tmp_path, *names)
    with pytest.raises(UsageMistake, match=said):
        find_pairs(inputs)


def test_collection_and_clip_without_a_pair(tmp_path: Path) -> None:
    taken(tmp_path / "lit", [("a", Plan.REFERENCE, None)])
    with pytest.raises(UsageMistake, match="has no pair of low and nire; capture some with `nirecap shoot"):
        find_pairs([str(tmp_path / "lit")])
    film(tmp_path / "day.mp4", play([Act(DAY, 1.5)], size=(160, 96)))
    with pytest.raises(UsageMistake, match="has no pair of low and nire; let it show the dark room by day, then"):
        find_pairs([str(tmp_path / "day.mp4")])


def test_images_of_two_sizes_are_told_when_they_are_read(tmp_path: Path) -> None:
    written(tmp_path, "a_low.png")
    (tmp_path / "a_nire.png").write_bytes(encode_png(NIRE[1:]))
    (pair,) = find_pairs([str(tmp_path)]).pairs
    with pytest.raises(ImageError, match="a: its images differ in size \\(low 32x24, nire 32x23\\)"):
        pair.open()


@pytest.mark.parametrize("content", [b"", b"\x89PNG\r\n", b"\x80\x04K\x01.", b"nonsense"])
def test_damaged_images_are_told_when_they_are_read(tmp_path: Path, content: bytes) -> None:
    written(tmp_path, "a_low.png", "a_nire.png")
    (tmp_path / "a_nire.png").write_bytes(content)
    (pair,) = find_pairs([str(tmp_path)]).pairs
    with pytest.raises(NirecapError, match=r"a_nire\.png"):
        pair.open()
