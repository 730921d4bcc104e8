"""`nirecap import`: bring images and clips taken elsewhere into a collection."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from nirecap.errors import CollectionError, ImageError, UsageMistake
from nirecap.places import choose_collection

if TYPE_CHECKING:
    from nirecap.capture.import_clips import Filmed
    from nirecap.capture.import_images import Found
    from nirecap.capture.takes import Rules

FOLDER = click.Path(exists=True, file_okay=False, path_type=Path)


@click.command(
    "import",
    short_help="Bring in images and clips taken elsewhere.",
    epilog="Without OUT: the current folder if it is a collection, else ./captures.",
)
@click.argument("source", type=FOLDER)
@click.argument("out", required=False, type=click.Path(file_okay=False, path_type=Path))
@click.option("--camera", default="import", show_default=True, help="Name of the camera that took them.")
@click.option(
    "--lit-above",
    type=click.FloatRange(0, 255),
    default=75.0,
    show_default=True,
    help="Mean level, 0 to 255, from which a picture by day that no name explains is a lit one.",
)
@click.option(
    "--max-gap",
    type=click.FloatRange(min=0),
    default=120.0,
    show_default=True,
    help="Seconds over which two pictures that no name explains still make a pair.",
)
@click.option("--dry-run", is_flag=True, help="Say what would be imported; write nothing.")
def command(source: Path, out: Path | None, camera: str, lit_above: float, max_gap: float, dry_run: bool) -> None:
    """Import images and clips from the folder SOURCE into the collection OUT.

    Images named <stem>_low, <stem>_nire, <stem>_reference and <stem>_reference_nire, or in folders low, nire,
    reference and reference_nire under equal names, are taken by these names, byte for byte; PNG, JPEG, TIFF and BMP.

    In other images and in clips (MP4, MOV, MKV) in which night vision was switched by hand, the pixels tell day from
    night: of each stretch that is at rest the sharpest frame is taken, and pictures of one view that follow each other
    in time become a shot. What is left out is named; what the collection has is not imported again; SOURCE is never
    changed.

    \b
    Examples:
      nirecap import ~/camcorder --dry-run
      nirecap import ~/camcorder night
    """
    from nirecap.capture.import_images import files_below, find_shots
    from nirecap.capture.takes import Rules
    from nirecap.images import SUFFIXES
    from nirecap.progress import shots

    folder = choose_collection(out)
    named = find_shots(files_below(source, SUFFIXES), source)
    filmed = _filmed(source, named, Rules(lit_above, max_gap), table=dry_run)
    complete: list[Found | Filmed] = [*(shot for shot in named if shot.plan), *filmed]
    click.echo(f"{shots(len(complete))} in {source} to import into {folder}")
    for shot in named:
        if not shot.plan:
            click.echo(f"left out: {click.format_filename(shot.scene)} ({shot.missing})")
    if not complete:
        raise UsageMistake(
            f"nothing in {source} is complete; a shot needs low and nire, or reference and reference_nire"
        )
    if not dry_run:
        _import(complete, source, folder, camera)


def _filmed(source: Path, named: "Sequence[Found]", rules: "Rules", *, table: bool) -> "list[Filmed]":
    """Search what no name explains; say what was left out, and with `table` all that was found."""
    from nirecap.capture.clips import FORMATS
    from nirecap.capture.import_clips import filmed_shots, takes_of
    from nirecap.capture.import_images import files_below
    from nirecap.images import SUFFIXES
    from nirecap.progress import progress_bar

    explained = {path for shot in named for path in shot.files.values()}
    files = [path for path in files_below(source, {*SUFFIXES, *FORMATS}) if path not in explained]
    if not files and not named:
        raise UsageMistake(
            f"{source} has no images named <stem>_low.png, <stem>_nire.png ..., no folders low/, nire/ ... of images, "
            "and no other images or clips"
        )
    takes = []
    with progress_bar("search", len(files)) as bar:
        for path in files:
            try:
                takes.append(takes_of(path))
                if not takes[-1]:
                    bar.say(f"left out: {path} (no part of it shows day or night and is at rest)")
            except ImageError as error:
                bar.say(f"left out: {error}")
            bar.advance()
    filmed, alone = filmed_shots(takes, source, rules)
    if table:
        _print_table(filmed)
    for take in alone:
        click.echo(f"left out: {click.format_filename(take.where)} ({rules.kind(take)}, no partner of the same view)")
    return filmed


def _print_table(filmed: "Sequence[Filmed]") -> None:
    for shot in filmed:
        click.echo(f"{click.format_filename(shot.scene)} ({shot.plan})")
        for role, take in shot.takes.items():
            click.echo(f"  {role:<15} {click.format_filename(take.where)}, {take.look}, time by {take.clock}")


def _import(complete: "Sequence[Found | Filmed]", source: Path, folder: Path, camera: str) -> None:
    from nirecap.capture.import_images import already_there, hashes_of, write_shot
    from nirecap.capture.store import Collection
    from nirecap.progress import progress_bar

    collection = Collection(folder, create=True)
    known = already_there(collection)
    imported = refused = 0
    with (
        collection.start_session(camera, {"camera": {"name": camera, "driver": "import"}}) as session,
        progress_bar("import", len(complete)) as bar,
    ):
        for shot in complete:
            try:
                pictures = shot.pictures(source)
                hashes = hashes_of(pictures)
                if shot.plan and hashes not in known:
                    write_shot(session, shot.scene, shot.plan, pictures, shot.details)
                    known.add(hashes)
                    imported += 1
            except (ImageError, CollectionError) as error:
                refused += 1
                bar.say(f"left out: {error}")
            bar.advance()
    click.echo(
        f"{imported} imported, {len(complete) - imported - refused} there before, {refused} left out; "
        f"next: nirecap curate {folder}"
    )
