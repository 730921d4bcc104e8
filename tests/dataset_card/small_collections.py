"""Small curated collections for the tests of publishing."""

import io
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from PIL import Image

from nirecap.capture.records import ShotRecord
from nirecap.capture.store import Collection
from nirecap.curate.manifest import KEY, columns
from nirecap.places import MANIFEST
from nirecap.vocabulary import Plan, Role

THRESHOLDS = {"misaligned": {"above": {"align_shift_px": 1.3}, "status": "reject", "sure": {}}}
STARTED = datetime(2026, 11, 20, 20, tzinfo=UTC)


@dataclass(frozen=True)
class Wanted:
    """One shot of a collection that is made."""

    scene: str
    plan: Plan = Plan.PAIR
    camera: str = "porch"
    row: Mapping[str, Any] = field(default_factory=dict)
    """What its row in the manifest holds beside the usual."""
    contents: Mapping[Role, bytes] = field(default_factory=dict)
    """Image files, in the place of made ones."""


def encoded(seed: int, kind: str = "PNG", **options: Any) -> bytes:
    """Return a small image file, one of its own for each seed."""
    rng = np.random.default_rng(seed)
    target = io.BytesIO()
    Image.fromarray(rng.integers(0, 255, (24, 32, 3), dtype=np.uint8)).save(target, kind, **options)
    return target.getvalue()


def night_of(scenes: int, plan: Plan = Plan.TRIPLET, shots: int = 2, camera: str = "porch") -> list[Wanted]:
    """Return shots of several scenes under one plan."""
    return [Wanted(f"{camera} {number}", plan, camera) for number in range(scenes) for _ in range(shots)]


def make_collection(folder: Path, wanted: Sequence[Wanted], first: int = 0) -> list[dict[str, Any]]:
    """Store the shots and write a manifest of all; return its rows.

    Images depend on their place, counted from `first`.
    """
    rows = []
    with Collection(folder, create=True).start_session(wanted[0].camera, {}) as session:
        for number, shot in enumerate(wanted, start=first):
            with session.shot() as place:
                contents = {role: encoded(10 * number + n) for n, role in enumerate(shot.plan.roles)} | shot.contents
                suffixes = {
                    role: ".jpg" if content[:2] == b"\xff\xd8" else ".png" for role, content in contents.items()
                }
                images = {
                    role: place.save(str(role), suffixes[role], content, (32, 24)) for role, content in contents.items()
                }
                at = STARTED + timedelta(minutes=number)
                record = ShotRecord(place.shot, session.id, shot.scene, shot.plan, shot.camera, at, images)
                session.finish_shot(record)
            rows.append(row_of(record) | shot.row)
    write_rows(folder, [*read_rows(folder), *rows])
    return rows


def row_of(record: ShotRecord) -> dict[str, Any]:
    """Return the row of a shot that is kept."""
    return {
        "shot": record.shot,
        "session": record.session,
        "scene_id": record.scene,
        "camera": record.camera,
        "plan": str(record.plan),
        "taken_at": record.taken_at,
        **{f"{role}_file_name": image.file for role, image in record.images.items()},
        **{f"{role}_sha256": image.sha256 for role, image in record.images.items()},
        "width": 32,
        "height": 24,
        "source": "/home/ann/private/a.png",
        "lamp_nm": 850,
        "align_shift_px": 0.1,
        "align_matrix": [1.0, 0.0, 0.1, 0.0, 1.0, 0.0],
        "flags": [],
        "status": "keep",
    }


def read_rows(folder: Path) -> list[dict[str, Any]]:
    """Return the rows of the manifest, none where there is no manifest."""
    path = folder / MANIFEST
    return list(pq.read_table(path).to_pylist()) if path.is_file() else []


def write_rows(folder: Path, rows: Sequence[Mapping[str, Any]], thresholds: Mapping[str, Any] = THRESHOLDS) -> None:
    """Write a manifest; columns that this version does not know are written as they come."""
    facts = json.dumps({"schema": 1, "version": "0.1.0", "thresholds": thresholds})
    known = columns()
    extra = sorted({name for row in rows for name in row} - set(known.names))
    table = pa.Table.from_pylist([{name: row.get(name) for name in [*known.names, *extra]} for row in rows])
    arrays = [
        table[name].cast(known.field(name).type if name in known.names else pa.string()) for name in table.column_names
    ]
    fields = [pa.field(name, array.type) for name, array in zip(table.column_names, arrays, strict=True)]
    pq.write_table(pa.table(arrays, pa.schema(fields, {KEY: facts.encode()})), folder / MANIFEST)
