"""The numbers of a benchmark as arrays, and what is said of them: means, their errors, and paired differences."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from nirecap.errors import BenchmarkError

from .metrics import METRICS
from .results import Row

Numbers = NDArray[np.float64]


@dataclass(frozen=True)
class Mean:
    """The mean of a metric."""

    value: float
    """Over seeds and images; NaN where no image has a number."""
    error: float
    """Standard error over seeds; NaN with fewer than two."""
    seeds: int
    missing: int
    """Images without a number, of all seeds."""


@dataclass(frozen=True)
class Difference:
    """How much better or worse one method is than another, image by image."""

    value: float
    """Mean over seeds and images, positive where the metric is larger."""
    error: float
    """Standard error, of as many independent parts as there are scenes; NaN with fewer than two."""
    seed_error: float
    """Standard error over seeds; NaN with fewer than two."""
    wins: float
    """Share of images on which it is better; a tie counts half."""
    images: int


@dataclass(frozen=True, eq=False)
class Scores:
    """All numbers of some methods."""

    images: tuple[str, ...]
    scenes: tuple[str, ...]
    """Of each image."""
    methods: tuple[str, ...]
    metrics: tuple[str, ...]
    numbers: dict[tuple[str, str], Numbers]
    """Of a method and a metric: seeds x images."""
    runs: dict[str, tuple[Row, ...]]
    """Of each method one row of each seed."""

    @property
    def facts(self) -> dict[str, Row]:
        """One row of each method, of its first seed."""
        return {method: rows[0] for method, rows in self.runs.items()}

    def mean(self, method: str, metric: str) -> Mean:
        """Return the mean of a metric over images and seeds."""
        numbers = self.numbers[method, metric]
        by_seed = mean_of(numbers, axis=1)
        missing = int(np.isnan(numbers).sum())
        return Mean(float(mean_of(by_seed, axis=0)), standard_error(by_seed), len(by_seed), missing)

    def by_image(self, method: str, metric: str) -> Numbers:
        """Return the means over seeds, one for each image."""
        return mean_of(self.numbers[method, metric], axis=0)

    def difference(self, method: str, base: str, metric: str) -> Difference:
        """Compare two methods on the images on which both have numbers; seeds of both are taken in turn."""
        one, other = self.numbers[method, metric], self.numbers[base, metric]
        seeds = max(len(one), len(other))
        with np.errstate(invalid="ignore"):  # infinity less infinity
            each = np.stack([one[seed % len(one)] - other[seed % len(other)] for seed in range(seeds)])
        by_image = mean_of(each, axis=0)
        known = ~np.isnan(by_image)
        sign = 1 if METRICS[metric].higher else -1
        wins = np.where(by_image == 0, 0.5, sign * by_image > 0)[known]
        scenes = np.array(self.scenes)[known]
        return Difference(
            value=float(mean_of(by_image, axis=0)),
            error=clustered_error(by_image[known], scenes),
            seed_error=standard_error(mean_of(each, axis=1)),
            wins=float(wins.mean()) if wins.size else np.nan,
            images=int(known.sum()),
        )

    def seconds(self, method: str) -> float:
        """Return the median seconds an image, over seeds; the first call of a process is often slow."""
        return float(np.median(self.numbers[method, "seconds"]))

    def of_seeds(self, method: str, fact: str) -> Numbers:
        """Return `fit_seconds` or `peak_memory_mib`, one for each seed."""
        return self.numbers[method, fact][:, 0]


MAX_CELLS = 50_000_000
COSTS = ("seconds", "fit_seconds", "peak_memory_mib")


def scores_of(rows: Iterable[Row], methods: Sequence[str] = (), metrics: Sequence[str] = ()) -> Scores:
    """Gather rows into arrays.

    Args:
        rows: of one set of test images.
        methods: which, in this order; none: all, as they come. Those without rows are left out.
        metrics: which; none: all. In the order of the table of metrics.

    Raises:
        BenchmarkError: the table of them would not fit in memory.
    """
    held = [row for row in rows if row.metric in METRICS and (not methods or row.method in methods)]
    runs: dict[str, dict[int, Row]] = {}
    for row in sorted(held, key=lambda row: row.seed):
        runs.setdefault(row.method, {}).setdefault(row.seed, row)
    images = {row.image: row.scene for row in held}
    measured = {row.metric for row in held}
    chosen = [metric for metric in METRICS if metric in measured and (not metrics or metric in metrics)]
    cells = sum(map(len, runs.values())) * len(images) * (len(chosen) + len(COSTS))
    if cells > MAX_CELLS:
        raise BenchmarkError(f"the results have room for {cells} numbers, more than {MAX_CELLS}; give fewer --methods")
    numbers = {
        (method, name): np.full((len(seeds), len(images)), np.nan)
        for method, seeds in runs.items()
        for name in (*chosen, *COSTS)
    }
    place = {image: number for number, image in enumerate(images)}
    seat = {(method, seed): number for method, seeds in runs.items() for number, seed in enumerate(seeds)}
    for row in held:
        at = seat[row.method, row.seed], place[row.image]
        for name in COSTS:
            numbers[row.method, name][at] = getattr(row, name)
        if row.metric in chosen:
            numbers[row.method, row.metric][at] = row.value
    ordered = [method for method in methods if method in runs] or list(runs)
    one_each = {method: tuple(seeds.values()) for method, seeds in runs.items()}
    return Scores(tuple(images), tuple(images.values()), tuple(ordered), tuple(chosen), numbers, one_each)


def mean_of(numbers: Numbers, axis: int) -> Numbers:
    """Return the means of the numbers that are there along an axis; NaN where there are none.

    >>> mean_of(np.array([[1.0, np.nan], [3.0, np.nan]]), axis=0)
    array([ 2., nan])
    """
    there = ~np.isnan(numbers)
    count = there.sum(axis=axis)
    with np.errstate(invalid="ignore"):
        return np.asarray(np.where(there, numbers, 0).sum(axis=axis) / np.where(count, count, np.nan))


def standard_error(numbers: Numbers) -> float:
    """Return the standard error of a mean, NaN with fewer than two numbers.

    >>> round(standard_error(np.array([1.0, 2.0, 3.0])), 4)
    0.5774
    """
    there = numbers[np.isfinite(numbers)]
    return float(there.std(ddof=1) / np.sqrt(len(there))) if len(there) > 1 else np.nan


def clustered_error(numbers: Numbers, clusters: NDArray[np.str_]) -> float:
    """Return the standard error of the mean of numbers that are alike within a cluster, NaN with fewer than two.

    The sums of deviations of whole clusters are what is independent; with one number in each it is `standard_error`.

    >>> round(clustered_error(np.array([1.0, 2.0, 3.0]), np.array(["a", "b", "c"])), 4)
    0.5774
    """
    finite = np.isfinite(numbers)
    _, of = np.unique(clusters[finite], return_inverse=True)
    sums = np.bincount(of, numbers[finite] - numbers[finite].mean()) if of.size else np.empty(0)
    if len(sums) < 2:
        return np.nan
    return float(np.sqrt(len(sums) / (len(sums) - 1) * np.square(sums).sum()) / finite.sum())
