"""`nirecap demo`: the main job from beginning to end, by the ordinary commands."""

import json
import os
import shlex
import subprocess
import sys
from pathlib import Path

import click

from nirecap.errors import NirecapError
from nirecap.places import CONTACT_SHEET, MANIFEST, REPORT

LOAD = (
    'from datasets import load_dataset; pairs = load_dataset({folder}, "pairs")["train"]; print(pairs[0]["low"], '
    'pairs[0]["nire"]); print(load_dataset({folder}, "triplets"))'
)


class DemoFailed(NirecapError):
    """A command of the demonstration failed; it has said why itself."""


@click.command("demo", short_help="Shoot, curate, publish and load, with the simulated camera.")
@click.argument("out", default="demo", type=click.Path(file_okay=False, path_type=Path))
@click.option("--dry-run", is_flag=True, help="Print the commands; run none.")
def command(out: Path, dry_run: bool) -> None:
    """Shoot a collection from the simulated camera, curate, publish and load it, printing each command.

    Without OUT: ./demo. What is published goes into a folder beside it, OUT-published.

    \b
    Example:
      nirecap demo
    """
    named = out if out.name not in ("", "..") else out.resolve()
    folder, published = str(out), str(named.with_name(f"{named.name}-published"))
    steps = [
        ["nirecap", "shoot", "--camera", "sim", "--plan", "triplet", "--target", "6", folder],
        ["nirecap", "curate", folder],
        ["nirecap", "publish", folder, published],
        ["python", "-c", LOAD.format(folder=json.dumps(published, ensure_ascii=False))],
    ]
    for step in steps:
        click.secho(f"\n$ {shlex.join(step)}", bold=True)
        if not dry_run:
            _run(step)
    if not dry_run:
        click.echo(f"\ncollection  {out}\nmanifest    {out / MANIFEST}\npicture     {out / CONTACT_SHEET}")
        click.echo(f"report      {out / REPORT}\npublished   {published}\ncard        {published}/README.md")
        _show(out / REPORT)


def _run(step: list[str]) -> None:
    program = [sys.executable, "-m", "nirecap"] if step[0] == "nirecap" else [sys.executable]
    status = subprocess.run([*program, *step[1:]], check=False).returncode
    if status:
        raise DemoFailed(f"`{shlex.join(step)}` ended with exit code {status}")


def _show(page: Path) -> None:
    """Open a page where somebody can see it."""
    if page.is_file() and sys.stdout.isatty() and (os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY")):
        click.launch(str(page))
