"""`nirecap curate`: check every shot of a collection and write its manifest."""

import json
import os
import time
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import click

from nirecap.errors import StoppedByUser, UsageMistake
from nirecap.places import CONTACT_SHEET, MANIFEST, REPORT, choose_collection

if TYPE_CHECKING:
    from nirecap.capture.store import Collection
    from nirecap.curate.curation import Curation, How
    from nirecap.curate.thresholds import Thresholds
    from nirecap.progress import Bar

STATUSES = ("keep", "review", "reject")


def _show_thresholds(context: click.Context, _: click.Parameter, wanted: bool) -> None:
    """Print the limits and end."""
    if not wanted:
        return
    from nirecap.curate.thresholds import DEFAULTS

    click.echo(DEFAULTS.read_text(encoding="utf-8"), nl=False)
    context.exit()


@click.command(
    "curate",
    short_help="Check every shot and write the manifest.",
    epilog="Without COLLECTION: the current folder if it is a collection, else ./captures.",
)
@click.argument("collection", required=False, type=click.Path(file_okay=False, path_type=Path))
@click.option(
    "--thresholds",
    "own_thresholds",
    type=click.Path(dir_okay=False, path_type=Path),
    help="TOML file with limits of your own; --show-thresholds prints nirecap's, to begin with.",
)
@click.option(
    "--set",
    "settings",
    multiple=True,
    metavar="FLAG=LIMIT",
    help="Change one limit; FLAG.COLUMN=LIMIT where a flag has several. Can be given again.",
)
@click.option("--align", is_flag=True, help="Write aligned copies of misaligned shots; the originals stay.")
@click.option("--trust-mtime", is_flag=True, help="Don't hash files again whose size and time are as they were.")
@click.option("--workers", type=click.IntRange(min=1), default=os.cpu_count(), help="Processes.  [default: one a core]")
@click.option("--ray", metavar="ADDRESS", help="Examine on a Ray cluster: HOST:PORT of its head, or auto.")
@click.option("--json", "as_json", is_flag=True, help="Print what was found as one JSON object.")
@click.option(
    "--show-thresholds",
    is_flag=True,
    is_eager=True,
    expose_value=False,
    callback=_show_thresholds,
    help="Print nirecap's limits, a file to begin with.",
)
@click.option("--dry-run", is_flag=True, help="Say what would be examined; write nothing.")
def command(
    collection: Path | None,
    own_thresholds: Path | None,
    settings: tuple[str, ...],
    align: bool,
    trust_mtime: bool,
    workers: int,
    ray: str | None,
    as_json: bool,
    dry_run: bool,
) -> None:
    """Check the shots of COLLECTION and write metadata.parquet, one row each with scores, flags and status.

    Looks whether the filter switched, whether the images are aligned, for reflections of the lamp, for structure that
    vanishes in NIR, and for what else spoils a pair. Images are never changed, a person's verdict outlives every run,
    and what an earlier run examined is not examined again. Ctrl-C keeps what is done.

    \b
    Examples:
      nirecap curate
      nirecap curate --show-thresholds > my-limits.toml
      nirecap curate night --thresholds my-limits.toml
      nirecap curate night --set misaligned.align_shift_px=2 --align --trust-mtime
    """
    from nirecap.capture.store import Collection
    from nirecap.curate.curation import How
    from nirecap.curate.thresholds import load_thresholds, with_limits
    from nirecap.progress import shots

    folder = choose_collection(collection)
    thresholds = with_limits(load_thresholds(own_thresholds), settings)
    opened = Collection(folder, sweep=not dry_run)
    number = len(opened)
    for line in opened.leftovers:
        click.echo(f"swept away: {line}", err=as_json)
    if not number:
        raise UsageMistake(f"{folder} has no shots yet; take some with `nirecap shoot` or `nirecap import`")
    click.echo(f"curating {folder}: {shots(number)}", err=as_json)
    if dry_run:
        _say_what_would_be(opened, number, as_json)
        return
    began = time.monotonic()
    result = _curate(opened, thresholds, How(workers, ray, trust_mtime, align))
    if as_json:
        click.echo(json.dumps(_facts(folder, result, time.monotonic() - began)))
    else:
        _tell(folder, result)


def _say_what_would_be(opened: "Collection", number: int, as_json: bool) -> None:
    from nirecap.curate.curate import found_in_cache
    from nirecap.progress import shots

    cached = found_in_cache(opened)
    if as_json:
        click.echo(json.dumps({"collection": str(opened.path), "to_examine": number - cached, "cached": cached}))
    else:
        click.echo(f"{shots(number - cached)} to examine, {cached} known from earlier runs; nothing is written")


def _curate(opened: "Collection", thresholds: "Thresholds", how: "How") -> "Curation":
    from nirecap.curate.curate import curate
    from nirecap.curate.curation import Curation, Told
    from nirecap.progress import progress_bar, shots

    class OnTheBar(Told):
        def __init__(self, bar: "Bar") -> None:
            self._bar = bar

        def stage(self, name: str, total: int) -> Callable[[int], None]:
            self._bar.begin(name, total)
            return self._bar.advance

        def say(self, line: str) -> None:
            self._bar.say(line)

    result = Curation()
    try:
        with progress_bar("looking", unit="shots") as bar:
            return curate(opened, thresholds, how, OnTheBar(bar), result)
    except KeyboardInterrupt:
        raise StoppedByUser(
            f"stopped by you: {shots(result.examined)} examined in this run, which the next one will not examine "
            "again; the manifest is as it was"
        ) from None


def _tell(folder: Path, result: "Curation") -> None:
    from nirecap.progress import shots

    for problem in result.problems:
        click.echo(f"unreadable: {problem}")
    if (more := result.flags["unreadable"] - len(result.problems)) > 0:
        click.echo(f"unreadable: {more} more")
    known = result.shots - result.examined
    click.echo(f"{shots(result.examined)} examined" + (f", {known} known from earlier runs" if known > 0 else ""))
    click.echo(", ".join(f"{result.statuses[status]} {status}" for status in STATUSES))
    for flag, count in result.flags.most_common():
        click.echo(f"  {count} {flag}")
    if result.aligned:
        click.echo(f"{shots(result.aligned)} by their aligned copies")
    for line in result.changes.lines():
        click.echo(line)
    for name, path in _files(folder).items():
        click.echo(f"{name:<9} {path}")


def _files(folder: Path) -> dict[str, str]:
    return {"manifest": str(folder / MANIFEST), "report": str(folder / REPORT), "picture": str(folder / CONTACT_SHEET)}


def _facts(folder: Path, result: "Curation", seconds: float) -> dict[str, object]:
    return {
        "collection": str(folder),
        "shots": result.shots,
        "examined": result.examined,
        "aligned": result.aligned,
        **{status: result.statuses[status] for status in STATUSES},
        "flags": dict(result.flags.most_common()),
        "unreadable": result.problems,
        "changes": result.changes.facts(),
        "files": _files(folder),
        "seconds": round(seconds, 3),
    }
