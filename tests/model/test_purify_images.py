"""Pairs become files: whole, beside their comparison, never in the place of an input, and not twice."""

from pathlib import Path

import numpy as np
import pytest

from nirecap.errors import CollectionError, ImageError, UsageMistake
from nirecap.images import encode_png, read_image
from nirecap.model.arrays import levels
from nirecap.model.comparison import comparison
from nirecap.model.pairs import Pair, Views
from nirecap.model.purifier import Purifier
from nirecap.model.purify_images import Order, Outcome, purify_pairs

from .saved_run import drawn_network, drawn_pair


@pytest.fixture(scope="module")
def purifier() -> Purifier:
    return Purifier(drawn_network())


def pair(name: str, seed: int = 0, width: int = 32) -> Pair:
    return Pair(name, lambda: Views(*drawn_pair(24, width, seed), None))


def broken(name: str) -> Pair:
    def fail() -> Views:
        raise ImageError(f"{name}: damaged")

    return Pair(name, fail)


def test_each_pair_becomes_what_the_network_gives(purifier: Purifier, tmp_path: Path) -> None:
    outcome, steps = Outcome(), []
    pairs = [pair("a"), pair("in/b", 1), pair("c", 2, width=40)]
    purify_pairs(purifier, pairs, Order(tmp_path / "out"), outcome, lambda: steps.append(1))
    assert (outcome.made, outcome.kept, outcome.failures, len(steps)) == (3, 0, [], 3)
    for name, seed, width in (("a", 0, 32), ("in/b", 1, 32), ("c", 2, 40)):
        expected = levels(purifier(*drawn_pair(24, width, seed)))
        assert np.array_equal(read_image(tmp_path / f"out/{name}_purified.png"), expected)
    assert len([*tmp_path.rglob("*.*")]) == 3


def test_in_batches_all_come_out_as_alone(purifier: Purifier, tmp_path: Path) -> None:
    pairs = [pair(str(n), n, width=32 if n < 5 else 40) for n in range(7)]
    for batch in (1, 3):
        outcome = Outcome()
        purify_pairs(purifier, pairs, Order(tmp_path / str(batch), batch=batch), outcome)
        assert outcome.made == 7
    for n in range(7):
        alone, together = (read_image(tmp_path / f"{batch}/{n}_purified.png") for batch in (1, 3))
        assert np.abs(alone.astype(int) - together).max() <= 1


def test_what_is_there_is_kept_unless_told_otherwise(purifier: Purifier, tmp_path: Path) -> None:
    (tmp_path / "a_purified.png").write_bytes(b"mine")
    outcome = Outcome()
    purify_pairs(purifier, [pair("a"), pair("b")], Order(tmp_path), outcome)
    assert (outcome.made, outcome.kept) == (1, 1)
    assert (tmp_path / "a_purified.png").read_bytes() == b"mine"
    purify_pairs(purifier, [pair("a")], Order(tmp_path, force=True), outcome)
    assert read_image(tmp_path / "a_purified.png").shape == (24, 32, 3)


def test_a_comparison_that_is_missing_is_made_with_the_image_that_is_kept(purifier: Purifier, tmp_path: Path) -> None:
    purify_pairs(purifier, [pair("a")], Order(tmp_path), Outcome())
    earlier = np.full((24, 32, 3), 77, np.uint8)  # of another network
    (tmp_path / "a_purified.png").write_bytes(encode_png(earlier))
    outcome = Outcome()
    purify_pairs(purifier, [pair("a")], Order(tmp_path, compare=True), outcome)
    assert (outcome.made, outcome.kept) == (0, 1)
    assert np.array_equal(read_image(tmp_path / "a_purified.png"), earlier)
    expected = comparison(Views(*drawn_pair(24, 32, 0), None), np.float32(earlier) / 255)
    assert np.array_equal(read_image(tmp_path / "a_compare.png"), expected)


def test_a_kept_image_of_another_size_is_told_and_left_alone(purifier: Purifier, tmp_path: Path) -> None:
    (tmp_path / "a_purified.png").write_bytes(encode_png(np.zeros((9, 9, 3), np.uint8)))
    outcome = Outcome()
    purify_pairs(purifier, [pair("a")], Order(tmp_path, compare=True), outcome)
    assert "--force makes it anew" in outcome.failures[0]
    assert read_image(tmp_path / "a_purified.png").shape == (9, 9, 3)


def test_what_can_not_be_read_is_told_and_left_out(purifier: Purifier, tmp_path: Path) -> None:
    outcome, said, steps = Outcome(), [], []
    purify_pairs(purifier, [broken("x"), pair("a")], Order(tmp_path), outcome, lambda: steps.append(1), said.append)
    assert (outcome.made, outcome.failures) == (1, ["x: damaged"])
    assert said == ["left out: x: damaged"]
    assert len(steps) == 2


@pytest.mark.parametrize("force", [False, True])
def test_inputs_are_never_written_over(purifier: Purifier, tmp_path: Path, force: bool) -> None:
    low, nire = drawn_pair(24, 32)
    source = tmp_path / "a_purified.png"
    source.write_bytes(encode_png(low))
    (tmp_path / "link_purified.png").symlink_to(source)
    for name in ("a", "link"):
        with pytest.raises(UsageMistake, match=f"{name}_purified.png is an input|a_purified.png is an input"):
            purify_pairs(
                purifier,
                [Pair(name, lambda: Views(low, nire, None), (source,))],
                Order(tmp_path, force=force),
                Outcome(),
            )
    assert np.array_equal(read_image(source), low)


@pytest.mark.parametrize("name", ["../a", "/etc/a", "in/../../a"])
def test_names_do_not_lead_out_of_the_folder(purifier: Purifier, tmp_path: Path, name: str) -> None:
    with pytest.raises(CollectionError, match="leads out of"):
        purify_pairs(purifier, [pair(name)], Order(tmp_path / "out"), Outcome())
    assert [*tmp_path.rglob("*_purified.png")] == []


def test_nothing_half_written_is_left(purifier: Purifier, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(_pixels: object) -> bytes:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("nirecap.model.purify_images.encode_png", full)
    with pytest.raises(OSError, match="No space"):
        purify_pairs(purifier, [pair("a")], Order(tmp_path), Outcome())
    assert [*tmp_path.iterdir()] == []


@pytest.mark.parametrize(("reference", "columns"), [(False, 4), (True, 5)])
def test_comparison_shows_all_that_is_known(reference: bool, columns: int) -> None:
    low, nire = drawn_pair(1080, 1920)
    lit = np.full((1080, 1920, 3), 0.5, np.float32)
    picture = comparison(Views(low, nire, low if reference else None), lit)
    assert picture.shape[1] == columns * (960 + 4) + 4
    assert picture[300, 3 * 964 + 100].tolist() == [128, 128, 128]
    assert abs(float(picture[30:500, 970:1920].mean()) - 128) < 12  # I as bright as I_u, but for what is cut off
