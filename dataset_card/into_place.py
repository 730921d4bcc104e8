"""A published folder is the old version or the new one, never a mixture: made aside, then exchanged in one step."""

import ctypes
import errno
import fcntl
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from nirecap.errors import CollectionError, UsageMistake
from nirecap.files import ASIDE, sync_folder
from nirecap.places import MANIFEST, SESSIONS

PUBLICATION = "publication.json"
"""The file by which a folder is known to be a publication."""
OURS = ("data", "README.md", "CHANGELOG.md", "croissant.json", "contact_sheet.jpg", PUBLICATION)
"""What a new version replaces in a published folder; everything else, as `.git`, stays."""
MARK = f"unfinished{ASIDE}"
"""File in the folder of a version that is being made; locked while somebody makes it."""
PATTERNS = "[]*?"
"""What `load_dataset` takes for patterns of names, anywhere in a path."""
AT_FDCWD, RENAME_EXCHANGE = -100, 2


def check_destination(collection: Path, dest: Path) -> None:
    """Refuse a folder in which a publication would destroy something.

    Raises:
        UsageMistake: `dest` is the collection, lies in what it captured, holds it, is not empty and not ours, or has
            a path that `load_dataset` can't open.
    """
    out, target = collection.resolve(), dest.resolve()
    if target == out or (target / SESSIONS).is_dir() or (target / MANIFEST).is_file():
        raise UsageMistake(f"{dest} is a collection; name a folder for what is published: nirecap publish {dest} DEST")
    if out.is_relative_to(target) or any(target.is_relative_to(out / name) for name in (SESSIONS, "curate", "aligned")):
        raise UsageMistake(f"{dest} and {collection} would be mixed; publish into a folder beside the collection")
    if found := [letter for letter in PATTERNS if letter in str(target)]:
        raise UsageMistake(
            f"{target} has {' '.join(found)} in it, which load_dataset takes for a pattern and then finds nothing; "
            "name another folder"
        )
    if dest.exists() and not dest.is_dir():
        raise UsageMistake(f"{dest} is a file; name a folder")
    if dest.is_dir() and any(dest.iterdir()) and not (dest / PUBLICATION).is_file():
        raise UsageMistake(f"{dest} is not empty and no publication of nirecap; name a new folder")


@contextmanager
def made_aside(dest: Path) -> Iterator[Path]:
    """Give an empty folder beside `dest` for the block, and put it in the place of `dest` when that ends well.

    What a killed run left is cleared first. What in `dest` is not ours moves into the new version.

    Raises:
        CollectionError: somebody else is publishing into the same folder.
    """
    dest = dest.resolve()
    aside = dest.with_name(f".{dest.name}{ASIDE}")
    dest.parent.mkdir(parents=True, exist_ok=True)
    recover(dest)
    aside.mkdir()
    try:
        with _claimed(aside):
            yield aside
            (aside / MARK).unlink()
            _sync(aside)
            _put(aside, dest)
    except BaseException:
        if (aside / MARK).exists() or not (aside / PUBLICATION).exists():
            shutil.rmtree(aside, ignore_errors=True)
        raise
    recover(dest)


def recover(dest: Path) -> None:
    """Clear what a killed run left beside `dest`: a version that was not finished, or one that was replaced.

    Raises:
        CollectionError: it is not left over, somebody is writing it.
    """
    dest = dest.resolve()
    aside, replaced = (dest.with_name(f".{dest.name}{ending}") for ending in (ASIDE, ".replaced"))
    if replaced.is_dir() and not dest.exists():
        replaced.rename(dest)
    for left in (aside, replaced):
        if left.is_dir():
            _check_idle(left, dest)
            if dest.is_dir() and not (left / MARK).exists() and (left / PUBLICATION).exists():
                _carry_over(left, dest)
            shutil.rmtree(left)


def _check_idle(left: Path, dest: Path) -> None:
    if not (left / MARK).exists():
        return
    with (left / MARK).open("rb") as mark:
        try:
            fcntl.flock(mark, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise CollectionError(f"another nirecap is publishing into {dest}; wait until it has finished") from None


@contextmanager
def _claimed(aside: Path) -> Iterator[None]:
    with (aside / MARK).open("wb") as mark:
        fcntl.flock(mark, fcntl.LOCK_EX)
        yield


def _sync(folder: Path) -> None:
    """Make all files below `folder` survive a power cut."""
    for root, _, names in os.walk(folder):
        for name in names:
            with (Path(root) / name).open("rb") as file:
                os.fsync(file.fileno())
        sync_folder(Path(root))


def _put(aside: Path, dest: Path) -> None:
    """Put `aside` in the place of `dest`; what was there is then where `aside` was, or beside it."""
    if not dest.exists():
        aside.rename(dest)
    elif not _exchange(aside, dest):
        dest.rename(dest.with_name(f".{dest.name}.replaced"))
        aside.rename(dest)
    sync_folder(dest.parent)


def _exchange(one: Path, other: Path) -> bool:
    """Exchange two names in one step; False where the file system can't."""
    rename = ctypes.CDLL(None, use_errno=True).renameat2
    if rename(AT_FDCWD, os.fsencode(one), AT_FDCWD, os.fsencode(other), RENAME_EXCHANGE) == 0:
        return True
    number = ctypes.get_errno()
    if number in (errno.EINVAL, errno.ENOSYS, errno.EOPNOTSUPP):
        return False
    raise OSError(number, os.strerror(number), str(other))


def _carry_over(replaced: Path, dest: Path) -> None:
    for entry in replaced.iterdir():
        if entry.name not in OURS and not (dest / entry.name).exists():
            with suppress(FileNotFoundError):
                entry.rename(dest / entry.name)
