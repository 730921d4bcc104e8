"""Is a file still the one that was captured? Asked of its bytes, or, where that is trusted, of its size and time."""

import hashlib
import os
import stat
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from nirecap.capture.records import ImageRecord, ShotRecord
from nirecap.errors import NirecapError
from nirecap.files import inside
from nirecap.images import MAX_BYTES

FRESH_NS = 2_000_000_000
"""A file that was written this recently may be written again without its time changing: it is not noted."""


@dataclass(frozen=True)
class FileFacts:
    """A file of a collection as it was when its bytes were hashed."""

    path: str
    size: int
    mtime_ns: int
    sha256: str


def images_of(record: ShotRecord) -> list[ImageRecord]:
    """Return the images of a shot that are examined, the bracket's too."""
    return [*record.images.values(), *([record.bracket] if record.bracket else [])]


def facts_of(collection: Path, record: ShotRecord) -> list[FileFacts] | None:
    """Return how the files of a shot are now, taken for those that were captured; None where one is no file."""
    facts = []
    for image in images_of(record):
        try:
            found = inside(collection, image.file).stat()
        except (OSError, NirecapError, ValueError):
            return None
        if not stat.S_ISREG(found.st_mode) or found.st_size > MAX_BYTES:
            return None
        facts.append(FileFacts(image.file, found.st_size, found.st_mtime_ns, image.sha256))
    return facts


def unchanged(collection: Path, record: ShotRecord) -> list[FileFacts] | None:
    """Hash the files of a shot and return how they are; None where one is not what was captured."""
    facts = facts_of(collection, record)
    try:
        same = facts is not None and all(_sha256(inside(collection, file.path)) == file.sha256 for file in facts)
    except (OSError, NirecapError):
        return None
    return facts if same else None


def as_noted(collection: Path, record: ShotRecord, noted: Mapping[str, FileFacts]) -> bool:
    """Tell whether size and time of each file are those that it had when its bytes were those captured."""
    facts = facts_of(collection, record)
    return facts is not None and all(noted.get(file.path) == file for file in facts)


def worth_noting(file: FileFacts) -> bool:
    """Tell whether a change of the file from now on would show in its time."""
    return file.mtime_ns < time.time_ns() - FRESH_NS


def _sha256(path: Path) -> str:
    descriptor = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
    with os.fdopen(descriptor, "rb", buffering=0) as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
