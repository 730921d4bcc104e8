"""What a review must know of a manifest to serve its rows: its shots, its files, its limits."""

import json
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

import pyarrow as pa

from nirecap.errors import ManifestError
from nirecap.places import MANIFEST
from nirecap.vocabulary import Role

from ..manifest import KEY, ROWS, batches_of, opened_manifest
from ..report.columns import maps_of
from ..thresholds import TABLE, Thresholds
from .landing import SAID, Identity, identity

IMAGES = frozenset({*(f"{role}_file_name" for role in Role), "bracket_path"})
"""Columns that name images."""


@dataclass(frozen=True)
class Index:
    """One state of a manifest."""

    identity: Identity
    edition: str
    """Hash of all but persons' words: a page that was made of another edition shows old rows."""
    shots: frozenset[str]
    images: frozenset[str]
    """Paths of all images, relative to the collection."""
    thresholds: Thresholds
    """Those that were in force."""


def read_index(collection: Path) -> Index:
    """Read it.

    Raises:
        ManifestError: there is no manifest, or it can't be read.
    """
    now = identity(collection)
    digest, shots, images = sha256(), set[str](), set[str]()
    with opened_manifest(collection) as manifest:
        thresholds = _thresholds_in(collection, manifest.schema_arrow)
        for batch in batches_of(collection, manifest, ROWS):
            unsaid = batch.select([name for name in batch.schema.names if name not in SAID])
            digest.update(unsaid.serialize())
            shots.update(batch.column("shot").to_pylist())
            for name in IMAGES.intersection(batch.schema.names):
                images.update(path for path in batch.column(name).to_pylist() if isinstance(path, str))
    return Index(now, digest.hexdigest()[:16], frozenset(shots), frozenset(images), thresholds)


def _thresholds_in(collection: Path, schema: pa.Schema) -> Thresholds:
    try:
        return TABLE.validate_python(json.loads(schema.metadata[KEY])["thresholds"])
    except (KeyError, ValueError, TypeError):
        raise ManifestError(f"{collection / MANIFEST} holds no table of thresholds; run `nirecap curate`") from None


def rows_with_maps(collection: Path, first: int, count: int) -> pa.RecordBatch | None:
    """Return shots and maps of up to `count` rows from `first` on, None where there are none."""
    with opened_manifest(collection) as manifest:
        names = ["shot", *maps_of(manifest.schema_arrow)]
        start, some = 0, []
        for group in range(manifest.num_row_groups):
            size = manifest.metadata.row_group(group).num_rows
            if start < first + count and first < start + size:
                begin = max(0, first - start)
                some.append(manifest.read_row_group(group, names).slice(begin, first + count - start - begin))
            start += size
    batches = pa.concat_tables(some).combine_chunks().to_batches() if some else []
    return batches[0] if batches else None
