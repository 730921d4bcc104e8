"""The contact sheet of a publication: some of its shots in one picture."""

from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path

import pyarrow as pa

from nirecap.curate.checks.working_size import reduce
from nirecap.curate.contact_sheet import cells, draw_contact_sheet
from nirecap.errors import NirecapError
from nirecap.files import inside
from nirecap.images import read_image
from nirecap.vocabulary import Role

from .splits import TEST

SHEET = "contact_sheet.jpg"
MOST_SHOTS = 12


def write_sheet(collection: Path, used: pa.Table, splits: Mapping[str, str], folder: Path) -> None:
    """Draw some of the published rows, evenly taken from all; only images that are published."""
    step = max(1, -(-len(used) // MOST_SHOTS))
    rows = [{**row, "status": "keep"} for row in used.take(list(range(0, len(used), step))).to_pylist()]
    for row in rows:
        if splits[row["scene_id"]] == TEST:
            row[f"{Role.REFERENCE_NIRE}_file_name"] = None
    by_shot = {row["shot"]: row for row in rows}
    picture = draw_contact_sheet(rows, lambda shot: _cells(collection, by_shot[shot]), len(used))
    picture.save(folder / SHEET, "JPEG", quality=85)


def _cells(collection: Path, row: Mapping[str, str | None]) -> dict[str, bytes]:
    pictures = {}
    for role in Role:
        if name := row.get(f"{role}_file_name"):
            with suppress(NirecapError):
                pictures[role] = reduce(read_image(inside(collection, name)))
    return cells(pictures)
