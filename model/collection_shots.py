"""The shots of a collection: those that its manifest keeps, or all of its journals where it was never curated."""

from collections.abc import Container, Mapping
from functools import partial
from pathlib import Path
from typing import Any

from nirecap.capture.records import ShotRecord
from nirecap.capture.store import Collection
from nirecap.curate.manifest import read_columns
from nirecap.curate.verdicts import Verdict, read_verdicts, with_word
from nirecap.errors import ManifestError
from nirecap.files import inside
from nirecap.images import read_bytes
from nirecap.places import MANIFEST
from nirecap.vocabulary import Plan, Role

from .shots import EVIDENCE, Picture, Shot

WORD = ("verdict", "reviewer", "verdict_at", "flags", "flags_on", "flags_off")
COLUMNS = (
    *("shot", "scene_id", "plan", "split", "status", *WORD, *EVIDENCE),
    *(f"{role}_{part}" for role in Role for part in ("file_name", "sha256")),
)


def shots_of_collection(folder: Path) -> list[Shot]:
    """Return the shots in the order in which they were taken.

    With a manifest, only its shots: those that a person keeps, and of the others those that the checks keep. A shot of
    a fixed recipe, whose record says its split, stays whatever the checks say: the set is what the recipe makes.

    Raises:
        UsageMistake: the folder is not a collection.
        CollectionError, ManifestError: a journal, the manifest or the verdicts are damaged or of a newer version.
    """
    collection = Collection(folder, sweep=False)
    if not (folder / MANIFEST).exists():
        return [_of_record(folder, record) for record in collection.shots()]
    words, fixed = read_verdicts(folder), {record.shot for record in collection.shots() if record.split}
    return [_of_row(folder, row) for row in read_columns(folder, COLUMNS) if _kept(row, words, fixed)]


def _of_record(folder: Path, record: ShotRecord) -> Shot:
    pictures = {role: _picture(folder, image.file, image.sha256) for role, image in record.images.items()}
    return Shot(record.shot, record.scene, record.plan, record.split, pictures)


def _kept(row: Mapping[str, Any], words: Mapping[str, Verdict], fixed: Container[str]) -> bool:
    word = words.get(row["shot"])
    verdict = (with_word(row, word) if word else row).get("verdict")
    return verdict == "keep" if verdict else row.get("status") == "keep" or row["shot"] in fixed


def _of_row(folder: Path, row: Mapping[str, Any]) -> Shot:
    files = {role: row[f"{role}_file_name"] for role in Role if row.get(f"{role}_file_name")}
    pictures = {role: _picture(folder, file, _text(folder, row, f"{role}_sha256")) for role, file in files.items()}
    shot, scene, plan = (_text(folder, row, name) for name in ("shot", "scene_id", "plan"))
    if plan not in {*Plan}:
        raise ManifestError(f"{folder / MANIFEST}: {shot:.60} has the plan {plan!r:.60}; run `nirecap curate` again")
    evidence = tuple(row[name] for name in EVIDENCE if row.get(name))
    return Shot(shot, scene, Plan(plan), row.get("split") or None, pictures, evidence)


def _text(folder: Path, row: Mapping[str, Any], column: str) -> str:
    text = row.get(column)
    if not isinstance(text, str) or not text:
        raise ManifestError(f"{folder / MANIFEST}: a shot has no {column}; run `nirecap curate` again")
    return text


def _picture(folder: Path, file: str, sha256: str) -> Picture:
    return Picture(str(folder / file), sha256, partial(_read, folder, file))


def _read(folder: Path, file: str) -> bytes:
    return read_bytes(inside(folder, file))
