"""`nirecap demo`: the whole way from a camera to a table of methods, by the ordinary commands."""

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
    'pairs[0]["nire"]); print(load_dataset({folder}, "triplets").num_rows)'
)
METHODS = "input,gain,scalemap_anchored,purification"


class DemoFailed(NirecapError):
    """A command of the demonstration failed; it has said why itself."""


@click.command("demo", short_help="Go the whole way, without a camera.")
@click.argument("out", default="demo", type=click.Path(file_okay=False, path_type=Path))
@click.option("--dry-run", is_flag=True, help="Print the commands; run none.")
def command(out: Path, dry_run: bool) -> None:
    """Go the whole way with the simulated camera, printing each command; all that is made lies in the folder OUT.

    Six triplets are shot, curated, published and loaded. As they are too few to learn from, an evaluation set of drawn
    scenes is made; the smallest network learns from it for a minute, purifies the six, and is compared with three
    methods that learn nothing. A minute shows the way, not what the network can do: docs/benchmark.md does that.

    \b
    Example:
      nirecap demo
    """
    for step in _steps(out):
        click.secho(f"\n$ {shlex.join(step)}", bold=True)
        if not dry_run:
            _run(step)
    if not dry_run:
        _show(_tell(out))


def _steps(out: Path) -> list[list[str]]:
    night, published, drawn, run = (str(out / name) for name in ("night", "published", "drawn", "run"))
    benchmark = ["nirecap", "benchmark", drawn, "--out", str(out / "benchmark")]
    return [
        ["nirecap", "shoot", "--camera", "sim", "--plan", "triplet", "--target", "6", night],
        ["nirecap", "curate", night],
        ["nirecap", "publish", night, published],
        ["python", "-c", LOAD.format(folder=json.dumps(published, ensure_ascii=False))],
        *([] if Path(drawn).is_dir() else [["nirecap", "synth", "--recipe", "evaluation", drawn]]),
        ["nirecap", "train", drawn, "--preset", "tiny", "--out", run],
        ["nirecap", "purify", run, night, "--compare", "--out", str(out / "purified")],
        [*benchmark, "--methods", METHODS, "--weights", f"purification={run}"],
    ]


def _run(step: list[str]) -> None:
    program = [sys.executable, "-m", "nirecap"] if step[0] == "nirecap" else [sys.executable]
    status = subprocess.run([*program, *step[1:]], check=False).returncode
    if status:
        raise DemoFailed(f"`{shlex.join(step)}` ended with exit code {status}")


def _tell(out: Path) -> Path:
    """Say where everything is, and return the page of the comparison."""
    from nirecap.benchmarks import layout

    night, compared = out / "night", out / "benchmark" / layout.REPORT
    made = {
        "collection": night,
        "manifest": night / MANIFEST,
        "picture": night / CONTACT_SHEET,
        "report": night / REPORT,
        "published": out / "published",
        "card": out / "published" / "README.md",
        "network": out / "run",
        "purified": out / "purified",
        "compared": compared,
    }
    click.echo("\n" + "\n".join(f"{what:<11} {where}" for what, where in made.items()))
    return compared


def _show(page: Path) -> None:
    """Open a page where somebody can see it."""
    if page.is_file() and sys.stdout.isatty() and (os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY")):
        click.launch(str(page))
