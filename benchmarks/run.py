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

from nirecap.errors import BenchmarkError, UsageMistake
from nirecap.model.decoded import Decoded
from nirecap.model.frames import Triplet
from nirecap.model.open_dataset import open_training, open_triplets, trained_on
from nirecap.places import SESSIONS

from . import held_out
from .held_out import TestImage
from .job import Done, Job, finished, with_weights
from .layout import RESULTS, claimed
from .measuring import Task, measure_all, measuring
from .metrics import Metric, Value, choose
from .named_method import named
from .order import Order
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


@dataclass(frozen=True)
class Plan:
    """What an order comes to."""

    order: Order
    jobs: Sequence[Job]
    triplets: Decoded[Triplet]
    """The test images."""
    metrics: Sequence[Metric]

    learners: frozenset[str]
    """Methods that are trained."""

    @property
    def waiting(self) -> list[Job]:
        """The jobs of which no images are there yet."""
        return [job for job in self.jobs if finished(job) is None]

    def rows_of(self, outcome: Outcome) -> list[Row]:
        """Return the results of these jobs alone."""
        wanted = {(job.method, job.seed) for job in self.jobs}
        return [row for row in outcome.rows.values() if (row.method, row.seed) in wanted]


def plan(order: Order) -> Plan:
    """Find out what an order comes to; methods that learn nothing have one seed.

    Raises:
        UsageMistake: a method, a metric or weights don't exist, OUT holds results of other data or another budget, or
            test images are among the training frames.
        CollectionError, ManifestError, HubError: the data can't be read.
    """
    if (order.out / SESSIONS).is_dir():
        raise UsageMistake(f"{order.out} is a collection; name another folder for results, with --out")
    metrics = choose(order.metrics)
    frames, triplets = open_training(order.dataset), open_triplets(order.dataset)[: order.limit]
    if leaked := trained_on(frames, triplets):
        raise UsageMistake(f"test image {leaked[0]} is among the training frames; publish the collection and name that")
    if unknown := order.weights.keys() - set(order.methods):
        raise UsageMistake(f"--weights {min(unknown)}=...: it is not among --methods {','.join(order.methods)}")
    jobs, learners = [], set()
    for method in dict.fromkeys(order.methods):
        weights = order.weights.get(method)
        trained = named(method, weights).facts.trained and weights is None
        if trained:
            learners.add(method)
        for seed in order.seeds if trained else order.seeds[:1]:
            job = Job(
                out=order.out,
                dataset=order.dataset,
                training=frames.fingerprint,
                testing=triplets.fingerprint,
                method=method,
                seed=seed,
                minutes=order.minutes,
                threads=order.threads,
            )
            jobs.append(with_weights(job, weights))
            finished(jobs[-1])  # raises if it was done under other conditions
    return Plan(order, jobs, triplets, metrics, frozenset(learners))


def run(planned: Plan, told: Told, outcome: Outcome) -> None:
    """Do what is not done yet.

    Args:
        planned: what to do.
        told: whoever watches.
        outcome: filled in as it comes, as the run may be interrupted.

    Raises:
        ImageError: a test image can't be read.
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
                except BenchmarkError as failure:
                    told.say(f"failed: {failure}; the others go on")
                    outcome.failures.append(str(failure))
                else:
                    _measure(job, images, planned, pool, told, outcome.rows)
                    outcome.done += 1


def _make(job: Job, images: int, told: Told, outcome: Outcome) -> None:
    """Have the images of a job made, unless they are there."""
    if finished(job) is None:
        run_worker(job, images, told)
        for key in [key for key in outcome.rows if key[1:3] == (job.method, job.seed)]:
            del outcome.rows[key]  # of images that are no longer there


def _measure(
    job: Job, images: Sequence[TestImage], planned: Plan, pool: Executor, told: Told, rows: dict[Key, Row]
) -> None:
    """Measure what is not in the rows yet, and write them."""
    order, done = planned.order, finished(job)
    wanted = [metric for metric in planned.metrics if _lacking(metric, job, images, rows)]
    if not wanted or done is None:
        return
    task = Task(order.out, job.pictures, tuple(images), tuple(metric.name for metric in wanted), order.assets)
    advance = told.stage(f"{job.method}, seed {job.seed}: measuring", len(images))
    for image, values in measure_all(pool, task, advance):
        for metric in wanted:
            rows[image.name, job.method, job.seed, metric.name] = _row(job, done, image, metric, values[metric.name])
    write_results(order.out / RESULTS, rows.values())


def _lacking(metric: Metric, job: Job, images: Sequence[TestImage], rows: Mapping[Key, Row]) -> bool:
    """Tell whether a metric is to be measured: some image has no number yet, or was measured in another way."""
    known = [rows.get((image.name, job.method, job.seed, metric.name)) for image in images]
    return any(row is None or math.isnan(row.value) or row.protocol != metric.settings for row in known)


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
        budget_minutes=job.minutes if done.trained and not job.weights else 0.0,
        fit_seconds=done.fit_seconds,
        resumed=done.resumed,
        seconds=done.seconds[image.name],
        peak_memory_mib=done.peak_memory_mib,
        dataset=Path(job.dataset).resolve().name,
        training_fingerprint=job.training,
        test_fingerprint=job.testing,
        weights_sha256=job.weights_sha256,
        version=done.version,
        machine=json.dumps(dict(done.machine)),
    )


def _known(out: Path) -> dict[Key, Row]:
    if not (out / RESULTS).exists():
        return {}
    return {(row.image, row.method, row.seed, row.metric): row for row in read_results(out / RESULTS)}
