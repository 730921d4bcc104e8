"""The tables of a benchmark: means with their errors, paired differences, and what each method saw and cost."""

import math
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np

from nirecap.files import write_atomically

from .fairness import inequalities, seeds
from .layout import TABLES
from .metrics import METRICS
from .results import Row
from .scores import Mean, Scores
from .table import Cell, Table

ABSENT = "n/a"
RESUMED = (
    "resumed: the training was begun by an earlier process, or for another method that learns the same, whose minutes "
    "and memory are counted."
)


def tables_of(
    scores: Scores, rows: Sequence[Row], against: str, title: str, name: str = "main", failures: Sequence[str] = ()
) -> list[Table]:
    """Return all tables.

    Args:
        scores: what they show.
        rows: from which the scores were gathered, for the reasons of what is missing.
        against: the method that the others are compared with.
        title: of the main table.
        name: of its files.
        failures: why methods are not among them.
    """
    rows = [row for row in rows if row.method in scores.methods]
    failed = tuple(f"Failed: {failure}." for failure in failures)
    main = [name for name in scores.metrics if METRICS[name].main]
    further = [name for name in scores.metrics if not METRICS[name].main]
    tables = [means(name, title, scores, main, rows)] if main else []
    measured = [name for name in scores.metrics if not _absent(scores, name)]
    if shown := [name for name in further if name in measured]:
        tables.append(means("further", "Further metrics", scores, shown, rows))
    if len(scores.methods) > 1 and (shown := [name for name in main or further if name in measured]):
        tables.append(differences(scores, shown, against))
    tables.append(methods(scores))
    return [replace(tables[0], notes=(*failed, *tables[0].notes)), *tables[1:]]


def write_tables(tables: Sequence[Table], out: Path, main: str = "main") -> list[Path]:
    """Write each table as Markdown and as LaTeX, and return the files.

    Args:
        tables: to write.
        out: the folder of the benchmark.
        main: the name of the main table; files of the others begin with it, so that they stay beside those of another.
    """
    folder = out / TABLES
    folder.mkdir(parents=True, exist_ok=True)
    files = []
    for table in tables:
        name = table.name if main in ("main", table.name) else f"{main}_{table.name}"
        for suffix, text in (("md", table.markdown()), ("tex", table.latex())):
            files.append(folder / f"{name}.{suffix}")
            write_atomically(files[-1], text.encode())
    return files


def means(name: str, title: str, scores: Scores, metrics: Sequence[str], rows: Sequence[Row]) -> Table:
    """Tabulate the means over images and seeds; oracles stand there without a rank."""
    columns = [_ranked_means(scores, metric) for metric in metrics]
    lines = [
        [Cell(scores.facts[method].title), Cell(_seen(scores.facts[method])), *(column[place] for column in columns)]
        for place, method in enumerate(scores.methods)
    ]
    heads = ("method", "sees", *(f"{METRICS[metric].title} {METRICS[metric].arrow}" for metric in metrics))
    notes = (*_notes(scores, metrics, _reasons(rows)), *_ways(rows, metrics))
    return Table(name, f"{title} ({_extent(scores)})", heads, lines, notes, "ll" + "r" * len(metrics))


def differences(scores: Scores, metrics: Sequence[str], against: str) -> Table:
    """Tabulate by how much each method differs from one, image by image, and on how many images it is better."""
    rows = []
    for method in (method for method in scores.methods if method != against):
        cells = [Cell(scores.facts[method].title)]
        for metric in metrics:
            found, digits = scores.difference(method, against, metric), METRICS[metric].digits
            if math.isnan(found.value):
                cells.append(Cell(ABSENT))
                continue
            error = ABSENT if math.isnan(found.error) else f"{found.error:.{digits}f}"
            seeds = "" if math.isnan(found.seed_error) else f" ± {found.seed_error:.{digits}f}"
            cells.append(Cell(f"{_signed(found.value, digits)} ± {error}{seeds}, {found.wins:.0%}"))
        rows.append(cells)
    heads = ("method", *(f"Δ {METRICS[metric].title} {METRICS[metric].arrow}" for metric in metrics))
    note = (
        "Method less the other, mean over images and seeds; ± standard error over scenes; then, with several seeds, "
        "± over seeds, of which one that has fewer than the other lends too few; then the share of images on which the "
        "method is better."
    )
    return Table("differences", f"Paired differences against {scores.facts[against].title}", heads, rows, (note,))


def methods(scores: Scores) -> Table:
    """Tabulate what each method saw, whose it is, and what it cost."""
    rows = []
    resumed = {method for method in scores.methods if any(row.resumed for row in scores.runs[method])}
    for method in scores.methods:
        fact = scores.facts[method]
        fit = float(np.mean(scores.of_seeds(method, "fit_seconds"))) / 60
        learnt = f"{fit:.1f}" + (" (resumed)" if method in resumed else "") if fact.budget_minutes else "-"
        rows.append(
            [
                Cell(fact.title),
                Cell(fact.saw),
                Cell(learnt),
                Cell(f"{scores.seconds(method):.2g}"),
                Cell(f"{np.max(scores.of_seeds(method, 'peak_memory_mib')):.0f}"),
                Cell(fact.licence),
                Cell(fact.source),
            ]
        )
    heads = ("method", "saw", "minutes of training", "s an image", "peak MiB", "licence", "idea")
    notes = (_conditions(scores), *([RESUMED] if resumed else []))
    return Table("methods", "What each method saw and cost", heads, rows, notes, "llrrrll")


def default_base(scores: Scores) -> str:
    """Return the method with the best mean of the first metric, with which the others are compared."""
    metric = scores.metrics[0]
    sign = 1 if METRICS[metric].higher else -1
    return max(scores.methods, key=lambda method: np.nan_to_num(sign * scores.mean(method, metric).value, nan=-np.inf))


def _ranked_means(scores: Scores, metric: str) -> list[Cell]:
    digits, sign = METRICS[metric].digits, 1 if METRICS[metric].higher else -1
    found = [scores.mean(method, metric) for method in scores.methods]
    rounded = [sign * round(mean.value, digits) for mean in found]  # what looks equal is equal
    ranked = [
        value
        for method, value in zip(scores.methods, rounded, strict=True)
        if not math.isnan(value) and "oracle" not in scores.facts[method].title.lower()
    ]
    places = {value: place for place, value in enumerate(sorted(set(ranked), reverse=True)[:2], start=1)}
    return [
        Cell(_mean(mean, digits), 0 if "oracle" in scores.facts[method].title.lower() else places.get(value, 0))
        for method, mean, value in zip(scores.methods, found, rounded, strict=True)
    ]


def _absent(scores: Scores, metric: str) -> bool:
    return all(math.isnan(scores.mean(method, metric).value) for method in scores.methods)


def _seen(row: Row) -> str:
    return row.saw.partition(";")[0]


def _mean(mean: Mean, digits: int) -> str:
    if math.isnan(mean.value):
        return ABSENT
    error = "" if math.isnan(mean.error) else f" ± {mean.error:.{digits}f}"
    return f"{mean.value:.{digits}f}{error}"


def _signed(value: float, digits: int) -> str:
    return f"{value:+.{digits}f}"


def _extent(scores: Scores) -> str:
    return f"{_counted(len(scores.images), 'image')} of {_counted(len(set(scores.scenes)), 'scene')}"


def _counted(number: int, noun: str) -> str:
    return f"{number} {noun}{'' if number == 1 else 's'}"


def _notes(scores: Scores, metrics: Sequence[str], reasons: "Counter[tuple[str, str]]") -> Iterable[str]:
    """Say what the table can't: what ± is, what is missing and why, and what was not the same for all methods."""
    if told := seeds(scores):
        yield told
    for metric in metrics:
        means = {method: scores.mean(method, metric) for method in scores.methods}
        why = "; ".join(reason for (name, reason), _ in reasons.most_common() if name == metric) or "not measured"
        if _absent(scores, metric):
            yield f"{METRICS[metric].title} {ABSENT}: {why}."
        elif any(mean.missing for mean in means.values()):
            yield f"{METRICS[metric].title} has no value for {_lacking(scores, means)}: {why}."
    yield from inequalities(scores)


def _lacking(scores: Scores, means: Mapping[str, Mean]) -> str:
    """Say of how many images there is no number, once where that is so of all methods."""
    each = {mean.missing / mean.seeds for mean in means.values()}
    if len(each) == 1 and (count := each.pop()).is_integer():
        return f"{count:g} of the {len(scores.images)} images"
    return ", ".join(
        f"{mean.missing} of {scores.facts[method].title}" for method, mean in means.items() if mean.missing
    )


def _reasons(rows: Iterable[Row]) -> "Counter[tuple[str, str]]":
    return Counter((row.metric, row.note) for row in rows if row.note)


def _ways(rows: Iterable[Row], metrics: Sequence[str]) -> Iterable[str]:
    """Name the metrics that were measured in several ways, as by regressors of different people."""
    ways = {(row.metric, row.protocol) for row in rows if not math.isnan(row.value)}
    for metric in metrics:
        if len(found := sorted(way for name, way in ways if name == metric)) > 1:
            yield f"{METRICS[metric].title} was measured in different ways, don't compare: {'; or '.join(found)}."


def _conditions(scores: Scores) -> str:
    """Say on what all of it was measured."""
    facts = [row for method in scores.methods for row in scores.runs[method]]
    machines = {row.machine: row.on_machine() for row in facts}
    told = "; ".join(", ".join(f"{key} {value}" for key, value in each.items()) for _, each in sorted(machines.items()))
    frames = ", ".join(sorted({row.training_fingerprint[:16] for row in facts}))
    budgets = sorted({row.budget_minutes for row in facts if row.budget_minutes})
    trained = f" {' and '.join(f'{minutes:g}' for minutes in budgets)} minutes of training each." if budgets else ""
    versions = ", ".join(sorted({row.version for row in facts}))
    return (
        f"{facts[0].dataset}: training frames {frames}, test images "
        f"{facts[0].test_fingerprint[:16]}.{trained} nirecap {versions}; {told}."
    )
