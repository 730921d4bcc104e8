"""The segments of a JPEG file, and which of them are published."""

import re
import struct
from collections.abc import Iterator

from nirecap.errors import ImageError

from .exif import HEAD, public_exif

JPEG = b"\xff\xd8"
EOI, SOS, COM = 0xD9, 0xDA, 0xFE
APP0, APP1, APP2, APP14 = 0xE0, 0xE1, 0xE2, 0xEE
APPLICATION = range(0xE0, 0xF0)
MAX_SEGMENTS = 10_000
PUBLIC = {APP0: (b"JFIF\0", b"JFXX\0", b"AVI1"), APP2: (b"ICC_PROFILE\0",), APP14: (b"Adobe",)}
"""How the application segments begin that a decoder needs."""
ENCODER = re.compile(rb"(Lavc|Lavf)[\d.]{1,20}\0?")
"""Comments that name the program only, as those of FFmpeg."""
_MARKER = re.compile(rb"\xff+([^\x00\xff\xd0-\xd7])")
"""A marker in or after compressed data."""


def strip_jpeg(content: bytes, name: str) -> bytes:
    """Return the file without segments that are not public, and without what follows the picture.

    Raises:
        ImageError: it ends before its picture does, or has more than `MAX_SEGMENTS`.
    """
    kept = [JPEG]
    for marker, segment in _segments(content, name):
        kept.append(_public(marker, segment, name))
    return b"".join(kept)


def with_jpeg_exif(content: bytes, exif: bytes) -> bytes:
    """Return the file with EXIF, behind the JFIF segment where there is one."""
    at = len(JPEG)
    if content[at : at + 2] == bytes((0xFF, APP0)):
        at += 2 + struct.unpack_from(">H", content, at + 2)[0]
    return content[:at] + _segment(APP1, HEAD + exif) + content[at:]


def _public(marker: int, segment: bytes, name: str) -> bytes:
    body = segment[4:]
    if marker == APP1 and body.startswith(HEAD):
        exif = public_exif(body, name)
        return segment if exif is None else _segment(APP1, HEAD + exif) if exif else b""
    if marker in APPLICATION:
        return segment if body.startswith(PUBLIC.get(marker, ())) else b""
    if marker == COM:
        return segment if ENCODER.fullmatch(body) else b""
    return segment


def _segment(marker: int, body: bytes) -> bytes:
    return struct.pack(">BBH", 0xFF, marker, len(body) + 2) + body


def _segments(content: bytes, name: str) -> Iterator[tuple[int, bytes]]:
    """Yield markers with their bytes; compressed data belongs to the marker before it, padding to what ends it."""
    at, number = len(JPEG), 0
    while number < MAX_SEGMENTS:
        found = _MARKER.match(content, at)
        if not found:
            raise ImageError(f"{name}: damaged image (no marker at byte {at} of the JPEG file)")
        marker, begin, end = found[1][0], found.end() - 2, found.end()
        if marker == EOI:
            padding = content[end:]
            yield marker, content[begin : end if padding.strip(b"\0\xff\r\n ") else len(content)]
            return
        if end + 2 > len(content):
            break
        end += max(2, struct.unpack_from(">H", content, end)[0])
        if marker == SOS:
            end = _end_of_scan(content, end)
        if end > len(content):
            break
        yield marker, content[begin:end]
        at, number = end, number + 1
    raise ImageError(f"{name}: damaged image (JPEG file without an end)")


def _end_of_scan(content: bytes, at: int) -> int:
    found = _MARKER.search(content, at)
    return found.start() if found else len(content) + 1
