"""`nirecap export`: a trained network for other programs, as an ONNX file or on the Hub."""

from pathlib import Path
from typing import Any

import click

from nirecap.commands.simulate import PictureSize
from nirecap.errors import UsageMistake


@click.command("export", short_help="Write a trained network as ONNX, or push it to the Hub.")
@click.argument("run")
@click.option("--onnx", type=click.Path(dir_okay=False, path_type=Path), metavar="FILE", help="To write.")
@click.option("--size", type=PictureSize(), help="Of the images that it is for.  [default: any from 32x32 on]")
@click.option("--push-to-hub", metavar="NAME", help="Upload to the Hugging Face Hub, as NAME or OWNER/NAME.")
@click.option("--public", is_flag=True, help="Let all see it there.  [default: private]")
@click.option("--license", "licence", help="As the Hub calls it, such as cc-by-4.0.  [default: none]")
@click.option("--data", default="", help="What it was trained on, for its card there.")
@click.option("--force", is_flag=True, help="Replace FILE.")
@click.option("--dry-run", is_flag=True, help="Say what would be written; write nothing.")
def command(run: str, dry_run: bool, **words: Any) -> None:  # noqa: ANN401 - the options above
    """Export the network in the folder RUN, or user/name on the Hub, for inference.

    The ONNX file takes `low` (B, 3, H, W) and `nire` (B, 1, H, W), float32 from 0 to 1, and gives `purified`. What it
    gives in ONNX Runtime is compared with PyTorch before it is kept. It needs the extra nirecap[onnx].

    \b
    Examples:
      nirecap export run --onnx purify.onnx
      nirecap export run --onnx camera.onnx --size 640x360 --force
      nirecap export run --push-to-hub night --license cc-by-4.0 --dry-run
    """
    onnx, name = words["onnx"], words["push_to_hub"]
    if not (onnx or name):
        raise UsageMistake("nothing to export to; give --onnx FILE or --push-to-hub NAME")
    if not name and (words["public"] or words["licence"] or words["data"]):
        raise UsageMistake("--public, --license and --data are for the Hub; give --push-to-hub NAME too")
    if not onnx and (words["size"] or words["force"]):
        raise UsageMistake("--size and --force are for a file; give --onnx FILE too")
    if onnx:
        _write(run, onnx, words["size"], words["force"], dry_run)
    if name:
        _push(run, name, words, dry_run)


def _write(run: str, onnx: Path, size: tuple[int, int] | None, force: bool, dry_run: bool) -> None:
    from nirecap.model.export import check_extra, export_onnx
    from nirecap.model.nearest_preset import nearest_preset
    from nirecap.model.trained import find_run, load_network

    check_extra()
    if onnx.exists() and not force:
        raise UsageMistake(f"{onnx} is there; give --force to replace it")
    network = load_network(find_run(run))
    images = f"images of {size[0]}x{size[1]}" if size else "images of any size from 32x32 on"
    click.echo(f"exporting {run} ({nearest_preset(network.config)}) for {images} to {onnx}")
    if not dry_run:
        exported = export_onnx(network, onnx, (size[1], size[0]) if size else None)
        click.echo(f"{exported.bytes:,} bytes; at most {exported.apart:.1g} of 1 from what PyTorch gives")


def _push(run: str, name: str, words: dict[str, Any], dry_run: bool) -> None:
    from nirecap.hub import check_login
    from nirecap.model.purifier import Purifier

    private = not words["public"]
    click.echo(f"pushing {run} to the Hub as {name} ({'private' if private else 'public'})")
    purifier = Purifier.from_pretrained(run, device="cpu")
    if not dry_run:
        check_login(name)
        pushed = purifier.push_to_hub(name, private=private, data=words["data"], licence=words["licence"])
        unchanged = "" if pushed.changed else ", as before"
        click.echo(f"on the Hub  {pushed.address} ({'private' if pushed.private else 'public'}{unchanged})")
