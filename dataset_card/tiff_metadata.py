"""The entries of a TIFF file, and which of them are published.

A TIFF file is offsets into itself. Entries that are not public are taken out of their directory and what they point to
is blanked, so that every offset stays right and the file keeps its length.
"""

import struct
from collections.abc import Iterator
from dataclasses import dataclass

from nirecap.errors import ImageError

PUBLIC = frozenset(
    [
        *range(254, 260),  # size, depth, compression
        *(262, 263, 266, 273, 274, 277, 278, 279, 280, 281, 282, 283, 284, 296, 297, 301, 305, 306, 317, 318, 319),
        *(320, 321, 322, 323, 324, 325, 332, 334, 338, 339, 340, 341, 347, 512, 513, 514, 515, 517, 518, 519, 520, 521),
        *(529, 530, 531, 532, 34675),  # colour; 34675 is the ICC profile
    ]
)
SIZES = {1: 1, 2: 1, 3: 2, 4: 4, 5: 8, 6: 1, 7: 1, 8: 2, 9: 4, 10: 8, 11: 4, 12: 8, 13: 4, 16: 8, 17: 8, 18: 8}
"""Bytes of a value, by type."""
INNER = (34665, 34853, 40965)
"""Directories that an entry leads to: EXIF, GPS, interoperability."""
MAX_DIRECTORIES = 64
MAX_ENTRIES = 4096


@dataclass(frozen=True)
class _Layout:
    """How this file writes numbers."""

    order: str
    count: str
    offset: str

    @property
    def entry(self) -> int:
        """Bytes of an entry."""
        return 4 + 2 * struct.calcsize(self.offset)

    @property
    def head(self) -> int:
        """Bytes of the number of entries."""
        return struct.calcsize(self.count)


def is_tiff(content: bytes) -> bool:
    """Tell whether a file begins as a TIFF file does."""
    return content[:4] in (b"II*\0", b"MM\0*", b"II+\0", b"MM\0+")


def strip_tiff(content: bytes, name: str) -> bytes:
    """Return the file with its private entries taken out and their values blanked.

    Raises:
        ImageError: its directories lead out of the file, or in a circle.
    """
    order = "<" if content[:1] == b"I" else ">"
    big = content[2:4] in (b"+\0", b"\0+")
    layout = _Layout(order, "Q" if big else "H", "Q" if big else "I")
    target = bytearray(content)
    try:
        (at,) = struct.unpack_from(order + layout.offset, content, 8 if big else 4)
        for _ in range(MAX_DIRECTORIES):
            if not at:
                return bytes(target)
            at = _strip_directory(content, target, layout, at)
    except (struct.error, ValueError):
        pass
    raise ImageError(f"{name}: damaged image (the directories of the TIFF file lead nowhere)")


def _strip_directory(content: bytes, target: bytearray, layout: _Layout, at: int) -> int:
    """Take the private entries out of the directory at `at`, and return where the next one is."""
    entries = list(_entries(content, layout, at))
    begin, end = at + layout.head, at + layout.head + len(entries) * layout.entry
    (following,) = struct.unpack_from(layout.order + layout.offset, content, end)
    private = [entry for tag, entry in entries if tag not in PUBLIC]
    if not private:
        return int(following)
    for entry in private:
        _blank(content, target, layout, entry, 0)
    public = b"".join(content[entry : entry + layout.entry] for tag, entry in entries if tag in PUBLIC)
    after = struct.pack(layout.order + layout.offset, following)
    room = end + len(after) - begin
    target[begin : begin + room] = (public + after).ljust(room, b"\0")
    struct.pack_into(layout.order + layout.count, target, at, len(entries) - len(private))
    return int(following)


def _entries(content: bytes, layout: _Layout, at: int) -> Iterator[tuple[int, int]]:
    """Yield tags, and where their entries are."""
    (count,) = struct.unpack_from(layout.order + layout.count, content, at)
    if count > MAX_ENTRIES:
        raise ValueError("too many entries")
    for number in range(count):
        entry = at + layout.head + number * layout.entry
        yield struct.unpack_from(layout.order + "H", content, entry)[0], entry


def _blank(content: bytes, target: bytearray, layout: _Layout, entry: int, depth: int) -> None:
    """Overwrite what an entry points to, in directories below it too."""
    tag, kind, count = struct.unpack_from(f"{layout.order}HH{layout.offset}", content, entry)
    inline = struct.calcsize(layout.offset)
    size = SIZES.get(kind, 1) * count
    (place,) = struct.unpack_from(layout.order + layout.offset, content, entry + 4 + inline)
    if tag in INNER and depth < 3:
        below = list(_entries(content, layout, place))
        for _, inner in below:
            _blank(content, target, layout, inner, depth + 1)
        _zero(target, place, layout.head + len(below) * layout.entry)
    elif size > inline:
        _zero(target, place, size)


def _zero(target: bytearray, at: int, size: int) -> None:
    if at + size > len(target):
        raise ValueError("leads out of the file")
    target[at : at + size] = bytes(size)
