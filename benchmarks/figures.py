"""Rows of pictures as in the paper's Figs 9 and 10: I, N, what each method made, and R, each with a detail enlarged."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from matplotlib.font_manager import findfont
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFont

from nirecap.files import write_atomically
from nirecap.images import Pixels, encode_png, read_image

from . import held_out
from .held_out import TestImage
from .layout import FIGURES, pictures
from .metrics import METRICS
from .metrics.fidelity import luma
from .scores import Scores

WIDTH = 2100
"""Pixels: 7 inches, the width of a page, at 300 dots an inch."""
COLUMNS = 7
"""Pictures side by side, at most; what is more goes into a further line."""
GAP = 8
LETTERS = 30
"""Pixels, 7 points on the page."""
DETAIL = 5
"""The width of a picture over that of its detail."""
TALLEST = 2
"""Height of a picture over the width of its column, at most."""
FIGURES_DRAWN = 2
FRAME = (255, 200, 0)


@dataclass(frozen=True, eq=False)
class Shown:
    """A picture with what stands above it."""

    title: str
    numbers: str
    """What it measures, or nothing."""
    pixels: Pixels


@dataclass(frozen=True)
class Box:
    """A detail of a picture."""

    left: int
    top: int
    width: int
    height: int

    def cut(self, pixels: Pixels) -> Pixels:
        """Return the detail."""
        return pixels[self.top : self.top + self.height, self.left : self.left + self.width]


def write_figures(out: Path, images: Sequence[TestImage], scores: Scores) -> list[Path]:
    """Draw two figures, each of as many test images as fit on a page, and return the files.

    The images are not picked by hand: they lie evenly from the one that is hardest for all methods to the easiest, by
    the mean of the first metric.
    """
    lines = -(-(len(_shown(scores)) + 3) // COLUMNS)
    chosen = spread([image for image in images if image.name in scores.images], scores, FIGURES_DRAWN * rows_for(lines))
    (out / FIGURES).mkdir(parents=True, exist_ok=True)
    files = []
    for number in range(min(FIGURES_DRAWN, len(chosen))):
        rows = [row_of(out, image, scores) for image in chosen[number::FIGURES_DRAWN]]
        files.append(out / FIGURES / f"figure_{number + 1}.png")
        write_atomically(files[-1], encode_png(figure(rows)))
    return files


def rows_for(lines: int) -> int:
    """Return how many test images fit on a page, where each takes so many lines of pictures.

    >>> rows_for(1), rows_for(2), rows_for(5)
    (3, 2, 1)
    """
    return max(1, 4 - lines)


def spread(images: Sequence[TestImage], scores: Scores, count: int) -> list[TestImage]:
    """Return images that lie evenly between the hardest and the easiest."""
    means = np.mean([np.nan_to_num(scores.by_image(method, scores.metrics[0])) for method in scores.methods], axis=0)
    rank = dict(zip(scores.images, means, strict=True))
    ordered = sorted(images, key=lambda image: (rank[image.name], image.name))
    places = np.unique(np.floor((np.arange(count) + 0.5) / count * len(ordered)).astype(int))
    return [ordered[place] for place in places]


def row_of(out: Path, image: TestImage, scores: Scores) -> list[Shown]:
    """Return I, N, what each method made of them with its first seed, and R."""
    low, nire, reference = (held_out.read(out, role, image) for role in held_out.SHOWN)
    made = [
        Shown(
            scores.facts[method].title, _numbers(image, method, scores), read_image(_file(out, image, method, scores))
        )
        for method in _shown(scores)
    ]
    return [Shown("I", "", low), Shown("N", "", nire), *made, Shown("R", "", reference)]


def figure(rows: Sequence[Sequence[Shown]]) -> Pixels:
    """Draw rows of pictures under each other, `WIDTH` pixels wide."""
    return np.concatenate([part for row in rows for part in (_row(row), _blank(3 * GAP, WIDTH))][:-1])


def detail_of(row: Sequence[Shown]) -> Box:
    """Find the detail in which R has structure and the methods differ most."""
    reference = luma(row[-1].pixels)
    height, width = reference.shape
    box = (max(1, width // DETAIL), max(1, min(height, width // DETAIL // 2)))
    made = [luma(shown.pixels) for shown in row[2:-1]]
    plain = np.ones_like(reference)
    differing = np.std([plane - cv2.blur(plane, box) for plane in made], axis=0) if len(made) > 1 else plain
    edges = np.hypot(*np.gradient(reference)) if min(height, width) > 1 else plain
    interest = _inside(cv2.blur(edges, box) * cv2.blur(differing, box), box)
    top, left = np.unravel_index(int(interest.argmax()), interest.shape)
    return Box(int(left), int(top), *box)


def _inside(values: NDArray[np.floating[Any]], box: tuple[int, int]) -> NDArray[np.floating[Any]]:
    """Return the values at centres of boxes that lie inside, by the corner of the box."""
    width, height = box
    top, left = height // 2, width // 2
    return values[top : values.shape[0] - (height - top) + 1, left : values.shape[1] - (width - left) + 1]


def _row(row: Sequence[Shown]) -> Pixels:
    """Draw the pictures of a test image, in as many lines as they need."""
    lines = -(-len(row) // COLUMNS)
    columns = -(-len(row) // lines)
    box = detail_of(row)
    cells = [_cell(shown, box, (WIDTH - GAP * (columns - 1)) // columns) for shown in row]
    drawn = []
    for start in range(0, len(cells), columns):
        line = [part for cell in cells[start : start + columns] for part in (cell, _blank(cell.shape[0], GAP))][:-1]
        drawn.append(_padded(np.concatenate(line, axis=1), WIDTH))
    return np.concatenate([part for line in drawn for part in (line, _blank(GAP, WIDTH))][:-1])


def _cell(shown: Shown, box: Box, width: int) -> Pixels:
    """Draw a picture with its title above and its detail below."""
    height, own_width = shown.pixels.shape[:2]
    ratio = min(width / own_width, TALLEST * width / height)
    picture = _scaled(shown.pixels, max(1, round(own_width * ratio)), max(1, round(height * ratio)))
    corner = (round(box.left * ratio), round(box.top * ratio))
    opposite = (round((box.left + box.width) * ratio) - 1, round((box.top + box.height) * ratio) - 1)
    picture = np.asarray(cv2.rectangle(picture.copy(), corner, opposite, FRAME, 3), np.uint8)
    detail = _scaled(box.cut(shown.pixels), width, max(1, round(box.height * width / box.width)))
    detail = np.asarray(cv2.rectangle(detail.copy(), (1, 1), (width - 2, detail.shape[0] - 2), FRAME, 3), np.uint8)
    return np.concatenate([_head(shown, width), _padded(picture, width), _blank(GAP // 2, width), detail])


def _head(shown: Shown, width: int) -> Pixels:
    image = Image.new("RGB", (width, 2 * LETTERS + 8), "white")
    draw = ImageDraw.Draw(image)
    size = LETTERS
    while size > 8 and draw.textlength(shown.title, _font(size)) > width:
        size -= 1
    draw.text((0, LETTERS), shown.title, "black", _font(size), anchor="ls")
    draw.text((0, 2 * LETTERS - 2), shown.numbers, (70, 70, 70), _font(LETTERS * 3 // 4), anchor="ls")
    return np.asarray(image)


def _font(size: int) -> ImageFont.FreeTypeFont:
    return ImageFont.truetype(findfont("DejaVu Sans"), size)


def _shown(scores: Scores) -> list[str]:
    return [method for method in scores.methods if method != "input"]  # which is I


def _numbers(image: TestImage, method: str, scores: Scores) -> str:
    """Return the first two metrics of the main table for a picture."""
    place = scores.images.index(image.name)
    found = [
        (metric, scores.numbers[method, metric][0, place])
        for metric in [name for name in scores.metrics if METRICS[name].main][:2]
    ]
    return " / ".join(f"{value:.{METRICS[metric].digits}f}" for metric, value in found if np.isfinite(value))


def _file(out: Path, image: TestImage, method: str, scores: Scores) -> Path:
    return pictures(out, method, scores.facts[method].seed) / image.file


def _scaled(pixels: Pixels, width: int, height: int) -> Pixels:
    larger = width > pixels.shape[1]
    method = Image.Resampling.NEAREST if width >= 3 * pixels.shape[1] else Image.Resampling.BICUBIC
    return np.asarray(Image.fromarray(pixels).resize((width, height), method if larger else Image.Resampling.LANCZOS))


def _blank(height: int, width: int) -> Pixels:
    return np.full((height, width, 3), 255, np.uint8)


def _padded(drawn: Pixels, width: int) -> Pixels:
    return np.concatenate([drawn, _blank(drawn.shape[0], width - drawn.shape[1])], axis=1)
