"""The collection on disk: sessions, their journals, and shots that survive a crash or never were.

sessions/<id>/session.json        who took it, with what, settings before and after
sessions/<id>/shots.jsonl         the journal: one line a finished shot, synced
sessions/<id>/<number>/<role>.png the images

The folder of a shot that is being taken holds a mark, which goes when its journal line is written. A sweep removes only
what bears that mark: folders without it may be a person's, or shots whose journal was damaged.
"""

import errno
import fcntl
import hashlib
import json
import os
import re
import secrets
import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import IO, Self

from pydantic import JsonValue, ValidationError
from pydantic_core import from_json

from nirecap import __version__
from nirecap.errors import CollectionError, UsageMistake
from nirecap.files import ASIDE, open_no_link, read_small, sync_folder, write_atomically
from nirecap.places import SESSIONS

from .records import SCHEMA, SHOT, ImageRecord, ShotRecord

JOURNAL = "shots.jsonl"
SESSION_FILE = "session.json"
LOCK = ".lock"
MARK = ASIDE
"""Name of the file that marks the folder of an unfinished shot."""
SESSION_ID = re.compile(r"^\d{8}-\d{6}-[a-z0-9-]+-[0-9a-f]{4}$")
MAX_JOURNAL_BYTES = 1 << 30
MAX_FACTS_BYTES = 1 << 20


class Collection:
    """A folder that sessions accumulate in.

    Opening sweeps what a killed run left behind, unless told not to; `leftovers` says what was swept, one line each.

    Raises:
        UsageMistake: `path` is not a collection and `create` was not asked for.
        CollectionError: it can't be made or read.
    """

    def __init__(self, path: Path, *, create: bool = False, sweep: bool = True) -> None:
        self.path = path
        self._sessions = path / SESSIONS
        if self._sessions.is_symlink():
            raise CollectionError(f"{self._sessions} is a link; a collection lies in one place, move the folder there")
        if create:
            self._create()
        elif not self._sessions.is_dir():
            raise UsageMistake(
                f"{path} is not a collection (no {SESSIONS}/ in it); `nirecap shoot` or `nirecap import` makes one"
            )
        self.leftovers = self._sweep() if sweep else []

    def _create(self) -> None:
        try:
            self._sessions.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise CollectionError(f"can't make the collection {self.path}: {error.strerror}") from None

    def _sweep(self) -> list[str]:
        try:
            with _locked(self._sessions):
                sessions = (folder for folder in self._session_folders() if SESSION_ID.match(folder.name))
                return [line for session in sessions for line in _sweep(session)]
        except OSError as error:
            if error.errno in (errno.EACCES, errno.EPERM, errno.EROFS):
                return []  # a collection that we may only read has nobody who writes it here
            raise CollectionError(f"{error.filename} can't be used ({error.strerror}); move it away") from None

    def _session_folders(self) -> list[Path]:
        return sorted(entry for entry in self._sessions.iterdir() if entry.is_dir() and not entry.is_symlink())

    def shots(self) -> Iterator[ShotRecord]:
        """Yield every finished shot that no later one replaces, sessions in order of their start.

        Raises:
            CollectionError: a journal holds a line that is no shot record.
        """
        for session in self._session_folders():
            records = list(_read_journal(session / JOURNAL))
            replaced = {record.replaces for record in records}
            yield from (record for record in records if record.shot not in replaced)

    def session_facts(self, session: str) -> dict[str, JsonValue]:
        """Return what `session.json` holds; empty where it can't be read, as it is only provenance."""
        if not SESSION_ID.match(session):
            return {}
        return _read_json(self._sessions / session / SESSION_FILE)

    def owe(self, camera: str, settings: Mapping[str, str]) -> None:
        """Remember the settings that a camera must get back, in case this run is killed before it does so."""
        if settings:
            write_atomically(self._debt(camera), json.dumps({"camera": camera, "settings": dict(settings)}).encode())

    def owed_to(self, camera: str) -> dict[str, str]:
        """Return the settings that a killed run owes the camera; empty for none."""
        debt = _read_json(self._debt(camera))
        settings = debt.get("settings")
        if debt.get("camera") != camera or not isinstance(settings, dict):
            return {}
        return {name: value for name, value in settings.items() if isinstance(value, str)}

    def settle_debt(self, camera: str) -> None:
        """Forget the settings: the camera has them again."""
        self._debt(camera).unlink(missing_ok=True)

    def _debt(self, camera: str) -> Path:
        of_this_name = hashlib.sha256(camera.encode()).hexdigest()[:8]  # slugs of two cameras may be equal
        return self._sessions / f".owed-{_slug(camera)}-{of_this_name}.json"

    def __len__(self) -> int:
        """Return the number of finished shots."""
        return sum(1 for _ in self.shots())

    def start_session(self, camera: str, facts: dict[str, JsonValue]) -> "Session":
        """Start a session; `facts` go into `session.json` and must hold no secret."""
        return Session(self._sessions, camera, facts)


class Session:
    """One run that adds shots to a collection; holds a lock on its folder so that no sweep touches it."""

    def __init__(self, sessions: Path, camera: str, facts: dict[str, JsonValue]) -> None:
        started = datetime.now(UTC)
        self.id = f"{started:%Y%m%d-%H%M%S}-{_slug(camera)}-{secrets.token_hex(2)}"
        self.camera = camera
        self.folder = sessions / self.id
        self.facts: dict[str, JsonValue] = {
            "schema": SCHEMA,
            "nirecap": __version__,
            "session": self.id,
            "started_at": started.isoformat(timespec="seconds"),
            **facts,
        }
        self._count = 0
        with _locked(sessions):  # so that no sweep meets the folder before its lock
            self.folder.mkdir()
            self._lock = (self.folder / LOCK).open("w")
            fcntl.flock(self._lock, fcntl.LOCK_EX)
        self.note({})

    def note(self, facts: dict[str, JsonValue]) -> None:
        """Add facts to `session.json`."""
        self.facts |= facts
        write_atomically(self.folder / SESSION_FILE, json.dumps(self.facts, indent=2).encode() + b"\n")

    def begin_shot(self) -> "ShotFolder":
        """Make the folder of the next shot."""
        self._count += 1
        number = f"{self._count:04d}"
        return ShotFolder(self.folder / number, f"{self.id}/{number}")

    @contextmanager
    def shot(self) -> Iterator["ShotFolder"]:
        """Make the folder of the next shot for the block, and remove it if the block fails."""
        folder = self.begin_shot()
        try:
            yield folder
        except BaseException:
            folder.drop()
            raise

    def finish_shot(self, record: ShotRecord) -> None:
        """Write the journal line by which the shot exists.

        Raises:
            CollectionError: the record could not be read again, as with a name that is too long.
            OSError: the disk is full; the journal is as it was.
        """
        sync_folder(self.folder)
        _append(self.folder / JOURNAL, _line_of(record))
        (self.folder / _number(record) / MARK).unlink()

    def close(self) -> None:
        """Note the end, drop a session without shots, release the lock."""
        try:
            if (self.folder / JOURNAL).exists():
                self.note({"ended_at": datetime.now(UTC).isoformat(timespec="seconds")})
            else:
                shutil.rmtree(self.folder, ignore_errors=True)
        finally:
            self._lock.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


class ShotFolder:
    """The folder of a shot that is being taken."""

    def __init__(self, folder: Path, shot: str) -> None:
        self.folder = folder
        self.shot = shot
        folder.mkdir()
        (folder / MARK).touch()

    def save(
        self,
        stem: str,
        suffix: str,
        content: bytes,
        size: tuple[int, int],
        *,
        captured_at: float | None = None,
        source: str | None = None,
        packets: bytes | None = None,
    ) -> ImageRecord:
        """Write the bytes of an image file of `size` (width, height), whole or not at all; return its record."""
        file = self._write(stem + suffix, content)
        sha256 = hashlib.sha256(content).hexdigest()
        beside = self._write(f"{stem}.mkv", packets) if packets else None
        return ImageRecord(file, sha256, *size, captured_at, source, beside)

    def _write(self, name: str, content: bytes) -> str:
        write_atomically(self.folder / name, content)
        return f"{SESSIONS}/{self.shot}/{name}"

    def discard(self, image: ImageRecord | None) -> None:
        """Remove one image, and what was kept beside it."""
        for file in (image.file, image.packets) if image else ():
            if file:
                (self.folder / Path(file).name).unlink(missing_ok=True)

    def drop(self) -> bool:
        """Remove the folder of a shot that will not be finished.

        Returns:
            False, and nothing is removed, where its journal line is already written: Ctrl-C can come at any moment.
        """
        if any(record.shot == self.shot for record in _read_journal(self.folder.parent / JOURNAL)):
            return False
        shutil.rmtree(self.folder, ignore_errors=True)
        return True


def _read_json(path: Path) -> dict[str, JsonValue]:
    try:
        facts = from_json(read_small(path, MAX_FACTS_BYTES))  # refuses half characters: no other file could hold them
    except (OSError, ValueError):
        return {}
    return facts if isinstance(facts, dict) else {}


def _slug(name: str) -> str:
    return re.sub(r"[^a-z0-9]+", "-", name.lower()).strip("-")[:40] or "camera"


def _opened_lock(folder: Path) -> IO[str]:
    return os.fdopen(open_no_link(folder / LOCK, os.O_WRONLY | os.O_CREAT), "a")


@contextmanager
def _locked(folder: Path) -> Iterator[None]:
    with _opened_lock(folder) as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _append(journal: Path, line: bytes) -> None:
    with journal.open("ab", buffering=0) as file:
        size = file.tell()
        try:
            if file.write(line) != len(line):
                raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
            os.fsync(file.fileno())
            if size == 0:
                sync_folder(journal.parent)
        except OSError:
            os.truncate(journal, size)
            raise


def _line_of(record: ShotRecord) -> bytes:
    try:
        line = SHOT.dump_json(record, exclude_none=True)
        SHOT.validate_json(line)
    except ValidationError as error:
        raise CollectionError(f"the shot of {record.scene!r:.80} can't be recorded ({_reason(error)})") from None
    except ValueError:  # a file name that is no text has become a scene or a source
        raise CollectionError(f"a name in the shot of {record.scene!r:.80} is no valid text; rename the file") from None
    return line + b"\n"


def _number(record: ShotRecord) -> str:
    return record.shot.rpartition("/")[2]


def _read_journal(journal: Path) -> Iterator[ShotRecord]:
    if journal.is_symlink():
        raise CollectionError(f"{journal} is a link; put the journal itself in its place")
    if not journal.is_file():
        return
    if journal.stat().st_size > MAX_JOURNAL_BYTES:
        raise CollectionError(f"{journal}: larger than {MAX_JOURNAL_BYTES} bytes; this is no journal of shots")
    seen = set()
    with journal.open("rb") as file:
        for number, line in enumerate(file, start=1):
            if not line.endswith(b"\n"):  # being written, or it was when the power failed
                return
            record = _parse(line, f"{journal}:{number}")
            if record.shot in seen:
                raise CollectionError(f"{journal}:{number} repeats shot {record.shot}; remove that line")
            seen.add(record.shot)
            yield record


def _parse(line: bytes, where: str) -> ShotRecord:
    try:
        return SHOT.validate_json(line)
    except ValidationError as error:
        if error.errors()[0]["loc"] == ("schema",):
            raise CollectionError(f"{where} was written by another version of nirecap; update nirecap") from None
        raise CollectionError(
            f"{where} is no shot record ({_reason(error)}); repair or remove that line, the images stay as they are"
        ) from None


def _reason(error: ValidationError) -> str:
    first = error.errors(include_url=False, include_input=False)[0]
    return f"{'.'.join(str(part) for part in first['loc']) or 'line'}: {first['msg']}"


def _sweep(session: Path) -> list[str]:
    """Remove what a killed run left in a session that nobody is writing; return what was removed."""
    with _opened_lock(session) as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return []
        swept = _sweep_half_line(session / JOURNAL)
        finished = {_number(record) for record in _read_journal(session / JOURNAL)}
        for entry in sorted(session.iterdir()):
            if entry.is_dir() and not entry.is_symlink():
                swept += _sweep_shot(entry, entry.name in finished)
            elif entry.name.endswith(ASIDE):
                entry.unlink()
                swept.append(f"{session.name}/{entry.name}: half-written file")
        if not finished and {entry.name for entry in session.iterdir()} <= {LOCK, SESSION_FILE, JOURNAL}:
            shutil.rmtree(session)
            swept.append(f"{session.name}: session without a finished shot")
    return swept


def _sweep_shot(folder: Path, finished: bool) -> list[str]:
    marked = (folder / MARK).exists()
    if finished:
        (folder / MARK).unlink(missing_ok=True)
    elif marked or not any(folder.iterdir()):  # killed before it was even marked
        shutil.rmtree(folder)
        return [f"{folder.parent.name}/{folder.name}: unfinished shot"]
    return []


def _sweep_half_line(journal: Path) -> list[str]:
    if not journal.is_file() or journal.is_symlink():
        return []
    if journal.stat().st_size > MAX_JOURNAL_BYTES:
        return []  # reading it will say so
    content = journal.read_bytes()
    whole = content.rfind(b"\n") + 1
    if whole == len(content):
        return []
    try:
        SHOT.validate_json(content[whole:])
    except ValidationError:
        os.truncate(journal, whole)
        return [f"{journal.parent.name}/{journal.name}: half-written line"]
    _append(journal, b"\n")  # an editor took the end of the last line, not what it says
    return []
