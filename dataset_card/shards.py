"""Parquet shards with the bytes of the images in them, written a few rows at a time."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path, PurePosixPath
from typing import Any, Literal

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from nirecap.errors import ImageError, ManifestError
from nirecap.files import inside, sha256_of
from nirecap.images import SUFFIXES, read_bytes
from nirecap.vocabulary import Role

from .configs import Indices
from .facts import ShardFile
from .privacy import without_private_metadata

GROUP_ROWS = 32
"""Rows of a row group, the least that a stream reads."""
GROUP_BYTES = 64 << 20
"""Images of a row group that has fewer."""
BESIDE_BYTES = 4096
"""What a row holds beside its images, evidence included, at most but for rare cases."""
FOOTER = 256
"""Bytes that one column of a row group costs in the footer of a file, at most."""
LONGEST_PATH = 1000
"""Characters of a path in a collection."""
ShardBy = Literal["scene", "camera", "none"]
Row = tuple[int, dict[str, tuple[bytes, str]]]
"""Number of a row, and by role the bytes of its images and their names."""


@dataclass(frozen=True)
class Sharding:
    """How rows go into files."""

    size: int = 400_000_000
    """Bytes of a file, at most; more only where one row alone has more."""
    by: ShardBy = "none"
    """What no file holds two of: rows of two scenes or cameras; `none` fills every file."""
    compression: Literal["zstd", "snappy", "none"] = "zstd"
    keep_metadata: bool = False
    """Publish GPS, serial numbers and the like that image files hold."""


def write_shards(
    collection: Path,
    rows: pa.Table,
    indices: Indices,
    schema: pa.Schema,
    folder: Path,
    split: str,
    sharding: Sharding,
    progress: Callable[[], None] = lambda: None,
) -> tuple[ShardFile, ...]:
    """Write the rows of one split into `folder`, as `<split>-00000-of-00004.parquet`, and return the files.

    Equal rows, images and sharding give equal bytes. At most one row group is in memory.

    Args:
        collection: that holds the images.
        rows: kept rows.
        indices: which of them.
        schema: of the files.
        folder: of the config; `path` of the files is relative to the folder above its parent.
        split: train or test.
        sharding: sizes and compression.
        progress: called after each row.

    Raises:
        ImageError: an image is missing, or not the one that was curated.
        ManifestError, CollectionError: a name in the manifest can't be that of an image in the collection.
    """
    roles = [role for role in Role if role in schema.names]
    parts = _parts(rows, indices, sharding.by)
    sources = (_images(collection, rows, part, roles, sharding.keep_metadata, progress) for part in parts)
    return write_files(sources, rows, schema, folder, split, sharding)


def write_files(
    sources: Iterable[Iterator[Row]], rows: pa.Table, schema: pa.Schema, folder: Path, split: str, sharding: Sharding
) -> tuple[ShardFile, ...]:
    """Write images, and the rows that their numbers name, as `write_shards`; no file holds two sources."""
    folder.mkdir(parents=True, exist_ok=True)
    written: list[tuple[Path, int, int]] = []
    for source in sources:
        pending = next(source, None)
        while pending:
            shard = _Shard(folder / f"{split}-{len(written):05d}.parquet", rows, schema, sharding)
            pending = shard.fill(pending, source)
            written.append((shard.path, shard.rows, shard.content_bytes))
    return tuple(
        _named(path, f"{split}-{number:05d}-of-{len(written):05d}.parquet", count, content)
        for number, (path, count, content) in enumerate(written)
    )


def _named(path: Path, name: str, rows: int, content: int) -> ShardFile:
    path = path.rename(path.with_name(name))
    shown = PurePosixPath(*path.parts[-3:])
    return ShardFile(str(shown), path.stat().st_size, sha256_of(path), rows, content)


def _parts(rows: pa.Table, indices: Indices, by: ShardBy) -> Iterator[Indices]:
    """Yield what may share a file, in the order of the manifest."""
    if by == "none":
        yield indices
        return
    column = rows["scene_id" if by == "scene" else by].combine_chunks().dictionary_encode()
    codes = np.asarray(column.indices.to_numpy())[indices]
    for code in dict.fromkeys(codes.tolist()):
        yield indices[codes == code]


def _images(
    collection: Path,
    rows: pa.Table,
    indices: Indices,
    roles: Sequence[Role],
    keep_metadata: bool,
    progress: Callable[[], None],
) -> Iterator[Row]:
    names = ["shot", *(f"{role}_{part}" for role in roles for part in ("file_name", "sha256"))]
    for start in range(0, len(indices), GROUP_ROWS):
        some = indices[start : start + GROUP_ROWS]
        for number, row in zip(some.tolist(), rows.select(names).take(some).to_pylist(), strict=True):
            yield number, {role: _image(collection, row, role, keep_metadata) for role in roles}
            progress()


def _image(collection: Path, row: Mapping[str, Any], role: Role, keep_metadata: bool) -> tuple[bytes, str]:
    """Return the bytes to publish of an image, and a name for them."""
    file = row[f"{role}_file_name"]
    if len(file) > LONGEST_PATH:
        raise ManifestError(f"the manifest names a file of {len(file)} characters; run `nirecap curate` again")
    content = read_bytes(inside(collection, file))
    if sha256(content).hexdigest() != row[f"{role}_sha256"]:
        raise ImageError(f"{file} is not the image that was curated; run `nirecap curate {collection}` again")
    suffix = Path(file).suffix.lower()
    name = f"{row['shot'].replace('/', '_')}_{role}{suffix if suffix in SUFFIXES else ''}"
    return (content if keep_metadata else without_private_metadata(content, file)), name


class _Shard:
    """One file that is being written."""

    def __init__(self, path: Path, rows: pa.Table, schema: pa.Schema, sharding: Sharding) -> None:
        self.path, self.rows, self.content_bytes = path, 0, 0
        self._table, self._schema, self._sharding = rows, schema, sharding
        self._footer = 0

    def fill(self, first: Row, source: Iterator[Row]) -> Row | None:
        """Write `first` and what of the source fits; return the row that did not."""
        pending: Row | None = first
        with self.path.open("wb") as sink, self._writer(sink) as writer:
            while pending:
                room = self._sharding.size - sink.tell() - self._footer - FOOTER * len(self._schema) - _bytes(pending)
                if room < 0 and self.rows:
                    break
                group = [pending]
                for pending in source:
                    room -= _bytes(pending)
                    if room < 0 or len(group) == GROUP_ROWS or sum(map(_bytes, group)) >= GROUP_BYTES:
                        break
                    group.append(pending)
                else:
                    pending = None
                self._write(writer, group)
        return pending

    def _writer(self, sink: Any) -> pq.ParquetWriter:  # noqa: ANN401 - pyarrow has no types
        plain = [entry.name for entry in self._schema if not pa.types.is_struct(entry.type)]
        return pq.ParquetWriter(
            sink,
            self._schema,
            compression=self._sharding.compression,
            use_dictionary=[name for name in plain if pa.types.is_string(self._schema.field(name).type)],
            write_statistics=plain,
            use_content_defined_chunking=True,  # what two versions share is stored and sent once by the Hub
        )

    def _write(self, writer: pq.ParquetWriter, group: Sequence[Row]) -> None:
        numbers = pa.array([number for number, _ in group], pa.int64())
        pictures = [images for _, images in group]
        beside = self._table.take(numbers)
        arrays = [_column(entry, pictures, beside) for entry in self._schema]
        batch = pa.record_batch(arrays, self._schema)
        writer.write_batch(batch, row_group_size=len(group))
        self.rows += len(group)
        self.content_bytes += batch.nbytes
        self._footer += FOOTER * len(self._schema)


def _bytes(row: Row) -> int:
    return BESIDE_BYTES + sum(len(content) for content, _ in row[1].values())


def _column(entry: pa.Field, pictures: Sequence[dict[str, tuple[bytes, str]]], beside: pa.Table) -> pa.Array:
    role, _, part = entry.name.rpartition("_")
    if entry.name in pictures[0]:
        return pa.array([dict(zip(("bytes", "path"), row[entry.name], strict=True)) for row in pictures], entry.type)
    if part == "sha256":  # of what is published
        return pa.array([sha256(row[role][0]).hexdigest() for row in pictures], entry.type)
    column = beside[entry.name].combine_chunks()
    if pa.types.is_struct(entry.type):  # evidence, which is small
        names = pa.nulls(len(column), pa.string())
        return pa.StructArray.from_arrays([column, names], fields=list(entry.type), mask=pc.is_null(column))
    return column.cast(entry.type)
