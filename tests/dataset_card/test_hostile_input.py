"""Manifests, images and published folders that were damaged or made by somebody else: an error in one line, no more."""

import random
import shutil
import string
from pathlib import Path

import pytest

from nirecap.dataset_card.order import Order
from nirecap.dataset_card.publish import publish
from nirecap.errors import NirecapError
from nirecap.places import MANIFEST
from nirecap.vocabulary import Plan

from .small_collections import make_collection, night_of, read_rows, write_rows

VALUES = (None, "", "\0", "x" * 100_000, f"/\u202e{string.printable}")
TABLES = ({"a": 1}, {"a": {"above": 3}}, {"`": {"above": {"|": None}, "status": [1]}}, {"x" * 5000: {}})


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A collection, and what was published of it, to be copied."""
    folder = tmp_path_factory.mktemp("made")
    make_collection(folder / "night", night_of(2, Plan.QUAD, 1))
    publish(Order(folder / "night", folder / "set"))
    return folder


def damaged(content: bytes, rng: random.Random) -> bytes:
    """Return the bytes with some of them changed, and sometimes cut off."""
    target = bytearray(content)
    for _ in range(rng.randint(1, 8)):
        target[rng.randrange(len(target))] = rng.randrange(256)
    return bytes(target[: rng.randrange(len(target))] if rng.random() < 0.2 else target)


def ends_well(folder: Path, before: set[Path]) -> bool:
    """Publish; tell whether it could, and check that a failure is one line and leaves what was there."""
    try:
        publish(Order(folder / "night", folder / "set"))
    except NirecapError as error:
        assert "\n" not in str(error)
        assert len(str(error)) < 1000
        assert {path.relative_to(folder) for path in folder.rglob("*")} == before, error
        return False
    assert {path.name for path in folder.iterdir()} == {"night", "set"}
    return True


def copied(made: Path, tmp_path: Path) -> tuple[Path, set[Path]]:
    folder = Path(shutil.copytree(made, tmp_path / "here"))
    return folder, {path.relative_to(folder) for path in folder.rglob("*")}


@pytest.mark.parametrize("seed", range(10))
def test_damaged_manifests(made: Path, tmp_path: Path, seed: int) -> None:
    folder, before = copied(made, tmp_path)
    manifest = folder / "night" / MANIFEST
    manifest.write_bytes(damaged(manifest.read_bytes(), random.Random(seed)))
    ends_well(folder, before)


@pytest.mark.parametrize("seed", range(6))
def test_damaged_publications(made: Path, tmp_path: Path, seed: int) -> None:
    folder, before = copied(made, tmp_path)
    rng = random.Random(seed)
    path = rng.choice(sorted(path for path in (folder / "set").rglob("*") if path.is_file()))
    path.write_bytes(damaged(path.read_bytes(), rng))
    ends_well(folder, before)


@pytest.mark.parametrize("name", ["shot", "scene_id", "camera", "low_file_name", "flags"])
def test_odd_values(made: Path, tmp_path: Path, name: str) -> None:
    folder, before = copied(made, tmp_path)
    rows = read_rows(folder / "night")
    for value in VALUES:
        odd = [value] if name == "flags" else value
        write_rows(folder / "night", [rows[0] | {name: odd}, *rows[1:]])
        ends_well(folder, before)
        shutil.rmtree(folder / "set")
        shutil.copytree(made / "set", folder / "set")


@pytest.mark.parametrize("table", TABLES, ids=range(len(TABLES)))
def test_odd_thresholds_are_told_as_they_are(made: Path, tmp_path: Path, table: dict[str, object]) -> None:
    folder, before = copied(made, tmp_path)
    write_rows(folder / "night", read_rows(folder / "night"), table)
    assert ends_well(folder, before)


def test_links_in_a_circle_are_refused(made: Path, tmp_path: Path) -> None:
    folder, _ = copied(made, tmp_path)
    (folder / "night/sessions/loop.png").symlink_to("loop.png")
    rows = read_rows(folder / "night")
    write_rows(folder / "night", [rows[0] | {"low_file_name": "sessions/loop.png"}, *rows[1:]])
    with pytest.raises(NirecapError):
        publish(Order(folder / "night", folder / "set"))
