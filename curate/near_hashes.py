"""Find all pairs of 64-bit hashes that differ in few bits, without comparing each with each."""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import combinations, pairwise

import numpy as np
from numpy.typing import NDArray

BITS = 64
INTACT = 2
"""Bands of a hash that must agree before two are compared."""
AT_ONCE = 1 << 20
"""Pairs in memory at one time."""

Indices = NDArray[np.int64]
Hashes = NDArray[np.uint64]


def near_pairs(hashes: Hashes, groups: Indices, radius: int) -> Iterator[tuple[Indices, Indices]]:
    """Yield all pairs of places, in batches, whose hashes differ in up to `radius` bits and whose groups differ.

    A pair can come more than once. Exact: of `radius` + 2 bands of a hash, `radius` differing bits leave two untouched
    (the pigeonhole principle), so hashes need to be compared only where two bands agree.
    """
    for mask in _masks(radius):
        for one, other in _pairs_alike(hashes & mask, groups):
            near = np.bitwise_count(hashes[one] ^ hashes[other]) <= radius
            yield one[near], other[near]


def comparisons(hashes: Hashes, groups: Indices, radius: int) -> int:
    """Return how many pairs `near_pairs` would compare."""
    return sum(int(_runs(hashes & mask, groups).partners.sum()) for mask in _masks(radius))


def _masks(radius: int) -> list[np.uint64]:
    """Return masks such that hashes within `radius` bits agree under at least one."""
    number = radius + INTACT
    edges = [BITS * band // number for band in range(number + 1)]
    bands = [sum(1 << bit for bit in range(*span)) for span in pairwise(edges)]
    return [np.uint64(sum(chosen)) for chosen in combinations(bands, INTACT)]


@dataclass(frozen=True)
class _Runs:
    """Places in order of key, then group; with each stand those behind it of its key, but of later groups."""

    order: Indices
    begin: Indices
    """Where the partners of each begin in the order."""
    partners: Indices
    """How many they are."""


def _runs(keys: Hashes, groups: Indices) -> _Runs:
    order = np.lexsort((groups, keys))
    keys, groups = keys[order], groups[order]
    new_key = np.ones(len(keys), np.bool_)
    new_key[1:] = keys[1:] != keys[:-1]
    new_group = new_key.copy()
    new_group[1:] |= groups[1:] != groups[:-1]
    end_of_key, end_of_group = _ends(new_key), _ends(new_group)
    return _Runs(order, end_of_group, end_of_key - end_of_group)


def _ends(starts: NDArray[np.bool_]) -> Indices:
    """Return where the run of each entry ends, given where runs start."""
    edges = np.append(np.flatnonzero(starts), len(starts))
    return np.repeat(edges[1:], np.diff(edges))


def _pairs_alike(keys: Hashes, groups: Indices) -> Iterator[tuple[Indices, Indices]]:
    """Yield all pairs of equal keys and different groups, about `AT_ONCE` at a time."""
    runs = _runs(keys, groups)
    batch = np.cumsum(runs.partners) // AT_ONCE
    for places in np.split(np.arange(len(keys)), np.flatnonzero(np.diff(batch)) + 1):
        counts = runs.partners[places]
        before = np.cumsum(counts) - counts
        partner = np.arange(counts.sum()) + np.repeat(runs.begin[places] - before, counts)
        yield runs.order[np.repeat(places, counts)], runs.order[partner]
