"""Write the report, `curate/report.html`: rows and thumbnails stream from manifest and cache into one file."""

import json
from base64 import b64encode
from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

import pyarrow as pa

from nirecap import __version__
from nirecap.files import inside, whole_file
from nirecap.places import REPORT
from nirecap.report_page import block
from nirecap.vocabulary import Role

from ..examine import CHECKS
from ..manifest import batches_of, columns, opened_manifest
from ..thresholds import Thresholds, dump
from .columns import columns_of, kinds_of, maps_in, maps_of
from .page import pieces

ROWS = 1000
"""Rows in one block."""
PICTURES = 100
"""Rows whose pictures are in one block; a divisor of `ROWS`."""
OTHER_SCORES = ("duplicate", "aligned")
"""Prefixes of columns that are not of a check of one shot."""
BUDGET = 400 << 20
"""Bytes of thumbnails, as base64, up to which a browser opens the page in good time; beyond, some roles have none."""

Thumbnails = Callable[[str], Mapping[str, bytes]]
"""Returns the thumbnails of a shot, WebP by role."""


def write_report(collection: Path, thresholds: Thresholds, thumbnails: Thumbnails) -> Path:
    """Write the page over the shots of a manifest, in constant memory, and return the file.

    Full pictures are not in it: it shows those of the collection in which it stands, or thumbnails where they are gone.

    Args:
        collection: curated.
        thresholds: in force when it was.
        thumbnails: of a shot by role, from the cache.

    Raises:
        ManifestError: there is no manifest, or it can't be read.
        CollectionError: `curate` leads out of the collection.
    """
    path = inside(collection, REPORT)
    path.parent.mkdir(exist_ok=True)
    with opened_manifest(collection) as manifest, whole_file(path) as file:
        blocks = _blocks(batches_of(collection, manifest, ROWS), manifest.metadata.num_rows, thumbnails)
        for piece in pieces(about(collection, manifest.schema_arrow, thresholds) | {"images": "../"}, blocks):
            file.write(piece)
    return path


def about(collection: Path, schema: pa.Schema, thresholds: Thresholds) -> dict[str, Any]:
    """Return what the page needs to know of a collection before its rows."""
    return {
        "title": collection.resolve().name,
        "version": __version__,
        "thresholds": json.loads(dump(thresholds)),
        "checks": [*CHECKS, *OTHER_SCORES],
        "kinds": kinds_of(schema, columns()),
        "maps": maps_of(schema),
        "block": PICTURES,
        "review": None,
    }


def row_block(batch: pa.RecordBatch) -> str:
    """Return the block of a batch's rows."""
    content = {"count": batch.num_rows, "columns": columns_of(batch, kinds_of(batch.schema, columns()))}
    return block(content, **{"class": "rows"})


def pictures_of(
    batch: pa.RecordBatch, thumbnails: Thumbnails, roles: Iterable[Role] = tuple(Role)
) -> list[dict[str, str]]:
    """Return thumbnails of these roles and maps of each row by name, as base64."""
    rows = maps_in(batch, maps_of(batch.schema))
    for shot, pictures in zip(batch.column("shot").to_pylist(), rows, strict=True):
        found = thumbnails(shot)
        pictures |= {str(role): found[role] for role in roles if role in found}
    return [{name: b64encode(content).decode() for name, content in pictures.items()} for pictures in rows]


def _blocks(batches: Iterable[pa.RecordBatch], number: int, thumbnails: Thumbnails) -> Iterator[str]:
    block_number, shown = 0, None
    for batch in batches:
        yield row_block(batch)
        for first in range(0, batch.num_rows, PICTURES):
            some = batch.slice(first, PICTURES)
            shown = _affordable(some, number, thumbnails) if shown is None else shown
            yield block(pictures_of(some, thumbnails, shown), id=f"pictures-{block_number}")
            block_number += 1


def _affordable(sample: pa.RecordBatch, number: int, thumbnails: Thumbnails) -> list[Role]:
    """Return the roles whose thumbnails go into the page, judged by a sample of its `number` rows."""
    found = [thumbnails(shot) for shot in sample.column("shot").to_pylist()]
    left, roles = BUDGET / number, list[Role]()
    for role in Role:
        left -= sum(4 / 3 * len(pictures.get(role, b"")) for pictures in found) / len(found)
        if left > 0:
            roles.append(role)
    return roles
