"""The kept rows of a manifest as they are published: chosen, with clean names, and on disk instead of in memory."""

import errno
import json
import re
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from nirecap.curate.examine import CHECKS
from nirecap.curate.manifest import KEY, columns
from nirecap.curate.verdicts import Verdict, read_verdicts, with_word
from nirecap.errors import ManifestError, UsageMistake
from nirecap.places import MANIFEST
from nirecap.vocabulary import Role

from .public_text import public_shot, public_text

BATCH = 1024
"""Rows in memory at once."""
SPOKEN = ("verdict", "reviewer", "verdict_at", "flags_on", "flags_off", "flags", "status")
ASKED = ("shot", "scene_id", "camera", "driver", "consent", "split", "bracket_path", *SPOKEN)
"""Columns that decide; the others pass as they are."""
NEEDED = ("shot", "scene_id", "camera", "plan", "status")
"""Columns that have a text in every row."""
BESIDE = ("shot", "scene_id", "camera", "plan", "taken_at", "lamp_nm", "width", "height", "flags")
ALIGNED = ("aligned_matrix", "aligned_crop")
MAP = "_map"
"""Ending of columns of evidence: small pictures of what was marked."""
IMPORT, SYNTH = "import", "synth"
"""Drivers that are no cameras."""
OURS = pa.schema([*((name, pa.string()) for name in ("own_id", "driver", "consent", "split")), ("bracket", pa.bool_())])
"""Columns of the file of kept rows that are not published."""
MAX_MAP_BYTES = 1 << 16
PNG = b"\x89PNG\r\n\x1a\n"
FLAG = re.compile(r"[a-z][a-z0-9_]{0,49}")
"""Names that a flag can have; a manifest may hold anything."""
ROWS_FILE = "rows.arrow"


@dataclass
class Selection:
    """What is published of a manifest, and what is not."""

    rows: pa.Table
    """Mapped from a file: `BESIDE`, scores, files and hashes of images, and `OURS`."""
    thresholds: Mapping[str, Any]
    """Limits that were in force, as the manifest holds them."""
    links: frozenset[tuple[str, str]]
    """Scenes that hold near-duplicates of each other, also in shots that are not kept."""
    total: int = 0
    left_out: Counter[str] = field(default_factory=Counter)
    """Rows that are not kept, by `review` or `reject`."""
    left_out_flags: Counter[str] = field(default_factory=Counter)


def select_rows(collection: Path, aside: Path) -> Selection:
    """Write the kept rows into a file in the folder `aside`, and return them mapped from there.

    Raises:
        UsageMistake: there is no manifest, or it keeps nothing.
        ManifestError: the manifest, or the journal of verdicts, is damaged or not ours.
    """
    path = collection / MANIFEST
    if not path.is_file():
        raise UsageMistake(f"{collection} has no {MANIFEST}; run `nirecap curate {collection}` first")
    try:
        with pq.ParquetFile(path) as file:
            selection = _select(file, path, read_verdicts(collection), aside / ROWS_FILE)
    except (pa.ArrowException, OSError, UnicodeDecodeError) as error:
        if getattr(error, "errno", None) in (errno.ENOSPC, errno.EDQUOT):  # of the scratch file, not of the manifest
            raise
        raise ManifestError(
            f"{path} is damaged ({' '.join(str(error).split())[:80]}); run `nirecap curate {collection}`"
        ) from None
    if not selection.rows.num_rows:
        left_out = ", ".join(f"{number} {status}" for status, number in selection.left_out.items())
        raise UsageMistake(
            f"{collection}: none of {selection.total} shots is kept ({left_out}); look at them with "
            f"`nirecap review {collection}`"
        )
    return selection


def _select(file: pq.ParquetFile, path: Path, verdicts: Mapping[str, Verdict], target: Path) -> Selection:
    selection = Selection(pa.table({}), _thresholds(file.schema_arrow, path), _links(file))
    schema = _schema(file.schema_arrow)
    wanted = [name for name in schema.names if name in file.schema_arrow.names]
    read = list(dict.fromkeys([*wanted, *(name for name in ASKED if name in file.schema_arrow.names)]))
    with pa.OSFile(str(target), "wb") as sink, pa.ipc.new_file(sink, schema) as writer:
        for batch in file.iter_batches(BATCH, columns=read):
            writer.write_batch(_kept(batch, schema, verdicts, selection))
    selection.rows = pa.ipc.open_file(pa.memory_map(str(target))).read_all()
    return selection


def _thresholds(schema: pa.Schema, path: Path) -> Mapping[str, Any]:
    """Return the limits that the manifest holds, after a look whether it is one."""
    known = columns()
    wrong = [name for name in NEEDED if name not in schema.names]
    wrong += [name for name in ASKED if name in schema.names and schema.field(name).type != known.field(name).type]
    try:
        thresholds = json.loads((schema.metadata or {})[KEY])["thresholds"]
    except (KeyError, ValueError, TypeError, RecursionError):
        thresholds = None
    if wrong or not isinstance(thresholds, dict):
        raise ManifestError(f"{path} was not written by this nirecap; move it away and run `nirecap curate`")
    return thresholds


def _schema(found: pa.Schema) -> pa.Schema:
    """Return the columns of the file of kept rows: those that this version knows, with its own types."""
    known = columns()
    scores = [name for name in known.names if name.startswith(tuple(f"{check}_" for check in CHECKS))]
    images = [f"{role}_{part}" for role in Role for part in ("file_name", "sha256")]
    names = dict.fromkeys([*BESIDE, *images, *scores, *ALIGNED])
    present = [known.field(name) for name in names if name in known.names and name in found.names]
    return pa.schema([*present, *OURS])


def _links(file: pq.ParquetFile) -> frozenset[tuple[str, str]]:
    if "duplicate_of" not in file.schema_arrow.names:
        return frozenset()
    scene_of = _scenes(file, {row["duplicate_of"] for row in _light(file, "duplicate_of")} - {None})
    found = (
        (public_text(row["scene_id"]), scene_of[row["duplicate_of"]])
        for row in _light(file, "scene_id", "duplicate_of")
        if row["duplicate_of"] in scene_of
    )
    return frozenset((one, other) for one, other in found if one != other)


def _scenes(file: pq.ParquetFile, shots: set[str]) -> dict[str, str]:
    """Return the public names of the scenes of these shots."""
    return {
        row["shot"]: public_text(row["scene_id"]) for row in _light(file, "shot", "scene_id") if row["shot"] in shots
    }


def _light(file: pq.ParquetFile, *names: str) -> Iterator[dict[str, Any]]:
    for batch in file.iter_batches(BATCH, columns=list(names)):
        yield from batch.to_pylist()


def _kept(
    batch: pa.RecordBatch,
    schema: pa.Schema,
    verdicts: Mapping[str, Verdict],
    selection: Selection,
) -> pa.RecordBatch:
    """Return the rows of a batch that are kept, in the published columns, and count all of them."""
    if any(batch.column(name).null_count for name in NEEDED):
        raise ManifestError("the manifest has a row without shot, scene, camera, plan or status; curate again")
    asked = batch.select([name for name in ASKED if name in batch.schema.names]).to_pylist()
    said = [_with_word(row, verdicts) for row in asked]
    keep = [(row.get("verdict") or row["status"]) == "keep" for row in said]
    _count(said, keep, selection)
    chosen = [row for row, kept in zip(said, keep, strict=True) if kept]
    rest = batch.filter(pa.array(keep, pa.bool_()))
    own: dict[str, list[Any]] = {
        "shot": [public_shot(row["shot"], row["camera"]) for row in chosen],
        "scene_id": [public_text(row["scene_id"]) for row in chosen],
        "camera": [public_text(row["camera"]) for row in chosen],
        "flags": [_flags(row) for row in chosen],
        "own_id": [row["shot"] for row in chosen],
        "driver": [driver if (driver := row.get("driver")) in (IMPORT, SYNTH) else "camera" for row in chosen],
        "bracket": [bool(row.get("bracket_path")) for row in chosen],
        "consent": [public_text(row.get("consent") or "") for row in chosen],
        "split": [row.get("split") or None for row in chosen],
    }
    arrays = [_column(entry, own, rest) for entry in schema]
    return pa.record_batch(arrays, schema)


def _with_word(row: dict[str, Any], verdicts: Mapping[str, Verdict]) -> dict[str, Any]:
    """Return the row as the journal of verdicts has it, which may know more than the manifest."""
    verdict = verdicts.get(row["shot"])
    return with_word(row, verdict) if verdict else row


def _count(rows: list[dict[str, Any]], keep: list[bool], selection: Selection) -> None:
    selection.total += len(rows)
    for row, kept in zip(rows, keep, strict=True):
        if not kept:
            selection.left_out[row.get("verdict") or row["status"]] += 1
            selection.left_out_flags.update(_flags(row))


def _flags(row: Mapping[str, Any]) -> list[str]:
    return [flag for flag in row.get("flags") or () if flag and FLAG.fullmatch(flag)]


def _column(entry: pa.Field, own: Mapping[str, list[Any]], rest: pa.RecordBatch) -> pa.Array:
    if entry.name in own:
        return pa.array(own[entry.name], entry.type)
    array = rest.column(entry.name).cast(entry.type)
    if entry.name.endswith(MAP):  # a manifest may hold anything
        sound = pc.and_(pc.starts_with(array, PNG), pc.less_equal(pc.binary_length(array), MAX_MAP_BYTES))
        return pc.if_else(sound, array, pa.scalar(None, entry.type))
    return array
