"""Aligned copies of shots whose images lie apart. The originals stay; deleting `aligned/` undoes it.

aligned/<shot>/<role>.png      the copies, cropped to the area that all images show
aligned/<shot>/alignment.json  what was done to which originals; written last, so that copies without it do not count
"""

import json
import math
from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from hashlib import sha256
from pathlib import Path
from typing import Annotated, Any, Literal

import cv2
import numpy as np
from pydantic import ConfigDict, Field, JsonValue, TypeAdapter, ValidationError

from nirecap import __version__
from nirecap.capture.records import ImageRecord, ShotRecord
from nirecap.errors import CollectionError, ImageError, NirecapError
from nirecap.files import inside, read_small, sha256_of, write_atomically
from nirecap.images import MAX_PIXELS, Pixels, decode_image, encode_png, read_bytes
from nirecap.vocabulary import Role

ALIGNED = "aligned"
"""Folder in a collection that holds the copies."""
PROVENANCE = "alignment.json"
LEAST_COMMON = 0.8
"""Share of the picture that all images must show, or no copy is made."""
MOST_ZOOM = 0.5
"""Change of area beyond which a matrix is nonsense."""
MAX_BYTES = 1 << 20
MOVING = {str(Role.NIRE), str(Role.REFERENCE_NIRE)}
"""Images taken through the other position of the filter: they are brought onto the rest."""
BRACKET = "bracket"
FACTS = "aligned"
"""Key of what was done, in the details of a record of copies."""

Matrix = tuple[float, float, float, float, float, float]
Place = Annotated[int, Field(ge=0, le=MAX_PIXELS)]
Length = Annotated[int, Field(gt=0, le=MAX_PIXELS)]
Sha256 = Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]
Stem = Annotated[str, Field(pattern=r"^[a-z_]{1,20}$")]


@dataclass(frozen=True)
class Crop:
    """A rectangle of the visible picture, pixels."""

    __pydantic_config__ = ConfigDict(extra="forbid")
    x: Place
    y: Place
    width: Length
    height: Length


@dataclass(frozen=True)
class Provenance:
    """What `alignment.json` holds."""

    __pydantic_config__ = ConfigDict(extra="forbid", allow_inf_nan=False)
    matrix: Matrix
    """Maps a point of the visible original to the same point of the moved one, as `align_matrix` does."""
    crop: Crop
    originals: dict[Stem, Sha256]
    copies: dict[Stem, Sha256]
    nirecap: Annotated[str, Field(max_length=100)] = __version__
    schema: Literal[1] = 1


FILE = TypeAdapter(Provenance)


def write_aligned(
    collection: Path, record: ShotRecord, scores: Mapping[str, Any], least_confidence: float
) -> ShotRecord:
    """Write the aligned copies of a shot, unless they are there, and return the record of the copies.

    The infrared images are brought onto the visible ones (Lanczos), and all are cropped to what all show.

    Args:
        collection: the folder.
        record: of the shot as captured.
        scores: of that shot; `align_matrix` and `align_confidence` are used.
        least_confidence: under which the measurement is not believed.

    Raises:
        ImageError: the alignment is not known well enough, the common area is too small, or an image can't be used.
        CollectionError: the shot's name or a link leads out of `aligned/`.
        OSError: the disk is full; no copy counts.
    """
    folder = _folder(collection, record)
    known = _provenance(folder, record)
    if known and all(_holds(folder / f"{stem}.png", copied) for stem, copied in known.copies.items()):
        return _record_of(record, known)
    matrix = _believed(record, scores, least_confidence)
    originals = _decoded(collection, record)
    crop = _common_area(record, matrix, originals)
    folder.mkdir(parents=True, exist_ok=True)
    (folder / PROVENANCE).unlink(missing_ok=True)
    copies = {}
    for stem, pixels in originals.items():
        content = encode_png(_brought_back(pixels, matrix if stem in MOVING else None, crop))
        write_atomically(folder / f"{stem}.png", content)
        copies[stem] = sha256(content).hexdigest()
    images = _images(record)
    made = Provenance(matrix, crop, {stem: images[stem].sha256 for stem in originals}, copies)
    write_atomically(folder / PROVENANCE, json.dumps(asdict(made), indent=2).encode() + b"\n")
    return _record_of(record, made)


def aligned_record(collection: Path, record: ShotRecord) -> ShotRecord | None:
    """Return the record of a shot's aligned copies; None where there are none, or of other originals."""
    try:
        folder = _folder(collection, record)
        known = _provenance(folder, record)
    except NirecapError:
        return None
    return _record_of(record, known) if known else None


def aligned_columns(record: ShotRecord) -> dict[str, Any]:
    """Return `aligned_matrix` and `aligned_crop` (x, y, width, height) of a record of copies, nothing of another."""
    facts = record.details.get(FACTS)
    if not isinstance(facts, dict):
        return {}
    return {f"{FACTS}_{name}": facts[name] for name in ("matrix", "crop")}


def _folder(collection: Path, record: ShotRecord) -> Path:
    """Return the folder of the copies, where neither the shot's name nor a link leads elsewhere."""
    if (collection / ALIGNED).is_symlink():
        raise CollectionError(
            f"{collection / ALIGNED} is a link; put a folder in its place, copies stay in the collection"
        )
    return inside(inside(collection, ALIGNED), record.shot)


def _images(record: ShotRecord) -> dict[str, ImageRecord]:
    bracket = {BRACKET: record.bracket} if record.bracket else {}
    return {**{str(role): image for role, image in record.images.items()}, **bracket}


def _provenance(folder: Path, record: ShotRecord) -> Provenance | None:
    """Read what was done; None where it was not to these originals, or is not all there."""
    try:
        path = inside(folder, PROVENANCE)
        known = FILE.validate_json(read_small(path, MAX_BYTES))
    except (OSError, ValidationError, NirecapError):
        return None
    images = _images(record)
    whole = known.originals.keys() == known.copies.keys() and set(map(str, record.images)) <= known.originals.keys()
    ours = all(stem in images and images[stem].sha256 == taken for stem, taken in known.originals.items())
    there = all((copied := folder / f"{stem}.png").is_file() and not copied.is_symlink() for stem in known.copies)
    return known if whole and ours and there else None


def _holds(path: Path, expected: str) -> bool:
    return sha256_of(path) == expected


def _believed(record: ShotRecord, scores: Mapping[str, Any], least_confidence: float) -> Matrix:
    matrix, confidence = scores.get("align_matrix"), scores.get("align_confidence")
    if matrix is None or confidence is None:
        raise ImageError(f"{record.shot}: how its images lie was not measured; it can't be aligned")
    if confidence < least_confidence:
        raise ImageError(
            f"{record.shot}: how its images lie is not known well enough (confidence {confidence:.2f} of "
            f"{least_confidence:.2f}); it can't be aligned, look at it"
        )
    a, b, c, d, e, f = (float(value) for value in matrix)
    return a, b, c, d, e, f


def _decoded(collection: Path, record: ShotRecord) -> dict[str, Pixels]:
    """Decode the images of a shot, all of one size; the bracket is left out where it can't be used."""
    pixels = {str(role): _decode(collection, image) for role, image in record.images.items()}
    sizes = {picture.shape for picture in pixels.values()}
    if len(sizes) > 1:
        raise ImageError(f"{record.shot}: its images differ in size; it can't be aligned")
    try:
        bracket = _decode(collection, record.bracket) if record.bracket else None
    except NirecapError:
        bracket = None
    return pixels if bracket is None or bracket.shape not in sizes else {**pixels, BRACKET: bracket}


def _decode(collection: Path, image: ImageRecord) -> Pixels:
    content = read_bytes(inside(collection, image.file))
    if sha256(content).hexdigest() != image.sha256:
        raise ImageError(f"{image.file}: not the bytes that were captured (SHA-256 differs); restore it from a copy")
    return decode_image(content, image.file)


def _common_area(record: ShotRecord, matrix: Matrix, images: Mapping[str, Pixels]) -> Crop:
    height, width = next(iter(images.values())).shape[:2]
    crop = common_area(matrix, width, height)
    if crop is None or crop.width * crop.height < LEAST_COMMON * width * height:
        raise ImageError(
            f"{record.shot}: its images have under {LEAST_COMMON:.0%} of the picture in common; capture it again"
        )
    return crop


def common_area(matrix: Matrix, width: int, height: int) -> Crop | None:
    """Return the upright rectangle that both pictures of width x height show; None where there is none.

    Args:
        matrix: 2 x 3 affine, row-major, a small motion: maps a point of the one picture to the same of the other.
        width: of both, pixels.
        height: of both, pixels.

    >>> common_area((1, 0, 4, 0, 1, -2), 100, 80)
    Crop(x=0, y=2, width=96, height=78)
    """
    affine = np.array(matrix, np.float64).reshape(2, 3)
    if not np.isfinite(affine).all() or abs(np.linalg.det(affine[:, :2]) - 1) > MOST_ZOOM:
        return None
    ends = [(0, 0), (width - 1, 0), (0, height - 1), (width - 1, height - 1)]
    corners = np.array(ends, np.float64) @ (back := cv2.invertAffineTransform(affine))[:, :2].T + back[:, 2]
    (left_top, right_top, left_bottom, right_bottom) = np.round(corners, 6).tolist()
    left = max(0, math.ceil(max(left_top[0], left_bottom[0])))
    top = max(0, math.ceil(max(left_top[1], right_top[1])))
    right = min(width - 1, math.floor(min(right_top[0], right_bottom[0])))
    bottom = min(height - 1, math.floor(min(left_bottom[1], right_bottom[1])))
    return Crop(left, top, right - left + 1, bottom - top + 1) if right > left and bottom > top else None


def _brought_back(pixels: Pixels, matrix: Matrix | None, crop: Crop) -> Pixels:
    """Return the crop of a picture, undoing the motion `matrix` where it has one."""
    if matrix is None:
        return pixels[crop.y : crop.y + crop.height, crop.x : crop.x + crop.width]
    affine = np.array(matrix, np.float64).reshape(2, 3)
    affine[:, 2] += affine[:, :2] @ (crop.x, crop.y)
    flags = cv2.INTER_LANCZOS4 | cv2.WARP_INVERSE_MAP
    size = crop.width, crop.height
    return np.asarray(cv2.warpAffine(pixels, affine, size, flags=flags, borderMode=cv2.BORDER_REFLECT_101), np.uint8)


def _record_of(record: ShotRecord, known: Provenance) -> ShotRecord:
    crop = known.crop

    def copied(stem: str, image: ImageRecord) -> ImageRecord:
        file = f"{ALIGNED}/{record.shot}/{stem}.png"
        return replace(image, file=file, sha256=known.copies[stem], width=crop.width, height=crop.height, packets=None)

    images = {role: copied(str(role), image) for role, image in record.images.items()}
    bracket = copied(BRACKET, record.bracket) if record.bracket and BRACKET in known.copies else None
    facts: dict[str, JsonValue] = {"matrix": list(known.matrix), "crop": [crop.x, crop.y, crop.width, crop.height]}
    return replace(record, images=images, bracket=bracket, details={**record.details, FACTS: facts})
