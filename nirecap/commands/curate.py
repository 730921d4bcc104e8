"""`nirecap curate`: check every shot of a collection and write its manifest."""

import os
from pathlib import Path

import click

from nirecap.errors import UsageMistake
from nirecap.places import CONTACT_SHEET, MANIFEST, choose_collection


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
@click.option("--workers", type=click.IntRange(min=1), default=os.cpu_count(), help="Processes.  [default: one a core]")
@click.option("--show-thresholds", is_flag=True, help="Print nirecap's limits, a file to begin with.")
@click.option("--dry-run", is_flag=True, help="Say what would be examined; write nothing.")
def command(
    collection: Path | None, own_thresholds: Path | None, workers: int, show_thresholds: bool, dry_run: bool
) -> None:
    """Check the shots of COLLECTION and write metadata.parquet, one row each with scores, flags and status.

    Looks whether the filter switched, whether the images are aligned, for reflections of the lamp and for structure
    that vanishes in NIR. Images are never changed, and a person's verdict outlives every run.

    \b
    Examples:
      nirecap curate
      nirecap curate --show-thresholds > my-limits.toml
      nirecap curate night --thresholds my-limits.toml
    """
    from nirecap.capture.store import Collection
    from nirecap.curate.curate import curate
    from nirecap.curate.thresholds import DEFAULTS, load_thresholds
    from nirecap.progress import progress_bar, shots

    if show_thresholds:
        click.echo(DEFAULTS.read_text(encoding="utf-8"), nl=False)
        return
    folder = choose_collection(collection)
    thresholds = load_thresholds(own_thresholds)
    opened = Collection(folder, sweep=not dry_run)
    number = len(opened)
    for line in opened.leftovers:
        click.echo(f"swept away: {line}")
    if not number:
        raise UsageMistake(f"{folder} has no shots yet; take some with `nirecap shoot` or `nirecap import`")
    click.echo(f"curating {folder}: {shots(number)}")
    if dry_run:
        return
    with progress_bar("curate", number) as bar:
        result = curate(opened, thresholds, min(workers, number), bar.advance)
    for problem in result.problems:
        click.echo(f"unreadable: {problem}")
    click.echo(", ".join(f"{result.statuses[status]} {status}" for status in ("keep", "review", "reject")))
    for flag, count in result.flags.most_common():
        click.echo(f"  {count} {flag}")
    click.echo(f"manifest  {folder / MANIFEST}")
    click.echo(f"picture   {folder / CONTACT_SHEET}")
