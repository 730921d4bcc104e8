"""A review under way: takes words into the journal at once, and lands them in the manifest soon after."""

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from types import TracebackType
from typing import Self

from nirecap.errors import NirecapError, UsageMistake

from ..verdicts import Journal, Verdict
from .index import Index, read_index
from .landing import identity, introduce, land

PERIOD_S = 2.0
"""Pause between looks at what other processes wrote."""
COALESCE_S = 0.5
"""Pause before words are landed, so that a quick reviewer's land together."""
MOST_WORDS = 2000
"""Words in one answer to a page that asks what was said."""
UNREADABLE = "unreadable"


@dataclass(frozen=True)
class News:
    """What was said since a page asked last."""

    words: list[Verdict]
    heard: int
    """How many words of the journal the page knows then."""
    edition: str
    trouble: str
    """Why the manifest does not follow, "" where it does."""


class Review:
    """The review of a collection while its context lasts; verdicts are safe whatever ends it.

    Args:
        collection: curated.

    Raises:
        ManifestError: manifest or journal can't be read.
    """

    def __init__(self, collection: Path) -> None:
        self.collection = collection
        self.index: Index = read_index(collection)
        self.trouble = ""
        self._journal, self._lock = Journal(collection), threading.Lock()
        self._landed = -1
        self._wake, self._ending = threading.Event(), threading.Event()
        self._thread = threading.Thread(target=self._follow, name="verdicts", daemon=True)

    def __enter__(self) -> Self:
        """Merge what the manifest lacks, and begin to follow."""
        self._land()
        introduce(self.collection)
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        """Land what was said last."""
        self._ending.set()
        self._wake.set()
        self._thread.join()
        self._land()

    @property
    def words(self) -> dict[str, Verdict]:
        """The last word on each shot."""
        with self._lock:
            return dict(self._journal.words)

    @property
    def said(self) -> int:
        """How many words the journal holds."""
        with self._lock:
            return len(self._journal.said)

    def say(self, verdict: Verdict, seen: datetime | None) -> None:
        """Keep a word; it is on disk when this returns.

        Args:
            verdict: what is said.
            seen: the time of the word on this shot that the reviewer saw.

        Raises:
            Contradiction: somebody else spoke meanwhile.
            UsageMistake: there is no such shot, or no such flag.
            ManifestError: the verdict or the journal is not valid.
            OSError: the disk is full.
        """
        if verdict.shot not in self.index.shots:
            raise UsageMistake(f"no shot is called {verdict.shot!r}; was the collection curated again?")
        if unknown := {*verdict.flags_on, *verdict.flags_off} - {*self.index.thresholds, UNREADABLE}:
            raise UsageMistake(f"no flag is called {min(unknown)!r}")
        with self._lock:
            self._journal.answer(verdict, seen)
        self._wake.set()

    def since(self, heard: int) -> News:
        """Return what was said after the first `heard` words, a part of it where it is much."""
        with self._lock:
            self._journal.refresh()
            if heard > len(self._journal.said):  # of another journal
                heard = 0
            words = self._journal.said[heard : heard + MOST_WORDS]
        return News(words, heard + len(words), self.index.edition, self.trouble)

    def _follow(self) -> None:
        pause_s = COALESCE_S
        while not self._ending.is_set():
            if self._wake.wait(PERIOD_S):
                self._ending.wait(pause_s)
            self._wake.clear()
            began = time.monotonic()
            with self._told():
                self._land()
            pause_s = max(COALESCE_S, 4 * (time.monotonic() - began))  # most of the time is the pages'

    def _land(self) -> None:
        """Bring manifest and journal together, whoever wrote to either."""
        if identity(self.collection) != self.index.identity:
            self.index, self._landed = read_index(self.collection), -1
        with self._lock:
            self._journal.refresh()
            said, words = len(self._journal.said), dict(self._journal.words)
        if said != self._landed:
            change = land(self.collection, words)
            self._landed = said
            if change and change[0] == self.index.identity:  # all but the words is as it was
                self.index = replace(self.index, identity=change[1])

    @contextmanager
    def _told(self) -> Iterator[None]:
        try:
            yield
            self.trouble = ""
        except (NirecapError, OSError) as error:
            self.trouble = f"the verdicts are safe, but the manifest can't follow them: {error}"
