"""The Parquet files: sizes, what shares one, row groups, equal bytes, and images without the card."""

from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from datasets import Image, load_dataset

from nirecap.dataset_card.configs import KINDS, rows_of, schema_of
from nirecap.dataset_card.facts import ShardFile
from nirecap.dataset_card.rows import select_rows
from nirecap.dataset_card.shards import GROUP_ROWS, Sharding, write_shards
from nirecap.vocabulary import Plan, Role

from .small_collections import Wanted, encoded, make_collection, night_of, read_rows, write_rows

PAIRS = KINDS[0]
LARGE = {Role.LOW: encoded(1) + bytes(30_000), Role.NIRE: encoded(2)}
MAP = encoded(3)


@pytest.fixture(scope="module")
def out(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("made") / "night"
    cameras = [night_of(7, Plan.PAIR, 5, camera) for camera in ("porch", "hall")]
    make_collection(folder, [shot for pair in zip(*cameras, strict=True) for shot in pair])
    return folder


def write(out: Path, aside: Path, sharding: Sharding) -> tuple[ShardFile, ...]:
    aside.mkdir(exist_ok=True)
    rows = select_rows(out, aside).rows
    splits = dict.fromkeys(rows["scene_id"].to_pylist(), "train")
    indices = rows_of(PAIRS, "train", rows, splits)
    schema = schema_of(PAIRS, rows.schema)
    return write_shards(out, rows, indices, schema, aside / "data/pairs", "train", sharding)


@pytest.mark.parametrize("compression", ["zstd", "snappy", "none"])
@pytest.mark.parametrize("size", [60_000, 150_000, 10_000_000])
def test_files_are_not_larger_than_asked(out: Path, tmp_path: Path, size: int, compression: str) -> None:
    files = write(out, tmp_path, Sharding(size, compression=compression))  # type: ignore[arg-type]
    assert [file.path for file in files] == [
        f"data/pairs/train-{n:05d}-of-{len(files):05d}.parquet" for n in range(len(files))
    ]
    assert sum(file.rows for file in files) == 70
    assert all(file.bytes == (tmp_path / file.path).stat().st_size <= size for file in files)
    assert (len(files) == 1) == (size == 10_000_000)
    shots = [shot for file in files for shot in pq.read_table(tmp_path / file.path)["shot"].to_pylist()]
    assert shots == [row["shot"] for row in read_rows(out)]


def test_row_larger_than_a_file_has_one_of_its_own(tmp_path: Path) -> None:
    out = tmp_path / "night"
    make_collection(out, [Wanted("a"), Wanted("b", contents=LARGE), Wanted("c")])
    files = write(out, tmp_path / "x", Sharding(25_000, keep_metadata=True))
    assert [file.rows for file in files] == [1, 1, 1]


@pytest.mark.parametrize(("by", "count"), [("camera", 2), ("scene", 14)])
def test_no_file_holds_two_cameras_or_scenes(out: Path, tmp_path: Path, by: str, count: int) -> None:
    files = write(out, tmp_path, Sharding(by=by))  # type: ignore[arg-type]
    assert len(files) == count
    for file in files:
        table = pq.read_table(tmp_path / file.path, columns=["camera", "scene_id"])
        assert len(table[{"scene": "scene_id"}.get(by, by)].unique()) == 1


def test_row_groups_are_small_and_bytes_are_equal_again(out: Path, tmp_path: Path) -> None:
    first = write(out, tmp_path / "a", Sharding())
    assert first == write(out, tmp_path / "b", Sharding())
    metadata = pq.read_metadata(tmp_path / "a" / first[0].path)
    assert max(metadata.row_group(n).num_rows for n in range(metadata.num_row_groups)) == GROUP_ROWS


def test_images_are_images_without_the_card(out: Path, tmp_path: Path) -> None:
    files = write(out, tmp_path, Sharding())
    path = str(tmp_path / files[0].path)
    data = load_dataset("parquet", data_files=path, split="train", cache_dir=str(tmp_path / "cache"))
    assert isinstance(data.features["low"], Image)
    assert data[0]["nire"].size == (32, 24)


def test_memory_does_not_grow_with_the_images(tmp_path: Path) -> None:
    out = tmp_path / "night"
    large = {role: encoded(n) + np.random.default_rng(n).bytes(3_000_000) for n, role in enumerate(Plan.PAIR.roles)}
    make_collection(out, [Wanted("a", contents=large)])
    write_rows(out, [row | {"shot": f"{row['shot']}{n}"} for n in range(60) for row in read_rows(out)])
    usual = pa.default_memory_pool()
    pool = pa.proxy_memory_pool(usual)
    pa.set_memory_pool(pool)
    try:
        files = write(out, tmp_path / "x", Sharding(keep_metadata=True))
    finally:
        pa.set_memory_pool(usual)
    assert sum(file.bytes for file in files) > 350_000_000
    assert pool.max_memory() < 250_000_000
