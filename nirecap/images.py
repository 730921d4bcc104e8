"""Decode images as hostile input: known formats, bounded size, nothing half-read."""

import io
import stat
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import ExifTags, Image, ImageOps, UnidentifiedImageError

from nirecap.errors import ImageError

Pixels = NDArray[np.uint8]
"""An RGB image, H x W x 3, 0 to 255."""

SUFFIXES = {".png": "PNG", ".jpg": "JPEG", ".jpeg": "JPEG", ".tif": "TIFF", ".tiff": "TIFF", ".bmp": "BMP"}
QUARTER_TURNS = range(5, 9)
"""EXIF orientations that exchange width and height."""
MAX_PIXELS = 64_000_000
MAX_BYTES = 512 * 1024 * 1024


def read_image(path: Path) -> Pixels:
    """Decode a PNG, JPEG, TIFF or BMP file to RGB; grey is repeated, 16 bits become 8, EXIF rotation is applied.

    Raises:
        ImageError: missing, not an image of these formats, truncated, or over `MAX_PIXELS` or `MAX_BYTES`.
    """
    return decode_image(read_bytes(path), str(path))


def read_bytes(path: Path) -> bytes:
    """Return the bytes of an image file.

    Raises:
        ImageError: it can't be read or is over `MAX_BYTES`.
    """
    try:
        facts = path.stat()
        if not stat.S_ISREG(facts.st_mode):  # reading a pipe would wait for ever
            raise ImageError(f"{path}: not a file")
        if facts.st_size > MAX_BYTES:
            raise ImageError(f"{path}: {facts.st_size} bytes, more than {MAX_BYTES}; not decoded")
        return path.read_bytes()
    except OSError as error:
        raise ImageError(f"{path}: can't be read ({error.strerror})") from None


def decode_image(content: bytes, name: str) -> Pixels:
    """Decode the bytes of an image file to RGB; `name` is what errors call it.

    Raises:
        ImageError: as `read_image`.
    """
    with _opened(io.BytesIO(content), name) as image:
        return _rgb(image)


def image_size(path: Path) -> tuple[int, int]:
    """Return width and height of an image as `read_image` will decode it, from its header alone.

    Raises:
        ImageError: as `read_image`, but for what only decoding shows.
    """
    with _opened(path, str(path)) as image:
        width, height = image.size
        turned = image.getexif().get(ExifTags.Base.Orientation, 1) in QUARTER_TURNS
        return (height, width) if turned else (width, height)


@contextmanager
def _opened(file: Path | io.BytesIO, name: str) -> Iterator[Image.Image]:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of large images, and of odd metadata in what decodes all the same
            with Image.open(file, formats=sorted(set(SUFFIXES.values()))) as image:
                width, height = image.size
                if width * height > MAX_PIXELS:
                    raise ImageError(f"{name}: {width}x{height} is over {MAX_PIXELS} pixels; not decoded")
                if image.mode == "F":
                    raise ImageError(f"{name}: levels in 32-bit float have no agreed white; save it with 8 or 16 bits")
                yield image
    except ImageError:
        raise
    except Image.DecompressionBombError:
        raise ImageError(f"{name}: over {MAX_PIXELS} pixels; not decoded") from None
    except UnidentifiedImageError:
        raise ImageError(f"{name}: not a PNG, JPEG, TIFF or BMP image") from None
    except MemoryError:
        raise ImageError(f"{name}: memory is full; end other programs, or make the image smaller") from None
    except Exception as error:  # decoders raise anything from SyntaxError to struct.error on damaged input
        raise ImageError(f"{name}: damaged image ({error})") from None


def encode_png(pixels: Pixels) -> bytes:
    """Encode RGB (H x W x 3) or grey (H x W) pixels as PNG without loss."""
    target = io.BytesIO()
    Image.fromarray(pixels).save(target, "PNG", compress_level=1)
    return target.getvalue()


def encode_jpeg(pixels: Pixels, quality: int) -> bytes:
    """Encode RGB pixels (H x W x 3) as JPEG, `quality` 1 to 100, for pictures that are only shown."""
    target = io.BytesIO()
    Image.fromarray(pixels).save(target, "JPEG", quality=quality)
    return target.getvalue()


def _rgb(image: Image.Image) -> Pixels:
    image.load()
    turned = image.getexif().get(ExifTags.Base.Orientation, 1) != 1
    upright = ImageOps.exif_transpose(image) if turned else image  # which copies it in any case
    if upright.mode.startswith("I;16") or upright.mode == "I":
        deep = np.asarray(upright)
        grey = (np.clip(deep, 0, 65535).astype(np.uint16) >> 8).astype(np.uint8)
        return np.repeat(grey[..., None], 3, axis=2)
    return np.asarray(upright if upright.mode == "RGB" else upright.convert("RGB"))
