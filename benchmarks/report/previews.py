"""Small copies of the pictures for the page, so large that all of them fit."""

import io
from base64 import b64encode
from collections.abc import Iterator, Sequence
from pathlib import Path

from PIL import Image

from nirecap.errors import ImageError
from nirecap.images import Pixels, read_image

from .. import held_out
from ..held_out import TestImage
from ..layout import pictures
from ..scores import Scores

BUDGET = 45 << 20
"""Bytes of all previews, up to which a browser opens the page in good time."""
BYTES_A_PIXEL = 0.3
"""Of a noisy picture as WebP."""
WIDTHS = (640, 480, 360, 240, 160)
THUMBNAIL = 120
QUALITY = 75


def width_for(count: int, ratio: float) -> int:
    """Return the width of previews of `count` pictures of a height of `ratio` times the width.

    >>> width_for(10, 0.75), width_for(3000, 0.75)
    (640, 240)
    """
    allowed = BUDGET / max(1, count) / BYTES_A_PIXEL
    return next((width for width in WIDTHS if width * width * ratio <= allowed), WIDTHS[-1])


def previews(out: Path, images: Sequence[TestImage], scores: Scores) -> Iterator[dict[str, str]]:
    """Yield, for each test image, addresses of data by `low`, `nire`, `reference`, and the name of each method.

    A picture that can't be read any more is left out.
    """
    if not images:
        return
    first = _read(held_out.file_of(out, held_out.SHOWN[0], images[0]))
    ratio = 1.0 if first is None else first.shape[0] / first.shape[1]
    most = width_for(len(images) * (len(scores.methods) + len(held_out.SHOWN)), ratio)
    for image in images:
        files = {str(role): held_out.file_of(out, role, image) for role in held_out.SHOWN}
        files |= {name: pictures(out, name, scores.facts[name].seed) / image.file for name in scores.methods}
        found = {name: _read(path) for name, path in files.items()}
        yield {name: data_of(pixels, most) for name, pixels in found.items() if pixels is not None}


def data_of(pixels: Pixels, width: int) -> str:
    """Return a picture, scaled down to a width, as an address of data."""
    image = Image.fromarray(pixels)
    if image.width > width:
        image = image.resize((width, max(1, round(image.height * width / image.width))), Image.Resampling.LANCZOS)
    target = io.BytesIO()
    image.save(target, "WEBP", quality=QUALITY)
    return "data:image/webp;base64," + b64encode(target.getvalue()).decode()


def _read(path: Path) -> Pixels | None:
    try:
        return read_image(path)
    except ImageError:
        return None
