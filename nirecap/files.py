"""Files that are whole or absent, and paths that stay inside their folder."""

import errno
import hashlib
import os
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

from nirecap.errors import CollectionError

ASIDE = ".partial"
"""Suffix of a file that is being written; one found later is a leftover."""


def write_atomically(path: Path, content: bytes) -> None:
    """Write `content` so that after a crash `path` holds all of it or what it held before.

    Raises:
        OSError: as `whole_file`.
    """
    with whole_file(path) as file:
        file.write(content)


@contextmanager
def whole_file(path: Path) -> Iterator[BinaryIO]:
    """Open a file for the block to write, that is at `path` only if the block succeeds.

    Written aside, synced, renamed, and the folder synced.

    Raises:
        OSError: the disk is full or not writable; `path` is as it was.
    """
    aside = path.with_name(f"{path.name}.{os.getpid()}{ASIDE}")  # of this process alone, should two write at once
    try:
        aside.unlink(missing_ok=True)
        with aside.open("xb") as file:  # never through a link that somebody put there
            yield file
            file.flush()
            os.fsync(file.fileno())
        aside.replace(path)
    except BaseException:
        aside.unlink(missing_ok=True)
        raise
    sync_folder(path.parent)


def sync_folder(folder: Path) -> None:
    """Make renames and new names in `folder` survive a power cut."""
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def read_small(path: Path, limit: int) -> bytes:
    """Return the bytes of a file that is neither a link nor a pipe, and not over `limit` bytes.

    Raises:
        OSError: it can't be read, or is something else.
    """
    with os.fdopen(open_no_link(path, os.O_RDONLY), "rb") as file:
        facts = os.fstat(file.fileno())
        if not stat.S_ISREG(facts.st_mode) or facts.st_size > limit:
            raise OSError(errno.EINVAL, f"no plain file of up to {limit} bytes", str(path))
        return file.read(limit)


def open_no_link(path: Path, flags: int) -> int:
    """Return a descriptor as `os.open` does, but of no link, and without waiting for the other end of a pipe."""
    return os.open(path, flags | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC, 0o666)


def sha256_of(path: Path) -> str:
    """Return the SHA-256 of a file's bytes in lower-case hex."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def inside(folder: Path, relative: str) -> Path:
    """Resolve `relative` below `folder`.

    Raises:
        CollectionError: `relative` is absolute, climbs out, or a link in it leads out.

    >>> inside(Path("/data"), "../etc/passwd")
    Traceback (most recent call last):
    ...
    nirecap.errors.CollectionError: '../etc/passwd' leads out of /data; a collection only names files of its own
    """
    root = folder.resolve()
    try:
        path = (root / relative).resolve()
    except (ValueError, RuntimeError):  # a zero byte in it, links that lead in a circle
        path = root
    if not path.is_relative_to(root) or path == root:
        raise CollectionError(f"{relative!r} leads out of {folder}; a collection only names files of its own")
    return path
