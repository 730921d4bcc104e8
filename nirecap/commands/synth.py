"""`nirecap synth`: shots from registered RGB + NIR scenes, or from drawn ones."""

import os
from pathlib import Path

import click

from nirecap.commands.simulate import PictureSize
from nirecap.errors import UsageMistake
from nirecap.vocabulary import Plan


@click.command("synth", short_help="Make shots from RGB + NIR scenes, or from drawn ones.")
@click.argument(
    "folders", nargs=-1, required=True, metavar="[SCENES] OUT", type=click.Path(file_okay=False, path_type=Path)
)
@click.option("--split", help="Only the scenes that scenes.csv in SCENES puts in this split.")
@click.option(
    "--plan",
    type=click.Choice([str(plan) for plan in Plan]),
    default="triplet",
    show_default=True,
    help="Images of a shot.",
)
@click.option(
    "--count", type=click.IntRange(min=1), help="Number of shots; scenes come in turn.  [default: one a scene]"
)
@click.option("--size", type=PictureSize(), help="Size of the pictures.  [default: each scene's own]")
@click.option("--seed", default=0, show_default=True, help="Equal seeds give equal images.")
@click.option("--workers", type=click.IntRange(min=1), default=os.cpu_count(), help="Processes.  [default: one a core]")
@click.option("--dry-run", is_flag=True, help="Say what would be made; write nothing.")
def command(
    folders: tuple[Path, ...],
    split: str | None,
    plan: str,
    count: int | None,
    size: tuple[int, int] | None,
    seed: int,
    workers: int,
    dry_run: bool,
) -> None:
    """Make shots in the collection OUT from the registered RGB + NIR scenes of the folder SCENES.

    The simulated camera's optics turn <id>_rgb.* and <id>_nir.* into low-light, NIR-enlightened and lit pictures:
    noise, exposure, lamp fall-off and the filter's shift differ from shot to shot. Without SCENES, drawn ones are used.

    \b
    Examples:
      nirecap synth drawn
      nirecap synth ~/rgb-nir-scenes night --split train --count 100
    """
    from nirecap.capture.sim.scene import open_scenes
    from nirecap.capture.store import Collection
    from nirecap.capture.synth import Recipe, synthesise
    from nirecap.progress import progress_bar, shots

    if len(folders) > 2:
        raise UsageMistake("name at most two folders: SCENES and OUT")
    scenes, out = (folders[0] if len(folders) == 2 else None), folders[-1]
    available = open_scenes(scenes, seed, split)
    number = count or len(available)
    click.echo(f"{shots(number)} ({plan}) of {len(available)} scenes of {scenes or 'the drawn ones'} into {out}")
    if dry_run:
        return
    recipe = Recipe(scenes, split, Plan(plan), size, seed)
    with progress_bar("synth", number) as bar:
        for _ in synthesise(recipe, number, Collection(out, create=True), workers):
            bar.advance()
    click.echo(f"{shots(number)} made; next: nirecap curate {out}")
