"""`nirecap benchmark`: methods compared on one data set, as tables, figures and a page."""

import json
import os
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from nirecap.commands.benchmark_options import Names, Seeds, Weights
from nirecap.commands.minutes import Minutes
from nirecap.errors import BenchmarkError, StoppedByUser, UsageMistake

if TYPE_CHECKING:
    from nirecap.benchmarks.order import Order
    from nirecap.benchmarks.plan import Plan
    from nirecap.benchmarks.rendering import Rendered
    from nirecap.benchmarks.results import Row
    from nirecap.benchmarks.run import Outcome
    from nirecap.progress import Bar


@click.command(
    "benchmark",
    short_help="Compare methods on a data set.",
    epilog="Without DATASET: the collection or published set in the current folder, else in ./captures, if it can "
    "train and test; else an evaluation set of drawn scenes, which is made once.",
)
@click.argument("dataset", required=False)
@click.option("--out", default="benchmark", show_default=True, type=click.Path(file_okay=False, path_type=Path))
@click.option("--methods", type=Names(), help="Names with commas; one of your own as module:maker.")
@click.option("--table", type=click.IntRange(1, 3), help="The methods of this table of the paper.  [default: 1]")
@click.option(
    "--budget",
    "minutes",
    type=Minutes(),
    default=10,
    show_default=True,
    metavar="MINUTES",
    help="Of training, for each method and seed.",
)
@click.option("--seeds", type=Seeds(), default="1", show_default=True, help="How many, or which, as 0,7.")
@click.option("--metrics", type=Names(), default="", help="Names with commas.  [default: all]")
@click.option(
    "--pairs",
    type=click.Path(file_okay=False, path_type=Path),
    metavar="FOLDER",
    help="low/ and high/ of another data set, for methods that are supervised by such.",
)
@click.option("--weights", type=Weights(), multiple=True, help="What a method learnt elsewhere; it is not trained.")
@click.option(
    "--nliee", type=click.Path(path_type=Path), metavar="FOLDER", help="The regressor of NLIEE, of its authors."
)
@click.option("--lpips", type=click.Path(path_type=Path), metavar="FILE", help="AlexNet of torchvision, for LPIPS.")
@click.option("--limit", type=click.IntRange(min=1), metavar="IMAGES", help="Test on the first ones only.")
@click.option("--against", metavar="METHOD", help="With which the others are compared.  [default: the best]")
@click.option(
    "--threads", type=click.IntRange(1, 1024), default=os.cpu_count(), help="Of a method.  [default: one a core]"
)
@click.option("--report-only", is_flag=True, help="Draw tables, figures and report of OUT again; run nothing.")
@click.option("--json", "as_json", is_flag=True, help="Print the means as one JSON object.")
@click.option("--dry-run", is_flag=True, help="Say what would be run; write nothing.")
def command(dataset: str | None, report_only: bool, as_json: bool, dry_run: bool, **words: Any) -> None:  # noqa: ANN401 - the options above
    """Train methods on DATASET for the same time, enhance its test images, and measure what comes out.

    DATASET is a collection, a folder that `nirecap publish` made, or its name on the Hub. OUT gets one row per image,
    method and metric (results.parquet), tables as Markdown and LaTeX, figures, and report.html. What is done is not
    done again: the same command goes on after Ctrl-C or kill, and adds methods and metrics.

    \b
    Examples:
      nirecap benchmark --dry-run
      nirecap benchmark evaluation-set --methods input,gain,lime
      nirecap benchmark evaluation-set --table 1 --budget 60 --seeds 3 --dry-run
    """
    methods, title, name = _methods(words["methods"], words["table"], report_only)
    if report_only:
        if dry_run:
            raise UsageMistake("--report-only runs nothing, but it writes; leave out --dry-run, or --report-only")
        rendered = _render(_results_in(words["out"]), methods, words, title, name)
        _tell(rendered, [], words["out"], as_json)
        return
    if words["against"] not in (None, *methods):
        raise UsageMistake(f"--against {words['against']}: it is not among --methods {','.join(methods)}")
    planned = _plan(dataset, methods, words, as_json, dry_run)
    if planned is None or dry_run:
        return
    outcome = _run(planned, as_json)
    if rows := planned.of_these(outcome.rows.values()):
        if words["against"] not in {row.method for row in rows}:  # it failed
            words["against"] = None
        rendered = _render(rows, methods, words, title, name, outcome.failures)
        _tell(rendered, outcome.failures, words["out"], as_json)
    if outcome.failures:
        raise BenchmarkError(f"{len(outcome.failures)} of {len(planned.jobs)} failed: {outcome.failures[0]}")


def _methods(methods: tuple[str, ...] | None, table: int | None, report_only: bool) -> tuple[tuple[str, ...], str, str]:
    """Return names of methods, the title of their table, and the name of its files."""
    from nirecap.benchmarks.paper_tables import TABLES, methods_of

    if methods is not None and table is not None:
        raise UsageMistake("--table names the methods; leave out --methods, or --table")
    if methods is not None and not methods:
        raise UsageMistake("--methods names none; give some, as input,gain")
    if table is not None:
        return methods_of(table), TABLES[table].title, f"table_{table}"
    return methods or (() if report_only else methods_of(1)), "Comparison of methods", "main"


def _plan(
    dataset: str | None, methods: tuple[str, ...], words: dict[str, Any], as_json: bool, dry_run: bool
) -> "Plan | None":
    """Say what is benchmarked on and what would be run; None where the data are still to be made, and may not."""
    from nirecap.benchmarks.data_choice import choose_data
    from nirecap.benchmarks.plan import plan

    choice = choose_data(dataset)
    reason = f" ({choice.why})" if choice.why else ""
    click.echo(f"benchmarking on {choice.dataset}{reason}", err=as_json)
    if choice.to_make:
        if dry_run:
            click.echo(
                f"the set would be made first; then {len(methods)} methods run: {', '.join(methods)}", err=as_json
            )
            return None
        _make_drawn_set(Path(choice.dataset), words["threads"])
    planned = plan(_order(choice.dataset, methods, words))
    _announce(planned, as_json)
    return planned


def _order(dataset: str, methods: tuple[str, ...], words: dict[str, Any]) -> "Order":
    from nirecap.benchmarks.metrics import Assets
    from nirecap.benchmarks.order import Order

    return Order(
        dataset=dataset,
        out=words["out"],
        methods=methods,
        seeds=words["seeds"],
        minutes=words["minutes"],
        metrics=words["metrics"],
        weights=dict(words["weights"]),
        pairs=words["pairs"],
        assets=Assets(words["nliee"], words["lpips"]),
        limit=words["limit"],
        threads=words["threads"],
    )


def _announce(planned: "Plan", as_json: bool) -> None:
    order, waiting = planned.order, planned.waiting
    count = planned.trainings
    trainings = f", {count} training{'' if count == 1 else 's'} of {order.minutes:g} minutes to do" if count else ""
    click.echo(
        f"{len(planned.triplets)} test images, {len(order.methods)} methods; of {len(planned.jobs)} runs "
        f"{len(planned.jobs) - len(waiting)} are done{trainings}",
        err=as_json,
    )


def _make_drawn_set(folder: Path, workers: int) -> None:
    from nirecap.benchmarks.drawn_set import make
    from nirecap.progress import progress_bar

    with progress_bar("drawing the evaluation set"):
        make(folder, workers)


def _run(planned: "Plan", as_json: bool) -> "Outcome":
    from nirecap.benchmarks.run import Outcome, run
    from nirecap.benchmarks.told import Told
    from nirecap.progress import progress_bar

    class OnTheBar(Told):
        def __init__(self, bar: "Bar") -> None:
            self._bar = bar

        def stage(self, label: str, total: int) -> Callable[[int], None]:
            self._bar.begin(label, total)
            return self._bar.advance

        def say(self, line: str) -> None:
            self._bar.say(line)

    outcome = Outcome()
    try:
        with progress_bar("benchmark") as bar:
            run(planned, OnTheBar(bar), outcome)
    except KeyboardInterrupt:
        raise StoppedByUser(
            f"stopped by you: {outcome.done} of {len(planned.jobs)} runs are done and kept in {planned.order.out}; the "
            "same command goes on from there"
        ) from None
    return outcome


def _render(
    rows: "Sequence[Row]",
    methods: tuple[str, ...],
    words: dict[str, Any],
    title: str,
    name: str,
    failures: "Sequence[str]" = (),
) -> "Rendered":
    from nirecap.benchmarks.rendering import render
    from nirecap.progress import progress_bar

    with progress_bar("tables, figures and report"):
        return render(words["out"], rows, methods, words["metrics"], words["against"], title, name, failures)


def _results_in(out: Path) -> "Sequence[Row]":
    from nirecap.benchmarks.layout import RESULTS
    from nirecap.benchmarks.results import read_results

    return read_results(out / RESULTS)


def _tell(rendered: "Rendered", failures: list[str], out: Path, as_json: bool) -> None:
    if as_json:
        click.echo(json.dumps(_facts(rendered, failures, out), allow_nan=False))
        return
    for table in rendered.tables[:-1]:
        click.echo(f"\n{table.plain()}")
    click.echo()
    for problem in rendered.problems:
        click.echo(problem)
    for kind, files in rendered.files.items():
        shown = files[0] if len(files) == 1 else files[0].parent
        click.echo(f"{kind:<8} {shown}")


def _facts(rendered: "Rendered", failures: list[str], out: Path) -> dict[str, object]:
    from nirecap.benchmarks.report.contents import short

    scores = rendered.scores
    means = {name: {metric: scores.mean(name, metric) for metric in scores.metrics} for name in scores.methods}
    return {
        "out": str(out),
        "images": len(scores.images),
        "scenes": len(set(scores.scenes)),
        "methods": {
            name: {
                metric: {
                    "mean": short(mean.value),
                    "error": short(mean.error),
                    "seeds": mean.seeds,
                    "missing": mean.missing,
                }
                for metric, mean in of.items()
            }
            for name, of in means.items()
        },
        "failures": failures,
        "problems": rendered.problems,
        "files": {kind: [str(file) for file in files] for kind, files in rendered.files.items()},
    }
