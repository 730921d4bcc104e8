"""Shots that look alike in train and in test, which no column of the manifest links.

`duplicate_of` names the nearest of the shots that one repeats; here each is compared with all on the other side, by the
perceptual hashes that `curate` keeps. Without its cache only the links of the manifest count.
"""

from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

import pyarrow as pa

from nirecap.curate.cache.cache import Cache, CacheDamagedError
from nirecap.curate.cache.cache_file import opened_to_read
from nirecap.curate.duplicates import COMPARED, Hashed, find_duplicates
from nirecap.curate.picture_hash import NOTHING
from nirecap.errors import CollectionError
from nirecap.vocabulary import Role

from .splits import SPLITS

BATCH = 4096


def alike_across(collection: Path, rows: pa.Table, splits: Mapping[str, str]) -> set[tuple[str, str]]:
    """Return pairs of scenes in different splits that hold near-duplicates of each other.

    Args:
        collection: its cache is read.
        rows: kept rows.
        splits: by scene.
    """
    if len(set(splits.values())) < len(SPLITS):
        return set()
    try:
        with opened_to_read(collection) as cache:
            hashed = list(_hashed(cache, rows, splits)) if cache else []
    except (CacheDamagedError, CollectionError):
        return set()
    scene_of = dict(zip(rows["own_id"].to_pylist(), rows["scene_id"].to_pylist(), strict=True))
    found = find_duplicates(hashed)
    pairs = ((scene_of[shot], scene_of[duplicate.of]) for shot, duplicate in found.items())
    return {(one, other) for one, other in pairs if splits[one] != splits[other]}


def _hashed(cache: Cache, rows: pa.Table, splits: Mapping[str, str]) -> Iterator[Hashed]:
    """Yield what is compared, each split as if it were one view, inside of which nothing is."""
    for row in _light(rows):
        hashes = cache.hashes(row["own_id"]) or {}
        compared = {role: hashes[role] for role in COMPARED if hashes.get(role, NOTHING) != NOTHING}
        if compared:
            yield Hashed(row["own_id"], (splits[row["scene_id"]], ""), _bytes(row), compared)


def _bytes(row: Mapping[str, str | None]) -> tuple[str, ...]:
    return tuple(f"{role} {row[f'{role}_sha256']}" for role in Role if row.get(f"{role}_sha256"))


def _light(rows: pa.Table) -> Iterable[Mapping[str, str]]:
    names = [name for name in rows.column_names if name in ("own_id", "scene_id") or name.endswith("_sha256")]
    for batch in rows.select(names).to_batches(BATCH):
        yield from batch.to_pylist()
