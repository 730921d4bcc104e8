"""What earlier runs found, by the content of the images: an SQLite file beside the collection, JSON and blobs in it.

It only saves time. One that is damaged, foreign or of a newer version is moved away, and everything is examined again.
"""

import errno
import os
import sqlite3
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from itertools import islice
from pathlib import Path
from typing import Any, Self, TypeVar

from pydantic import ValidationError

from nirecap.capture.records import ShotRecord
from nirecap.errors import CollectionError

from ..examine import Examination
from .file_facts import FileFacts
from .key import key_of
from .stored_scores import HASHES, PROBLEM, dump_scores, load_scores

APPLICATION = 0x6E697265
SCHEMA = 1
TABLES = {
    "examinations": "key TEXT PRIMARY KEY, scores TEXT NOT NULL, problem TEXT, hashes TEXT NOT NULL",
    "pictures": "key TEXT, kind TEXT, name TEXT, content BLOB NOT NULL, PRIMARY KEY (key, kind, name)",
    "shots": "shot TEXT PRIMARY KEY, key TEXT NOT NULL",
    "files": "path TEXT PRIMARY KEY, size INTEGER NOT NULL, mtime_ns INTEGER NOT NULL, sha256 TEXT NOT NULL",
}
MAX_VALUE = 4 << 20
"""Bytes of a value that are read; ours have some thousands."""
ASKED_AT_ONCE = 500
"""Values in one question, within every SQLite's limit."""
Item = TypeVar("Item")


class CacheDamagedError(Exception):
    """The file turned out to be damaged while it was used; it has to be moved away."""


def in_batches(items: Iterable[Item], size: int) -> Iterator[list[Item]]:
    """Cut into lists of up to `size`.

    >>> [*in_batches("abcde", 2)]
    [['a', 'b'], ['c', 'd'], ['e']]
    """
    left = iter(items)
    while some := list(islice(left, size)):
        yield some


class Cache:
    """An open cache. For one thread; what was kept survives whatever ends the process, from `keep`'s return.

    Raises:
        CacheDamagedError: the file is no cache of this version.
        CollectionError: it can't be read or written.
    """

    def __init__(self, path: Path, query: str = "") -> None:
        self._path = path
        with self._told():
            self._base = sqlite3.connect(f"{path.as_uri()}?{query}", uri=True, timeout=60)
            try:
                self._base.setlimit(sqlite3.SQLITE_LIMIT_LENGTH, MAX_VALUE)
                self._base.execute("PRAGMA trusted_schema = OFF")
                self._base.execute("PRAGMA synchronous = NORMAL")
                self._recognise(new=not query)
            except BaseException:
                self._base.close()
                raise

    def _recognise(self, new: bool) -> None:
        made = dict(self._base.execute("SELECT name, sql FROM sqlite_master WHERE name NOT LIKE 'sqlite_autoindex_%'"))
        if not made and new:
            self._begin()
            return
        (application,) = self._base.execute("PRAGMA application_id").fetchone()
        (schema,) = self._base.execute("PRAGMA user_version").fetchone()
        if application != APPLICATION:
            raise CacheDamagedError("was not written by nirecap")
        if schema != SCHEMA:
            raise CacheDamagedError(f"is of version {schema}, this nirecap has {SCHEMA}")
        if made != {name: _create(name) for name in TABLES}:
            raise CacheDamagedError("is damaged")

    def _begin(self) -> None:
        self._base.execute("PRAGMA journal_mode = WAL")
        with self._base:
            self._base.execute("BEGIN IMMEDIATE")
            for name in TABLES:
                self._base.execute(_create(name).replace("TABLE", "TABLE IF NOT EXISTS", 1))
            self._base.execute(f"PRAGMA application_id = {APPLICATION}")
            self._base.execute(f"PRAGMA user_version = {SCHEMA}")

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._base.close()

    def known(self, records: Iterable[ShotRecord]) -> Iterator[ShotRecord]:
        """Yield those of the records whose images were examined by these checks before."""
        for some in in_batches(records, ASKED_AT_ONCE):
            keys = {key_of(record) for record in some}
            found = set(self._ask("SELECT key FROM examinations WHERE key IN", sorted(keys)))
            yield from (record for record in some if (key_of(record),) in found)

    def examination(self, key: str) -> Examination | None:
        """Return what was found, without pictures; None where nothing is kept that can be read."""
        with self._told():
            row = self._base.execute(
                "SELECT scores, problem, hashes FROM examinations WHERE key = ?", (key,)
            ).fetchone()
        try:
            problem = PROBLEM.validate_python(row[1]) if row else None
            return Examination(load_scores(row[0]), problem, hashes=HASHES.validate_json(row[2])) if row else None
        except ValidationError:
            return None

    def hashes(self, shot: str) -> dict[str, str] | None:
        """Return a shot's perceptual hashes by role; None where nothing is kept that can be read."""
        question = "SELECT hashes FROM examinations WHERE key = (SELECT key FROM shots WHERE shot = ?)"
        with self._told():
            row = self._base.execute(question, (shot,)).fetchone()
        try:
            return HASHES.validate_json(row[0]) if row else None
        except ValidationError:
            return None

    def keep(self, found: Iterable[tuple[str, str, Examination]]) -> None:
        """Keep, all or none, examinations of shots: each its shot, its key and what was found."""
        with self._told(), self._base:
            for shot, key, examination in found:
                facts = (
                    key,
                    dump_scores(examination.scores),
                    examination.problem,
                    HASHES.dump_json(dict(examination.hashes)),
                )
                self._base.execute("INSERT OR REPLACE INTO examinations VALUES (?, ?, ?, CAST(? AS TEXT))", facts)
                self._keep_pictures(key, "thumbnail", examination.thumbnails)
                self._keep_pictures(key, "cell", examination.cells)
                self._base.execute("INSERT OR REPLACE INTO shots VALUES (?, ?)", (shot, key))

    def _keep_pictures(self, key: str, kind: str, pictures: Mapping[str, bytes]) -> None:
        rows = [(key, kind, name, content) for name, content in pictures.items()]
        self._base.executemany("INSERT OR REPLACE INTO pictures VALUES (?, ?, ?, ?)", rows)

    def refer(self, shots: Iterable[tuple[str, str]]) -> None:
        """Keep, all or none, under which key each shot's examination is, where it was there before."""
        with self._told(), self._base:
            self._base.executemany("INSERT OR REPLACE INTO shots VALUES (?, ?)", shots)

    def key_of_shot(self, shot: str) -> str | None:
        """Return the key under which a shot's examination is."""
        with self._told():
            row = self._base.execute("SELECT key FROM shots WHERE shot = ?", (shot,)).fetchone()
        return str(row[0]) if row else None

    def keep_cells(self, shot: str, cells: Mapping[str, bytes]) -> None:
        """Keep a shot's pictures for the contact sheet."""
        if key := self.key_of_shot(shot):
            with self._told(), self._base:
                self._keep_pictures(key, "cell", cells)

    def thumbnails(self, shot: str) -> dict[str, bytes]:
        """Return a shot's thumbnails by role."""
        return self._pictures(self.key_of_shot(shot), "thumbnail")

    def cells(self, shot: str) -> dict[str, bytes]:
        """Return a shot's pictures for the contact sheet by the sheet's column."""
        return self._pictures(self.key_of_shot(shot), "cell")

    def _pictures(self, key: str | None, kind: str) -> dict[str, bytes]:
        with self._told():
            rows = self._base.execute("SELECT name, content FROM pictures WHERE key = ? AND kind = ?", (key, kind))
            return {str(name): content for name, content in rows if isinstance(content, bytes)}

    def note(self, files: Iterable[FileFacts]) -> None:
        """Keep, all or none, what the files were when they were hashed."""
        with self._told(), self._base:
            rows = ((file.path, file.size, file.mtime_ns, file.sha256) for file in files)
            self._base.executemany("INSERT OR REPLACE INTO files VALUES (?, ?, ?, ?)", rows)

    def noted(self, paths: Sequence[str]) -> dict[str, FileFacts]:
        """Return what the files were when they were hashed, by path, where that is known."""
        rows = self._ask("SELECT path, size, mtime_ns, sha256 FROM files WHERE path IN", paths)
        return {path: FileFacts(path, size, mtime_ns, digest) for path, size, mtime_ns, digest in rows}

    def forget_all_but(self, shots: Iterable[str]) -> None:
        """Drop all shots but these, and what none of them refers to: of earlier checks, of images that are gone."""
        with self._told(), self._base:
            self._base.execute("CREATE TEMP TABLE current (shot TEXT PRIMARY KEY)")
            self._base.executemany("INSERT INTO current VALUES (?)", ((shot,) for shot in shots))
            self._base.execute("DELETE FROM shots WHERE shot NOT IN (SELECT shot FROM current)")
            self._base.execute("DROP TABLE current")
            for table in ("pictures", "examinations"):
                self._base.execute(f"DELETE FROM {table} WHERE key NOT IN (SELECT key FROM shots)")  # noqa: S608

    def _ask(self, question: str, values: Sequence[str]) -> Iterator[tuple[Any, ...]]:
        for some in in_batches(values, ASKED_AT_ONCE):
            with self._told():
                marks = ", ".join("?" * len(some))
                yield from self._base.execute(f"{question} ({marks})", some).fetchall()

    @contextmanager
    def _told(self) -> Iterator[None]:
        """Turn SQLite's errors into ours."""
        try:
            yield
        except sqlite3.Error as error:
            code = getattr(error, "sqlite_errorcode", 0) & 0xFF
            if code == sqlite3.SQLITE_FULL:
                raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), str(self._path)) from None
            if isinstance(error, sqlite3.DatabaseError) and code in DAMAGE:
                raise CacheDamagedError("is damaged") from None
            raise CollectionError(f"{self._path} can't be used ({error}); is another `nirecap curate` at it?") from None


DAMAGE = (0, sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB, sqlite3.SQLITE_FORMAT, sqlite3.SQLITE_TOOBIG)
"""SQLite's codes for content that is not what was written; 0 is Python's own, as for text that is no UTF-8."""


def _create(table: str) -> str:
    return f"CREATE TABLE {table} ({TABLES[table]})"
