"""`nirecap demo`: the main job from beginning to end, by the ordinary commands."""

import json
import shlex
import subprocess
import sys
from pathlib import Path

import click

from nirecap.errors import NirecapError
from nirecap.places import CONTACT_SHEET, MANIFEST

LOAD = 'from datasets import load_dataset; shots = load_dataset({folder})["train"]; print(shots); print(shots[0])'


class DemoFailed(NirecapError):
    """A command of the demonstration failed; it has said why itself."""


@click.command("demo", short_help="Shoot, curate and load, with the simulated camera.")
@click.argument("out", default="demo", type=click.Path(file_okay=False, path_type=Path))
@click.option("--dry-run", is_flag=True, help="Print the commands; run none.")
def command(out: Path, dry_run: bool) -> None:
    """Shoot, curate and load a collection from the simulated camera, printing each command.

    Without OUT: ./demo.

    \b
    Example:
      nirecap demo
    """
    folder = str(out)
    steps = [
        ["nirecap", "shoot", "--camera", "sim", "--plan", "triplet", "--target", "6", folder],
        ["nirecap", "curate", folder],
        ["python", "-c", LOAD.format(folder=json.dumps(folder, ensure_ascii=False))],
    ]
    for step in steps:
        click.secho(f"\n$ {shlex.join(step)}", bold=True)
        if not dry_run:
            _run(step)
    if not dry_run:
        click.echo(f"\ncollection  {out}\nmanifest    {out / MANIFEST}\npicture     {out / CONTACT_SHEET}")


def _run(step: list[str]) -> None:
    program = [sys.executable, "-m", "nirecap"] if step[0] == "nirecap" else [sys.executable]
    status = subprocess.run([*program, *step[1:]], check=False).returncode
    if status:
        raise DemoFailed(f"`{shlex.join(step)}` ended with exit code {status}")
