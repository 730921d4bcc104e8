"""A training set as further configs of the version that it is cut from: `pairs_crops` and `references_crops`."""

from collections import defaultdict
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from datasets import Features, Image, Value
from numpy.typing import NDArray

from nirecap.errors import ImageError, UsageMistake
from nirecap.images import Pixels, encode_png
from nirecap.vocabulary import Role

from .configs import columns_of
from .facts import Column, Config, Split
from .shards import GROUP_ROWS, Row, Sharding, write_files
from .splits import TRAIN
from .training_set import Cut, Recipe, cut_out, decoded, draw_cut

SUFFIX = "_crops"
DESCRIPTIONS = {
    "crop": "number of the crop; with the seed it decides where and how it is cut",
    "cut_x": "left edge in that shot's images, pixels",
    "cut_y": "upper edge in that shot's images, pixels",
    "cut_width": "in that shot's images, pixels, before a turn",
    "cut_height": "in that shot's images, pixels, before a turn",
    "flipped": "whether left and right were exchanged after cutting",
    "quarter_turns": "by how many quarter turns it was turned anticlockwise after that",
}
FROM_SHOT = ("shot", "scene_id", "camera")
NUMBERS = ("cut_x", "cut_y", "cut_width", "cut_height", "quarter_turns")


def crops_schema(roles: tuple[Role, ...]) -> pa.Schema:
    """Return the columns of a config of crops."""
    text = {name: Value("string") for name in (*FROM_SHOT, *(f"{role}_sha256" for role in roles))}
    numbers = {name: Value("int64") for name in ("crop", *NUMBERS)}
    return Features(
        {**{str(role): Image() for role in roles}, **numbers, "flipped": Value("bool"), **text}
    ).arrow_schema


def check_sizes(rows: pa.Table, recipe: Recipe) -> None:
    """Check, before anything is written, that there are shots to cut crops out of.

    Raises:
        UsageMistake: all are smaller than a crop.
    """
    sized = {"width", "height"} <= set(rows.column_names)
    if not sized or not len(recipe.fitting(rows["width"].to_numpy(), rows["height"].to_numpy())):
        raise UsageMistake(
            f"no kept shot holds a crop {recipe.width} wide and {recipe.height} high; ask for smaller ones, "
            "height by width"
        )


def write_crops(
    folder: Path, config: Config, recipe: Recipe, sharding: Sharding, progress: Callable[[], None] = lambda: None
) -> Config | None:
    """Cut a training set out of the train split of a config that is already in `folder`, and write it beside.

    The crops are those of `TrainingCrops`, in the order of their shots; one row group of shots is in memory.

    Args:
        folder: of the version that is being made.
        config: to cut from, `pairs` or `references`.
        recipe: of the crops.
        sharding: sizes and compression.
        progress: called after each crop.

    Returns:
        The config of crops, None where no shot is large enough.

    Raises:
        ImageError: an image has another size than its row says.
    """
    roles = tuple(role for role in Role if role in {column.name for column in config.columns})
    files = [folder / file.path for split in config.splits if split.name == TRAIN for file in split.files]
    shots = pa.concat_tables([pq.read_table(file, columns=[*FROM_SHOT, "width", "height"]) for file in files])
    large = recipe.fitting(shots["width"].to_numpy(), shots["height"].to_numpy())
    if not len(large):
        return None
    sources = large[recipe.sources(len(large))]
    order = np.argsort(sources, kind="stable")
    cuts = [_cut(recipe, shots, int(crop), int(sources[crop])) for crop in order]
    rows = _rows(shots.take(sources[order]), order, cuts)
    pictures = _pictures(files, roles, sources[order], cuts, progress)
    schema = crops_schema(roles)
    written = write_files([pictures], rows, schema, folder / "data" / (config.name + SUFFIX), TRAIN, sharding)
    return Config(
        config.name + SUFFIX,
        _description(config, recipe, len(shots) - len(large)),
        _columns(schema),
        (Split(TRAIN, written),),
    )


def _cut(recipe: Recipe, shots: pa.Table, crop: int, source: int) -> Cut:
    size = shots["width"][source].as_py(), shots["height"][source].as_py()
    return draw_cut(recipe.rng(crop), size, recipe.height, recipe.width, recipe.augment)


def _rows(shots: pa.Table, order: NDArray[np.int64], cuts: list[Cut]) -> pa.Table:
    """Return what stands beside the images of the crops, in the order in which they are written."""
    columns: dict[str, Any] = {name: shots[name] for name in FROM_SHOT}
    columns["crop"] = order
    for name in (*NUMBERS, "flipped"):
        columns[name] = [getattr(cut, name.removeprefix("cut_")) for cut in cuts]
    return pa.table(columns)


def _pictures(
    files: list[Path],
    roles: tuple[Role, ...],
    sources: NDArray[np.int64],
    cuts: list[Cut],
    progress: Callable[[], None],
) -> Iterator[Row]:
    """Yield the crops; each shot is decoded once."""
    wanted = defaultdict(list)
    for number, source in enumerate(sources.tolist()):
        wanted[source].append(number)
    for source, row in enumerate(_shots(files, roles)):
        if source in wanted:
            images = {role: _image(row, role) for role in roles}
            for number in wanted[source]:
                crops = {role: encode_png(cut_out(pixels, cuts[number])) for role, pixels in images.items()}
                yield (
                    number,
                    {role: (png, f"{row['shot'].replace('/', '_')}_{role}.png") for role, png in crops.items()},
                )
                progress()


def _shots(files: list[Path], roles: tuple[Role, ...]) -> Iterator[dict[str, Any]]:
    for path in files:
        with pq.ParquetFile(path) as file:
            for batch in file.iter_batches(GROUP_ROWS, columns=[*roles, "shot", "width", "height"]):
                yield from batch.to_pylist()


def _image(row: dict[str, Any], role: Role) -> Pixels:
    pixels = decoded(row[role], f"{role} of {row['shot']}")
    if pixels.shape[:2] != (row["height"], row["width"]):
        raise ImageError(f"{role} of {row['shot']} has another size than the shot; run `nirecap curate` again")
    return pixels


def _description(config: Config, recipe: Recipe, small: int) -> str:
    how = "flipped and turned" if recipe.augment else "as they lie"
    left_out = f"; {small} smaller shots are left out" if small else ""
    size = f"{recipe.width} wide and {recipe.height} high"
    return f"{recipe.count} crops of {config.name}, {size}, {how}, seed {recipe.seed}{left_out}"


def _columns(schema: pa.Schema) -> tuple[Column, ...]:
    return tuple(replace(it, description=DESCRIPTIONS.get(it.name, it.description)) for it in columns_of(schema))
