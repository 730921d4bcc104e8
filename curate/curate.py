"""Examine every shot of a collection in worker processes and write the manifest."""

import os
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, field
from functools import cache, partial
from multiprocessing import get_context
from pathlib import Path
from typing import Any

import cv2

from nirecap.capture.records import ShotRecord
from nirecap.capture.store import Collection
from nirecap.errors import CollectionError

from .contact_sheet import write_contact_sheet
from .examine import Examination, examine
from .manifest import read_verdicts, row_of, write_manifest
from .readme import write_readme
from .thresholds import Thresholds, judge


@dataclass
class Curation:
    """What a run found."""

    rows: list[dict[str, Any]] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)

    @property
    def statuses(self) -> Counter[str]:
        """Shots by what the checks, or a person, decided."""
        return Counter(row.get("verdict") or row["status"] for row in self.rows)

    @property
    def flags(self) -> Counter[str]:
        """Shots by flag."""
        return Counter(flag for row in self.rows for flag in row["flags"])


def curate(
    collection: Collection, thresholds: Thresholds, workers: int, progress: Callable[[], None] = lambda: None
) -> Curation:
    """Examine all shots, then write the manifest, the page that opens it, and the contact sheet.

    Args:
        collection: opened.
        thresholds: that turn scores into flags.
        workers: processes; 1 works in this one.
        progress: called after each shot.

    Raises:
        CollectionError: a journal is damaged, or the folder can't be written.
        ManifestError: the manifest there is can't be read, so that verdicts in it would be lost.
    """
    if not os.access(collection.path, os.W_OK):
        raise CollectionError(f"{collection.path} can't be written by you; copy the collection or ask for permission")
    verdicts = read_verdicts(collection.path)
    records = list(collection.shots())
    session_of = cache(collection.session_facts)
    curation = Curation()
    for record, examination in zip(records, _examine_all(collection.path, records, workers), strict=True):
        judgement = judge(examination.scores, examination.problem is not None, thresholds)
        row = row_of(record, session_of(record.session), examination, judgement)
        curation.rows.append(row | verdicts.get(record.shot, {}))
        if examination.problem:
            curation.problems.append(f"{record.shot}: {examination.problem}")
        progress()
    write_manifest(collection.path, curation.rows, thresholds)
    write_readme(collection.path, curation.rows)
    write_contact_sheet(collection.path, curation.rows)
    return curation


def _examine_all(collection: Path, records: list[ShotRecord], workers: int) -> Iterator[Examination]:
    work = partial(examine, collection)
    if workers == 1:
        yield from map(work, records)
        return
    with ProcessPoolExecutor(
        workers, get_context("spawn"), cv2.setNumThreads, (1,)
    ) as pool:  # one cv2 thread each, the processes share the cores
        yield from pool.map(work, records, chunksize=max(1, min(16, len(records) // (4 * workers))))
