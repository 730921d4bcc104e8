"""`nirecap publish`: the kept shots of a collection as a data set that others load."""

import json
import re
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from nirecap.commands.simulate import PictureSize
from nirecap.errors import UsageMistake
from nirecap.places import choose_collection

if TYPE_CHECKING:
    from nirecap.dataset_card.order import Order
    from nirecap.dataset_card.outline import Outline
    from nirecap.dataset_card.papers import Outcome

UNITS = {"": 1, "KB": 10**3, "MB": 10**6, "GB": 10**9, "KIB": 2**10, "MIB": 2**20, "GIB": 2**30}


class FileSize(click.ParamType[int]):
    """A number of bytes, such as 400MB."""

    name = "size"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> int:  # noqa: ANN401
        """Return the bytes; click calls this."""
        if isinstance(value, int):
            return value
        found = re.fullmatch(r"(\d{1,6}(?:\.\d{1,3})?) ?([KMG]?I?B?)", str(value).upper())
        if not found or found[2] not in UNITS or float(found[1]) * UNITS[found[2]] < 1:
            self.fail(f"{value!r} is no size; write one such as 400MB", param, ctx)
        return int(float(found[1]) * UNITS[found[2]])


@click.command(
    "publish",
    short_help="Make a data set of the kept shots.",
    epilog="Without OUT: the current folder if it is a collection, else ./captures.",
)
@click.argument(
    "folders", nargs=-1, required=True, metavar="[OUT] DEST", type=click.Path(file_okay=False, path_type=Path)
)
@click.option(
    "--test-share",
    type=click.FloatRange(0, 1),
    default=0.2,
    show_default=True,
    help="Of the scenes with triplets, for the test split; one at least, where there are two.",
)
@click.option("--seed", default=0, show_default=True, help="Of the draw of test scenes.")
@click.option("--test-scene", multiple=True, metavar="SCENE", help="Put this scene into test; may be repeated.")
@click.option("--train-scene", multiple=True, metavar="SCENE", help="Put this scene into train; may be repeated.")
@click.option("--shard-size", type=FileSize(), default="400MB", show_default=True, help="Of a Parquet file, at most.")
@click.option(
    "--shard-by",
    type=click.Choice(["scene", "camera", "none"]),
    default="none",
    show_default=True,
    help="What no file holds two of.",
)
@click.option(
    "--compression", type=click.Choice(["zstd", "snappy", "none"]), default="zstd", show_default=True, help="In files."
)
@click.option("--keep-metadata", is_flag=True, help="Leave positions and serial numbers in the image files.")
@click.option(
    "--name", "pretty_name", help="What the data set is called on its card.  [default: as before, or that of DEST]"
)
@click.option("--description", help="A paragraph for the card.  [default: as before]")
@click.option("--license", "licence", help="As the Hub calls it, such as cc-by-4.0.  [default: as before, or none]")
@click.option("--cite", help="BibTeX, or a sentence, for the card.  [default: as before, or BibTeX to begin with]")
@click.option("--version", "version", help="Of this version.  [default: 1.0.0, then 1.1.0, ...]")
@click.option(
    "--crops",
    type=PictureSize("HxW", "224x288"),
    help="Cut training sets too, height by width, as 224x288 of the paper.",
)
@click.option("--augment", is_flag=True, help="Flip and turn the crops.")
@click.option("--count", type=click.IntRange(min=1), default=1200, show_default=True, help="Crops of a training set.")
@click.option("--push-to-hub", metavar="NAME", help="Upload to the Hugging Face Hub, as NAME or OWNER/NAME.")
@click.option("--public", is_flag=True, help="Let all see it there.  [default: private]")
@click.option("--dry-run", is_flag=True, help="Print what would be written; write nothing.")
def command(folders: tuple[Path, ...], dry_run: bool, push_to_hub: str | None, public: bool, **words: Any) -> None:  # noqa: ANN401 - the options above
    """Write the kept shots of the collection OUT into the folder DEST, as a data set with its card.

    Parquet files hold the images byte for byte, without positions and serial numbers. No scene is in two splits. A
    later version keeps every scene where it was, and takes the place of the one before only when all checks passed.

    \b
    Examples:
      nirecap publish published --dry-run
      nirecap publish captures published --license cc-by-4.0
    """
    from tempfile import TemporaryDirectory

    from nirecap.dataset_card.outline import outline
    from nirecap.dataset_card.publish import publish
    from nirecap.dataset_card.push import push
    from nirecap.hub import check_login
    from nirecap.progress import progress_bar

    order = _order(folders, words)
    if public and not push_to_hub:
        raise UsageMistake("--public says who may see it on the Hub; give --push-to-hub NAME too")
    if push_to_hub:
        check_login(push_to_hub)
    click.echo(f"publishing the kept shots of {order.collection} into {order.dest}")
    if dry_run:
        with TemporaryDirectory(prefix="nirecap-") as scratch:
            _tell(outline(order, Path(scratch)))
        return
    with progress_bar("publish") as bar:

        def expect(plan: "Outline") -> None:
            _tell(plan)
            bar.expect(sum(len(part.indices) for part in plan.parts))

        outcome = publish(order, expect, bar.advance)
    _tell_outcome(outcome, order.dest)
    if push_to_hub:
        pushed = push(order.dest, push_to_hub, private=not public)
        click.echo(f"on the Hub  {pushed.address} ({'private' if pushed.private else 'public'})")


def _order(folders: tuple[Path, ...], words: dict[str, Any]) -> "Order":
    from nirecap.dataset_card.order import Order
    from nirecap.dataset_card.shards import Sharding
    from nirecap.dataset_card.training_set import Recipe

    if len(folders) > 2:
        raise UsageMistake("name at most two folders: OUT and DEST")
    collection, dest = choose_collection(folders[0] if len(folders) == 2 else None), folders[-1]
    sharding = Sharding(*(words.pop(name) for name in ("shard_size", "shard_by", "compression", "keep_metadata")))
    size, augment, count = (words.pop(name) for name in ("crops", "augment", "count"))
    crops = Recipe(size[0], size[1], augment, count, words["seed"]) if size else None
    if augment and not crops:
        raise UsageMistake("--augment flips and turns crops; give --crops 224x288 too")
    scenes = {"train_scenes": words.pop("train_scene"), "test_scenes": words.pop("test_scene")}
    return Order(collection, dest, sharding=sharding, crops=crops, **scenes, **words)


def _tell(plan: "Outline") -> None:
    from nirecap.progress import shots

    selection = plan.selection
    click.echo(f"{len(selection.rows)} of {shots(selection.total)} are kept")
    for part in plan.parts:
        what = f"{len(part.indices):7} rows {part.scenes:6} scenes {part.bytes:14,} bytes of images"
        click.echo(f"  {part.config:11}{part.split:6}{what}")
    for name in plan.absent:
        click.echo(f"  {name:11}left out: no kept shot has its images")
    if plan.held_back:
        click.echo(f"  {shots(plan.held_back)} held back: of a test scene, but without a reference")


def _tell_outcome(outcome: "Outcome", dest: Path) -> None:
    facts = outcome.facts
    for config in facts.configs:
        for split in config.splits:
            click.echo(f"  {config.name:17}{split.name:6}{len(split.files):5} files {split.bytes:14,} bytes")
    unchanged = ", as before" if outcome.changes and outcome.changes.none else ""
    click.echo(f"version   {facts.version}{unchanged}")
    click.echo(f"card      {dest / 'README.md'}")
    click.echo(f"load it   load_dataset({json.dumps(str(dest))}, {json.dumps(facts.configs[0].name)})")
