"""Find shots that show the same picture as an earlier one: imported twice, encoded again, resized, cropped a little."""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from nirecap.capture.records import ShotRecord
from nirecap.vocabulary import Role

from .near_hashes import BITS, Hashes, Indices, comparisons, near_pairs
from .picture_hash import NOTHING

RADIUS = 10
"""Bits of 64 in which the hashes of near-duplicates may differ; limits of `duplicate_likeness` only narrow it."""
COMPARED = (Role.NIRE, Role.REFERENCE)
"""Roles whose hashes are compared: the best lit."""
OTHERWISE = (Role.REFERENCE_NIRE, Role.LOW)
"""What is compared of a shot that has none of those, the first that there is."""
HASH = re.compile(r"^[0-9a-f]{16}\Z")
SHARES = 2
"""Mean distances are counted in halves of a bit, so that they are whole numbers for one role or two."""
APART = np.iinfo(np.uint16).max
"""Distance of shots that can't be compared."""
NONE = np.iinfo(np.int64).max
QUICKER = 40
"""How many more pairs can be compared in the time when each shot is compared with all at once."""


@dataclass(frozen=True)
class Hashed:
    """What of a shot tells whether another is its duplicate."""

    shot: str
    view: tuple[str, str]
    """Camera and scene: shots of one view are alike by intention, and only those of identical bytes count."""
    bytes_of: tuple[str, ...]
    """SHA-256 of its pair of images: equal for shots of identical bytes."""
    hashes: Mapping[Role, str]
    """Perceptual hashes of the roles that are compared."""


@dataclass(frozen=True)
class Duplicate:
    """The earlier shot that a shot repeats."""

    of: str
    likeness: float
    """1 - differing bits / 64; 1 for identical bytes."""


def hashed(record: ShotRecord, hashes: Mapping[str, str]) -> Hashed:
    """Return what is compared of a shot; `hashes` are its pictures' by role, as an examination holds them."""
    roles = [role for role in COMPARED if role in record.images]
    roles = roles or [role for role in OTHERWISE if role in record.images][:1]
    told = {role: told for role in roles if (told := hashes.get(role, NOTHING)) != NOTHING and HASH.match(told)}
    pair = sorted(record.images.keys() & {Role.LOW, Role.NIRE} or record.images.keys())
    bytes_of = tuple(f"{role} {record.images[role].sha256}" for role in pair)
    return Hashed(record.shot, (record.camera, record.scene), bytes_of, told)


def find_duplicates(shots: Iterable[Hashed]) -> dict[str, Duplicate]:
    """Return, for every shot that repeats an earlier one, the nearest of those, the earliest where several are as near.

    Exact for shots that differ in up to `RADIUS` bits of 64 (the mean over the roles that both have), across all scenes
    and cameras; of one view only shots of identical bytes count. Memory grows with the number of shots, time far slower
    than its square unless most of them show the same.

    Args:
        shots: in journal order; the earlier of two is the original.

    >>> find_duplicates([
    ...     Hashed("a", ("eufy", "balcony"), ("1",), {Role.NIRE: "f0f0f0f0f0f0f0f0"}),
    ...     Hashed("b", ("import", "copied"), ("2",), {Role.NIRE: "f0f0f0f0f0f0f0f1"}),
    ... ])
    {'b': Duplicate(of='a', likeness=0.984375)}
    """
    table = _Table.of(shots)
    names, best = table.names, table.identical()
    for earlier, later in _candidates(table):
        distances = table.distances(earlier, later)
        near = distances <= SHARES * RADIUS
        np.minimum.at(best, later[near], distances[near].astype(np.int64) * len(names) + earlier[near])
    return {
        names[shot]: Duplicate(names[key % len(names)], 1 - key // len(names) / (SHARES * BITS))
        for shot, key in enumerate(best.tolist())
        if key != NONE
    }


def duplicate_groups(originals: Mapping[str, str]) -> list[frozenset[str]]:
    """Return the groups of shots that duplicates tie together, directly or through others.

    Args:
        originals: shot and the shot that it repeats, as the columns `shot` and `duplicate_of` hold them.

    >>> [sorted(group) for group in duplicate_groups({"b": "a", "c": "b", "y": "x"})]
    [['a', 'b', 'c'], ['x', 'y']]
    """
    group_of: dict[str, set[str]] = {}
    for pair in originals.items():
        small, large = sorted((group_of.get(shot) or {shot} for shot in pair), key=len)
        large |= small
        group_of |= dict.fromkeys({*small, *pair}, large)
    return [frozenset(group) for group in {id(group): group for group in group_of.values()}.values()]


@dataclass(frozen=True)
class _Table:
    """All shots in journal order, as arrays."""

    names: list[str]
    views: Indices
    """Number of each shot's view."""
    first_of_bytes: Indices
    """The first shot of the same bytes."""
    hashes: Hashes
    """Roles that are compared x shots."""
    present: NDArray[np.bool_]
    """Roles x shots: whether there is a hash."""

    @classmethod
    def of(cls, shots: Iterable[Hashed]) -> "_Table":
        names: list[str] = []
        views: dict[tuple[str, str], int] = {}
        bytes_seen: dict[tuple[str, ...], int] = {}
        view_of, first_of, hashes, present = [], [], [], []
        for place, shot in enumerate(shots):
            names.append(shot.shot)
            view_of.append(views.setdefault(shot.view, len(views)))
            first_of.append(bytes_seen.setdefault(shot.bytes_of, place))
            hashes += [int(shot.hashes.get(role, "0"), 16) for role in Role]
            present += [role in shot.hashes for role in Role]
        shape = len(names), len(Role)
        there = np.array(present, np.bool_).reshape(shape).T
        kept = np.ascontiguousarray(np.array(hashes, np.uint64).reshape(shape).T[used := there.any(axis=1)])
        return cls(names, np.array(view_of, np.int64), np.array(first_of, np.int64), kept, there[used].copy())

    def identical(self) -> Indices:
        """Return for each shot the earlier one of the same bytes, `NONE` where there is none."""
        return np.where(self.first_of_bytes < np.arange(len(self.names)), self.first_of_bytes, NONE)

    def distances(self, one: Indices | slice, other: Indices | slice) -> NDArray[np.uint16]:
        """Return the mean number of differing bits, in shares of a bit, over the roles that shots have in common."""
        both = self.present[:, one] & self.present[:, other]
        bits = np.bitwise_count(self.hashes[:, one] ^ self.hashes[:, other]) * both
        roles = both.sum(axis=0, dtype=np.uint16)
        shares = bits.sum(axis=0, dtype=np.uint16) * np.uint16(SHARES) // np.maximum(1, roles)
        return np.where(roles > 0, shares, np.uint16(APART))


def _candidates(table: _Table) -> Iterator[tuple[Indices, Indices]]:
    """Yield shots (earlier, later) of different views, among them the nearest of each."""
    known = [(np.flatnonzero(there), hashes) for there, hashes in zip(table.present, table.hashes, strict=True)]
    roles = [(shots, hashes[shots], table.views[shots]) for shots, hashes in known]
    work = sum(comparisons(hashes, views, RADIUS) for _, hashes, views in roles)
    if work > len(table.names) ** 2 // QUICKER:
        yield from _nearest_of_all(table)
        return
    for shots, hashes, views in roles:
        for one, other in near_pairs(hashes, views, RADIUS):
            yield np.minimum(shots[one], shots[other]), np.maximum(shots[one], shots[other])


def _nearest_of_all(table: _Table) -> Iterator[tuple[Indices, Indices]]:
    """Compare each shot with all earlier ones: quicker where most of them show the same."""
    for later in range(1, len(table.names)):
        distances = table.distances(slice(later), slice(later, later + 1))
        distances[table.views[:later] == table.views[later]] = APART
        nearest = int(distances.argmin())
        if distances[nearest] != APART:
            yield np.array([nearest]), np.array([later])
