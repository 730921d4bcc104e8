"""`nirecap train`: the purification network learns from a data set."""

import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from nirecap.commands.minutes import Minutes
from nirecap.errors import StoppedByUser, UsageMistake
from nirecap.places import choose_collection

if TYPE_CHECKING:
    from nirecap.model.checkpoint import Position
    from nirecap.model.config import Config
    from nirecap.model.frames import TrainingFrames
    from nirecap.model.processes import Processes
    from nirecap.model.schedule import Length
    from nirecap.model.train import Told, Trained
    from nirecap.progress import Bar

PRESETS = ("tiny", "small", "paper", "plus", "strict")
LINE_EVERY = 30.0
"""Seconds between lines where there is no terminal for a bar."""
SHOWN = ("exposure", "self", "cycle", "supervised", "adversarial", "discriminators")
"""Losses that stand beside the bar, in the stages that have them."""


@click.command(
    "train",
    short_help="Train the purification network on a data set.",
    epilog="Without DATASET: the current folder if it is a collection or a published set, else ./captures. Several "
    "processes: accelerate launch --multi_gpu --num_processes 2 -m nirecap train ...",
)
@click.argument("dataset", required=False)
@click.option(
    "--preset",
    type=click.Choice(PRESETS),
    default="small",
    show_default=True,
    help="tiny for a minute of CPU, small for an hour, paper for a GPU; plus also learns from lit images that are "
    "darkened; strict is the paper to the letter.",
)
@click.option("--out", default="run", show_default=True, type=click.Path(file_okay=False, path_type=Path))
@click.option("--minutes", type=Minutes(), help="Of training.  [default: the preset's]")
@click.option("--steps", type=click.IntRange(min=1), help="Of training, in place of minutes.")
@click.option(
    "--seed",
    type=click.IntRange(0, 2**63 - 1),
    default=0,
    show_default=True,
    help="Equal seeds and --steps on one CPU thread, equal weights.",
)
@click.option("--threads", type=click.IntRange(1, 1024), help="Of a process.  [default: one a core]")
@click.option(
    "--set", "settings", multiple=True, metavar="NAME=VALUE", help="Change a setting of the preset. Can be given again."
)
@click.option(
    "--without",
    multiple=True,
    type=click.Choice(["cem", "ccl", "scl", "structure"]),
    help="Leave out a part, as Table II of the paper does. Can be given again.",
)
@click.option("--iterations", type=click.IntRange(min=1), help="T of colour extraction, as Table III.")
@click.option(
    "--mask/--no-mask",
    default=None,
    help="Don't learn from what curate found spoilt in NIR images.  [default: the preset's]",
)
@click.option("--resume", is_flag=True, help="Only go on with a run that is in OUT; begin none.")
@click.option("--dry-run", is_flag=True, help="Say what would be trained; write nothing.")
def command(dataset: str | None, out: Path, resume: bool, dry_run: bool, **words: Any) -> None:  # noqa: ANN401 - the options above
    """Train on the low-light pairs and the lit images of DATASET, unpaired, and write weights into OUT.

    DATASET is a collection, a folder that `nirecap publish` made, or its name on the Hub. OUT gets model.safetensors,
    config.toml, metrics.jsonl, sample pictures and curves for TensorBoard. Ctrl-C keeps what is learnt, and the same
    command goes on from there, as it does after a kill.

    \b
    Examples:
      nirecap train evaluation-set --preset tiny --steps 20
      nirecap train evaluation-set --preset small --minutes 60 --set width=32 --out wide --dry-run
    """
    from nirecap.model.checkpoint import CONFIG, STATE
    from nirecap.model.open_dataset import open_training
    from nirecap.model.processes import Processes

    config = _config(words)
    length = _length(words["minutes"], words["steps"], config)
    if resume and not ((out / STATE).is_file() or (out / CONFIG).is_file()):  # killed before its first checkpoint
        raise UsageMistake(f"{out} holds no run to go on with; leave out --resume to begin one")
    chosen = dataset or _dataset_here()
    frames = open_training(chosen)
    with Processes() as processes:
        if processes.first:
            many = f" in {processes.count} processes" if processes.count > 1 else ""
            click.echo(f"training {words['preset']} on {chosen} for {length}{many}, into {out}")
            _announce(frames, config)
        if not dry_run:
            trained = _train(frames, config, out, length, words["seed"], words["threads"], processes)
            if processes.first:
                _tell(trained)


def _config(words: dict[str, Any]) -> "Config":
    from nirecap.model.config import preset
    from nirecap.model.settings import settings_of

    settings = settings_of(words["settings"])
    options = {"without": words["without"] or None, "iterations": words["iterations"], "mask": words["mask"]}
    for name, value in options.items():
        if value is not None and name in settings:
            raise UsageMistake(f"{name} is given as an option and by --set; leave out one")
    return preset(words["preset"], **settings, **{name: value for name, value in options.items() if value is not None})


def _length(minutes: float | None, steps: int | None, config: "Config") -> "Length":
    from nirecap.model.schedule import Length

    if minutes and steps:
        raise UsageMistake("--minutes and --steps both say how long to train; give one of them")
    return Length(steps=steps) if steps else Length(minutes=minutes or config.minutes)


def _dataset_here() -> str:
    from nirecap.model.published_shots import is_published

    return str(Path() if is_published(Path()) else choose_collection(None))


def _announce(frames: "TrainingFrames", config: "Config") -> None:
    from nirecap.model.train import weights_of

    inference, training = weights_of(config)
    click.echo(f"data      {len(frames.dark)} dark and {len(frames.lit)} lit frames, unpaired")
    click.echo(f"network   {inference:,} weights, and {training:,} that only training needs")


def _train(
    frames: "TrainingFrames",
    config: "Config",
    out: Path,
    length: "Length",
    seed: int,
    threads: int | None,
    processes: "Processes",
) -> "Trained":
    import torch

    from nirecap.model.train import train
    from nirecap.progress import progress_bar

    if threads:
        torch.set_num_threads(threads)
    try:
        if not processes.first:
            return train(frames, config, out, length, seed=seed, processes=processes)
        with progress_bar("train", unit="steps") as bar:
            told = _on_the_bar(bar)
            return train(frames, config, out, length, seed=seed, told=told, processes=processes)
    except KeyboardInterrupt:
        raise StoppedByUser(f"stopped by you; what is learnt is in {out}, and the same command goes on") from None


def _on_the_bar(bar: "Bar") -> "Told":
    from nirecap.model.train import Told

    class OnTheBar(Told):
        def __init__(self) -> None:
            self._said = time.monotonic()
            self._begun = False

        def step(self, position: "Position", spent: float, losses: dict[str, float]) -> None:
            total = max(position.step, round(position.step / spent)) if spent else None
            if not self._begun:
                bar.begin("train", total, position.step - 1)
                self._begun = True
            bar.expect(total)
            bar.advance()
            numbers = "  ".join(f"{name} {losses[name]:.3f}" for name in SHOWN if name in losses)
            bar.note(f"{position.stage}  {numbers}")
            if not bar.is_seen and time.monotonic() - self._said > LINE_EVERY:
                self._said = time.monotonic()
                bar.say(f"step {position.step:,} ({spent:.0%})  {position.stage}  {numbers}")

        def say(self, line: str) -> None:
            bar.say(line)

    return OnTheBar()


def _tell(trained: "Trained") -> None:
    from nirecap.model.checkpoint import MODEL
    from nirecap.model.journal import SAMPLES

    skipped = f", {trained.skipped} skipped without a finite gradient" if trained.skipped else ""
    minutes, seconds = divmod(round(trained.seconds), 60)
    click.echo(f"trained   {trained.steps:,} steps in {minutes} min {seconds} s{skipped}")
    click.echo(f"weights   {trained.run / MODEL}")
    pictures = sorted((trained.run / SAMPLES).glob("step-*.png"))
    if pictures:
        click.echo(f"picture   {pictures[-1]}")
    click.echo(f"next      nirecap purify {trained.run} INPUT")
