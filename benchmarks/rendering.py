"""Tables, figures and the report of a folder of results."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from nirecap.errors import BenchmarkError, NirecapError, UsageMistake

from . import held_out
from .figures import write_figures
from .held_out import TestImage
from .methods import names
from .metrics import choose
from .report import write_report
from .results import Row
from .scores import Scores, scores_of
from .table import Table
from .tables import default_base, tables_of, write_tables


@dataclass(frozen=True)
class Rendered:
    """What was written."""

    scores: Scores
    tables: Sequence[Table]
    files: dict[str, list[Path]]
    """By kind: tables, figures, report."""
    problems: tuple[str, ...] = ()
    """Why something could not be drawn."""


def render(
    out: Path,
    rows: Sequence[Row],
    methods: Sequence[str] = (),
    metrics: Sequence[str] = (),
    against: str | None = None,
    title: str = "Comparison of methods",
    name: str = "main",
    failures: Sequence[str] = (),
) -> Rendered:
    """Write tables, figures and report of the rows into OUT.

    Args:
        out: the folder of the benchmark; pictures that are not in it are left out.
        rows: of one set of test images.
        methods: which to show, in this order; none: all, in the order of the registry.
        metrics: which to show; none: all.
        against: with which the others are compared; None: the best of the first metric.
        title: of the main table.
        name: of the files of the main table.
        failures: why methods have no results; the tables tell.

    Raises:
        UsageMistake: `against` has no results, or there is no such metric.
        BenchmarkError: there is nothing to show.
        OSError: the disk is full or not writable.
    """
    problems: list[str] = []
    if len({row.test_fingerprint for row in rows}) > 1:
        raise BenchmarkError(f"{out} holds results on different test images, which can't be compared")
    choose(metrics)
    if unknown := set(methods) - {row.method for row in rows}:
        missing = ", ".join(sorted(unknown))
        problems.append(f"no results of {missing}")
    scores = scores_of(rows, methods or _in_order(rows), metrics)
    if not scores.metrics:
        raise BenchmarkError(f"{out} has no results of these methods and metrics")
    if against is not None and against not in scores.methods:
        raise UsageMistake(f"--against {against}: it has no results here; there are {', '.join(scores.methods)}")
    base = against or default_base(scores)
    tables = tables_of(scores, rows, base, title, name, failures)
    images = _images(out, scores)
    files = {"tables": write_tables(tables, out, name)}
    try:
        files["figures"] = write_figures(out, images, scores)
    except NirecapError as error:
        problems.append(f"no figures: {error}")
    files["report"] = [write_report(out, images, scores, tables, base)]
    return Rendered(scores, tables, files, tuple(problems))


def _in_order(rows: Sequence[Row]) -> list[str]:
    """Return all methods: those of the registry in its order, then the user's own."""
    known = {name: place for place, name in enumerate(names())}
    return sorted(dict.fromkeys(row.method for row in rows), key=lambda name: known.get(name, len(known)))


def _images(out: Path, scores: Scores) -> list[TestImage]:
    scenes = dict(zip(scores.images, scores.scenes, strict=True))
    try:
        listed = held_out.kept(out)[1]
    except BenchmarkError:
        listed = []
    known = [image for image in listed if image.name in scenes]
    return known or [TestImage(name, scene) for name, scene in scenes.items()]
