"""`nirecap synth`: shots from registered RGB + NIR scenes, or from drawn ones."""

import os
from pathlib import Path

import click
from click.core import ParameterSource

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
@click.option(
    "--recipe",
    "fixed",
    type=click.Choice(["evaluation"]),
    help="A set with fixed levels and seeds, to train and to test by; takes no other option but --workers.",
)
@click.option("--workers", type=click.IntRange(min=1), default=os.cpu_count(), help="Processes.  [default: one a core]")
@click.option("--dry-run", is_flag=True, help="Say what would be made; write nothing.")
@click.pass_context
def command(
    context: click.Context,
    folders: tuple[Path, ...],
    split: str | None,
    plan: str,
    count: int | None,
    size: tuple[int, int] | None,
    seed: int,
    fixed: str | None,
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
      nirecap synth ~/rgb-nir-scenes evaluation-set --recipe evaluation
      nirecap synth drawn-set --recipe evaluation --dry-run
    """
    if len(folders) > 2:
        raise UsageMistake("name at most two folders: SCENES and OUT")
    scenes, out = (folders[0] if len(folders) == 2 else None), folders[-1]
    if fixed:
        _refuse_other_options(context, fixed)
    if fixed and scenes:
        _make_fixed(fixed, scenes, out, workers, dry_run)
    elif fixed:
        _make_drawn(fixed, out, workers, dry_run)
    else:
        _make(scenes, out, split, Plan(plan), count, size, seed, workers, dry_run)


def _refuse_other_options(context: click.Context, fixed: str) -> None:
    given = [
        name
        for name in ("split", "plan", "count", "size", "seed")
        if context.get_parameter_source(name) is ParameterSource.COMMANDLINE
    ]
    if given:
        raise UsageMistake(f"--recipe {fixed} says itself what is made; leave out --{given[0]}")


def _make_drawn(name: str, out: Path, workers: int, dry_run: bool) -> None:
    from nirecap.benchmarks.drawn_set import make
    from nirecap.progress import progress_bar

    click.echo(f"the recipe {name} with drawn scenes into {out}")
    if dry_run:
        return
    with progress_bar("synth"):
        made = make(out, workers)
    click.echo(f"{made.dark} pairs and {made.lit} references to train on, {made.triplets} triplets to test on")


def _make_fixed(name: str, scenes: Path, out: Path, workers: int, dry_run: bool) -> None:
    from nirecap.capture.recipes import fixed_recipes, make_fixed
    from nirecap.progress import progress_bar, shots

    recipes = fixed_recipes(name, scenes)
    number = sum(count for _, count in recipes)
    parts = ", ".join(f"{count} {recipe.plan} of {recipe.split}" for recipe, count in recipes)
    click.echo(f"{shots(number)} ({parts}) of {scenes} into {out}")
    if dry_run:
        return
    with progress_bar("synth", number) as bar:
        for _ in make_fixed(recipes, out, workers):
            bar.advance()
    click.echo(f"{shots(number)} made; each knows whether it trains or tests")


def _make(
    scenes: Path | None,
    out: Path,
    split: str | None,
    plan: Plan,
    count: int | None,
    size: tuple[int, int] | None,
    seed: int,
    workers: int,
    dry_run: bool,
) -> None:
    from nirecap.capture.sim.scene import open_scenes
    from nirecap.capture.store import Collection
    from nirecap.capture.synth import Recipe, synthesise
    from nirecap.progress import progress_bar, shots

    available = open_scenes(scenes, seed, split)
    number = count or len(available)
    click.echo(f"{shots(number)} ({plan}) of {len(available)} scenes of {scenes or 'the drawn ones'} into {out}")
    if dry_run:
        return
    recipe = Recipe(scenes, split, plan, size, seed)
    with progress_bar("synth", number) as bar:
        for _ in synthesise(recipe, number, Collection(out, create=True), workers):
            bar.advance()
    click.echo(f"{shots(number)} made; next: nirecap curate {out}")
