"""`results.parquet`: what is written comes back, and what somebody else wrote is looked at first."""

import math
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from nirecap.benchmarks import results
from nirecap.benchmarks.results import read_results, write_results
from nirecap.errors import BenchmarkError

from .made_results import EVIL, rows_of

ROWS = rows_of(
    {("gain", "psnr"): [[20.0, math.inf, math.nan]], ("lime", "psnr"): [[18.0, 19.0, 17.0], [18.0, 20.0, 17.0]]}
)


@pytest.fixture
def file(tmp_path: Path) -> Path:
    write_results(tmp_path / "results.parquet", ROWS)
    return tmp_path / "results.parquet"


def change(file: Path, edit: Callable[[pa.Table], pa.Table]) -> None:
    pq.write_table(edit(pq.read_table(file)), file)


def column(name: str, values: list[object] | pa.Array) -> Callable[[pa.Table], pa.Table]:
    return lambda table: table.set_column(table.schema.get_field_index(name), name, pa.array(values))


def test_rows_come_back_as_they_were(file: Path) -> None:
    assert list(map(repr, read_results(file))) == list(map(repr, ROWS))  # repr, as NaN is equal to nothing
    assert pq.read_table(file).to_pandas().query("method == 'lime'")["value"].mean() == pytest.approx(18.1666667)


@pytest.mark.parametrize(
    ("edit", "said"),
    [
        (lambda table: table.drop_columns(["value"]), "no column 'value'"),
        (column("value", ["20"] * 9), "no column 'value' of type double"),
        (column("image", [None, *["x"] * 8]), "missing"),
        (column("value", [None, *[1.0] * 8]), "missing"),
        (column("method", ["a\nb"] * 9), "no plain line"),
        (column("title", ["a" * 5000] * 9), "too long"),
        (column("image", ["night/0"] * 9), "two rows for one image"),
        (lambda table: table.replace_schema_metadata({}), "not written by"),
        (
            lambda table: table.replace_schema_metadata({results.KEY: b'{"schema": 99, "version": "9.9"}'}),
            "nirecap 9.9",
        ),
        (lambda table: table.replace_schema_metadata({results.KEY: b'{"schema": "x"}'}), "not written by"),
    ],
)
def test_files_that_are_no_results_are_refused(edit: Callable[[pa.Table], pa.Table], said: str, file: Path) -> None:
    change(file, edit)
    with pytest.raises(BenchmarkError, match=said):
        read_results(file)


@pytest.mark.parametrize("content", [b"", b"PAR1", b"\x00" * 1000, b"PAR1" + b"\xff" * 500 + b"PAR1"])
def test_damaged_files_are_told_in_one_line(content: bytes, file: Path) -> None:
    file.write_bytes(content)
    with pytest.raises(BenchmarkError, match="is damaged"):
        read_results(file)


def test_links_folders_and_nothing_are_no_results(file: Path, tmp_path: Path) -> None:
    (tmp_path / "link").symlink_to(file)
    for path in (tmp_path / "link", tmp_path, tmp_path / "nothing"):
        with pytest.raises(BenchmarkError, match="there are no results"):
            read_results(path)


def test_more_than_can_be_held_is_not_read(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(results, "MAX_ROWS", 8)
    with pytest.raises(BenchmarkError, match="9 rows"):
        read_results(file)
    monkeypatch.setattr(results, "MAX_ROWS", 9)
    assert len(read_results(file)) == 9
    change(file, column("title", [f"{number}{'a' * 1999}" for number in range(9)]))
    monkeypatch.setattr(results, "MAX_BYTES", file.stat().st_size)  # it is the texts that are too much, unpacked
    with pytest.raises(BenchmarkError, match="too much to be read"):
        read_results(file)


def test_a_long_text_in_every_row_takes_no_memory(tmp_path: Path) -> None:
    rows = rows_of({("gain", "psnr"): [[20.0] * 3000]}, scenes=["loft"] * 3000)
    file = tmp_path / "results.parquet"
    write_results(file, [replace(row, image=f"night/{place}") for place, row in enumerate(rows)])
    title = pa.DictionaryArray.from_arrays(pa.array([0] * 3000, pa.int32()), ["a" * 100_000]).cast(results.TEXT)
    table = pq.read_table(file)
    pq.write_table(table.set_column(table.schema.get_field_index("title"), "title", title), file)
    before = pa.default_memory_pool().max_memory()
    with pytest.raises(BenchmarkError, match="'title' is too long"):
        read_results(file)
    assert pa.default_memory_pool().max_memory() - before < 50e6


def test_odd_names_are_only_text(tmp_path: Path) -> None:
    rows = rows_of({("gain", "psnr"): [[20.0, 21.0, 22.0]]}, title=EVIL)
    write_results(tmp_path / "results.parquet", rows)
    assert read_results(tmp_path / "results.parquet")[0].title == EVIL


def test_a_full_disk_leaves_the_rows_of_before(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    before = file.read_bytes()

    def full(*_: object, **__: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("nirecap.benchmarks.results.pq.write_table", full)
    with pytest.raises(OSError, match="No space"):
        write_results(file, ROWS[:1])
    assert file.read_bytes() == before
    assert [path.name for path in file.parent.iterdir()] == [file.name]
