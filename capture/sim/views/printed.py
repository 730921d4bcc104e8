"""Printed matter: pages, books, packages, pictures. In NIR only the carbon black on them stays."""

from collections.abc import Sequence

import numpy as np

from . import materials as of
from .canvas import Canvas
from .materials import PAPER_NIR, Material, ink, one_of, shuffled, varied
from .patterns import rough, wood
from .shading import cylinder, ramp
from .shapes import Frame, Point, box, ellipse

INKS = ("#b3272d", "#1f4e8c", "#e0a11b", "#2f6b3c", "#5b2a6b", "#d9652b", "#137a86", "#c23a78", "#26334d", "#7d8c2c")

_TEXT = (
    "the lamp behind the lens sees what the eye can not and the paper keeps its ink only while the sun is up so read "
    "it early count the shelves twice leave the door ajar and write down every hour at which the picture changed"
)


def sentence(rng: np.random.Generator, letters: int) -> str:
    """Return running words, whole ones, of at most about `letters` letters."""
    words = _TEXT.split()
    start = int(rng.integers(len(words)))
    running = " ".join(words[start:] + words[:start])
    return running[: letters + 1].rpartition(" ")[0] or words[start]


def lines_of_text(
    canvas: Canvas, rng: np.random.Generator, top: Point, width: float, *, count: int, size: float, print_: Material
) -> None:
    """Print `count` lines about a middle, from the first one at `top` down; the last of each five is short."""
    for line in range(count):
        letters = int(width / (size * 0.52) * (0.62 if line % 5 == 4 else 1))
        canvas.text(top[0], top[1] + line * size * 1.55, sentence(rng, letters), size, print_)


def printed_sheet(canvas: Canvas, rng: np.random.Generator, sheet: Frame, depth: float) -> None:
    """Lay or pin down a page: a headline and a picture in coloured inks, the text in carbon black."""
    x, y, width, height = sheet
    canvas.shadow(box(*sheet), 0.4, 0.12, 0.04, 0.06)
    canvas.surface(box(*sheet), of.PAPER, depth, texture=rough(rng, 0.05, 6), shade=ramp(1.0, 0.94))
    colours, middle = shuffled(rng, INKS), x + width / 2
    canvas.text(middle, y + height * 0.09, sentence(rng, 14).upper(), width * 0.085, ink(colours[0]))
    landscape(canvas, rng, Frame(x + width * 0.1, y + height * 0.17, width * 0.8, height * 0.3), colours)
    rows = int(height * 0.42 / (width * 0.045 * 1.55))
    start = (middle, y + height * 0.54)
    lines_of_text(canvas, rng, start, width * 0.8, count=rows, size=width * 0.045, print_=of.CARBON)


def landscape(canvas: Canvas, rng: np.random.Generator, frame: Frame, colours: Sequence[str]) -> None:
    """Print a picture of hills under a sun, all in coloured inks."""
    left, top, width, height = frame
    right, bottom = left + width, top + height
    canvas.paint(box(*frame), ink("#bcd4e6"))
    canvas.paint(ellipse(left + width * rng.uniform(0.2, 0.8), top + height * 0.3, height * 0.16), ink("#e8b53a"))
    across = np.linspace(0, 1, 24)
    for layer, colour in enumerate(colours[1:4]):
        ridge = 0.5 + 0.17 * layer + 0.13 * np.sin(across * rng.uniform(4, 9) + rng.uniform(0, 6))
        crest = np.stack([left + across * width, top + np.clip(ridge, 0, 1) * height], axis=1)
        canvas.paint(np.concatenate([crest, [(right, bottom), (left, bottom)]]), ink(colour))


def framed(canvas: Canvas, rng: np.random.Generator, frame: Frame, depth: float) -> None:
    """Hang up a printed picture in a wooden frame."""
    x, y, width, height = frame
    canvas.shadow(box(*frame), 0.45, 0.25, 0.1, 0.14)
    canvas.surface(box(*frame), of.WALNUT, depth, texture=wood(rng, 0.2))
    canvas.bevel(box(*frame), 0.12, 0.7)
    canvas.paint(box(x + 0.18, y + 0.18, width - 0.36, height - 0.36), of.PAPER, texture=rough(rng, 0.06, 3))
    landscape(canvas, rng, Frame(x + 0.45, y + 0.45, width - 0.9, height - 0.9), shuffled(rng, INKS))


def book_row(canvas: Canvas, rng: np.random.Generator, space: Frame, depth: float) -> None:
    """Stand printed books side by side on the floor of a space, spines to the front."""
    x, floor, right = space.x, space.y + space.height, space.x + space.width
    while x < right - 0.18:
        width = min(rng.uniform(0.2, 0.52), right - x)
        tall = space.height * rng.uniform(0.72, 1.0)
        _spine(canvas, rng, Frame(x, floor - tall, width, tall), depth * rng.uniform(0.985, 1.015))
        x += width + 0.012


def _spine(canvas: Canvas, rng: np.random.Generator, spine: Frame, depth: float) -> None:
    left, top, width, height = spine
    stock = rng.uniform(0.45, PAPER_NIR)
    cover = ink(one_of(rng, (*INKS, "#e6ddc8", "#3b3a38")), stock)
    if rng.random() < 0.15:
        cover = varied(rng, of.CARBON)
    print_ = ink("#eadfb8" if sum(cover.visible) < 1.0 else one_of(rng, INKS), stock)
    canvas.surface(box(*spine, 0.03), cover, depth, texture=rough(rng, 0.1, 6), shade=cylinder)
    for band in (0.07, 0.9):
        canvas.paint(box(left, top + height * band, width, height * 0.018), print_)
    if rng.random() < 0.5:
        canvas.paint(
            box(left, top + height * 0.14, width, height * rng.uniform(0.05, 0.2)), ink(one_of(rng, INKS), stock)
        )
    size = min(width * 0.5, 0.24)
    title = sentence(rng, int(height * 0.55 / size / 0.5))
    canvas.text(left + width / 2, top + height * 0.56, title, size, print_, angle=90)


def carton(canvas: Canvas, rng: np.random.Generator, frame: Frame, name: str, depth: float) -> None:
    """Stand a printed package with its name on it."""
    x, y, width, height = frame
    front, middle = box(*frame, 0.03), x + width / 2
    ground, band, picture = (ink(colour) for colour in shuffled(rng, INKS)[:3])
    canvas.shadow(front, 0.4, 0.25, 0.12, 0.03)
    canvas.surface(front, ground, depth, texture=rough(rng, 0.08, 5))
    canvas.paint(box(x, y + height * 0.16, width, height * 0.3), ink("#efe8d6"))
    canvas.text(middle, y + height * 0.3, name, min(width * 0.26, height * 0.2, width * 1.5 / len(name)), band)
    canvas.paint(ellipse(middle, y + height * 0.73, width * 0.3, height * 0.17), picture)
    canvas.paint(ellipse(middle, y + height * 0.73, width * 0.18, height * 0.1), ink("#f0d48a"))
    canvas.text(middle, y + height * 0.95, sentence(rng, 18), width * 0.09, of.CARBON)
    canvas.bevel(front, 0.12, 0.4)
