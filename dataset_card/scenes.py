"""The scenes of the kept rows, for their splits."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from difflib import get_close_matches

import pyarrow as pa

from nirecap.errors import UsageMistake
from nirecap.vocabulary import Role

from .splits import TEST, TRAIN, Scene

TRIPLET = tuple(f"{role}_file_name" for role in (Role.LOW, Role.NIRE, Role.REFERENCE))
BATCH = 4096


@dataclass
class _Found:
    """What the rows tell of one scene."""

    cameras: Counter[str] = field(default_factory=Counter)
    has_triplet: bool = False
    wanted: set[str] = field(default_factory=set)


def scenes_of(rows: pa.Table, train: Sequence[str] = (), test: Sequence[str] = ()) -> list[Scene]:
    """Return the scenes of the rows, in the order in which they come.

    Args:
        rows: kept rows.
        train: scenes that a person wants in train, whatever the column `split` says.
        test: scenes that a person wants in test.

    Raises:
        UsageMistake: a person names a scene that is not among them.
    """
    found: dict[str, _Found] = {}
    columns = [name for name in ("scene_id", "camera", "split", *TRIPLET) if name in rows.column_names]
    for batch in rows.select(columns).to_batches(BATCH):
        for row in batch.to_pylist():
            scene = found.setdefault(row["scene_id"], _Found())
            scene.cameras[row["camera"]] += 1
            scene.has_triplet |= all(row.get(name) for name in TRIPLET)
            scene.wanted |= {row["split"]} - {None}
    for name in (*train, *test):
        if name not in found:
            near = get_close_matches(name, found, 1, cutoff=0)
            raise UsageMistake(f"no kept shot is of a scene {name!r}; the nearest is {near[0]!r}")
    spoken = {name: {split} for split, names in ((TRAIN, train), (TEST, test)) for name in names}
    for name in set(train) & set(test):
        spoken[name] = {TRAIN, TEST}
    return [
        Scene(name, scene.cameras.most_common(1)[0][0], scene.has_triplet, frozenset(spoken.get(name, scene.wanted)))
        for name, scene in found.items()
    ]
