"""What persons say about shots: an append-only journal in which the last line on a shot is their word.

A line stands when `Journal.append` returns; the manifest follows it. A half line at the end is what a killed process
left of a word that it had not yet told anyone was kept: it is not read, and the next word takes its place.
"""

import errno
import fcntl
import os
import stat
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import AwareDatetime, ConfigDict, Field, TypeAdapter, ValidationError

from nirecap.errors import ManifestError, NirecapError
from nirecap.files import inside, sync_folder
from nirecap.places import VERDICTS

MAX_BYTES = 256 << 20
MAX_LINE = 16 << 10
"""Bytes of one line, its end included; names and flags at their longest fit."""
TEXT = r"^[^\p{Cc}\p{Zl}\p{Zp}]+$"
"""One line without control characters."""

Shot = Annotated[str, Field(min_length=1, max_length=200, pattern=TEXT)]
Reviewer = Annotated[str, Field(min_length=1, max_length=100, pattern=TEXT)]
Flags = Annotated[tuple[Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]{0,49}$")], ...], Field(max_length=40)]


@dataclass(frozen=True)
class Verdict:
    """The whole word of a person on one shot; without decision and flags it withdraws what was said before."""

    __pydantic_config__ = ConfigDict(extra="forbid")
    shot: Shot
    verdict: Literal["keep", "reject"] | None
    flags_on: Flags
    """Flags that the shot shall have, whatever the checks say."""
    flags_off: Flags
    """Flags that it shall not have."""
    reviewer: Reviewer
    at: AwareDatetime

    @property
    def withdrawn(self) -> bool:
        """Whether nothing is left of the word."""
        return self.verdict is None and not self.flags_on and not self.flags_off


VERDICT = TypeAdapter(Verdict)
"""Reads and writes a line of the journal, checking what it reads."""


class Contradiction(NirecapError):
    """Somebody else judged the shot meanwhile; `theirs` is what they said."""

    def __init__(self, theirs: Verdict) -> None:
        super().__init__(f"{theirs.reviewer} judged {theirs.shot} meanwhile; look at that word before it is replaced")
        self.theirs = theirs


class Journal:
    """The verdicts of a collection, followed as this and other processes append to them.

    Not safe for two threads at once.

    Args:
        collection: its folder.
    """

    def __init__(self, collection: Path) -> None:
        self._collection = collection
        self._forget()

    def _forget(self) -> None:
        self._end = 0
        self.said: list[Verdict] = []
        """Every word in the order in which it was said."""
        self.words: dict[str, Verdict] = {}
        """The last word on each shot."""

    def refresh(self) -> None:
        """Read what was appended since the last time.

        Raises:
            ManifestError: a line is no verdict, or the file is no journal.
            CollectionError: it leads out of the collection.
        """
        path = inside(self._collection, VERDICTS)
        if not path.exists():
            self._forget()
            return
        with _opened(path, os.O_RDONLY) as descriptor:
            fcntl.flock(descriptor, fcntl.LOCK_SH)
            self._read_on(path, descriptor)

    def append(self, verdict: Verdict) -> None:
        """Write a verdict, whoever has judged the shot before; it survives kill -9 once this has returned.

        Raises:
            ManifestError: the verdict or the journal is not valid.
            CollectionError: the journal leads out of the collection.
            OSError: the disk is full; the journal is as it was.
        """
        with self._held() as (path, descriptor):
            self._write(path, descriptor, verdict)

    def answer(self, verdict: Verdict, seen: datetime | None) -> None:
        """Write a verdict as `append`, unless somebody else has spoken whom its reviewer has not seen.

        Args:
            verdict: what is said.
            seen: the time of the word on this shot that the reviewer saw; None for none.

        Raises:
            Contradiction: there is a later word of another reviewer; nothing was written.
        """
        with self._held() as (path, descriptor):
            last = self.words.get(verdict.shot)
            if last is not None and last.at != seen and last.reviewer != verdict.reviewer:
                raise Contradiction(last)
            self._write(path, descriptor, verdict)

    @contextmanager
    def _held(self) -> Iterator[tuple[Path, int]]:
        """Hold the lock of the journal, read to its end."""
        path = inside(self._collection, VERDICTS)
        path.parent.mkdir(exist_ok=True)
        with _opened(path, os.O_RDWR | os.O_CREAT) as descriptor:
            fcntl.flock(descriptor, fcntl.LOCK_EX)
            self._read_on(path, descriptor)
            yield path, descriptor

    def _write(self, path: Path, descriptor: int, verdict: Verdict) -> None:
        _append(path, descriptor, self._end, _line_of(verdict))
        self._read_on(path, descriptor)

    def _read_on(self, path: Path, descriptor: int) -> None:
        size = os.fstat(descriptor).st_size
        if size > MAX_BYTES:
            raise ManifestError(f"{path}: over {MAX_BYTES} bytes; this is no journal of verdicts, move it away")
        if size < self._end:  # another file has taken its place
            self._forget()
        with os.fdopen(os.dup(descriptor), "rb") as file:
            file.seek(self._end)
            while (line := file.readline(MAX_LINE)).endswith(b"\n"):
                verdict = _parse(line, f"{path}:{len(self.said) + 1}")
                self.said.append(verdict)
                self.words[verdict.shot] = verdict
                self._end += len(line)
            if len(line) >= MAX_LINE:
                raise ManifestError(f"{path}:{len(self.said) + 1} is over {MAX_LINE} bytes; remove that line")


def append_verdict(collection: Path, verdict: Verdict) -> None:
    """Write one verdict, whoever has judged the shot before.

    Raises:
        ManifestError, CollectionError, OSError: as `Journal.append`.
    """
    Journal(collection).append(verdict)


def read_verdicts(collection: Path) -> dict[str, Verdict]:
    """Return the last word on each shot that has one; a withdrawn one is there too, as it ends an older one.

    Raises:
        ManifestError, CollectionError: as `Journal.refresh`.
    """
    journal = Journal(collection)
    journal.refresh()
    return journal.words


def with_word(row: Mapping[str, Any], verdict: Verdict | None) -> dict[str, Any]:
    """Return a row of the manifest with a person's word in it, whatever word it held before.

    `flags_on` and `flags_off` keep what of the word changes the flags that the checks raised, so that `raised_flags`
    finds those again.

    >>> with_word({"flags": ["noisy"]}, None)["flags"]
    ['noisy']
    """
    raised = raised_flags(row)
    word = None if verdict is None or verdict.withdrawn else verdict
    on = [flag for flag in word.flags_on if flag not in raised] if word else []
    off = [flag for flag in word.flags_off if flag in raised] if word else []
    return {
        **row,
        "flags": [flag for flag in raised if flag not in off] + on,
        "verdict": word and word.verdict,
        "reviewer": word and word.reviewer,
        "verdict_at": word and word.at,
        "flags_on": on,
        "flags_off": off,
    }


def raised_flags(row: Mapping[str, Any]) -> list[str]:
    """Return the flags that the checks raised, under those that a person set or took away."""
    on, off = row.get("flags_on") or [], row.get("flags_off") or []
    return [flag for flag in row.get("flags") or [] if flag not in on] + list(off)


@contextmanager
def _opened(path: Path, flags: int) -> Iterator[int]:
    descriptor = os.open(path, flags | os.O_NONBLOCK | os.O_CLOEXEC, 0o666)  # a pipe would be waited for
    try:
        if not stat.S_ISREG(os.fstat(descriptor).st_mode):
            raise ManifestError(f"{path} is not a file; move it away")
        yield descriptor
    finally:
        os.close(descriptor)


def _append(path: Path, descriptor: int, end: int, line: bytes) -> None:
    """Write `line` at `end`, over the half line that may stand there."""
    try:
        os.ftruncate(descriptor, end)
        if os.pwrite(descriptor, line, end) != len(line):
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        os.fsync(descriptor)
    except OSError:
        os.ftruncate(descriptor, end)
        raise
    if end == 0:
        sync_folder(path.parent)


def _line_of(verdict: Verdict) -> bytes:
    try:
        line = VERDICT.dump_json(verdict)
        VERDICT.validate_json(line)
    except ValidationError as error:
        raise ManifestError(f"the verdict on {verdict.shot!r:.80} can't be kept ({_reason(error)})") from None
    except ValueError:
        raise ManifestError("a name in the verdict is no valid text") from None
    return line + b"\n"


def _parse(line: bytes, where: str) -> Verdict:
    try:
        return VERDICT.validate_json(line)
    except ValidationError as error:
        raise ManifestError(f"{where} is no verdict ({_reason(error)}); repair or remove that line") from None


def _reason(error: ValidationError) -> str:
    first = error.errors(include_url=False, include_input=False)[0]
    return f"{'.'.join(str(part) for part in first['loc']) or 'line'}: {first['msg']}"
