"""Which scenes are for training and which for testing: by scene, every camera having its share."""

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from nirecap.errors import UsageMistake

TRAIN, TEST = "train", "test"
SPLITS = (TRAIN, TEST)


@dataclass(frozen=True)
class Scene:
    """What the split of a scene depends on."""

    name: str
    camera: str
    """The camera that took most of it."""
    has_triplet: bool
    """Only a scene with `low`, `nire` and `reference` can test anything."""
    wanted: frozenset[str] = field(default_factory=frozenset)
    """Splits that a person wants it in."""


def assign_splits(
    scenes: Sequence[Scene],
    links: Iterable[tuple[str, str]],
    earlier: Mapping[str, str],
    share: float,
    seed: int,
) -> dict[str, str]:
    """Return the split of each scene, the same for equal arguments.

    Scenes that are linked go together. A person's word comes first, then where the last version had a scene; of what is
    left as many are drawn for the test as bring it to its share of the scenes with triplets, in turn from each camera.

    Args:
        scenes: all that are published.
        links: names of scenes that hold near-duplicates of each other; others than `scenes` may be among them.
        earlier: split by scene in the version that this one follows.
        share: of the scenes with triplets that are for testing, 0 to 1; one at least, where there are two and it is
            not 0.
        seed: of the draw.

    Raises:
        UsageMistake: a person, or the last version, wants one scene, or scenes that are linked, in two splits.
    """
    families = _families(scenes, links)
    fixed = {number: split for number, family in enumerate(families) if (split := _fixed(family, earlier))}
    able = [number for number, family in enumerate(families) if any(scene.has_triplet for scene in family)]
    wanted = _wanted(len(able), share) - sum(fixed.get(number) == TEST for number in able)
    free = [number for number in able if number not in fixed]
    drawn = set(_in_turn([families[number] for number in free], free, seed)[: max(0, wanted)])
    return {
        scene.name: fixed.get(number, TEST if number in drawn else TRAIN)
        for number, family in enumerate(families)
        for scene in family
    }


def _wanted(able: int, share: float) -> int:
    return max(round(able * share), 1 if able >= 2 and share else 0)


def _families(scenes: Sequence[Scene], links: Iterable[tuple[str, str]]) -> list[list[Scene]]:
    """Return the scenes in families of those that are linked, also through one that is not published."""
    linked = list(links)
    names = list(dict.fromkeys([*(scene.name for scene in scenes), *(name for link in linked for name in link)]))
    place = {name: number for number, name in enumerate(names)}
    pairs = np.array([[place[one], place[other]] for one, other in linked], int).reshape(-1, 2)
    graph = coo_array((np.ones(len(pairs)), (pairs[:, 0], pairs[:, 1])), shape=(len(names), len(names)))
    _, label = connected_components(graph, directed=False)
    families: dict[int, list[Scene]] = {}
    for scene in scenes:
        families.setdefault(int(label[place[scene.name]]), []).append(scene)
    return list(families.values())


def _fixed(family: Sequence[Scene], earlier: Mapping[str, str]) -> str | None:
    said = {split: scene.name for scene in family for split in scene.wanted}
    if unknown := sorted(set(said) - set(SPLITS)):
        raise UsageMistake(f"scene {said[unknown[0]]!r} is set to split {unknown[0]!r:.60}; there are train and test")
    if len(said) > 1:
        raise UsageMistake(_conflict("you want", said) + "; set one split for all of them")
    if said:
        return next(iter(said))
    had = {split: scene.name for scene in family if (split := earlier.get(scene.name))}
    if len(had) > 1:
        raise UsageMistake(
            _conflict("the last version has", had) + "; name one with --train-scene or --test-scene, or publish into a "
            "new folder"
        )
    return next(iter(had), None)


def _conflict(who: str, said: Mapping[str, str]) -> str:
    names = sorted(set(said.values()))
    what = f"scene {names[0]!r}" if len(names) == 1 else f"scenes {names[0]!r} and {names[1]!r}, which hold duplicates,"
    return f"{who} {what} both in train and in test"


def _in_turn(families: Sequence[Sequence[Scene]], numbers: Sequence[int], seed: int) -> list[int]:
    """Return the numbers in an order that the seed draws, each camera evenly spread over it."""
    by_camera: dict[str, list[tuple[str, int]]] = {}
    for family, number in zip(families, numbers, strict=True):
        draw = hashlib.sha256(f"{seed}\0{min(scene.name for scene in family)}".encode()).hexdigest()
        by_camera.setdefault(min(scene.camera for scene in family), []).append((draw, number))
    spread = [
        ((place + 0.5) / len(of_camera), draw, number)
        for of_camera in by_camera.values()
        for place, (draw, number) in enumerate(sorted(of_camera))
    ]
    return [number for _, _, number in sorted(spread)]
