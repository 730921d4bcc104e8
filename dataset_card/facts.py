"""What is said of a publication: the card, `croissant.json` and the summary are drawn from the same facts."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True)
class Column:
    """One column of a config."""

    name: str
    type: str
    """`image`, or the name of an Arrow type: string, int64, float64, bool, binary, timestamp."""
    repeated: bool
    """True for a list of that type."""
    description: str


@dataclass(frozen=True)
class ShardFile:
    """One Parquet file."""

    path: str
    """Relative to the published folder, with forward slashes."""
    bytes: int
    sha256: str
    rows: int
    content_bytes: int
    """Bytes of what its rows hold, not compressed."""


@dataclass(frozen=True)
class Split:
    """One split of a config, in files."""

    name: str
    files: tuple[ShardFile, ...]

    @property
    def rows(self) -> int:
        """Rows of all files."""
        return sum(file.rows for file in self.files)

    @property
    def bytes(self) -> int:
        """Bytes on disk."""
        return sum(file.bytes for file in self.files)

    @property
    def content_bytes(self) -> int:
        """Bytes of what the rows hold."""
        return sum(file.content_bytes for file in self.files)


@dataclass(frozen=True)
class Config:
    """What `load_dataset(DEST, name)` opens."""

    name: str
    description: str
    columns: tuple[Column, ...]
    splits: tuple[Split, ...]


@dataclass(frozen=True)
class Facts:
    """A publication, as its papers tell it."""

    name: str
    """Of letters, digits, `-`, `_` and `.`, as the Hub and file names admit."""
    pretty_name: str
    description: str
    """One paragraph of plain text."""
    licence: str
    """Identifier as the Hub knows it, such as `cc-by-4.0`; `other` where none was given."""
    version: str
    date: date
    citation: str
    """BibTeX."""
    configs: tuple[Config, ...]
    counts: Mapping[str, Mapping[str, int]]
    """Published shots by `camera`, `scene`, `flag` and `plan`."""

    @property
    def files(self) -> tuple[ShardFile, ...]:
        """All files of all configs."""
        return tuple(file for config in self.configs for split in config.splits for file in split.files)
