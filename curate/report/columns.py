"""The manifest as the page reads it: compact JSON by column, each word once, numbers as short as they are exact."""

import math
from collections.abc import Iterable, Sequence
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

DIGITS = 6
"""Significant digits of a score; more are noise."""
UNSHOWN = ("_sha256",)
"""Ends of the names of columns that tell a person nothing."""
MAP = "_map"
"""End of the name of a column that holds where a check saw something, as a PNG."""
MAX_MAP = 64 << 10


def kinds_of(schema: pa.Schema, known: pa.Schema) -> dict[str, str]:
    """Return the columns that the page shows, by name: "text", "number", "time" or "list".

    Those of another kind than in `known`, where they are known, are left out.
    """
    kinds = {field.name: _kind(field.type) for field in schema if not field.name.endswith(UNSHOWN)}
    kinds = {
        name: kind for name, kind in kinds.items() if name not in known.names or kind == _kind(known.field(name).type)
    }
    return {name: kind for name, kind in kinds.items() if kind}


def maps_of(schema: pa.Schema) -> list[str]:
    """Return the names of the columns that hold maps."""
    return [field.name for field in schema if field.name.endswith(MAP) and pa.types.is_binary(field.type)]


def _kind(kind: pa.DataType) -> str:
    if pa.types.is_string(kind) or pa.types.is_large_string(kind):
        return "text"
    if pa.types.is_timestamp(kind):
        return "time"
    if pa.types.is_floating(kind) or pa.types.is_integer(kind) or pa.types.is_boolean(kind):
        return "number"
    return "list" if pa.types.is_list(kind) or pa.types.is_large_list(kind) else ""


def columns_of(batch: pa.RecordBatch, kinds: dict[str, str]) -> dict[str, Any]:
    """Return the rows of a batch by column, as JSON can say them."""
    return {name: ENCODERS[kind](batch.column(name)) for name, kind in kinds.items()}


def maps_in(batch: pa.RecordBatch, names: Iterable[str]) -> list[dict[str, bytes]]:
    """Return the maps of each row by name; what is too large to be one is left out."""
    rows: list[dict[str, bytes]] = [{} for _ in range(batch.num_rows)]
    for name in names:
        for row, content in zip(rows, batch.column(name).to_pylist(), strict=True):
            if content and len(content) <= MAX_MAP:
                row[name] = content
    return rows


def _text(column: pa.Array) -> dict[str, Any]:
    known = column.dictionary_encode()
    return {"words": known.dictionary.to_pylist(), "codes": pc.fill_null(known.indices, -1).to_pylist()}


def _numbers(column: pa.Array) -> list[float | int | None]:
    return [_short(value) for value in column.to_pylist()]


def _times(column: pa.Array) -> list[float | None]:
    micros = column.cast(pa.timestamp("us", tz=column.type.tz)).cast(pa.int64()).to_pylist()
    return [None if value is None else value / 1000 for value in micros]


def _lists(column: pa.Array) -> list[list[Any]]:
    return [_plain(value) if isinstance(value, list) else [] for value in column.to_pylist()]


def _plain(values: Sequence[Any]) -> list[Any]:
    return [_plain(value) if isinstance(value, list) else _short(value) for value in values]


def _short(value: Any) -> Any:  # noqa: ANN401 - whatever Parquet holds
    if isinstance(value, float):
        return float(f"{value:.{DIGITS}g}") if math.isfinite(value) else None
    return value if isinstance(value, int | str | None) else str(value)


ENCODERS = {"text": _text, "number": _numbers, "time": _times, "list": _lists}
