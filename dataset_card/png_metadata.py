"""The chunks of a PNG file, and which of them are published."""

import struct
from collections.abc import Iterator
from zlib import crc32

from nirecap.errors import ImageError

from .exif import public_exif

PNG = b"\x89PNG\r\n\x1a\n"
PUBLIC = frozenset(b"IHDR PLTE IDAT IEND tRNS cHRM gAMA iCCP sBIT sRGB cICP mDCV cLLI bKGD hIST pHYs sPLT tIME".split())
"""Chunks that are published; `eXIf` is cleaned, text and what nobody knows goes."""
MAX_CHUNKS = 1_000_000


def strip_png(content: bytes, name: str) -> bytes:
    """Return the file without chunks that are not public, and without what follows the last one.

    Raises:
        ImageError: it ends before its picture does, or has more than `MAX_CHUNKS`.
    """
    return PNG + b"".join(_public(kind, chunk, name) for kind, chunk in _chunks(content, name))


def with_png_exif(content: bytes, exif: bytes) -> bytes:
    """Return the file with EXIF, behind its header."""
    header = len(PNG) + 12 + struct.unpack_from(">I", content, len(PNG))[0]
    return content[:header] + _chunk(b"eXIf", exif) + content[header:]


def _public(kind: bytes, chunk: bytes, name: str) -> bytes:
    if kind == b"eXIf":
        exif = public_exif(chunk[8:-4], name)
        return chunk if exif is None else _chunk(kind, exif) if exif else b""
    return chunk if kind in PUBLIC else b""


def _chunk(kind: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", crc32(kind + body))


def _chunks(content: bytes, name: str) -> Iterator[tuple[bytes, bytes]]:
    at = len(PNG)
    for _ in range(MAX_CHUNKS):
        if at + 12 > len(content):
            break
        length, kind = struct.unpack_from(">I4s", content, at)
        end = at + 12 + length
        if end > len(content):
            break
        yield kind, content[at:end]
        if kind == b"IEND":
            return
        at = end
    raise ImageError(f"{name}: damaged image (PNG file without an end)")
