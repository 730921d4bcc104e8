"""A run of the benchmark: every method is trained for the same time, enhances the same images, and is measured.

Each method with each seed has a process of its own (`worker.py`), which never sees R. What it makes is kept as PNG and
measured from there, and `results.parquet` is written anew after each: a killed run goes on where it was.
"""

import json
import math
from collections.abc import Mapping, Sequence
from concurrent.futures import Executor
from dataclasses import dataclass, field
from pathlib import Path

from nirecap.errors import BenchmarkError, ImageError

from . import held_out
from .held_out import TestImage
from .job import Done, Job, finished
from .layout import RESULTS, claimed
from .measuring import Task, measure_all, measuring
from .metrics import Metric, Value
from .plan import Plan
from .results import Row, read_results, write_results
from .told import Told
from .worker_process import run_worker

Key = tuple[str, str, int, str]
"""Image, method, seed, metric."""


@dataclass
class Outcome:
    """What came of a run."""

    rows: dict[Key, Row] = field(default_factory=dict)
    """Of all runs into OUT."""
    failures: list[str] = field(default_factory=list)
    """Why methods failed."""
    done: int = 0
    """Methods with seeds that are finished, now or before."""


def run(planned: Plan, told: Told, outcome: Outcome) -> None:
    """Do what is not done yet.

    Args:
        planned: what to do.
        told: whoever watches.
        outcome: filled in as it comes, as the run may be interrupted.

    Raises:
        ImageError: a test image of the data set can't be read.
        BenchmarkError: another process benchmarks into OUT, or what is in it is damaged.
        WorkersLost: a process that measures was ended from outside.
    """
    order, triplets = planned.order, planned.triplets
    with claimed(order.out):
        advance = told.stage("test images", len(triplets))
        images = held_out.keep(triplets, triplets.fingerprint, order.out, lambda: advance(1))
        outcome.rows = _known(order.out)
        with measuring(order.threads) as pool:
            for job in planned.jobs:
                try:
                    _make(job, len(images), told, outcome)
                    _measure(job, images, planned, pool, told, outcome.rows)
                    outcome.done += 1
                except BenchmarkError as failure:
                    told.say(f"failed: {failure}; the others go on")
                    outcome.failures.append(str(failure))


def _make(job: Job, images: int, told: Told, outcome: Outcome) -> None:
    """Have the images of a job made, unless they are there; numbers of earlier images go before that."""
    if finished(job) is not None:
        return
    outdated = [key for key in outcome.rows if key[1:3] == (job.method, job.seed)]
    for key in outdated:
        del outcome.rows[key]
    if outdated:
        write_results(job.out / RESULTS, outcome.rows.values())
    run_worker(job, images, told)


def _measure(
    job: Job, images: Sequence[TestImage], planned: Plan, pool: Executor, told: Told, rows: dict[Key, Row]
) -> None:
    """Measure what is not in the rows yet, and write them.

    Raises:
        BenchmarkError: an image can't be read.
    """
    order, done = planned.order, finished(job)
    lacking = {metric: _lacking(metric, job, images, rows) for metric in planned.metrics}
    wanted = [metric for metric, without in lacking.items() if without]
    if not wanted or done is None:
        return
    chosen = tuple(image for image in images if any(image in without for without in lacking.values()))
    task = Task(order.out, job.pictures, chosen, tuple((each.name, each.settings) for each in wanted), order.assets)
    advance = told.stage(f"{job.method}, seed {job.seed}: measuring", len(chosen))
    try:
        measured = list(measure_all(pool, task, advance))
    except ImageError as error:
        raise BenchmarkError(
            f"{job.method}, seed {job.seed}: {error}; remove {job.pictures} to have its images made again"
        ) from None
    for image, values in measured:
        for metric in wanted:
            key, value = (image.name, job.method, job.seed, metric.name), values[metric.name]
            if not math.isnan(value.number) or not _measured(rows.get(key), metric):
                rows[key] = _row(job, done, image, metric, value)
    write_results(order.out / RESULTS, rows.values())


def _lacking(metric: Metric, job: Job, images: Sequence[TestImage], rows: Mapping[Key, Row]) -> list[TestImage]:
    """Return the images that have no number of a metric yet."""
    keys = {image: (image.name, job.method, job.seed, metric.name) for image in images}
    return [image for image, key in keys.items() if not _measured(rows.get(key), metric)]


def _measured(row: Row | None, metric: Metric) -> bool:
    """Tell whether there is a number that was measured in this way; whose files it is of matters if there are some."""
    return row is not None and not math.isnan(row.value) and row.protocol.startswith(metric.settings)


def _row(job: Job, done: Done, image: TestImage, metric: Metric, value: Value) -> Row:
    return Row(
        image=image.name,
        scene=image.scene,
        method=job.method,
        title=done.title,
        seed=job.seed,
        metric=metric.name,
        value=value.number,
        note=value.note,
        protocol=metric.settings,
        saw=done.saw,
        trained=done.trained,
        licence=done.licence,
        source=done.source,
        budget_minutes=job.minutes if job.learns else 0.0,
        fit_seconds=done.fit_seconds,
        resumed=done.resumed,
        seconds=done.seconds.get(image.name, math.nan),
        peak_memory_mib=done.peak_memory_mib,
        dataset=Path(job.dataset).resolve().name,
        training_fingerprint=job.training,
        maps_fingerprint=job.maps,
        test_fingerprint=job.testing,
        weights_sha256=job.weights_sha256,
        version=done.version,
        machine=json.dumps(dict(done.machine)),
    )


def _known(out: Path) -> dict[Key, Row]:
    if not (out / RESULTS).exists():
        return {}
    return {(row.image, row.method, row.seed, row.metric): row for row in read_results(out / RESULTS)}
