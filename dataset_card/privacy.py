"""Take out of image files what tells where, by whom and with which device: the pixels stay, bit for bit.

What is kept is listed, everything else goes: positions, serial numbers, owners, XMP, IPTC, comments, makers' notes,
thumbnails, and what follows the picture in its file. A file that holds nothing of the kind keeps all its bytes.
"""

import numpy as np

from nirecap.errors import ImageError
from nirecap.images import decode_image

from .exif import orientation_exif, orientation_of
from .jpeg_metadata import JPEG, strip_jpeg, with_jpeg_exif
from .png_metadata import PNG, strip_png, with_png_exif
from .tiff_metadata import is_tiff, strip_tiff


def without_private_metadata(content: bytes, name: str) -> bytes:
    """Return an image file without private metadata; JPEG and PNG lose segments and chunks, TIFF entries.

    EXIF keeps how the picture was taken, and its orientation, also one that only XMP held. BMP files hold no metadata.

    Args:
        content: the bytes of a PNG, JPEG, TIFF or BMP file.
        name: what errors call it.

    Raises:
        ImageError: the file is damaged, or what it holds can't be taken out without touching the pixels.
    """
    if content.startswith(PNG):
        stripped = strip_png(content, name)
    elif content.startswith(JPEG):
        stripped = strip_jpeg(content, name)
    elif is_tiff(content):
        stripped = strip_tiff(content, name)
    else:
        return content
    if stripped == content:
        return content
    stripped = _upright(stripped, orientation_of(content, name), name)
    if not np.array_equal(decode_image(content, name), decode_image(stripped, name)):
        raise ImageError(
            f"{name}: its metadata can't be taken out without touching the pixels; save it as PNG, or publish with "
            "--keep-metadata"
        )
    return stripped


def _upright(content: bytes, orientation: int, name: str) -> bytes:
    """Return the file with the orientation that it had."""
    if orientation_of(content, name) == orientation:
        return content
    if content.startswith(PNG):
        return with_png_exif(content, orientation_exif(orientation))
    if content.startswith(JPEG):
        return with_jpeg_exif(content, orientation_exif(orientation))
    return content
