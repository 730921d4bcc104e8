"""A data set opens wherever it lies, with the same frames; what is wrong with it is told in one line."""

import pickle
import random
import shutil
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from datasets import load_dataset
from datasets.exceptions import DatasetNotFoundError

from nirecap.capture.store import Collection
from nirecap.curate.checks.evidence import encode_marks
from nirecap.curate.verdicts import Verdict, append_verdict
from nirecap.dataset_card.order import Order
from nirecap.dataset_card.publish import publish
from nirecap.errors import ImageError, ManifestError, NirecapError, UsageMistake
from nirecap.files import inside
from nirecap.images import decode_image, encode_png
from nirecap.model import published_shots
from nirecap.model.decoded import Decoded, dark_frame
from nirecap.model.open_dataset import open_training, open_triplets, trained_on
from nirecap.places import MANIFEST
from nirecap.vocabulary import Plan, Role

from ..dataset_card.small_collections import Wanted, make_collection, night_of, read_rows, row_of, write_rows
from .shot_lists import HEIGHT, WIDTH, noise, taken

MIXED = [
    ("hall", Plan.PAIR, "train"),
    ("hall", Plan.PAIR, "train"),
    ("yard", Plan.REFERENCE, "train"),
    ("loft", Plan.TRIPLET, "test"),
    ("loft", Plan.QUAD, "test"),
]
CURATED = [
    *night_of(3, Plan.PAIR, 1, "pairs"),
    *night_of(2, Plan.REFERENCE, 1, "references"),
    *night_of(2, Plan.QUAD, 1, "quads"),
    Wanted("test", Plan.TRIPLET, row={"split": "test"}),
]


@pytest.fixture(autouse=True)
def own_cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("datasets.config.HF_DATASETS_CACHE", str(tmp_path / "cache"))


@pytest.fixture
def mixed(tmp_path: Path) -> Path:
    taken(tmp_path / "mixed", MIXED)
    return tmp_path / "mixed"


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A curated collection with one map, and the set that was published of it, to be copied."""
    folder = tmp_path_factory.mktemp("made")
    make_collection(folder / "curated", CURATED)
    change(folder / "curated", 0, bright_spot_map=encode_marks(np.eye(6, 8, dtype=np.bool_)))
    publish(Order(folder / "curated", folder / "set"))
    return folder


@pytest.fixture
def curated(made: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(made / "curated", tmp_path / "curated"))


def change(collection: Path, number: int, **cells: Any) -> None:
    rows = read_rows(collection)
    rows[number] |= cells
    write_rows(collection, rows)


def test_frames_hold_the_pixels_of_their_files(mixed: Path) -> None:
    frames, triplets = open_training(str(mixed)), open_triplets(str(mixed))
    assert (len(frames.dark), len(frames.lit), len(triplets)) == (2, 1, 2)
    assert [frame.scene for frame in frames.dark] == ["hall", "hall"]
    assert (frames.dark[1].visible == decode_image(noise(1, Role.LOW), "")).all()
    assert (frames.dark[1].infrared == decode_image(noise(1, Role.NIRE), "")[..., 0]).all()
    assert (frames.lit[0].visible == decode_image(noise(2, Role.REFERENCE), "")).all()
    assert (frames.lit[0].infrared == decode_image(noise(2, Role.REFERENCE_NIRE), "")[..., 0]).all()
    assert (triplets[-1].reference == decode_image(noise(4, Role.REFERENCE), "")).all()
    assert frames.lit[0].infrared.shape == triplets[0].nire.shape == (HEIGHT, WIDTH)
    assert frames.exposure == pytest.approx(decode_image(noise(2, Role.REFERENCE), "").mean() / 255)
    assert trained_on(frames, triplets) == []


def test_colour_in_a_nir_image_becomes_luma(mixed: Path) -> None:
    coloured = np.full((HEIGHT, WIDTH, 3), (200, 100, 50), np.uint8)
    make_collection(mixed.parent / "c", [Wanted("a", contents={r: encode_png(coloured) for r in Plan.PAIR.roles})])
    make_collection(mixed.parent / "c", [Wanted("b", Plan.REFERENCE)], first=5)
    assert open_training(str(mixed.parent / "c")).dark[0].infrared[0, 0] == round(
        0.299 * 200 + 0.587 * 100 + 0.114 * 50
    )


def test_only_kept_shots_are_opened_and_persons_have_the_last_word(curated: Path) -> None:
    assert len(open_training(str(curated)).dark) == 4  # three pairs and one of the quads
    change(curated, 0, status="reject")
    change(curated, 1, status="review")
    change(curated, 2, verdict="reject", reviewer="ann")
    assert [frame.scene for frame in open_training(str(curated)).dark] == ["quads 0", "quads 1"]
    shot = read_rows(curated)[0]["shot"]
    append_verdict(curated, Verdict(shot, "keep", (), (), "ben", datetime(2026, 11, 27, tzinfo=UTC)))
    assert "pairs 0" in [frame.scene for frame in open_training(str(curated)).dark]


def test_shots_of_a_fixed_recipe_stay_unless_a_person_rejects_them(mixed: Path) -> None:
    before = open_training(str(mixed))
    records = list(Collection(mixed).shots())
    write_rows(mixed, [row_of(record) | {"split": record.split, "status": "reject"} for record in records])
    assert open_training(str(mixed)).fingerprint == before.fingerprint
    change(mixed, 0, verdict="reject", reviewer="ann")
    assert len(open_training(str(mixed)).dark) == 1


def test_scenes_marked_for_testing_do_not_train(curated: Path) -> None:
    change(curated, 0, split="val")
    change(curated, 3, split="test")
    frames = open_training(str(curated))
    assert {frame.scene for frame in [*frames.dark, *frames.lit]} == {
        *("pairs 1", "pairs 2", "references 1", "quads 0", "quads 1")
    }


def test_maps_of_curation_mark_what_is_spoilt(curated: Path) -> None:
    marks = np.zeros((3, 4), np.bool_)
    marks[0, 0] = True
    change(curated, 0, bright_spot_map=encode_marks(marks), structure_vanishing_map=encode_marks(marks[::-1]))
    one, other = open_training(str(curated)).dark[:2]
    assert one.spoilt is not None
    assert other.spoilt is None
    assert one.spoilt.shape == (24, 32)
    assert one.spoilt[:8, :8].all()
    assert one.spoilt[16:, :8].all()
    assert one.spoilt.mean() == pytest.approx(2 / 12)


def test_a_published_set_is_the_same_as_its_collection(made: Path) -> None:
    here, there = open_training(str(made / "curated")), open_training(str(made / "set"))
    assert here.fingerprint == there.fingerprint
    assert here.exposure == pytest.approx(there.exposure)
    ours = {frame.scene: frame for frame in here.dark}
    for frame in there.dark:
        assert (frame.visible == ours[frame.scene].visible).all()
        assert (frame.spoilt is None) == (ours[frame.scene].spoilt is None)
        assert frame.spoilt is None or frame.spoilt.any()
    tests = open_triplets(str(made / "set"))
    assert tests.fingerprint == open_triplets(str(made / "curated")).fingerprint
    assert tests[0].reference.shape == (24, 32, 3)


def test_triplets_of_train_scenes_train(tmp_path: Path) -> None:
    make_collection(tmp_path / "night", night_of(6))
    with pytest.raises(UsageMistake, match=r"no pairs.* 12 are for testing.*nirecap publish"):
        open_training(str(tmp_path / "night"))
    publish(Order(tmp_path / "night", tmp_path / "set"))
    frames, triplets = open_training(str(tmp_path / "set")), open_triplets(str(tmp_path / "set"))
    scenes = [{frame.scene for frame in frames} for frames in (frames.dark, frames.lit, triplets)]
    assert sum(map(len, scenes)) == len(set().union(*scenes)) == 6
    assert trained_on(frames, triplets) == []


def test_images_that_train_and_test_are_found(tmp_path: Path, mixed: Path) -> None:
    taken(tmp_path / "other", [("x", Plan.PAIR, None), ("y", Plan.REFERENCE, None)])
    names = taken(tmp_path / "tests", [("z", Plan.TRIPLET, None)] * 3)
    assert trained_on(open_training(str(tmp_path / "other")), open_triplets(str(tmp_path / "tests"))) == names[:2]


def test_decoded_images_are_held_up_to_a_limit(mixed: Path) -> None:
    decoded: list[str] = []

    def decode(shot: Any) -> Any:
        decoded.append(shot.name)
        return dark_frame(shot)

    shots = open_training(str(mixed)).dark.shots  # type: ignore[attr-defined]
    roomy, tight = Decoded(shots, decode), Decoded(shots, decode, kept_bytes=WIDTH * HEIGHT * 4)
    for frames, times in ((roomy, 2), (tight, 4)):
        decoded.clear()
        for number in (0, 1, 0, 1):
            assert frames[number].name == shots[number].name
        assert len(decoded) == times
    assert tight[1] is tight[1]
    with pytest.raises(IndexError):
        roomy[2]


def test_frames_reach_other_processes_without_their_pixels(mixed: Path) -> None:
    dark = open_training(str(mixed)).dark
    before = dark[0]
    copied = pickle.dumps(dark)
    assert len(copied) < 3000
    assert (pickle.loads(copied)[0].visible == before.visible).all()  # noqa: S301 - ours, as from a worker


def test_a_set_on_the_hub_opens_by_its_name(made: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    configs = {"pairs", "references", "triplets"}
    monkeypatch.setattr(published_shots, "get_dataset_config_names", lambda name: [*configs, "pairs_crops"])
    monkeypatch.setattr(published_shots, "load_dataset", lambda _, config: load_dataset(str(made / "set"), config))
    assert open_training("ann/night").fingerprint == open_training(str(made / "curated")).fingerprint
    assert len(open_triplets("ann/night")) == 1


@pytest.mark.parametrize(
    ("error", "message"),
    [
        (DatasetNotFoundError("no"), "ann/night is neither a folder here nor a data set on the Hub"),
        (ConnectionError("https://secret@hub"), "the Hub can't be reached for ann/night"),
        (RuntimeError("two\nlines"), "can't be loaded from the Hub"),
    ],
)
def test_a_hub_that_refuses_is_one_line(error: Exception, message: str, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(name: str) -> None:
        raise error

    monkeypatch.setattr(published_shots, "get_dataset_config_names", refuse)
    with pytest.raises(NirecapError, match=message) as told:
        open_training("ann/night")
    assert "\n" not in str(told.value)
    assert "secret" not in str(told.value)


@pytest.mark.parametrize("name", ["", "no such folder", "a/b/c", "\0", "x" * 5000, "../etc", "hf://x/y", "https://a/b"])
@pytest.mark.parametrize("opened", [open_training, open_triplets])
def test_what_is_no_data_set_is_named(name: str, opened: Callable[[str], object], tmp_path: Path) -> None:
    with pytest.raises(UsageMistake, match=r"is no data set|can't be opened") as told:
        opened(name or str(tmp_path))
    assert len(str(told.value)) < 500


def test_an_empty_collection_is_told(tmp_path: Path) -> None:
    (tmp_path / "sessions").mkdir()
    with pytest.raises(UsageMistake, match="no finished shot"):
        open_training(str(tmp_path))


def test_a_set_without_references_is_told(tmp_path: Path) -> None:
    taken(tmp_path / "pairs", [("a", Plan.PAIR, None)] * 2)
    with pytest.raises(UsageMistake, match="no lit images"):
        open_training(str(tmp_path / "pairs"))
    with pytest.raises(UsageMistake, match="no triplets"):
        open_triplets(str(tmp_path / "pairs"))


def test_images_that_were_changed_are_named(mixed: Path) -> None:
    frames = open_training(str(mixed))
    low = inside(mixed, f"sessions/{frames.dark[0].name}/low.png")
    taken_then = low.read_bytes()
    low.write_bytes(noise(9, Role.LOW))
    with pytest.raises(ImageError, match=r"low.png: not the bytes"):
        open_training(str(mixed)).dark[0]
    low.unlink()
    with pytest.raises(ImageError, match=r"low.png: can't be read"):
        open_training(str(mixed)).dark[0]
    low.write_bytes(taken_then)
    assert (open_training(str(mixed)).dark[0].visible == frames.dark[0].visible).all()


def test_images_of_two_sizes_are_told(tmp_path: Path) -> None:
    small = encode_png(np.zeros((8, 8, 3), np.uint8))
    make_collection(tmp_path, [Wanted("a", contents={Role.NIRE: small}), Wanted("b", Plan.REFERENCE)])
    with pytest.raises(ImageError, match=r"differ in size \(low 32x24, nire 8x8\)"):
        open_training(str(tmp_path)).dark[0]


def test_no_file_outside_of_the_collection_is_read(curated: Path, tmp_path: Path) -> None:
    (tmp_path / "secret.png").write_bytes(noise(0, Role.LOW))
    change(curated, 0, low_file_name="../secret.png")
    with pytest.raises(NirecapError, match="leads out"):
        open_training(str(curated)).dark[0]


@pytest.mark.parametrize("name", ["shot", "scene_id", "plan", "low_sha256", "split", "bright_spot_map"])
@pytest.mark.parametrize("value", [None, "", "x" * 50_000, "\0\n"])
def test_odd_cells_end_in_one_line(curated: Path, name: str, value: str | None) -> None:
    change(curated, 0, **{name: value if value is None or name != "bright_spot_map" else value.encode()})
    try:
        frames = open_training(str(curated))
        for number in range(len(frames.dark)):
            assert frames.dark[number].visible.shape == (24, 32, 3)
    except NirecapError as error:
        assert "\n" not in str(error)
        assert len(str(error)) < 500


@pytest.mark.parametrize("cell", [{"bytes": "text", "path": None}, {"bytes": b"x" * (2 << 20), "path": None}])
def test_maps_of_a_published_set_are_bytes_of_a_size(made: Path, tmp_path: Path, cell: dict[str, object]) -> None:
    folder = Path(shutil.copytree(made / "set", tmp_path / "set"))
    for path in folder.glob("data/*/*.parquet"):
        table = pq.read_table(path)
        if "bright_spot_map" in table.column_names:
            place = table.column_names.index("bright_spot_map")
            told = {key: value for key, value in (table.schema.metadata or {}).items() if key != b"huggingface"}
            cells = pa.array([cell] * table.num_rows)
            pq.write_table(table.set_column(place, "bright_spot_map", cells).replace_schema_metadata(told), path)
    with pytest.raises(ManifestError, match=r"a map that is no image|is damaged"):
        open_training(str(folder))


@pytest.mark.parametrize("seed", range(8))
def test_damaged_data_sets_end_in_one_line(made: Path, curated: Path, tmp_path: Path, seed: int) -> None:
    rng = random.Random(seed)
    folder = Path(shutil.copytree(made / "set", tmp_path / "set")) if seed % 2 else curated
    files = sorted(folder.glob("data/*/*.parquet")) or [folder / MANIFEST, *folder.glob("sessions/*/shots.jsonl")]
    path = rng.choice(files)
    content = bytearray(path.read_bytes())
    for _ in range(6):
        content[rng.randrange(len(content))] = rng.randrange(256)
    path.write_bytes(bytes(content[: rng.randrange(len(content))] if rng.random() < 0.3 else content))
    try:
        for frame in open_training(str(folder)).dark:
            assert frame.visible.dtype == np.uint8
        open_triplets(str(folder))
    except NirecapError as error:
        assert "\n" not in str(error)
        assert len(str(error)) < 600
