"""`results.parquet`: one row per image, method, seed and metric, with all that the number depends on."""

import json
import re
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from nirecap import __version__
from nirecap.errors import BenchmarkError
from nirecap.files import whole_file

SCHEMA = 2
KEY = b"nirecap-benchmark"
"""Key of our entry in the Parquet metadata: schema and version."""
MAX_BYTES = 256 << 20
MAX_ROWS = 1_000_000
MAX_TEXT = 2000
"""Letters of a text, far more than any has."""
CONTROL = re.compile(r"[\x00-\x1f\x7f]")
TYPES = {str: pa.string(), int: pa.int64(), float: pa.float64(), bool: pa.bool_()}


@dataclass(frozen=True, slots=True)
class Row:
    """One number."""

    image: str
    scene: str
    method: str
    title: str
    """Of the method, as tables show it."""
    seed: int
    metric: str
    value: float
    """NaN where there is none."""
    note: str
    """Why there is none."""
    protocol: str
    """How the metric is measured."""
    saw: str
    """What the method looked at, in training and after."""
    trained: bool
    licence: str
    source: str
    budget_minutes: float
    """Of training; 0 for methods that learn nothing."""
    fit_seconds: float
    resumed: bool
    """Whether the training was interrupted, or begun for another method that learns the same."""
    seconds: float
    """Of enhancing the image."""
    peak_memory_mib: float
    """Of the processes that trained and enhanced."""
    dataset: str
    """Name of the data set."""
    training_fingerprint: str
    maps_fingerprint: str
    """Of the maps of curation, which training may heed; empty where there are none."""
    test_fingerprint: str
    weights_sha256: str
    """Of weights that the user gave; empty where the method was trained here."""
    version: str
    """Of nirecap, and of the code that methods depend on."""
    machine: str
    """Processor, cores, threads, system, python and torch, as JSON."""

    def on_machine(self) -> dict[str, str]:
        """Return what `machine` holds, empty where it is not of that form."""
        try:
            told = json.loads(self.machine)
        except (ValueError, RecursionError):
            return {}
        return {str(key): str(value) for key, value in told.items()} if isinstance(told, dict) else {}


COLUMNS = {field.name: TYPES[field.type] for field in fields(Row)}  # type: ignore[index]  # the types as they stand
TEXTS = [name for name, kind in COLUMNS.items() if kind == pa.string()]
"""Read as dictionaries: a text that stands in every row is in memory once."""
TEXT = pa.dictionary(pa.int32(), pa.string())


def is_plain_line(text: str) -> bool:
    """Tell whether a text can stand in results: one line, not too long.

    >>> is_plain_line("Zero-DCE"), is_plain_line("two\\nlines")
    (True, False)
    """
    return len(text) <= MAX_TEXT and not CONTROL.search(text)


def write_results(path: Path, rows: Iterable[Row]) -> None:
    """Write the rows, whole or not at all.

    Raises:
        OSError: the disk is full or not writable.
    """
    facts = json.dumps({"schema": SCHEMA, "version": __version__}).encode()
    schema = pa.schema(list(COLUMNS.items())).with_metadata({KEY: facts})
    held = list(rows)
    columns = {name: pa.array([getattr(row, name) for row in held], kind) for name, kind in COLUMNS.items()}
    with whole_file(path) as file:
        pq.write_table(pa.table(columns, schema=schema), file, compression="zstd")


def read_results(path: Path) -> list[Row]:
    """Return the rows of a file that anybody may have written.

    Raises:
        BenchmarkError: there is none, or it is damaged, too large, of another version, or no results.
    """
    if path.is_symlink() or not path.is_file():
        raise BenchmarkError(f"{path}: there are no results; run `nirecap benchmark` first")
    with _told(path), pq.ParquetFile(path, read_dictionary=TEXTS) as file:
        _check(path, file)
        table = file.read(columns=list(COLUMNS))
    return _rows(path, table)


def _check(path: Path, file: pq.ParquetFile) -> None:
    try:
        facts = json.loads((file.schema_arrow.metadata or {})[KEY])
        number, version = int(facts["schema"]), str(facts["version"])[:20]
    except (KeyError, ValueError, TypeError, OverflowError, RecursionError):
        raise BenchmarkError(f"{path} was not written by `nirecap benchmark`") from None
    if number != SCHEMA:
        raise BenchmarkError(
            f"{path} is of format {number}, of nirecap {version}, and this {__version__} reads {SCHEMA}; remove it, "
            "and the same command measures the images again, which are kept"
        )
    groups = [file.metadata.row_group(place) for place in range(file.metadata.num_row_groups)]
    unpacked = sum(group.total_byte_size for group in groups)
    if file.metadata.num_rows > MAX_ROWS or max(unpacked, path.stat().st_size) > MAX_BYTES:
        raise BenchmarkError(
            f"{path} has {file.metadata.num_rows} rows, {unpacked} bytes unpacked; too much to be read"
        )
    for name, kind in COLUMNS.items():
        read_as = TEXT if name in TEXTS else kind
        if name not in file.schema_arrow.names or file.schema_arrow.field(name).type != read_as:
            raise BenchmarkError(f"{path} has no column {name!r} of type {kind}; it is no file of results")


def _rows(path: Path, table: pa.Table) -> list[Row]:
    for name in TEXTS:
        for chunk in table.column(name).chunks:
            if not all(text is not None and is_plain_line(text) for text in chunk.dictionary.to_pylist()):
                raise BenchmarkError(f"{path}: a text in column {name!r} is too long, or no plain line")
    for name in COLUMNS:
        if table.column(name).null_count:
            raise BenchmarkError(f"{path}: a value of column {name!r} is missing")
    columns = [_values(table.column(name)) for name in COLUMNS]
    rows = [Row(*values) for values in zip(*columns, strict=True)]
    if len({(row.image, row.method, row.seed, row.metric) for row in rows}) < len(rows):
        raise BenchmarkError(f"{path} has two rows for one image, method, seed and metric; it was put together wrongly")
    return rows


def _values(column: pa.ChunkedArray) -> list[Any]:
    """Return the values of a column; equal texts are one object."""
    if not pa.types.is_dictionary(column.type):
        return list(column.to_pylist())
    texts = [(chunk.dictionary.to_pylist(), chunk.indices.to_pylist()) for chunk in column.chunks]
    return [words[place] for words, places in texts for place in places]


@contextmanager
def _told(path: Path) -> Iterator[None]:
    try:
        yield
    except (pa.ArrowException, OSError, UnicodeDecodeError) as error:
        raise BenchmarkError(f"{path} is damaged ({str(error)[:80]}); remove it and run the benchmark again") from None
