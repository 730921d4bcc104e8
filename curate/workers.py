"""Examine shots in several processes: `look_at` is the one function that all of them run, here or on a Ray cluster."""

from collections.abc import Collection, Iterable, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, wait
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from hashlib import sha256
from itertools import islice
from pathlib import Path
from typing import Protocol, TypeVar

import cv2

from nirecap.capture.records import ShotRecord
from nirecap.child_processes import ChildProcesses, child_processes
from nirecap.errors import WorkersLost

from .cache.file_facts import FileFacts, facts_of, worth_noting
from .cache.key import key_of
from .examine import Examination, examine

BATCH_SHOTS = 16
BATCH_PIXELS = 8_000_000
"""A batch takes long enough for its way to a process not to count, and so short that Ctrl-C need not wait for it."""
AHEAD = 3
"""Batches under way for each process: one examined, one waiting, one on its way back."""


@dataclass(frozen=True)
class Task:
    """A shot to examine."""

    record: ShotRecord
    with_cells: bool
    """True where the contact sheet shows it."""


@dataclass(frozen=True)
class Found:
    """An examined shot."""

    shot: str
    key: str
    """Under which the examination is kept: that of the captured bytes, or of this shot alone if they were others."""
    examination: Examination
    files: tuple[FileFacts, ...]
    """What the files were, where they were as captured."""


def look_at(collection: Path, tasks: Sequence[Task]) -> list[Found]:
    """Examine a batch of shots."""
    return [_look_at(collection, task) for task in tasks]


def _look_at(collection: Path, task: Task) -> Found:
    before = facts_of(collection, task.record) or ()
    examination = examine(collection, task.record, task.with_cells)
    key = key_of(task.record)
    if not examination.whole:
        own = sha256(f"{key} {task.record.shot}".encode()).hexdigest()
        return Found(task.record.shot, own, examination, ())
    return Found(task.record.shot, key, examination, tuple(filter(worth_noting, before)))


Running = TypeVar("Running")


class Workers(Protocol[Running]):
    """Whatever runs `look_at` on batches elsewhere."""

    most: int
    """Batches that may be under way."""

    def start(self, tasks: Sequence[Task]) -> Running:
        """Begin a batch."""

    def wait(self, running: Collection[Running]) -> Iterable[Running]:
        """Return those that are done, at least one."""

    def result(self, done: Running) -> list[Found]:
        """Return what was found."""

    def cancel(self, running: Running) -> bool:
        """Take a batch back that nobody has begun; False where it is too late."""


def examine_with(workers: Workers[Running], tasks: Iterable[Task]) -> Iterator[list[Found]]:
    """Yield what is found, batch by batch as they are done, with a bounded number under way.

    After an interrupt what is being examined is waited for and yielded before it goes on.
    """
    waiting = batches(tasks)
    running: set[Running] = set()
    try:
        for batch in waiting:
            running.add(workers.start(batch))
            if len(running) >= workers.most:
                yield from _finished(workers, running)
        while running:
            yield from _finished(workers, running)
    except KeyboardInterrupt:
        running = {batch for batch in running if not workers.cancel(batch)}
        while running:
            yield from _finished(workers, running)
        raise


def _finished(workers: Workers[Running], running: set[Running]) -> Iterator[list[Found]]:
    for done in list(workers.wait(running)):
        found = workers.result(done)
        running.discard(done)
        yield found


def batches(tasks: Iterable[Task]) -> Iterator[list[Task]]:
    """Cut tasks into batches of up to `BATCH_SHOTS` shots and about `BATCH_PIXELS` pixels."""
    batch: list[Task] = []
    pixels = 0
    for task in tasks:
        batch.append(task)
        pixels += sum(image.width * image.height for image in task.record.images.values())
        if len(batch) == BATCH_SHOTS or pixels >= BATCH_PIXELS:
            yield batch
            batch, pixels = [], 0
    if batch:
        yield batch


def worth_starting(tasks: Iterable[Task], most: int) -> int:
    """Return how many processes, at most `most`, would all have something to do."""
    return max(1, sum(1 for _ in islice(batches(tasks), most)))


class LocalProcesses:
    """Processes of this computer."""

    def __init__(self, pool: ChildProcesses, collection: Path, count: int) -> None:
        self._pool, self._collection, self.most = pool, collection, AHEAD * count

    def start(self, tasks: Sequence[Task]) -> "Future[list[Found]]":
        """Begin a batch."""
        with _told():
            return self._pool.submit(look_at, self._collection, tasks)

    def wait(self, running: Collection["Future[list[Found]]"]) -> Iterable["Future[list[Found]]"]:
        """Return those that are done, at least one."""
        return wait(running, return_when=FIRST_COMPLETED).done

    def result(self, done: "Future[list[Found]]") -> list[Found]:
        """Return what was found."""
        with _told():
            return done.result()

    def cancel(self, running: "Future[list[Found]]") -> bool:
        """Take a batch back that no process has been given."""
        return running.cancel()


@contextmanager
def local_processes(collection: Path, count: int) -> Iterator[LocalProcesses]:
    """Keep `count` processes for the block. Ctrl-C is this process's affair: they don't hear it."""
    with child_processes(count, partial(cv2.setNumThreads, 1)) as pool:
        yield LocalProcesses(pool, collection, count)


@contextmanager
def _told() -> Iterator[None]:
    try:
        yield
    except BrokenProcessPool:
        raise WorkersLost(
            "a worker process was ended from outside, perhaps for want of memory; what was examined is kept: run the "
            "same command again, with fewer --workers"
        ) from None
