"""What a published folder holds, read from its own files: for the next version to follow on, and for the last check."""

import hashlib
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Annotated, Any, Literal

import pyarrow as pa
import pyarrow.parquet as pq
from pydantic import Field, JsonValue, TypeAdapter, ValidationError

from nirecap.errors import ManifestError
from nirecap.vocabulary import Role

from .configs import KINDS
from .into_place import PUBLICATION
from .splits import SPLITS

MAX_BYTES = 4 << 20
BATCH = 1024
LIGHT = ("shot", "scene_id", "flags", "aligned_matrix", *(f"{role}_sha256" for role in Role))
"""Columns that tell versions apart."""


@dataclass(frozen=True)
class Publication:
    """What `publication.json` holds."""

    version: Annotated[str, Field(pattern=r"^[0-9A-Za-z][0-9A-Za-z.+-]{0,39}$")]
    date: date
    nirecap: Annotated[str, Field(max_length=40)]
    """Version of the program."""
    thresholds: dict[str, JsonValue]
    settings: dict[str, JsonValue] = field(default_factory=dict)
    """Share, seed, sharding and a person's words: what it takes to make the same files again."""
    schema: Literal[1] = 1


PAPER = TypeAdapter(Publication)
Rows = Mapping[tuple[str, str], bytes]
"""By config and shot, a short hash of what is published of it."""


@dataclass(frozen=True)
class Published:
    """The rows of a published folder."""

    scenes: Mapping[str, frozenset[str]]
    """Splits by scene."""
    images: Mapping[bytes, frozenset[str]]
    """Splits by hash of an image."""
    rows: Rows


def read_publication(folder: Path) -> Publication | None:
    """Return what the folder says of itself, None where nothing is published there.

    Raises:
        ManifestError: it is damaged, or of a newer version.
    """
    path = folder / PUBLICATION
    if not path.is_file():
        return None
    try:
        if path.stat().st_size > MAX_BYTES:
            raise ValueError("too large")
        return PAPER.validate_json(path.read_bytes())
    except (ValidationError, ValueError):
        raise ManifestError(f"{path} is damaged or of a newer nirecap; publish into a new folder") from None


def write_publication(folder: Path, publication: Publication) -> None:
    """Write `publication.json`."""
    text = json.dumps(PAPER.dump_python(publication, mode="json"), indent=2, sort_keys=True)
    (folder / PUBLICATION).write_text(text + "\n", encoding="utf-8")


def read_published(folder: Path) -> Published:
    """Return the rows of a published folder, without opening its images.

    Raises:
        ManifestError: a file in it is damaged.
    """
    scenes: dict[str, frozenset[str]] = {}
    images: dict[bytes, frozenset[str]] = {}
    rows: dict[tuple[str, str], bytes] = {}
    for config, split, row in _rows(folder):
        scenes[row["scene_id"]] = scenes.get(row["scene_id"], frozenset()) | {split}
        for role in Role:
            if found := row.get(f"{role}_sha256"):
                key = bytes.fromhex(found)
                images[key] = images.get(key, frozenset()) | {split}
        rows[config, row["shot"]] = hashlib.sha256(repr((split, sorted(row.items()))).encode()).digest()[:8]
    return Published(scenes, images, rows)


def _rows(folder: Path) -> Iterator[tuple[str, str, dict[str, Any]]]:
    for path in (path for kind in KINDS for path in sorted((folder / "data" / kind.name).glob("*.parquet"))):
        split = path.name.partition("-")[0]
        if split in SPLITS:
            try:
                with pq.ParquetFile(path) as file:
                    names = [name for name in LIGHT if name in file.schema_arrow.names]
                    for batch in file.iter_batches(BATCH, columns=names):
                        yield from ((path.parent.name, split, row) for row in batch.to_pylist())
            except (pa.ArrowException, OSError, KeyError, UnicodeDecodeError) as error:
                why = " ".join(str(error).split())[:80]
                raise ManifestError(
                    f"{path} is damaged ({why}); move {folder} away and publish into a new folder"
                ) from None
