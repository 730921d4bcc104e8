"""What the page shows of images: thumbnails from the cache, and full pictures of files that the manifest names."""

from collections.abc import Mapping
from pathlib import Path

from nirecap.files import inside
from nirecap.images import decode_image, encode_png, image_size, read_bytes

from ..cache.cache import CacheDamagedError
from ..cache.cache_file import opened_to_read
from ..report.report import PICTURES, pictures_of
from .index import rows_with_maps

SHOWN = {".png": "image/png", ".jpg": "image/jpeg", ".jpeg": "image/jpeg", ".bmp": "image/bmp"}
"""Types that browsers show; others are decoded here."""


def picture_block(collection: Path, number: int) -> list[dict[str, str]]:
    """Return thumbnails and maps of a block of rows as base64, by name; what the cache lacks is left out.

    Raises:
        ManifestError: the manifest can't be read.
    """
    rows = rows_with_maps(collection, number * PICTURES, PICTURES)
    if rows is None:
        return []
    try:
        with opened_to_read(collection) as cache:
            return pictures_of(rows, cache.thumbnails if cache else _nothing)
    except CacheDamagedError:
        return pictures_of(rows, _nothing)


def full_picture(collection: Path, name: str) -> tuple[bytes, str]:
    """Return a picture's bytes and their type, as a browser can show them.

    Raises:
        ImageError: the file is none.
        CollectionError: it leads out of the collection.
    """
    path = inside(collection, name)
    content = read_bytes(path)
    image_size(path)  # of a known format and size, whatever its name says
    if kind := SHOWN.get(path.suffix.lower()):
        return content, kind
    return encode_png(decode_image(content, name)), "image/png"


def _nothing(_shot: str) -> Mapping[str, bytes]:
    return {}
