"""Write into a manifest what checks and persons may say, without waiting for pictures that make them say it."""

import io
import json
from base64 import b64decode
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from PIL import Image

from nirecap.curate.cache.cache_file import open_cache
from nirecap.curate.manifest import columns
from nirecap.curate.report import write_report
from nirecap.curate.thresholds import load_thresholds

SPOT = {"bright_spot_strength": 2.0, "bright_spot_area": 0.004, "bright_spot_x": 0.75, "bright_spot_y": 0.25}
SHIFT = {"align_shift_px": 9.0, "align_dx": 9.0, "align_dy": 0.0, "align_confidence": 0.9, "align_warp": 0.0}
CLEAN = {
    **{name: limit / 2 for threshold in load_thresholds().values() for name, limit in threshold.above.items()},
    **{name: 2 * limit for threshold in load_thresholds().values() for name, limit in threshold.sure.items()},
    "bright_spot_strength": 0.0,
}
"""What raises no flag and makes nothing doubtful."""
EVIL = "</script><img src=x onerror=document.title=1>"


def rows_of(collection: Path) -> list[dict[str, Any]]:
    content = (collection / "metadata.parquet").read_bytes()  # at once: it may be replaced meanwhile
    return list(pq.read_table(pa.BufferReader(content)).to_pylist())


def change(collection: Path, changes: Callable[[list[dict[str, Any]]], None]) -> None:
    """Let `changes` edit the rows of a manifest, whose schema and metadata stay."""
    table = pq.read_table(collection / "metadata.parquet")
    rows = table.to_pylist()
    changes(rows)
    aside = collection / "metadata.parquet.new"
    pq.write_table(pa.Table.from_pylist(rows, table.schema), aside)
    aside.replace(collection / "metadata.parquet")


def map_png(left: float, right: float) -> bytes:
    """Return a map of evidence whose columns from `left` to `right`, in shares of the width, are marked."""
    marks = np.zeros((54, 96), bool)
    marks[10:30, int(96 * left) : int(96 * right)] = True
    target = io.BytesIO()
    Image.fromarray(marks).save(target, "PNG")
    return target.getvalue()


def plant_evidence(collection: Path) -> None:
    """Make of six shots: 0 a bright spot, 1 a shift, 2 vanishing structure, the others clean, 5 with a bad name."""

    def plant(rows: list[dict[str, Any]]) -> None:
        for row in rows:
            row.update(CLEAN, flags=[], status="keep", duplicate_of=None)
        rows[0] |= SPOT | {"flags": ["bright_spot"], "status": "review"}
        rows[1] |= SHIFT | {"flags": ["misaligned"], "status": "reject", "align_matrix": [1.0, 0.0, 9.0, 0.0, 1.0, 0.0]}
        rows[2] |= {"flags": ["structure_vanishing"], "status": "review", "structure_vanishing_largest": 0.2}
        rows[2] |= {"structure_vanishing_map": map_png(0.5, 0.75)}
        rows[5] |= {"scene_id": EVIL, "note": EVIL}

    table = pq.read_table(collection / "metadata.parquet")
    if "structure_vanishing_map" not in table.schema.names:
        table = table.append_column("structure_vanishing_map", pa.nulls(table.num_rows, pa.binary()))
        pq.write_table(table, collection / "metadata.parquet")
    change(collection, plant)


def report_of(collection: Path) -> Path:
    with open_cache(collection, print) as cache:
        return write_report(collection, load_thresholds(), cache.thumbnails)


def blocks_of(page: str, mark: str) -> list[Any]:
    """Return the data of a page's inert blocks whose tag contains `mark`."""
    pieces = page.split('<script type="application/json"')[1:]
    return [json.loads(piece.partition(">")[2].partition("</script>")[0]) for piece in pieces if mark in piece[:40]]


def is_webp(base64: str) -> bool:
    return b64decode(base64)[8:12] == b"WEBP"


def many_rows(number: int) -> list[dict[str, Any]]:
    """Return rows of shots whose images are nowhere; every tenth is misaligned."""
    floats = [field.name for field in columns() if pa.types.is_floating(field.type)]
    values = np.random.default_rng(0).gamma(2, 0.1, (number, len(floats)))
    rows = []
    for place in range(number):
        row: dict[str, Any] = dict(zip(floats, values[place].tolist(), strict=True))
        wrong = place % 10 == 0
        row |= {"shot": f"night/{place:05d}", "session": "night", "scene_id": f"scene {place // 40}", "camera": "porch"}
        row |= {"plan": "pair", "width": 1920, "height": 1080, "align_shift_px": 9.0 if wrong else 0.1}
        row |= {"flags": ["misaligned"] if wrong else [], "status": "reject" if wrong else "keep", "problem": None}
        row |= {f"{role}_file_name": f"sessions/night/{place:05d}/{role}.png" for role in ("low", "nire")}
        rows.append(row)
    return rows
