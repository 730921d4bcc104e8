"""`nirecap import`: bring images taken elsewhere into a collection."""

from pathlib import Path

import click

from nirecap.errors import CollectionError, ImageError, UsageMistake
from nirecap.places import choose_collection

FOLDER = click.Path(exists=True, file_okay=False, path_type=Path)


@click.command(
    "import",
    short_help="Bring in images taken elsewhere, byte for byte.",
    epilog="Without OUT: the current folder if it is a collection, else ./captures.",
)
@click.argument("source", type=FOLDER)
@click.argument("out", required=False, type=click.Path(file_okay=False, path_type=Path))
@click.option("--camera", default="import", show_default=True, help="Name of the camera that took them.")
@click.option("--dry-run", is_flag=True, help="Say what would be imported; write nothing.")
def command(source: Path, out: Path | None, camera: str, dry_run: bool) -> None:
    """Import images from the folder SOURCE into the collection OUT, byte for byte.

    Understood are files named <stem>_low, <stem>_nire, <stem>_reference and <stem>_reference_nire, and folders low,
    nire, reference and reference_nire with files of equal names; PNG, JPEG, TIFF and BMP. Incomplete stems are named
    and left out, images that the collection has are not imported again, and SOURCE is never changed.

    \b
    Example:
      nirecap import ~/camcorder night
    """
    from nirecap.capture.import_images import already_there, find_shots, hashes_of, import_shot
    from nirecap.capture.store import Collection
    from nirecap.progress import progress_bar, shots

    folder = choose_collection(out)
    found = find_shots(source)
    complete = [(shot, shot.plan) for shot in found if shot.plan]
    click.echo(f"{shots(len(complete))} in {source} to import into {folder}")
    for shot in found:
        if not shot.plan:
            click.echo(f"left out: {click.format_filename(shot.stem)} ({shot.missing})")
    if not complete:
        raise UsageMistake(
            f"no stem in {source} is complete; a shot needs low and nire, or reference and reference_nire"
        )
    if dry_run:
        return
    collection = Collection(folder, create=True)
    known = already_there(collection)
    imported = refused = 0
    with (
        collection.start_session(camera, {"camera": {"name": camera, "driver": "import"}}) as session,
        progress_bar("import", len(complete)) as bar,
    ):
        for shot, plan in complete:
            try:
                hashes = hashes_of(shot)
                if hashes not in known:
                    import_shot(session, source, shot, plan)
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
