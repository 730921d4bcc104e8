"""Purify pairs of images into a folder, one PNG each; what is there already is kept."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from nirecap.errors import ImageError, NirecapError, UsageMistake
from nirecap.files import inside, write_atomically
from nirecap.images import encode_png, read_image

from .arrays import Image, levels
from .comparison import comparison
from .pairs import Pair, Views
from .purifier import Purifier

PURIFIED, COMPARED = "_purified", "_compare"
"""Endings of names of what is made."""


@dataclass(frozen=True)
class Order:
    """What is to come of pairs."""

    out: Path
    """Folder; made where it is missing."""
    compare: bool = False
    """Also write a picture of each pair beside what came of it."""
    force: bool = False
    """Make anew what is there."""
    batch: int = 1
    """Pairs of one size that are purified at once."""

    def targets(self, name: str, suffix: str = ".png") -> list[Path]:
        """Return the files to make of the pair `name`, the purified image first.

        Raises:
            CollectionError: the name leads out of the folder.
        """
        endings = (PURIFIED, COMPARED) if self.compare else (PURIFIED,)
        return [inside(self.out, f"{name}{ending}{suffix}") for ending in endings]

    def has(self, name: str, suffix: str = ".png") -> bool:
        """Tell whether all that is to be made of the pair `name` is there, and to be kept."""
        return not self.force and all(target.exists() for target in self.targets(name, suffix))

    def keeps(self, name: str, suffix: str = ".png") -> bool:
        """Tell whether the purified image of the pair `name` is there, and to be kept."""
        return not self.force and self.targets(name, suffix)[0].exists()

    def refuse_inputs(self, name: str, files: Iterable[Path], suffix: str = ".png") -> None:
        """Raise UsageMistake if what is made would be written over what it is made of."""
        for target in self.targets(name, suffix):
            if any(target.exists() and target.samefile(file) for file in files if file.exists()):
                raise UsageMistake(f"{target} is an input, and would be written over; give another --out")


@dataclass
class Outcome:
    """What came of pairs so far."""

    made: int = 0
    kept: int = 0
    """Were there before."""
    failures: list[str] = field(default_factory=list)


def purify_pairs(
    purifier: Purifier,
    pairs: Iterable[Pair],
    order: Order,
    outcome: Outcome,
    advance: Callable[[], None] = lambda: None,
    say: Callable[[str], None] = lambda line: None,
) -> None:
    """Purify pairs one by one; one that can't be read is told and left out.

    Args:
        purifier: the network.
        pairs: what is purified.
        order: what is to come of it.
        outcome: gets what came of it, also if this is interrupted.
        advance: called after each pair.
        say: receives a line for each that fails.

    Raises:
        UsageMistake: an input would be written over.
        RunError: memory is full.
        OSError: the disk is full; what is written is whole.
    """
    for group in _of_one_size(_read(pairs, order, outcome, advance, say), order.batch):
        names, views = zip(*group, strict=True)
        lit = purifier.batch([each.low for each in views], [each.nire for each in views])
        for name, seen, image in zip(names, views, lit, strict=True):
            write_purified(name, seen, image, order)
            outcome.made += 1
            advance()


def write_purified(name: str, views: Views, image: Image, order: Order) -> None:
    """Write what came of a pair, the purified image last: where it is, the comparison is too.

    Raises:
        CollectionError: the name leads out of the folder.
        OSError: the disk is full; what is written is whole.
    """
    target = order.targets(name)[0]
    target.parent.mkdir(parents=True, exist_ok=True)
    if order.compare:
        _write_comparison(name, views, image, order)
    write_atomically(target, encode_png(levels(image)))


def _write_comparison(name: str, views: Views, image: Image, order: Order) -> None:
    write_atomically(order.targets(name)[1], encode_png(comparison(views, image)))


def _compare_kept(name: str, views: Views, order: Order) -> None:
    """Write the comparison of a purified image that was there before.

    Raises:
        ImageError: it can't be read, or is not of this pair.
    """
    target = order.targets(name)[0]
    kept = read_image(target)
    if kept.shape != views.low.shape:
        raise ImageError(f"{target} is there, and of another size than its pair; --force makes it anew")
    _write_comparison(name, views, np.asarray(kept / np.float32(255), np.float32), order)


def _read(
    pairs: Iterable[Pair],
    order: Order,
    outcome: Outcome,
    advance: Callable[[], None],
    say: Callable[[str], None],
) -> Iterator[tuple[str, Views]]:
    """Yield the pairs that are still to be made and can be read."""
    for pair in pairs:
        order.refuse_inputs(pair.name, pair.files)
        if order.has(pair.name):
            outcome.kept += 1
            advance()
            continue
        try:
            views = pair.open()
            if order.keeps(pair.name):
                _compare_kept(pair.name, views, order)
                outcome.kept += 1
                advance()
                continue
        except NirecapError as error:
            outcome.failures.append(str(error))
            say(f"left out: {error}")
            advance()
            continue
        yield pair.name, views


def _of_one_size(read: Iterator[tuple[str, Views]], most: int) -> Iterator[list[tuple[str, Views]]]:
    """Yield those that follow each other and have one size together, up to `most` at a time."""
    group: list[tuple[str, Views]] = []
    for name, views in read:
        if group and group[0][1].low.shape != views.low.shape:
            yield group
            group = []
        group.append((name, views))
        if len(group) == most:
            yield group
            group = []
    if group:
        yield group
