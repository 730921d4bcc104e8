"""Bring the manifest into line with the journal of verdicts, which is the truth; `curate` may come between."""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from nirecap.errors import ManifestError
from nirecap.files import whole_file
from nirecap.places import MANIFEST
from nirecap.vocabulary import Role

from ..manifest import ROWS, batches_of, columns, opened_manifest, read_columns
from ..readme import write_readme
from ..verdicts import Verdict, with_word

SAID = ("flags", "verdict", "reviewer", "verdict_at", "flags_on", "flags_off")
"""Columns that a person's word changes."""
Identity = tuple[int, int, int]


class _Overtaken(Exception):
    """Another process has replaced the manifest meanwhile."""


def land(collection: Path, words: Mapping[str, Verdict]) -> tuple[Identity, Identity] | None:
    """Write the words into the manifest, whole or not at all; None where it lacked none.

    Rows on which nobody spoke stay as they are, with what an older manifest holds of a person.

    Returns:
        What the manifest was, and what it is now.

    Raises:
        ManifestError: it can't be read.
        OSError: the disk is full or not writable; the manifest is as it was.
    """
    while True:
        before = identity(collection)
        if not _lacks(collection, words):
            return None
        try:
            _rewrite(collection, words, before)
        except _Overtaken:
            continue
        after = identity(collection)
        introduce(collection)
        return before, after


def introduce(collection: Path) -> None:
    """Write the collection's README.md anew, by which the cache of `datasets` notices that the manifest changed."""
    names = [f"{role}_file_name" for role in Role]
    count, image = 0, None
    for row in read_columns(collection, [*names, "problem"]):
        count += 1
        if image is None and not row.get("problem"):
            image = next((row[name] for name in names if row.get(name)), None)
    write_readme(collection, count, image)


def identity(collection: Path) -> Identity:
    """Return what tells one manifest from the next, without reading it.

    Raises:
        ManifestError: there is none.
    """
    try:
        facts = (collection / MANIFEST).stat()
    except OSError as error:
        raise ManifestError(f"{collection / MANIFEST} can't be read ({error.strerror}); run `nirecap curate`") from None
    return facts.st_ino, facts.st_mtime_ns, facts.st_size


def _lacks(collection: Path, words: Mapping[str, Verdict]) -> bool:
    rows = read_columns(collection, ["shot", *SAID])
    return any(_different(row, with_word(row, words[row["shot"]])) for row in rows if row["shot"] in words)


def _different(before: Mapping[str, Any], after: Mapping[str, Any]) -> bool:
    return any(before.get(name) != after[name] for name in SAID)


def _rewrite(collection: Path, words: Mapping[str, Verdict], before: Identity) -> None:
    with opened_manifest(collection) as manifest, whole_file(collection / MANIFEST) as file:
        schema = _with_said(manifest.schema_arrow)
        with pq.ParquetWriter(file, schema, compression="zstd") as writer:
            for batch in batches_of(collection, manifest, ROWS):
                writer.write_batch(_spoken(batch, schema, words))
        if identity(collection) != before:
            raise _Overtaken


def _with_said(schema: pa.Schema) -> pa.Schema:
    """Return the schema with the columns of a person's word, which older manifests lack."""
    for name in SAID:
        if name not in schema.names:
            schema = schema.append(columns().field(name))
    return schema


def _spoken(batch: pa.RecordBatch, schema: pa.Schema, words: Mapping[str, Verdict]) -> pa.RecordBatch:
    there = [name for name in ("shot", *SAID) if name in batch.schema.names]
    rows = list(_with_words(batch.select(there).to_pylist(), words))
    arrays = [
        pa.array([row.get(field.name) for row in rows], field.type) if field.name in SAID else batch.column(field.name)
        for field in schema
    ]
    return pa.RecordBatch.from_arrays(arrays, schema=schema)


def _with_words(rows: list[dict[str, Any]], words: Mapping[str, Verdict]) -> Iterator[dict[str, Any]]:
    for row in rows:
        yield with_word(row, words[row["shot"]]) if row["shot"] in words else row
