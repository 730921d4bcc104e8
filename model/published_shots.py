"""The shots of a published set, in a folder or on the Hub, through `load_dataset`."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Any

from datasets import Dataset, Image, get_dataset_config_names, load_dataset
from datasets.exceptions import DatasetNotFoundError
from huggingface_hub.errors import OfflineModeIsEnabled

from nirecap.dataset_card.configs import KINDS
from nirecap.dataset_card.splits import TEST
from nirecap.errors import HubError, ImageError, ManifestError, NirecapError, UsageMistake
from nirecap.hub import guarded_token
from nirecap.images import MAX_BYTES
from nirecap.vocabulary import Plan, Role

from .shots import EVIDENCE, Picture, Shot

MAX_MAP_BYTES = 1 << 20
"""Of a map, which has few pixels of few levels."""
ASKED = ("shot", "scene_id", "plan", *(f"{role}_sha256" for role in Role), *EVIDENCE)
"""Columns that are read of all shots at once; images are read one by one."""


def is_published(folder: Path) -> bool:
    """Tell whether a folder has shards of a published set."""
    return any(_shards(folder))


def shots_of_published(folder: Path) -> list[Shot]:
    """Return the shots of the published set in a folder, each once with the images that it has in any config.

    Raises:
        ManifestError: a shard is damaged, or was not written by nirecap.
    """
    shots: dict[str, Shot] = {}
    for split, files in _shards(folder):
        with _told_of_folder(folder):
            _add(shots, load_dataset("parquet", data_files=files, split="train"), split)
    return list(shots.values())


def shots_of_hub(name: str) -> list[Shot]:
    """Return the shots of the published set `user/name` on the Hub, as `shots_of_published`.

    Raises:
        UsageMistake: the Hub has no such data set, or its address would show the user's token to others.
        HubError: the Hub can't be reached, or refuses.
        ManifestError: the set was not written by nirecap.
    """
    guarded_token(name)
    shots: dict[str, Shot] = {}
    with _told_of_hub(name):
        there = get_dataset_config_names(name)
        for kind in KINDS:
            for split, rows in load_dataset(name, kind.name).items() if kind.name in there else ():
                _add(shots, rows, str(split))
    if not shots:
        raise ManifestError(f"{name} on the Hub has none of {', '.join(kind.name for kind in KINDS)}")
    return list(shots.values())


def _shards(folder: Path) -> Iterator[tuple[str, list[str]]]:
    """Yield each split of each config with its files."""
    for kind in KINDS:
        for split in kind.splits:
            found = sorted((folder / "data" / kind.name).glob(f"{split}-*.parquet"))
            if files := [str(path) for path in found if path.is_file() and not path.is_symlink()]:
                yield split, files


def _add(shots: dict[str, Shot], rows: Dataset, split: str) -> None:
    """Add the rows of one split of a config; an image that a shot has already is the same one."""
    for name in (name for name, feature in rows.features.items() if isinstance(feature, Image)):
        rows = rows.cast_column(name, Image(decode=False))
    columns = {role: rows.select_columns([role]).with_format(None) for role in Role if role in rows.column_names}
    told = [name for name in ASKED if name in rows.column_names]
    for number, row in enumerate(rows.select_columns(told).with_format(None)):
        shot = _shot(row, split, {role: partial(_read, column, role, number) for role, column in columns.items()})
        if earlier := shots.get(shot.name):
            shot = _merged(earlier, shot)
        shots[shot.name] = shot


def _shot(row: Mapping[str, Any], split: str, reads: Mapping[Role, "partial[bytes]"]) -> Shot:
    name, scene = _text(row, "shot"), _text(row, "scene_id")
    pictures = {role: Picture(f"{role} of {name}", _text(row, f"{role}_sha256"), read) for role, read in reads.items()}
    maps = (row.get(column) for column in EVIDENCE)
    evidence = tuple(content for cell in maps if (content := _map(cell, name)))
    return Shot(name, scene, _plan(row), split, pictures, evidence)


def _map(cell: object, shot: str) -> bytes:
    """Return a map, of a row that anybody may have written; empty where there is none."""
    content = cell.get("bytes") if isinstance(cell, dict) else cell
    if content is None:
        return b""
    if not isinstance(content, bytes) or len(content) > MAX_MAP_BYTES:
        raise ManifestError(f"{shot} has a map that is no image of up to {MAX_MAP_BYTES} bytes; publish the set again")
    return content


def _merged(one: Shot, other: Shot) -> Shot:
    split = TEST if TEST in (one.split, other.split) else one.split
    evidence = one.evidence or other.evidence
    return Shot(one.name, one.scene, one.plan, split, {**other.pictures, **one.pictures}, evidence)


def _plan(row: Mapping[str, Any]) -> Plan:
    plan = _text(row, "plan")
    if plan not in {*Plan}:
        raise ManifestError(f"a row has the plan {plan!r:.60}, which this nirecap does not know; update nirecap")
    return Plan(plan)


def _text(row: Mapping[str, Any], column: str) -> str:
    text = row.get(column)
    if not isinstance(text, str) or not text:
        raise ManifestError(f"a row has no {column}; the set was not written by `nirecap publish`")
    return text


def _read(column: Dataset, role: Role, number: int) -> bytes:
    """Return the bytes of an image; a path in its place is not followed, as anybody may have written it."""
    cell = column[number][role]
    content = cell.get("bytes") if isinstance(cell, dict) else None
    if not isinstance(content, bytes) or len(content) > MAX_BYTES:
        raise ImageError(f"row {number} has no {role} of up to {MAX_BYTES} bytes; publish the set again")
    return content


@contextmanager
def _told_of_folder(folder: Path) -> Iterator[None]:
    try:
        yield
    except NirecapError as error:
        raise ManifestError(f"{folder}: {error}") from None
    except Exception as error:  # readers of Parquet raise anything on damaged files
        raise ManifestError(f"{folder} is damaged ({_first_words(error)}); publish the set again") from None


@contextmanager
def _told_of_hub(name: str) -> Iterator[None]:
    try:
        yield
    except NirecapError as error:
        raise ManifestError(f"{name} on the Hub: {error}") from None
    except DatasetNotFoundError:
        raise UsageMistake(f"{name} is neither a folder here nor a data set on the Hub that you may read") from None
    except (OfflineModeIsEnabled, ConnectionError):
        raise HubError(f"the Hub can't be reached for {name}; download it, and name its folder") from None
    except Exception as error:  # of the Hub, of its library's HTTP library, and of readers of Parquet
        kind = type(error.__cause__ or error).__name__  # no more: their words hold addresses and headers
        raise HubError(f"{name} can't be loaded from the Hub ({kind}); try again, or download it") from None


def _first_words(error: BaseException) -> str:
    cause = error.__cause__ or error
    return " ".join(f"{type(cause).__name__}: {cause}".split())[:120]
