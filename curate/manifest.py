"""The manifest, `metadata.parquet`: one row a shot; also the index by which `load_dataset` opens a collection."""

import json
import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from types import NoneType, UnionType
from typing import Any, get_args, get_type_hints

import pyarrow as pa
import pyarrow.parquet as pq

from nirecap import __version__
from nirecap.capture.records import ShotRecord
from nirecap.errors import ManifestError
from nirecap.files import whole_file
from nirecap.places import MANIFEST
from nirecap.vocabulary import Role

from .cache.cache import in_batches
from .examine import CHECKS, Examination
from .thresholds import Judgement, Thresholds, dump

SCHEMA = 1
KEY = b"nirecap"
"""Key of our entry in the Parquet metadata: schema, version, thresholds."""
ROWS = 1000
"""Rows of a row group: as many are in memory at one time."""
TYPES = {
    float: pa.float64(),
    int: pa.int64(),
    bytes: pa.binary(),
    tuple[float, float, float, float, float, float]: pa.list_(pa.float64()),
    tuple[float, ...]: pa.list_(pa.float64()),
}
"""Columns of the types that scores have; each may be None."""
LONGEST_NM = 1_000_000
SPOKEN = ("shot", "verdict", "reviewer")
"""Columns that every manifest has, by which a person's word is found again."""


def columns() -> pa.Schema:
    """Return the columns of a manifest, in order."""
    text = pa.string()
    images = [(f"{role}_{part}", text) for role in Role for part in ("file_name", "sha256")]
    scores = [
        (f"{check}_{name}", _column_type(hint))
        for check, record in CHECKS.items()
        for name, hint in get_type_hints(record).items()
    ]
    return pa.schema(
        [
            *((name, text) for name in ("shot", "session", "scene_id", "camera", "plan")),
            ("taken_at", pa.timestamp("ms", tz="UTC")),
            *images,
            ("bracket_path", text),
            ("width", pa.int64()),
            ("height", pa.int64()),
            ("source", text),
            *((name, text) for name in ("driver", "firmware", "note", "consent")),
            ("lamp_nm", pa.int64()),
            ("clock_offset_s", pa.float64()),
            ("split", text),
            *scores,
            ("duplicate_of", text),
            ("duplicate_likeness", pa.float64()),
            ("aligned_matrix", pa.list_(pa.float64())),
            ("aligned_crop", pa.list_(pa.int64())),
            ("problem", text),
            ("flags", pa.list_(text)),
            *((name, text) for name in ("status", "verdict", "reviewer")),
            ("verdict_at", pa.timestamp("us", tz="UTC")),
            *((name, pa.list_(text)) for name in ("flags_on", "flags_off")),
        ]
    )


def _column_type(hint: Any) -> pa.DataType:  # noqa: ANN401 - a type, which has no type of its own
    kinds = get_args(hint) if isinstance(hint, UnionType) else (hint,)
    (kind,) = (kind for kind in kinds if kind is not NoneType)
    return TYPES[kind]


def row_of(
    record: ShotRecord, session: Mapping[str, Any], examination: Examination, judgement: Judgement
) -> dict[str, Any]:
    """Return the row of a shot, but for what a person adds; `session` is what its `session.json` holds."""
    first = next(image for role in Role if (image := record.images.get(role)))
    files = {f"{role}_file_name": image.file for role, image in record.images.items()}
    hashes = {f"{role}_sha256": image.sha256 for role, image in record.images.items()}
    return {
        "shot": record.shot,
        "session": record.session,
        "scene_id": record.scene,
        "camera": record.camera,
        "plan": str(record.plan),
        "taken_at": record.taken_at,
        **files,
        **hashes,
        "bracket_path": record.bracket.file if record.bracket else None,
        "width": first.width,
        "height": first.height,
        "source": first.source,
        "split": record.split,
        "note": _note(session.get("note"), record.note),
        **_provenance(session),
        **examination.scores,
        "problem": examination.problem,
        "flags": list(judgement.flags),
        "status": judgement.status,
    }


def _note(of_run: object, beside_shot: str | None) -> str | None:
    return "; ".join(note for note in (of_run, beside_shot) if isinstance(note, str) and note) or None


def _provenance(session: Mapping[str, Any]) -> dict[str, Any]:
    """Pick from `session.json`, which a person may have edited, what has the type of its column."""
    camera = session.get("camera")
    facts = {**session, **camera} if isinstance(camera, dict) else session
    told = {name: facts[name] for name in ("driver", "firmware", "consent") if isinstance(facts.get(name), str)}
    lamp, offset = facts.get("lamp_nm"), facts.get("clock_offset_s")
    if isinstance(lamp, int) and lamp is not True and 0 < lamp <= LONGEST_NM:
        told["lamp_nm"] = lamp
    if isinstance(offset, (int, float)) and abs(offset) <= sys.float_info.max:
        told["clock_offset_s"] = float(offset)
    return told


def write_manifest(collection: Path, rows: Iterable[Mapping[str, Any]], thresholds: Thresholds) -> Path:
    """Write the rows as they come, whole or not at all, and return the file."""
    facts = json.dumps({"schema": SCHEMA, "version": __version__, "thresholds": json.loads(dump(thresholds))})
    schema = columns().with_metadata({KEY: facts.encode()})
    path = collection / MANIFEST
    with whole_file(path) as file, pq.ParquetWriter(file, schema, compression="zstd") as writer:
        for some in in_batches(rows, ROWS):
            writer.write_table(pa.Table.from_pylist(some, schema))
    return path


def read_manifest(collection: Path) -> pa.Table | None:
    """Return the manifest of a collection, None where there is none yet.

    Raises:
        ManifestError: it is damaged, not ours, or of a newer version.
    """
    path = collection / MANIFEST
    if not _is_there(path):
        return None
    with _told(path), pq.ParquetFile(path) as file:  # opened once: a review may replace it meanwhile
        _check(path, file.schema_arrow)
        return file.read()


def read_columns(collection: Path, names: Sequence[str]) -> Iterator[dict[str, Any]]:
    """Yield these columns of each row; those that a manifest lacks, or has with another type, are left out.

    Raises:
        ManifestError: as `read_manifest`.
    """
    path = collection / MANIFEST
    if not _is_there(path):
        return
    wanted = columns()
    with _told(path), pq.ParquetFile(path) as file:
        _check(path, file.schema_arrow)
        there = [name for name in names if name in file.schema_arrow.names and _same(file.schema_arrow, wanted, name)]
        for batch in file.iter_batches(ROWS, columns=there):
            yield from batch.to_pylist()


@contextmanager
def opened_manifest(collection: Path) -> Iterator[pq.ParquetFile]:
    """Open the manifest for the block, which reads it by `batches_of`.

    Raises:
        ManifestError: there is none, or as `read_manifest`.
    """
    path = collection / MANIFEST
    if not _is_there(path):
        raise ManifestError(f"{path} does not exist; run `nirecap curate` first")
    with _told(path):
        file = pq.ParquetFile(path)
        _check(path, file.schema_arrow)
    with file:
        yield file


def batches_of(collection: Path, manifest: pq.ParquetFile, size: int) -> Iterator[pa.RecordBatch]:
    """Yield the rows of an opened manifest in batches of `size`, the last one smaller, whatever its row groups are.

    Raises:
        ManifestError: it is damaged.
    """
    waiting: list[pa.RecordBatch] = []
    with _told(collection / MANIFEST):
        for batch in manifest.iter_batches(size):
            waiting.append(batch)
            while sum(each.num_rows for each in waiting) >= size:
                table = pa.Table.from_batches(waiting).combine_chunks()
                yield table.slice(0, size).to_batches()[0]
                waiting = table.slice(size).to_batches()
        if waiting:
            yield from pa.Table.from_batches(waiting).combine_chunks().to_batches()


def _is_there(path: Path) -> bool:
    if path.is_symlink() or (path.exists() and not path.is_file()):
        raise ManifestError(f"{path} is a link or no file; move it away and run `nirecap curate`")
    return path.exists()


def _same(schema: pa.Schema, wanted: pa.Schema, name: str) -> bool:
    return bool(schema.field(name).type == wanted.field(name).type)


@contextmanager
def _told(path: Path) -> Iterator[None]:
    try:
        yield
    except (pa.ArrowException, OSError, UnicodeDecodeError) as error:
        why = " ".join(str(error).split())[:80]
        raise ManifestError(
            f"{path} is damaged ({why}); move it away and run `nirecap curate`, verdicts in it are lost"
        ) from None


def _check(path: Path, schema: pa.Schema) -> None:
    try:
        facts = json.loads((schema.metadata or {})[KEY])
        number, version = int(facts["schema"]), str(facts["version"])
    except (KeyError, ValueError, TypeError, OverflowError):
        raise ManifestError(f"{path} was not written by nirecap; move it away and run `nirecap curate`") from None
    if number > SCHEMA:
        raise ManifestError(
            f"{path} has schema {number}, written by nirecap {version}; this is {__version__} and reads up to "
            f"{SCHEMA}: update nirecap"
        )
    for name in SPOKEN:
        if name not in schema.names or schema.field(name).type not in (pa.string(), pa.large_string()):
            raise ManifestError(f"{path} has no text column {name!r}; move it away and run `nirecap curate`")
