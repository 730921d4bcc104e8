"""What is to be purified: low-light images with their NIR-enlightened ones, wherever they lie, read one by one."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from nirecap.capture.clips import FORMATS
from nirecap.capture.import_clips import Filmed, filmed_shots, takes_of
from nirecap.capture.import_images import files_below, find_shots, role_of
from nirecap.capture.takes import Rules
from nirecap.errors import ImageError, UsageMistake
from nirecap.images import SUFFIXES, Pixels, decode_image, read_image
from nirecap.places import MANIFEST, SESSIONS
from nirecap.vocabulary import Role

from .assignment import PAIR
from .decoded import dark_frame, luma, triplet
from .frames import Grey
from .open_dataset import ON_THE_HUB, open_shots
from .published_shots import is_published
from .shots import Shot

WANTED = (
    "two images, low and nire; a folder of <stem>_low.png with <stem>_nire.png; a collection; a published set; two "
    "videos; or a clip"
)
SERVING = (*PAIR, Role.REFERENCE)


@dataclass(frozen=True, eq=False)
class Views:
    """Images of one view, all of one size."""

    low: Pixels
    nire: Grey
    reference: Pixels | None
    """R, where it is known."""


@dataclass(frozen=True)
class Pair:
    """A pair that is not read yet."""

    name: str
    """What is made of it will be called so: a relative path without suffix."""
    open: Callable[[], Views]
    """Read it; raise ImageError where it is damaged, or its images differ in size."""
    files: tuple[Path, ...] = ()
    """That it is read from, where those are its own."""


@dataclass(frozen=True)
class Found:
    """What is where a person pointed."""

    pairs: list[Pair]
    left_out: list[str]
    """What is no pair, and why."""


def find_pairs(inputs: Sequence[str]) -> Found:
    """Return the pairs in what a person named.

    Args:
        inputs: image files; or one folder, clip, or name of a published set on the Hub.

    Raises:
        UsageMistake: it is none of these, or there is no pair in it.
        ImageError, CollectionError, ManifestError, HubError: it can't be read.
    """
    found = _found(inputs)
    if not found.pairs:
        raise UsageMistake(f"{' '.join(inputs):.200} has no pair of low and nire; {_hint(inputs)}")
    return found


def by_name(files: Sequence[Path]) -> dict[str, dict[Role, Path]]:
    """Pair files by their names, or two without telling names as low and nire, in this order.

    Raises:
        UsageMistake: there are more than two, and not each has a partner.

    >>> by_name([Path("b_nire.png"), Path("b_low.png"), Path("a/7_low.png"), Path("a/7_nire.png")]).keys()
    dict_keys(['b', '7'])
    >>> by_name([Path("dark.mp4"), Path("infrared.mp4")])["dark"][Role.NIRE].name
    'infrared.mp4'
    """
    named: dict[str, dict[Role, Path]] = {}
    for path, (stem, role) in ((path, known) for path in files if (known := role_of(path))):
        named.setdefault(stem, {})[role] = path
    pairs = [(Path(stem).name, roles) for stem, roles in named.items() if roles.keys() >= {*PAIR}]
    if sum(len(roles) for _, roles in pairs) == len(files):
        if len(dict(pairs)) < len(pairs):
            raise UsageMistake("two pairs have one name, as what is made of them would; purify one folder at a time")
        return dict(pairs)
    if len(files) > 2:
        raise UsageMistake("more than two files go by their names: <stem>_low.png with <stem>_nire.png")
    (low, nire), (first, second) = files, (role_of(path) for path in files)
    if (first and first[1] is Role.NIRE) or (second and second[1] is Role.LOW):
        low, nire = nire, low
    for path, wanted in ((low, Role.LOW), (nire, Role.NIRE)):
        if (known := role_of(path)) and known[1] is not wanted:
            raise UsageMistake(f"{path.name} is no {wanted} image by its name; give one low and one nire")
    known = role_of(low)
    return {Path(known[0]).name if known else low.stem: {Role.LOW: low, Role.NIRE: nire}}


def _found(inputs: Sequence[str]) -> Found:
    if len(inputs) > 1:
        return Found([_of_files(*each) for each in by_name([Path(each) for each in inputs]).items()], [])
    (given,) = inputs
    path = Path(given)
    if path.is_file() and path.suffix.lower() in FORMATS:
        return Found(_pairs_in_clip(path), [])
    if path.is_file():
        raise UsageMistake(f"{given} is one image; name its nire after it. What can be purified is {WANTED}")
    if not path.exists() and not ON_THE_HUB.fullmatch(given):
        raise UsageMistake(f"{given!r:.200} does not exist; what can be purified is {WANTED}")
    if not path.exists() or (path / SESSIONS).is_dir() or (path / MANIFEST).exists() or is_published(path):
        return _pairs_of_dataset(given)
    return _pairs_below(path)


def _pairs_below(folder: Path) -> Found:
    shots = find_shots(files_below(folder, SUFFIXES), folder)
    pairs = [shot for shot in shots if shot.files.keys() >= {*PAIR}]
    left_out = [f"{shot.scene} (has no pair of low and nire)" for shot in shots if shot not in pairs]
    return Found([_of_files(shot.scene, shot.files) for shot in pairs], left_out)


def _pairs_of_dataset(dataset: str) -> Found:
    shots = open_shots(dataset)
    left_out = [f"{shot.name} (has no pair of low and nire)" for shot in shots if not shot.has(*PAIR)]
    return Found([Pair(shot.name, partial(_read_shot, shot)) for shot in shots if shot.has(*PAIR)], left_out)


def _pairs_in_clip(path: Path) -> list[Pair]:
    """Return the pairs of a clip in which night vision was switched by hand."""
    filmed, _ = filmed_shots([takes_of(path)], path.parent, Rules())
    shots = [shot for shot in filmed if shot.takes.keys() >= {*PAIR}]
    return [
        Pair(f"{path.stem}-{number}", partial(_read_filmed, shot, path.parent), (path,))
        for number, shot in enumerate(shots, 1)
    ]


def _of_files(name: str, files: Mapping[Role, Path]) -> Pair:
    chosen = {role: files[role] for role in SERVING if role in files}
    return Pair(name, partial(_read_files, name, chosen), tuple(chosen.values()))


def _read_files(name: str, files: Mapping[Role, Path]) -> Views:
    return _views(name, {role: read_image(path) for role, path in files.items()})


def _read_shot(shot: Shot) -> Views:
    if shot.has(Role.REFERENCE):
        read = triplet(shot)
        return Views(read.low, read.nire, read.reference)
    frame = dark_frame(shot)
    return Views(frame.visible, frame.infrared, None)


def _read_filmed(shot: Filmed, source: Path) -> Views:
    pictures = shot.pictures(source)
    return _views(shot.scene, {role: decode_image(image.content, image.source) for role, image in pictures.items()})


def _views(name: str, images: Mapping[Role, Pixels]) -> Views:
    used = {role: images[role] for role in SERVING if role in images}
    sizes = {role: f"{image.shape[1]}x{image.shape[0]}" for role, image in used.items()}
    if len({*sizes.values()}) > 1:
        told = ", ".join(f"{role} {size}" for role, size in sizes.items())
        raise ImageError(f"{name}: its images differ in size ({told}); give images of the same camera")
    return Views(used[Role.LOW], luma(used[Role.NIRE]), used.get(Role.REFERENCE))


def _hint(inputs: Sequence[str]) -> str:
    path = Path(inputs[0])
    if path.is_file():
        return "let it show the dark room by day, then by night vision, each at rest for a second or two"
    if path.is_dir() and not (path / SESSIONS).is_dir():
        return "call the files <stem>_low.png and <stem>_nire.png, or let `nirecap import` find the pairs"
    return "capture some with `nirecap shoot --plan pair`"
