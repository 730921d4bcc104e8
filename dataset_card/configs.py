"""The configs of a published dataset: which images and which rows each holds, and what its columns are."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from datasets import Features, Image
from numpy.typing import NDArray

from nirecap.curate.examine import CHECKS
from nirecap.vocabulary import Role

from .facts import Column
from .rows import BESIDE, MAP, OURS
from .splits import TEST, TRAIN

Indices = NDArray[np.int64]


@dataclass(frozen=True)
class Kind:
    """A config by what its rows hold."""

    name: str
    roles: tuple[Role, ...]
    splits: tuple[str, ...]
    description: str


KINDS = (
    Kind("pairs", (Role.LOW, Role.NIRE), (TRAIN,), "low-light images with their NIR-enlightened ones"),
    Kind("references", (Role.REFERENCE, Role.REFERENCE_NIRE), (TRAIN,), "lit images in visible light and with NIR"),
    Kind("triplets", (Role.LOW, Role.NIRE, Role.REFERENCE), (TRAIN, TEST), "pairs with the lit image of the same view"),
)
"""A shot is in every config of its split for which it has the images, so that each config can be loaded alone."""

DESCRIPTIONS = {
    "shot": "id of the shot, <session>/<number>",
    "scene_id": "the fixed view; no scene is in two splits",
    "camera": "name of the camera",
    "plan": "images that were taken: pair, reference, triplet or quad",
    "taken_at": "when the shot was finished, UTC",
    "lamp_nm": "wavelength of the IR lamp, nanometres",
    "width": "width of the first image, pixels",
    "height": "height of the first image, pixels",
    "flags": "what the checks, or a person, found; such a shot is here because it was kept nevertheless",
    "low": "I: visible mode, low light",
    "nire": "N: IR-cut filter out, IR lamp on",
    "reference": "R: visible mode, lit",
    "reference_nire": "N_f: IR-cut filter out, lit",
    "aligned_matrix": "2x3 affine by which N was brought onto I, row-major; empty for images as captured",
    "aligned_crop": "x, y, width, height of what was kept of the captured images; empty for images as captured",
}


def rows_of(kind: Kind, split: str, rows: pa.Table, splits: Mapping[str, str]) -> Indices:
    """Return the numbers of the rows that a split of a config holds, in the manifest's order."""
    has = [pc.is_valid(rows[f"{role}_file_name"]) for role in kind.roles if f"{role}_file_name" in rows.column_names]
    if len(has) < len(kind.roles):
        return np.array([], np.int64)
    names = [name for name, of_scene in splits.items() if of_scene == split]
    inside = pc.is_in(rows["scene_id"], value_set=pa.array(names, pa.string()))
    for column in has:
        inside = pc.and_(inside, column)
    return np.asarray(pc.indices_nonzero(inside).to_numpy(), np.int64)


def schema_of(kind: Kind, rows: pa.Schema) -> pa.Schema:
    """Return the columns of a config's files: images, and what was measured beside; `datasets` reads its metadata."""
    names = [name for name in rows.names if name in BESIDE and name != "flags"]
    measured = [name for name in rows.names if name not in {*BESIDE, *OURS.names} and not _image(name)]
    maps = [name for name in measured if name.endswith(MAP)]
    beside = [*names, *(f"{role}_sha256" for role in kind.roles), "flags", *(m for m in measured if m not in maps)]
    plain = Features.from_arrow_schema(pa.schema([rows.field(name) for name in beside]).remove_metadata())
    pictures = {str(role): Image() for role in kind.roles}
    return Features({**pictures, **plain, **{name: Image() for name in maps}}).arrow_schema


def columns_of(schema: pa.Schema) -> tuple[Column, ...]:
    """Return the columns as the papers tell of them."""
    return tuple(_column(entry) for entry in schema)


def _column(entry: pa.Field) -> Column:
    repeated = pa.types.is_list(entry.type)
    kind = entry.type.value_type if repeated else entry.type
    name = "image" if pa.types.is_struct(kind) else "timestamp" if pa.types.is_timestamp(kind) else _plain(kind)
    return Column(entry.name, name, repeated, _description(entry.name))


def _plain(kind: pa.DataType) -> str:
    return {"double": "float64"}.get(str(kind), str(kind))


def _description(name: str) -> str:
    if name.endswith("_sha256"):
        return f"SHA-256 of the bytes of `{name.removesuffix('_sha256')}`"
    check = next((check for check in sorted(CHECKS, key=len, reverse=True) if name.startswith(f"{check}_")), "")
    what = "where it found something, over the whole picture, 1 bit" if name.endswith(MAP) else "score"
    return DESCRIPTIONS.get(name, f"check {check}: {what}")


def _image(name: str) -> bool:
    return any(name in (f"{role}_file_name", f"{role}_sha256") for role in Role)
