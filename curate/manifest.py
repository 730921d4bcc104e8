"""The manifest, `metadata.parquet`: one row a shot; also the index by which `load_dataset` opens a collection."""

import io
import json
from collections.abc import Mapping, Sequence
from dataclasses import fields
from pathlib import Path
from typing import Any, get_type_hints

import pyarrow as pa
import pyarrow.parquet as pq

from nirecap import __version__
from nirecap.capture.records import ShotRecord
from nirecap.errors import ManifestError
from nirecap.files import write_atomically
from nirecap.places import MANIFEST
from nirecap.vocabulary import Role

from .examine import CHECKS, Examination
from .thresholds import Judgement, Thresholds, dump

SCHEMA = 1
KEY = b"nirecap"
"""Key of our entry in the Parquet metadata: schema, version, thresholds."""
TYPES = {float: pa.float64(), tuple[float, float, float, float, float, float]: pa.list_(pa.float64())}
"""Columns of the types that scores have."""
SPOKEN = ("shot", "verdict", "reviewer")
"""Columns by which a person's word is found again."""


def columns() -> pa.Schema:
    """Return the columns of a manifest, in order."""
    text = pa.string()
    images = [(f"{role}_{part}", text) for role in Role for part in ("file_name", "sha256")]
    scores = [
        (f"{check}_{field.name}", TYPES[get_type_hints(record)[field.name]])
        for check, record in CHECKS.items()
        for field in fields(record)
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
            ("problem", text),
            ("flags", pa.list_(text)),
            *((name, text) for name in ("status", "verdict", "reviewer")),
        ]
    )


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
    kinds: dict[str, type | tuple[type, ...]] = {"driver": str, "firmware": str, "consent": str}
    kinds |= {"lamp_nm": int, "clock_offset_s": (int, float)}
    return {name: value for name, kind in kinds.items() if isinstance(value := facts.get(name), kind)}


def write_manifest(collection: Path, rows: Sequence[Mapping[str, Any]], thresholds: Thresholds) -> Path:
    """Write the rows, whole or not at all, and return the file."""
    facts = json.dumps({"schema": SCHEMA, "version": __version__, "thresholds": json.loads(dump(thresholds))})
    schema = columns().with_metadata({KEY: facts.encode()})
    target = io.BytesIO()
    pq.write_table(pa.Table.from_pylist(list(rows), schema), target, compression="zstd")
    path = collection / MANIFEST
    write_atomically(path, target.getvalue())
    return path


def read_manifest(collection: Path) -> pa.Table | None:
    """Return the manifest of a collection, None where there is none yet.

    Raises:
        ManifestError: it is damaged, not ours, or of a newer version.
    """
    return _read(collection / MANIFEST, None)


def read_verdicts(collection: Path) -> dict[str, dict[str, Any]]:
    """Return what persons said, by shot; a person's word outlives every run of `curate`.

    Raises:
        ManifestError: as `read_manifest`.
    """
    table = _read(collection / MANIFEST, SPOKEN)
    rows = [] if table is None else table.to_pylist()
    return {row.pop("shot"): row for row in rows if row["verdict"]}


def _read(path: Path, names: Sequence[str] | None) -> pa.Table | None:
    if not path.exists():
        return None
    try:
        _check(path, pq.read_schema(path))
        return pq.read_table(path, columns=None if names is None else list(names))
    except (pa.ArrowException, OSError) as error:
        raise ManifestError(
            f"{path} is damaged ({str(error)[:80]}); move it away and run `nirecap curate`, verdicts in it are lost"
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
