"""Examine every shot of a collection and write the manifest: what the cache lacks first, then row by row from it."""

import os
from collections.abc import Generator, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager, closing
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from nirecap.capture.records import ShotRecord
from nirecap.capture.store import Collection
from nirecap.errors import CollectionError, NirecapError
from nirecap.vocabulary import Role

from .align import ALIGNED, aligned_columns, aligned_record, write_aligned
from .cache.cache import Cache, CacheDamagedError, in_batches
from .cache.cache_file import cached_shots, move_away, open_cache
from .cache.key import key_of
from .cache.pending import pending
from .changes import Changes, read_before
from .contact_sheet import cells_of, shown_every, write_contact_sheet
from .curation import Curation, How, Told
from .examine import Examination
from .judging import judged_rows
from .manifest import write_manifest
from .readme import write_readme
from .report import write_report
from .review.landing import land
from .thresholds import Thresholds, judge
from .verdicts import read_verdicts
from .workers import Found, Task, Workers, examine_with, local_processes, look_at, worth_starting


def found_in_cache(collection: Collection) -> int:
    """Count the shots that a run need not examine, if their files are as they were; nothing is written."""
    return cached_shots(collection.path, _used_records(collection))


def curate(
    collection: Collection,
    thresholds: Thresholds,
    how: How,
    told: Told | None = None,
    result: Curation | None = None,
) -> Curation:
    """Examine all shots, then write the manifest, the page that opens it, the contact sheet and the report.

    Whatever ends a run, what it examined is kept, and the manifest is the old one or the new one.

    Args:
        collection: opened.
        thresholds: that turn scores into flags.
        how: with which means.
        told: is told how it goes.
        result: to be filled; it says how far a run came that was interrupted.

    Raises:
        CollectionError: a journal is damaged, or the folder can't be written.
        ManifestError: the manifest or the journal of verdicts can't be read, so that verdicts would be lost.
        KeyboardInterrupt: Ctrl-C.
    """
    told, result = told or Told(), result or Curation()
    if not os.access(collection.path, os.W_OK):
        raise CollectionError(f"{collection.path} can't be written by you; copy the collection or ask for permission")
    for _ in range(2):
        try:
            with open_cache(collection.path, told.say) as cache:
                return _Run(collection, thresholds, how, told, cache, result).curate()
        except CacheDamagedError as error:
            move_away(collection.path, str(error), told.say)
    raise CollectionError(f"the cache in {collection.path} is damaged again at once; is the disk sound?")


@dataclass
class _Shown:
    """What the pages beside the manifest need of its rows, kept as they go by."""

    shots: set[str]
    """Those that the contact sheet shows."""
    rows: list[dict[str, Any]] = field(default_factory=list)
    image: str | None = None
    """The first file that can be opened."""

    def keep(self, row: dict[str, Any]) -> None:
        if row["shot"] in self.shots:
            self.rows.append(row)
        if self.image is None and not row["problem"]:
            self.image = next((name for role in Role if (name := row.get(f"{role}_file_name"))), None)


@dataclass(frozen=True)
class _Run:
    """One run over a collection, with all it needs at hand."""

    collection: Collection
    thresholds: Thresholds
    how: How
    told: Told
    cache: Cache
    result: Curation

    @property
    def path(self) -> Path:
        return self.collection.path

    def curate(self) -> Curation:
        before = read_before(self.path)
        read_verdicts(self.path)  # which must be readable, before anything takes long
        records = _used_records(self.collection)
        shown = _Shown({record.shot for record in records[:: shown_every(len(records))]})
        self.result.shots, self.result.examined, self.result.changes = len(records), 0, Changes(before)
        self.examine(records, shown.shots)
        if self.how.align:
            records = self.align(records, shown.shots)
        self.cache.forget_all_but(record.shot for record in records)
        self.write_manifest(records, shown)
        self.write_pages(records, shown)
        return self.result

    def examine(self, records: Sequence[ShotRecord], shown: set[str]) -> None:
        """Have the cache know every shot as it is now."""
        step = self.told.stage("looking", len(records))
        todo = list(pending(self.path, records, self.cache, self.how.workers, self.how.trust_mtime, step))
        if not todo:
            return
        step = self.told.stage("examining", len(todo))
        with closing(self.examined([Task(record, record.shot in shown) for record in todo])) as batches:
            for found in batches:
                self.cache.keep((one.shot, one.key, one.examination) for one in found)
                self.cache.note(file for one in found for file in one.files)
                self.result.examined += len(found)
                step(len(found))

    def examined(self, tasks: Sequence[Task]) -> Generator[list[Found], None, None]:
        count = worth_starting(tasks, self.how.workers)
        if self.how.ray is None and count == 1:
            yield from (look_at(self.path, [task]) for task in tasks)
            return
        with self.workers(count) as workers:
            yield from examine_with(workers, tasks)

    def workers(self, count: int) -> AbstractContextManager[Workers[Any]]:
        if self.how.ray is None:
            return local_processes(self.path, count)
        from .ray_cluster import ray_workers  # noqa: PLC0415 - only where it is asked for

        return ray_workers(self.path, self.how.ray)

    def align(self, records: Sequence[ShotRecord], shown: set[str]) -> list[ShotRecord]:
        """Write aligned copies of the misaligned shots, examine them, and return the records of all shots."""
        step = self.told.stage("aligning", len(records))
        now: list[ShotRecord] = []
        with ThreadPoolExecutor(self.how.workers) as pool:
            for some in in_batches(records, 4 * self.how.workers):
                now += pool.map(self.aligned, [(record, self.examination(record)) for record in some])
                step(len(some))
        self.examine([new for new, old in zip(now, records, strict=True) if new is not old], shown)
        return now

    def aligned(self, shot: tuple[ShotRecord, Examination]) -> ShotRecord:
        """Return the record of a shot's aligned copies where it is misaligned and can be aligned, else its own."""
        record, examination = shot
        judgement = judge(examination.scores, examination.problem is not None, self.thresholds)
        if "misaligned" not in judgement.flags or aligned_columns(record):
            return record
        least = self.thresholds["misaligned"].sure.get("align_confidence", 0.0)
        try:
            return write_aligned(self.path, record, examination.scores, least)
        except NirecapError as error:
            self.told.say(f"not aligned: {error}")
            return record

    def examination(self, record: ShotRecord) -> Examination:
        """Return what was found in a shot; examine it where the cache has lost it meanwhile."""
        known = self.cache.examination(self.cache.key_of_shot(record.shot) or key_of(record))
        if known is not None:
            return known
        (found,) = look_at(self.path, [Task(record, with_cells=False)])
        self.cache.keep([(found.shot, found.key, found.examination)])
        return found.examination

    def hashes(self, record: ShotRecord) -> Mapping[str, str]:
        known = self.cache.hashes(record.shot)
        return self.examination(record).hashes if known is None else known

    def write_manifest(self, records: Sequence[ShotRecord], shown: _Shown) -> None:
        step = self.told.stage("judging", len(records))
        words, before = read_verdicts(self.path), self.result.changes.before
        sources = self.examination, self.hashes, self.collection.session_facts
        rows = judged_rows(records, *sources, self.thresholds, words, before)

        def counted() -> Iterator[dict[str, Any]]:
            for row in rows:
                self.result.count(row)
                shown.keep(row)
                step(1)
                yield row

        write_manifest(self.path, counted(), self.thresholds)
        if words := read_verdicts(self.path):
            land(self.path, words)  # what was said since

    def write_pages(self, records: Sequence[ShotRecord], shown: _Shown) -> None:
        write_readme(self.path, len(records), shown.image)
        by_shot = {record.shot: record for record in records if record.shot in shown.shots}
        if shown.rows:
            write_contact_sheet(self.path, shown.rows, lambda shot: self.cells(by_shot[shot]), len(records))
        write_report(self.path, self.thresholds, self.cache.thumbnails)

    def cells(self, record: ShotRecord) -> Mapping[str, bytes]:
        """Return a shot's pictures for the contact sheet, made now where no run has made them."""
        cells = self.cache.cells(record.shot)
        if not cells:
            cells = cells_of(self.path, record)
            self.cache.keep_cells(record.shot, cells)
        return cells


def _used_records(collection: Collection) -> list[ShotRecord]:
    """Return all shots, in the place of each its aligned copies where there are some."""
    slim: Iterable[ShotRecord] = (replace(record, details={}) for record in collection.shots())
    if not (collection.path / ALIGNED).is_dir():
        return list(slim)
    return [aligned_record(collection.path, record) or record for record in slim]
