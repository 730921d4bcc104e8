"""What would be written: rows, splits, and how much of each; `--dry-run` shows no more than this."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import pyarrow as pa

from nirecap.errors import NirecapError, UsageMistake
from nirecap.files import inside

from .configs import KINDS, Indices, rows_of
from .crops import check_sizes
from .earlier import read_publication, read_published
from .into_place import check_destination
from .leakage import check_links
from .likeness import alike_across
from .order import Order
from .rows import Selection, select_rows
from .scenes import scenes_of
from .splits import Scene, assign_splits


@dataclass(frozen=True)
class Part:
    """Rows of one split of a config."""

    config: str
    split: str
    indices: Indices
    """Of the kept rows."""
    scenes: int
    bytes: int
    """Of the image files, as they are in the collection."""


@dataclass(frozen=True)
class Outline:
    """What would be written."""

    selection: Selection
    splits: Mapping[str, str]
    """By scene."""
    parts: tuple[Part, ...]

    @property
    def absent(self) -> tuple[str, ...]:
        """Configs that are left out, as no kept shot has their images."""
        present = {part.config for part in self.parts}
        return tuple(kind.name for kind in KINDS if kind.name not in present)

    @property
    def published(self) -> list[int]:
        """Numbers of the kept rows that are in any config."""
        return sorted({int(number) for part in self.parts for number in part.indices})

    @property
    def held_back(self) -> int:
        """Kept shots that no config takes."""
        return len(self.selection.rows) - len(self.published)


def outline(order: Order, scratch: Path) -> Outline:
    """Return what would be written; the kept rows lie in a file in the folder `scratch`.

    Raises:
        UsageMistake, ManifestError: as `check_destination`, `select_rows`, `scenes_of` and `assign_splits`.
        Leakage: the splits tear apart what shows the same.
    """
    check_destination(order.collection, order.dest)
    selection = select_rows(order.collection, scratch)
    if order.crops:
        check_sizes(selection.rows, order.crops)
    scenes = scenes_of(selection.rows, order.train_scenes, order.test_scenes)
    splits = _splits(order, selection, scenes)
    parts = tuple(_parts(order.collection, selection.rows, splits))
    if not parts:
        raise UsageMistake(f"{order.collection}: no kept shot has the two images of a pair; nothing can be published")
    return Outline(selection, splits, parts)


def _splits(order: Order, selection: Selection, scenes: Sequence[Scene]) -> dict[str, str]:
    """Assign splits until nothing in test looks like something in train; each turn brings scenes together."""
    links, earlier = set(selection.links), _earlier_splits(order.dest)
    while True:
        splits = assign_splits(scenes, sorted(links), earlier, order.test_share, order.seed)
        more = alike_across(order.collection, selection.rows, splits) - links
        if not more:
            check_links(links, splits)
            return splits
        links |= more


def _earlier_splits(dest: Path) -> dict[str, str]:
    """Return where the version before had its scenes."""
    if read_publication(dest) is None:
        return {}
    return {name: min(splits) for name, splits in read_published(dest).scenes.items()}


def _parts(collection: Path, rows: pa.Table, splits: Mapping[str, str]) -> Iterator[Part]:
    for kind in KINDS:
        for split in kind.splits:
            indices = rows_of(kind, split, rows, splits)
            if len(indices):
                chosen = rows.select(["scene_id", *(f"{role}_file_name" for role in kind.roles)]).take(indices)
                scenes = len(chosen["scene_id"].unique())
                yield Part(kind.name, split, indices, scenes, _size(collection, chosen))


def _size(collection: Path, chosen: pa.Table) -> int:
    """Return the bytes of the files that are named; what is missing is told when it is read."""
    return sum(_file_size(collection, name) for column in chosen.columns[1:] for name in column.to_pylist())


def _file_size(collection: Path, name: str) -> int:
    try:
        return inside(collection, name).stat().st_size
    except (OSError, NirecapError):
        return 0
