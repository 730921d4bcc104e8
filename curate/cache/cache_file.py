"""The file of the cache: opened where it can be one, moved away where it can't."""

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

from nirecap.capture.records import ShotRecord
from nirecap.errors import CollectionError
from nirecap.files import inside

from .cache import Cache, CacheDamagedError

FOLDER = "curate"
NAME, MOVED = "cache.sqlite", "cache-moved-away.sqlite"
BESIDE = ("", "-wal", "-shm", "-journal")
"""What SQLite appends to the name of a file for those it needs beside it."""


def open_cache(collection: Path, say: Callable[[str], None]) -> Cache:
    """Open the cache of a collection, or begin one; what can't be one is moved away with a line said.

    Raises:
        CollectionError: the folder can't be written, or a link in it leads out of the collection.
    """
    folder = inside(collection.resolve(), FOLDER)
    folder.mkdir(exist_ok=True)
    try:
        _refuse_odd_files(folder)
        return Cache(folder / NAME)
    except CacheDamagedError as error:
        move_away(collection, str(error), say)
        return Cache(folder / NAME)


def move_away(collection: Path, why: str, say: Callable[[str], None]) -> None:
    """Put the cache aside, in the place of one put aside before, and say so."""
    folder = inside(collection.resolve(), FOLDER)
    for suffix in BESIDE:
        path, moved = folder / f"{NAME}{suffix}", folder / f"{MOVED}{suffix}"
        moved.unlink(missing_ok=True)
        if path.is_symlink() or path.exists():
            path.rename(moved)
    say(f"the cache of earlier runs {why}; it is now {FOLDER}/{MOVED}, and every shot is examined again")


def cached_shots(collection: Path, records: Iterable[ShotRecord]) -> int:
    """Count the shots that a run would find in the cache, and write nothing; none where it can't be read."""
    try:
        with opened_to_read(collection) as cache:
            return sum(1 for _ in cache.known(records)) if cache else 0
    except (CacheDamagedError, CollectionError):
        return 0


@contextmanager
def opened_to_read(collection: Path) -> Iterator[Cache | None]:
    """Open the cache for the block and write nothing; None where there is none.

    Raises:
        CacheDamagedError: it can't be read, which may show only when it is used.
        CollectionError: a link leads out of the collection.
    """
    folder = inside(collection.resolve(), FOLDER)
    if not (folder / NAME).is_file():
        yield None
        return
    _refuse_odd_files(folder)
    unfinished = (folder / f"{NAME}-wal").exists()  # only left by a run that was killed, or is going on
    with Cache(folder / NAME, "mode=ro" if unfinished else "immutable=1") as cache:
        yield cache


def _refuse_odd_files(folder: Path) -> None:
    for suffix in BESIDE:
        path = folder / f"{NAME}{suffix}"
        if path.is_symlink() or (path.exists() and not path.is_file()):
            raise CacheDamagedError("is no plain file")
