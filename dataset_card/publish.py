"""Publish a collection: write shards and papers aside, check them, and only then put them into place."""

from collections.abc import Callable, Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

from .configs import KINDS, columns_of, schema_of
from .crops import write_crops
from .earlier import read_published
from .facts import Config, Split
from .into_place import check_destination, made_aside, recover
from .leakage import check_published
from .order import Order
from .outline import Outline, outline
from .papers import Outcome, write_papers
from .shards import write_shards

CROPPED = ("pairs", "references")
"""Configs that training sets are cut from."""


def publish(
    order: Order,
    tell: Callable[[Outline], None] = lambda _: None,
    step: Callable[[], None] = lambda: None,
) -> Outcome:
    """Write the version, check it, and only then put it in the place of the one before.

    Args:
        order: what is wanted.
        tell: is told what will be written, before it is.
        step: called after each row that is written.

    Raises:
        NirecapError: as `outline`, `write_shards` and `check_published`; the published folder is as it was.
    """
    check_destination(order.collection, order.dest)
    recover(order.dest)
    with TemporaryDirectory(prefix="nirecap-") as scratch:
        plan = outline(order, Path(scratch))
        tell(plan)
        with made_aside(order.dest) as folder:
            configs = _write_configs(order, plan, folder, step)
            published = read_published(folder)
            check_published(published, sum(len(part.indices) for part in plan.parts))
            crops = _write_crops(order, configs, folder)
            return write_papers(order, plan, folder, (*configs, *crops), published)


def _write_configs(order: Order, plan: Outline, folder: Path, step: Callable[[], None]) -> tuple[Config, ...]:
    configs, rows = [], plan.selection.rows
    for kind in KINDS:
        schema = schema_of(kind, rows.schema)
        target = folder / "data" / kind.name
        splits = tuple(
            Split(
                part.split,
                write_shards(order.collection, rows, part.indices, schema, target, part.split, order.sharding, step),
            )
            for part in plan.parts
            if part.config == kind.name
        )
        if splits:
            configs.append(Config(kind.name, kind.description, columns_of(schema), splits))
    return tuple(configs)


def _write_crops(order: Order, configs: tuple[Config, ...], folder: Path) -> Iterator[Config]:
    """Write a training set beside each config that is for training without a reference."""
    for config in configs:
        recipe = order.crops if config.name in CROPPED else None
        if recipe and (crops := write_crops(folder, config, recipe, order.sharding)):
            yield crops
