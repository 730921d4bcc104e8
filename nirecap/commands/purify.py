"""`nirecap purify`: a trained network makes lit images of low-light ones and their NIR images."""

import sys
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from nirecap.commands.camera_options import camera_options
from nirecap.errors import ImageError, StoppedByUser, UsageMistake

if TYPE_CHECKING:
    from nirecap.capture.choose_camera import Given
    from nirecap.model.purifier import Purifier
    from nirecap.model.purify_images import Order, Outcome

UNVERIFIED = 3
"""Exit code where a camera could not be verified to be as before."""


@dataclass(frozen=True)
class Live:
    """How a camera is used."""

    name: str
    given: "Given"
    nire: str | None
    count: int | None
    accept_still: bool


@click.command("purify", short_help="Make lit images of low-light pairs with a trained network.")
@click.argument("run")
@click.argument("inputs", nargs=-1, metavar="[INPUT]...")
@click.option("--out", default="purified", show_default=True, type=click.Path(file_okay=False, path_type=Path))
@click.option("--compare", is_flag=True, help="Also a picture of I, I as bright by gain, N, the result and R.")
@click.option("--force", is_flag=True, help="Make anew what is there.  [default: keep it]")
@click.option("--tile", type=click.IntRange(min=0), default=512, show_default=True, help="Pixels; 0: whole images.")
@click.option("--batch", type=click.IntRange(1, 1024), default=1, show_default=True, help="Images at once, for GPUs.")
@click.option("--device", help="As torch calls it, as cpu or cuda:1.  [default: a GPU, if there is one]")
@click.option("--bf16/--no-bf16", default=None, help="Compute in bfloat16.  [default: where the processor has it]")
@click.option("--threads", type=click.IntRange(1, 1024), help="Of the CPU.  [default: one a core]")
@click.option("--camera", "camera", help="A live camera or profile of `nirecap cameras list`, in place of INPUT.")
@click.option(
    "--fixed-nire",
    metavar="FILE|once",
    help="Live: one NIR image for all, of a file or taken once.  [default: switch the camera for each]",
)
@click.option("--frames", type=click.IntRange(min=1), help="Live: how many images.  [default: until Ctrl-C]")
@click.option(
    "--accept-still", is_flag=True, help="Live: accept a picture without noise, which a frozen one looks like."
)
@camera_options
@click.option("--dry-run", is_flag=True, help="Say what would be purified; write and switch nothing.")
def command(run: str, inputs: tuple[str, ...], out: Path, dry_run: bool, **words: Any) -> None:  # noqa: ANN401 - the options above
    """Purify INPUT with the network in the folder RUN, or user/name on the Hub, into the folder OUT.

    INPUT is two images, low and nire; several named <stem>_low.png with <stem>_nire.png, or a folder of such; a
    collection; a published set, here or on the Hub; two videos of one length, low-light and NIR; or a clip in which
    night vision was switched by hand. Images of any size become <stem>_purified.png, videos .mp4. What is there is
    kept, inputs are never written over, and the same command goes on after Ctrl-C.

    \b
    Examples:
      nirecap purify run ~/camcorder/1_low.png ~/camcorder/1_nire.png
      nirecap purify run evaluation-set --compare --out lit
      nirecap purify run --camera sim --frames 1 --out live
      nirecap purify run --camera porch --fixed-nire once
    """
    from nirecap.model.purifier import Purifier
    from nirecap.model.purify_images import Order

    live = _live(inputs, words)
    how = {name: words[name] for name in ("device", "bf16", "threads", "tile")}
    purifier = Purifier.from_pretrained(run, **how)
    order = Order(out, words["compare"], words["force"], words["batch"])
    if live:
        _purify_live(purifier, run, live, order, dry_run)
    elif _are_videos(inputs):
        _purify_video(purifier, run, inputs, order, dry_run)
    else:
        _purify_images(purifier, run, inputs, order, dry_run)


def _live(inputs: tuple[str, ...], words: dict[str, Any]) -> Live | None:
    from nirecap.capture.choose_camera import Given

    given, camera = words["given"], words["camera"]
    if camera and inputs:
        raise UsageMistake("--camera stands in place of INPUT; leave out one of them")
    if camera:
        return Live(camera, given, words["fixed_nire"], words["frames"], words["accept_still"])
    if given != Given() or words["fixed_nire"] or words["frames"] or words["accept_still"]:
        raise UsageMistake(
            "--fixed-nire, --frames and how to reach a camera belong to a live one; give --camera NAME too"
        )
    if not inputs:
        raise UsageMistake(
            "nothing to purify; name images, a folder, a data set or videos after RUN, or give --camera NAME"
        )
    return None


def _are_videos(inputs: tuple[str, ...]) -> bool:
    from nirecap.capture.clips import FORMATS

    return len(inputs) == 2 and all(Path(each).suffix.lower() in FORMATS for each in inputs)


def _with(purifier: "Purifier", run: str, order: "Order") -> str:
    """Say by what network, how and where to."""
    from nirecap.model.nearest_preset import nearest_preset

    precision = " in bfloat16" if purifier.bf16 else ""
    return f"with {run} ({nearest_preset(purifier.config)}) on {purifier.device}{precision}, into {order.out}"


def _purify_images(purifier: "Purifier", run: str, inputs: tuple[str, ...], order: "Order", dry_run: bool) -> None:
    from nirecap.model.pairs import find_pairs
    from nirecap.model.purify_images import Outcome, purify_pairs
    from nirecap.progress import progress_bar

    found = find_pairs(inputs)
    count = len(found.pairs)
    of = inputs[0] if len(inputs) == 1 else " ".join(Path(each).name for each in inputs[:2])
    click.echo(f"purifying {count} pair{'' if count == 1 else 's'} of {of} {_with(purifier, run, order)}")
    for line in found.left_out:
        click.echo(f"left out: {click.format_filename(line)}")
    if dry_run:
        return
    outcome = Outcome()
    try:
        with progress_bar("purify", count, "images") as bar:
            purify_pairs(purifier, found.pairs, order, outcome, bar.advance, bar.say)
    except KeyboardInterrupt:
        raise StoppedByUser(
            f"stopped by you: {outcome.made + outcome.kept} of {count} are in {order.out}; the same command goes on"
        ) from None
    _tell(outcome, order, found.pairs[0].name)


def _tell(outcome: "Outcome", order: "Order", first: str) -> None:
    kept = f", {outcome.kept} there before" + (" (--force makes them anew)" if not outcome.made else "")
    click.echo(f"{outcome.made} purified{kept if outcome.kept else ''}")
    for target in order.targets(first):
        if target.exists():
            click.echo(f"picture   {_short(target)}")
    if outcome.failures:
        raise ImageError(f"{len(outcome.failures)} could not be purified: {outcome.failures[0]}")


def _purify_video(purifier: "Purifier", run: str, inputs: tuple[str, ...], order: "Order", dry_run: bool) -> None:
    from nirecap.model.pairs import by_name
    from nirecap.model.purify_video import SUFFIX, purify_video, video_facts
    from nirecap.progress import progress_bar
    from nirecap.vocabulary import Role

    ((name, files),) = by_name([Path(each) for each in inputs]).items()
    low, nire = files[Role.LOW], files[Role.NIRE]
    facts = video_facts(low)
    length = f" of {facts.seconds:.1f} s" if facts.seconds else ""
    click.echo(f"purifying the video {low}{length} by {nire} {_with(purifier, run, order)}")
    if dry_run:
        return
    if order.has(name, SUFFIX):
        click.echo(f"{_short(order.targets(name, SUFFIX)[0])} is there before; --force makes it anew")
        return
    try:
        with progress_bar("purify", facts.pictures, "pictures") as bar:
            count = purify_video(purifier, low, nire, order, name, bar.advance)
    except KeyboardInterrupt:
        raise StoppedByUser("stopped by you; nothing of the video is kept") from None
    click.echo(f"{count} pictures purified")
    for target in order.targets(name, SUFFIX):
        click.echo(f"video     {_short(target)}")


def _purify_live(purifier: "Purifier", run: str, live: Live, order: "Order", dry_run: bool) -> None:
    from nirecap.capture.choose_camera import camera_settings
    from nirecap.capture.drivers import connect
    from nirecap.capture.settle import Patience
    from nirecap.model.purify_live import Seen, purify_live
    from nirecap.progress import progress_bar

    way = f"by the NIR image {live.nire}" if live.nire else "switched for each pair"
    way = "by one NIR image, taken first" if live.nire == "once" else way
    count = f"{live.count} images" if live.count else "until Ctrl-C"
    settings = camera_settings(live.name, live.given, print)
    click.echo(f"purifying what {live.name} sees, {way}, {count}, {_with(purifier, run, order)}")
    if dry_run:
        return
    seen, patience = Seen(), Patience(must_live=not live.accept_still)
    try:
        with progress_bar("purify", live.count, "images") as bar, connect(replace(settings, ask=bar.ask)) as camera:
            purify_live(
                *(purifier, camera, order, seen),
                nire=live.nire,
                count=live.count,
                patience=patience,
                advance=bar.advance,
                say=bar.say,
            )
    except KeyboardInterrupt:  # how it ends where no number is given
        pass
    finally:
        click.echo(f"{seen.made} purified, in {order.out}")
    sys.exit(UNVERIFIED if seen.restored is False else 0)


def _short(path: Path) -> str:
    return click.format_filename(path.relative_to(Path.cwd()) if path.is_relative_to(Path.cwd()) else path)
