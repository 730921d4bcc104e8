"""Pairs of a low-light and a lit image from another data set, for methods that are supervised by such.

They lie as those of LOL do: `low/NAME` with `high/NAME`.
"""

from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

from nirecap.errors import ImageError, UsageMistake
from nirecap.files import sha256_of
from nirecap.images import SUFFIXES, Pixels, read_image

LOW, LIT = "low", "high"
"""The folders."""


@dataclass(frozen=True)
class OutsidePair:
    """Two images of one view, which are not read yet."""

    name: str
    low: Path
    lit: Path

    def read(self) -> tuple[Pixels, Pixels]:
        """Return the low-light and the lit image, each H x W x 3, 0 to 255.

        Raises:
            ImageError: one can't be read, or they differ in size.
        """
        low, lit = read_image(self.low), read_image(self.lit)
        if low.shape != lit.shape:
            raise ImageError(f"{self.low} and {self.lit} differ in size: {low.shape[:2]} and {lit.shape[:2]}")
        return low, lit


@dataclass(frozen=True)
class OutsidePairs:
    """A folder of pairs."""

    folder: Path
    pairs: tuple[OutsidePair, ...]
    hashes: tuple[str, ...]
    """SHA-256, hex, of each file: of all low-light images, then of all lit ones."""

    @property
    def fingerprint(self) -> str:
        """SHA-256, hex, over what the images are, in the order of their names."""
        return sha256("".join(self.hashes).encode()).hexdigest()


def open_outside(folder: Path) -> OutsidePairs:
    """Open a folder of pairs.

    Args:
        folder: with images of equal names in `low` and `high`.

    Raises:
        UsageMistake: there are none, or one has no partner.
    """
    sides = [_images(folder / side) for side in (LOW, LIT)]
    if odd := sorted(sides[0].keys() ^ sides[1].keys()):
        raise UsageMistake(f"{folder}: {odd[0]!r:.120} is not in both {LOW}/ and {LIT}/; take it away or complete it")
    names = sorted(sides[0])
    if not names:
        raise UsageMistake(f"{folder} has no pairs: images of equal names in {LOW}/ and {LIT}/")
    pairs = tuple(OutsidePair(name, sides[0][name], sides[1][name]) for name in names)
    return OutsidePairs(folder.resolve(), pairs, tuple(sha256_of(side[name]) for side in sides for name in names))


def _images(folder: Path) -> dict[str, Path]:
    try:
        files = [path for path in folder.iterdir() if path.suffix.lower() in SUFFIXES and path.is_file()]
    except OSError as error:
        raise UsageMistake(f"{folder}: can't be read ({error.strerror}); pairs lie in {LOW}/ and {LIT}/") from None
    return {path.name: path for path in files}
