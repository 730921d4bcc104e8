"""What an order comes to: which methods run with which seeds on which images, and whether that can be done."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

import torch

from nirecap.errors import UsageMistake
from nirecap.model.decoded import Decoded
from nirecap.model.frames import TrainingFrames, Triplet
from nirecap.model.open_dataset import open_training, open_triplets, trained_on, with_image_in
from nirecap.places import SESSIONS

from .job import Job, finished, with_weights
from .method import Method, learns_from_pairs
from .methods import training_of
from .metrics import Metric, choose
from .named_method import identity, named
from .order import Order
from .outside_pairs import OutsidePairs, open_outside
from .results import Row


@dataclass(frozen=True)
class Plan:
    """What an order comes to."""

    order: Order
    metrics: Sequence[Metric]
    triplets: Decoded[Triplet]
    """The test images."""
    jobs: Sequence[Job]

    @property
    def waiting(self) -> list[Job]:
        """The jobs of which no images are there yet."""
        return [job for job in self.jobs if finished(job) is None]

    @property
    def trainings(self) -> int:
        """How many trainings the waiting jobs take; some share one."""
        waiting = {(job.training_of, job.seed) for job in self.waiting if job.learns}
        done = {(job.training_of, job.seed) for job in self.jobs if job.learns and finished(job)}
        return len(waiting - done)

    def of_these(self, rows: Iterable[Row]) -> list[Row]:
        """Return the results of these jobs alone."""
        wanted = {(job.method, job.seed) for job in self.jobs}
        return [row for row in rows if (row.method, row.seed) in wanted]


def plan(order: Order) -> Plan:
    """Find out what an order comes to; methods that learn nothing here have one seed, 0.

    Raises:
        UsageMistake: a method, a metric, weights or pairs don't exist, OUT holds results of other data or another
            budget, or test images are among what is trained on.
        CollectionError, ManifestError, HubError: the data can't be read.
        BenchmarkError: what is in OUT is damaged.
    """
    if (order.out / SESSIONS).is_dir():
        raise UsageMistake(f"{order.out} is a collection; name another folder for results, with --out")
    if unknown := order.weights.keys() - set(order.methods):
        raise UsageMistake(f"--weights {min(unknown)}=...: it is not among --methods {','.join(order.methods)}")
    for method, path in order.weights.items():
        if not path.exists():
            raise UsageMistake(f"--weights {method}={path}: there is no such file")
    metrics = [metric.with_files(order.assets) for metric in choose(order.metrics)]
    frames, triplets = open_training(order.dataset), open_triplets(order.dataset)[: order.limit]
    if leaked := trained_on(frames, triplets):
        raise UsageMistake(f"test image {leaked[0]} is among the training frames; publish the collection and name that")
    methods = {name: named(name, order.weights.get(name)) for name in dict.fromkeys(order.methods)}
    jobs = list(_jobs(order, methods, frames, triplets, _pairs(order, methods, triplets)))
    for job in jobs:
        finished(job)  # raises if it was done under other conditions
    return Plan(order, metrics, triplets, jobs)


def _pairs(order: Order, methods: Mapping[str, Method], triplets: Decoded[Triplet]) -> OutsidePairs | None:
    """Return the pairs of another data set, if a method is to learn from such."""
    learners = [name for name, method in methods.items() if learns_from_pairs(method) and name not in order.weights]
    if order.pairs is None:
        if learners:
            raise UsageMistake(f"{learners[0]} learns from pairs of another data set; name their folder with --pairs")
        return None
    if not learners:
        raise UsageMistake("none of the methods that are to be trained learns from --pairs; leave it out")
    pairs = open_outside(order.pairs)
    if leaked := with_image_in(triplets, set(pairs.hashes)):
        raise UsageMistake(f"an image of {leaked[0]}, which is tested on, is in {order.pairs}; take it away there")
    return pairs


def _jobs(
    order: Order,
    methods: Mapping[str, Method],
    frames: TrainingFrames,
    triplets: Decoded[Triplet],
    pairs: OutsidePairs | None,
) -> Iterator[Job]:
    for method, made in methods.items():
        weights = order.weights.get(method)
        learns = made.facts.trained and weights is None
        outside = pairs if learns and learns_from_pairs(made) else None
        for seed in order.seeds if learns else (0,):
            job = Job(
                out=order.out,
                dataset=order.dataset,
                training=frames.fingerprint,
                maps=frames.maps,
                testing=triplets.fingerprint,
                method=method,
                training_of=training_of(method),
                seed=seed,
                learns=learns,
                minutes=order.minutes,
                threads=order.threads,
                device=torch.cuda.get_device_name() if torch.cuda.is_available() else "cpu",
                method_sha256=identity(method, made),
                pairs=outside.folder if outside else None,
                pairs_fingerprint=outside.fingerprint if outside else "",
            )
            yield with_weights(job, weights)
