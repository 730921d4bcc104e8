"""The contact sheet: shots of a collection in one picture, with their flags."""

import io
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image, ImageDraw, ImageFont

from nirecap.capture.records import ShotRecord
from nirecap.errors import NirecapError
from nirecap.files import inside, write_atomically
from nirecap.images import Pixels, encode_jpeg, read_image
from nirecap.places import CONTACT_SHEET
from nirecap.vocabulary import Role

from .checks.working_size import reduce
from .thumbnail import brightened

MOST_SHOTS = 24
CELL = 400
QUALITY = 90
GAP = 12
CAPTION = 44
PAPER, INK, FAINT = (247, 246, 243), (32, 33, 36), (120, 122, 128)
STATUS_INK = {"keep": (30, 120, 60), "review": (170, 100, 0), "reject": (180, 35, 30)}
BRIGHTENED = "low, brightened"


def shown_every(total: int) -> int:
    """Return of how many shots the sheet shows one, so that at most `MOST_SHOTS` are taken evenly from all.

    >>> shown_every(10), shown_every(25)
    (1, 2)
    """
    return max(1, -(-total // MOST_SHOTS))


def cells(pictures: Mapping[Role, Pixels]) -> dict[str, bytes]:
    """Encode the pictures of a shot (RGB) for the sheet, by its columns; `low` also brightened."""
    shown = {str(role): pixels for role, pixels in pictures.items()}
    if Role.LOW in pictures:
        shown[BRIGHTENED] = brightened(pictures[Role.LOW])
    return {column: _cell(pixels) for column, pixels in shown.items()}


def _cell(pixels: Pixels) -> bytes:
    return encode_jpeg(reduce(pixels, CELL), QUALITY)


def cells_of(collection: Path, record: ShotRecord) -> dict[str, bytes]:
    """Decode the images of a shot for `cells`; those that can't be read are left out."""
    pictures = {}
    for role, image in record.images.items():
        with suppress(NirecapError):
            pictures[role] = reduce(read_image(inside(collection, image.file)))
    return cells(pictures)


def write_contact_sheet(
    collection: Path, rows: Sequence[Mapping[str, Any]], cells_of_shot: Callable[[str], Mapping[str, bytes]], total: int
) -> Path:
    """Write the drawn shots into the collection and return the file; arguments as `draw_contact_sheet`."""
    path = collection / CONTACT_SHEET
    sheet = draw_contact_sheet(rows, cells_of_shot, total)
    write_atomically(path, encode_jpeg(np.asarray(sheet), QUALITY))
    return path


def draw_contact_sheet(
    rows: Sequence[Mapping[str, Any]], cells_of_shot: Callable[[str], Mapping[str, bytes]], total: int
) -> Image.Image:
    """Draw shots, one below the other.

    Args:
        rows: of the manifest, those that are shown.
        cells_of_shot: returns what `cells` made of a shot.
        total: shots of the collection.
    """
    columns = _columns(rows)
    strips = [_strip(cells_of_shot(row["shot"]), row, columns) for row in rows]
    sheet = Image.new(
        "RGB", (GAP + len(columns) * (CELL + GAP), 3 * GAP + CAPTION + sum(s.height for s in strips)), PAPER
    )
    _heading(sheet, columns, len(rows), total)
    top = 2 * GAP + CAPTION
    for strip in strips:
        sheet.paste(strip, (0, top))
        top += strip.height
    return sheet


def _columns(rows: Sequence[Mapping[str, Any]]) -> list[str]:
    present = [str(role) for role in Role if any(row.get(f"{role}_file_name") for row in rows)]
    return [name for role in present for name in ([role, BRIGHTENED] if role == Role.LOW else [role])]


def _heading(sheet: Image.Image, columns: list[str], shown: int, total: int) -> None:
    draw = ImageDraw.Draw(sheet)
    count = f"{total} shots" if shown == total else f"{shown} of {total} shots"
    draw.text((GAP, GAP), f"nirecap  {count}", INK, _font(18))
    for place, name in enumerate(columns):
        draw.text((GAP + place * (CELL + GAP), GAP + 26), name, FAINT, _font(15))


def _strip(shown: Mapping[str, bytes], row: Mapping[str, Any], columns: list[str]) -> Image.Image:
    pictures = [_picture(shown.get(name)) for name in columns]
    height = max((picture.height for picture in pictures if picture), default=CELL // 2)
    strip = Image.new("RGB", (GAP + len(columns) * (CELL + GAP), height + CAPTION), PAPER)
    draw = ImageDraw.Draw(strip)
    for place, picture in enumerate(pictures):
        left = GAP + place * (CELL + GAP)
        if picture:
            strip.paste(picture, (left, 0))
        else:
            draw.rectangle((left, 0, left + CELL - 1, height - 1), outline=(220, 218, 212))
    _caption(draw, row, height + 6)
    return strip


def _caption(draw: ImageDraw.ImageDraw, row: Mapping[str, Any], top: int) -> None:
    status = row.get("verdict") or row["status"]
    title = " ".join(row["scene_id"].split())[:60] + "  "
    draw.text((GAP, top), title, INK, _font(16))
    left = GAP + draw.textlength(title, _font(16))
    said = f"{status}: {', '.join(row['flags'])}" if row["flags"] else status
    draw.text((left, top), said, STATUS_INK.get(status, INK), _font(16))
    left += draw.textlength(said, _font(16))
    draw.text((left + 16, top + 2), row.get("problem") or _measured(row), FAINT, _font(13))


def _measured(row: Mapping[str, Any]) -> str:
    shot = str(row["shot"])
    return shot if row.get("align_shift_px") is None else f"shifted {row['align_shift_px']:.2f} px   {shot}"


def _picture(content: bytes | None) -> Image.Image | None:
    """Decode a cell; None for a missing one, and for one that a spoilt cache made up."""
    if content is None:
        return None
    try:
        with Image.open(io.BytesIO(content), formats=["JPEG"]) as picture:
            return picture.convert("RGB") if max(picture.size) <= CELL else None
    except (OSError, ValueError, Image.DecompressionBombError):
        return None


def _font(size: int) -> ImageFont.FreeTypeFont | ImageFont.ImageFont:
    return ImageFont.load_default(size)
