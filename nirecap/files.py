"""Files that are whole or absent, and paths that stay inside their folder."""

import hashlib
import os
from pathlib import Path

from nirecap.errors import CollectionError

ASIDE = ".partial"
"""Suffix of a file that is being written; one found later is a leftover."""


def write_atomically(path: Path, content: bytes) -> None:
    """Write `content` so that after a crash `path` holds all of it or what it held before.

    Written aside, synced, renamed, and the folder synced.

    Raises:
        OSError: the disk is full or not writable; `path` is as it was.
    """
    aside = path.with_name(f"{path.name}.{os.getpid()}{ASIDE}")  # of this process alone, should two write at once
    try:
        with aside.open("wb") as file:
            file.write(content)
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
    path = (root / relative).resolve()
    if not path.is_relative_to(root) or path == root:
        raise CollectionError(f"{relative!r} leads out of {folder}; a collection only names files of its own")
    return path
