"""The contact sheet: shots of a collection in one picture, with their flags."""

import io
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image, ImageDraw, ImageFont, ImageOps

from nirecap.errors import NirecapError
from nirecap.files import inside, write_atomically
from nirecap.images import Pixels, read_image
from nirecap.places import CONTACT_SHEET
from nirecap.vocabulary import Role

MOST_SHOTS = 24
CELL = 400
GAP = 12
CAPTION = 44
PAPER, INK, FAINT = (247, 246, 243), (32, 33, 36), (120, 122, 128)
STATUS_INK = {"keep": (30, 120, 60), "review": (170, 100, 0), "reject": (180, 35, 30)}
BRIGHTENED = "low, brightened"
SHOWN_MEAN = 90.0
"""Levels to which a low-light picture is brightened beside the true one, so that a person sees what it holds."""


def write_contact_sheet(collection: Path, rows: Sequence[Mapping[str, Any]]) -> Path | None:
    """Draw up to `MOST_SHOTS` shots, evenly taken from all, and return the file; None for an empty collection."""
    if not rows:
        return None
    step = max(1, -(-len(rows) // MOST_SHOTS))
    shown = list(rows[::step])
    columns = _columns(shown)
    strips = [_strip(collection, row, columns) for row in shown]
    sheet = Image.new(
        "RGB", (GAP + len(columns) * (CELL + GAP), 3 * GAP + CAPTION + sum(s.height for s in strips)), PAPER
    )
    _heading(sheet, columns, len(shown), len(rows))
    top = 2 * GAP + CAPTION
    for strip in strips:
        sheet.paste(strip, (0, top))
        top += strip.height
    path = collection / CONTACT_SHEET
    path.parent.mkdir(exist_ok=True)
    target = io.BytesIO()
    sheet.save(target, "PNG")
    write_atomically(path, target.getvalue())
    return path


def _columns(rows: Sequence[Mapping[str, Any]]) -> list[str]:
    present = [str(role) for role in Role if any(row.get(f"{role}_file_name") for row in rows)]
    return [name for role in present for name in ([role, BRIGHTENED] if role == Role.LOW else [role])]


def _heading(sheet: Image.Image, columns: list[str], shown: int, total: int) -> None:
    draw = ImageDraw.Draw(sheet)
    count = f"{total} shots" if shown == total else f"{shown} of {total} shots"
    draw.text((GAP, GAP), f"nirecap  {count}", INK, _font(18))
    for place, name in enumerate(columns):
        draw.text((GAP + place * (CELL + GAP), GAP + 26), name, FAINT, _font(15))


def _strip(collection: Path, row: Mapping[str, Any], columns: list[str]) -> Image.Image:
    pictures = [_picture(collection, row, name) for name in columns]
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


def _picture(collection: Path, row: Mapping[str, Any], column: str) -> Image.Image | None:
    name = row.get(f"{Role.LOW if column == BRIGHTENED else column}_file_name")
    if not name:
        return None
    try:
        pixels = read_image(inside(collection, name))
    except NirecapError:
        return None
    picture = Image.fromarray(_brightened(pixels) if column == BRIGHTENED else pixels)
    return ImageOps.contain(picture, (CELL, CELL), Image.Resampling.LANCZOS)


def _brightened(pixels: Pixels) -> Pixels:
    gain = max(1.0, SHOWN_MEAN / max(1.0, float(pixels.mean())))
    return np.asarray(np.clip(pixels * gain, 0, 255), np.uint8)


def _font(size: int) -> ImageFont.FreeTypeFont | ImageFont.ImageFont:
    return ImageFont.load_default(size)
