"""The test images, kept in OUT: workers read I and N from there, and only what measures reads R."""

import json
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from nirecap.errors import BenchmarkError, ImageError, UsageMistake
from nirecap.files import read_small, write_atomically
from nirecap.images import Pixels, encode_png, read_image
from nirecap.model.frames import Triplet
from nirecap.vocabulary import Role

from .layout import HELD_OUT, IMAGES, plain

LIST = "test.json"
MAX_BYTES = 64 << 20
SHOWN = (Role.LOW, Role.NIRE, Role.REFERENCE)


@dataclass(frozen=True)
class TestImage:
    """One test image."""

    __test__ = False  # it is no test of pytest's

    name: str
    scene: str

    @property
    def file(self) -> str:
        """The name of its files."""
        return f"{plain(self.name)}.png"


def keep(triplets: Sequence[Triplet], fingerprint: str, out: Path, done: Callable[[], None]) -> list[TestImage]:
    """Write the test images into OUT, unless they are there.

    Args:
        triplets: I, N and R.
        fingerprint: of what they are.
        out: the folder of the benchmark.
        done: called after each of them.

    Raises:
        UsageMistake: there are results on other test images, or two images have one name.
        ImageError: one can't be read.
    """
    known = _read(out)
    if known and known[0] == fingerprint:
        return known[1]
    if known and any((out / IMAGES).glob("*/*")):
        raise UsageMistake(f"{out} holds results on other test images; name another --out")
    (out / LIST).unlink(missing_ok=True)  # a kill from here on leaves no list over images of two sets
    images = []
    for triplet in triplets:
        images.append(TestImage(triplet.name, triplet.scene))
        _write(triplet, images[-1].file, out)
        done()
    if len({image.file for image in images}) < len(images):
        raise UsageMistake("two test images have one name; publish the data set again")
    facts = {"fingerprint": fingerprint, "images": [asdict(image) for image in images]}
    write_atomically(out / LIST, json.dumps(facts, indent=1).encode())
    return images


def kept(out: Path) -> tuple[str, list[TestImage]]:
    """Return the fingerprint of the test images in OUT, and their list.

    Raises:
        BenchmarkError: there are none.
    """
    known = _read(out)
    if known is None:
        raise BenchmarkError(f"{out} holds no test images; benchmark into it first")
    return known


def read(out: Path, role: Role, image: TestImage) -> Pixels:
    """Return I, N or R; N too has three equal channels.

    Raises:
        ImageError: it can't be read.
    """
    return read_image(file_of(out, role, image))


def file_of(out: Path, role: Role, image: TestImage) -> Path:
    """Return the file of I, N or R."""
    return out / HELD_OUT / role / image.file


def _write(triplet: Triplet, file: str, out: Path) -> None:
    for role, pixels in zip(SHOWN, (triplet.low, triplet.nire, triplet.reference), strict=True):
        if pixels.shape[:2] != triplet.reference.shape[:2]:
            raise ImageError(f"{triplet.name}: {role} has another size than its reference; leave out this shot")
        path = out / HELD_OUT / role / file
        path.parent.mkdir(parents=True, exist_ok=True)
        write_atomically(path, encode_png(pixels))


def _read(out: Path) -> tuple[str, list[TestImage]] | None:
    if not (out / LIST).exists():
        return None
    try:
        facts = json.loads(read_small(out / LIST, MAX_BYTES))
        images = [TestImage(str(image["name"]), str(image["scene"])) for image in facts["images"]]
        return str(facts["fingerprint"]), images
    except (OSError, ValueError, KeyError, TypeError, RecursionError) as error:
        raise BenchmarkError(f"{out / LIST} is damaged ({error}); remove it, or name another --out") from None
