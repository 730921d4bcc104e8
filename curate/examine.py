"""Examine one shot: decode each image once, run every check, return named scores."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, fields
from hashlib import sha256
from pathlib import Path
from typing import Any

from nirecap.capture.records import ImageRecord, ShotRecord
from nirecap.errors import ImageError, NirecapError
from nirecap.files import inside
from nirecap.images import Pixels, decode_image, read_bytes
from nirecap.vocabulary import Role

from .checks.alignment import Alignment, measure_alignment
from .checks.bright_spot import BrightSpot, measure_bright_spot
from .checks.compression import Compression, measure_compression
from .checks.exposure import Exposure, measure_exposure
from .checks.lamp import Lamp, measure_lamp
from .checks.motion import Motion, measure_motion
from .checks.noise import Noise, measure_noise
from .checks.overlay import Overlay, measure_overlay
from .checks.people import People, measure_people
from .checks.sharpness import Sharpness, measure_sharpness
from .checks.structure_vanishing import StructureVanishing, measure_structure_vanishing
from .checks.switch import Switch, measure_switch
from .contact_sheet import cells
from .picture import Picture
from .picture_hash import picture_hash
from .thumbnail import brightened, thumbnail

CHECKS: Mapping[str, type] = {
    "switch": Switch,
    "align": Alignment,
    "bright_spot": BrightSpot,
    "structure_vanishing": StructureVanishing,
    "exposure": Exposure,
    "noise": Noise,
    "sharpness": Sharpness,
    "compression": Compression,
    "overlay": Overlay,
    "lamp": Lamp,
    "motion": Motion,
    "people": People,
}
"""Prefix of a check's columns, and the record whose fields they are."""
SCORES = {f"{check}_{score.name}" for check, record in CHECKS.items() for score in fields(record)} | {
    "duplicate_likeness"
}
"""Names of all scores; how alike two shots are shows only when all have been examined."""


@dataclass(frozen=True)
class Examination:
    """What the checks found in one shot."""

    scores: Mapping[str, Any]
    """By column; of a shot with a damaged image those that need only the others."""
    problem: str | None = None
    """Why it can't be, in one line."""
    thumbnails: Mapping[str, bytes] = field(default_factory=dict)
    """WebP pictures by role, longer side 160 pixels; that of `low` is brightened."""
    hashes: Mapping[str, str] = field(default_factory=dict)
    """Perceptual hashes by role, 64 bits as 16 hex digits: pictures alike differ in few bits."""
    cells: Mapping[str, bytes] = field(default_factory=dict)
    """Pictures for the contact sheet by its columns, where they were asked for."""
    whole: bool = True
    """False where an image was not what the journal says: what was found is not that of the captured bytes."""


def examine(collection: Path, record: ShotRecord, with_cells: bool = False) -> Examination:
    """Decode the images of a shot and measure them; what can't be read is told, never raised.

    A shot without `low` and `nire` is measured on its lit images, `reference` in place of I and `reference_nire` of N.

    Args:
        collection: the folder.
        record: of the shot, or of its aligned copies.
        with_cells: True for a shot that the contact sheet shows.
    """
    pictures, problem = _decode_all(collection, record)
    scores: dict[str, Any] = {}
    bracket = _bracket(collection, record)
    try:
        if {Role.LOW, Role.NIRE} & set(record.images) <= set(pictures):  # lit images don't stand in for damaged ones
            scores = _measure(pictures, bracket)
    except NirecapError as error:
        problem = problem or str(error)
    return Examination(
        scores,
        problem,
        _thumbnails(pictures),
        _hashes(pictures),
        cells({role: picture.small for role, picture in pictures.items()}) if with_cells else {},
        whole=problem is None and (bracket is not None or record.bracket is None),
    )


def _decode_all(collection: Path, record: ShotRecord) -> tuple[dict[Role, Picture], str | None]:
    """Decode what can be, and return why the first of the others can't."""
    pictures: dict[Role, Picture] = {}
    problem = None
    for role, image in record.images.items():
        try:
            pictures[role] = Picture(_decode(collection, image))
        except NirecapError as error:
            problem = problem or str(error)
    return pictures, problem


def _decode(collection: Path, image: ImageRecord) -> Pixels:
    path = inside(collection, image.file)
    content = read_bytes(path)
    if sha256(content).hexdigest() != image.sha256:
        raise ImageError(f"{image.file}: not the bytes that were captured (SHA-256 differs); restore it from a copy")
    return decode_image(content, image.file)


def _bracket(collection: Path, record: ShotRecord) -> Picture | None:
    """Decode the image that was taken again; a shot is whole without it."""
    try:
        return Picture(_decode(collection, record.bracket)) if record.bracket else None
    except NirecapError:
        return None


def _thumbnails(pictures: Mapping[Role, Picture]) -> dict[str, bytes]:
    return {
        str(role): thumbnail(brightened(picture.tiny) if role == Role.LOW else picture.tiny)
        for role, picture in pictures.items()
    }


def _hashes(pictures: Mapping[Role, Picture]) -> dict[str, str]:
    return {str(role): picture_hash(picture.tiny) for role, picture in pictures.items()}


def measure(images: Mapping[Role, Pixels], bracket: Pixels | None = None) -> dict[str, Any]:
    """Run every check on the images of a shot and return the scores by column.

    Args:
        images: RGB, by role.
        bracket: the first of them taken again at the end of the shot.

    Raises:
        ImageError: `low` and `nire` differ in size or are too small.
    """
    pictures = {role: Picture(pixels) for role, pixels in images.items()}
    return _measure(pictures, None if bracket is None else Picture(bracket))


def _measure(pictures: Mapping[Role, Picture], bracket: Picture | None) -> dict[str, Any]:
    reference = pictures.get(Role.REFERENCE)
    if Role.LOW in pictures and Role.NIRE in pictures:
        visible, nire = pictures[Role.LOW], pictures[Role.NIRE]
    elif reference is not None and Role.REFERENCE_NIRE in pictures:
        visible, nire, reference = reference, pictures[Role.REFERENCE_NIRE], None
    else:
        return {}
    small, small_nire = visible.small, nire.small
    small_reference = None if reference is None else reference.small
    measured: dict[str, Any] = {
        "switch": measure_switch(small, small_nire),
        "align": measure_alignment(visible.pixels, nire.pixels, (visible.grey, nire.grey)),
        "bright_spot": measure_bright_spot(small, small_nire, small_reference),
        "structure_vanishing": measure_structure_vanishing(small, small_nire, small_reference),
    }
    overlay = measure_overlay(visible.grey, nire.grey) if Role.LOW in pictures and Role.NIRE in pictures else Overlay()
    measured |= _quality(visible, nire, reference, bracket, measured["bright_spot"].area, overlay)
    return {f"{check}_{name}": value for check, found in measured.items() for name, value in asdict(found).items()}


def _quality(
    visible: Picture,
    nire: Picture,
    reference: Picture | None,
    bracket: Picture | None,
    spot_area: float,
    overlay: Overlay,
) -> dict[str, Any]:
    """Measure what light, sensor, lens and encoder did to the pictures, and what is in them that should not be."""
    grey = visible.grey, nire.grey, None if reference is None else reference.grey
    sample = visible.tiles, nire.tiles, None if reference is None else reference.tiles
    return {
        "exposure": measure_exposure(*grey, spot_area),
        "noise": measure_noise(*sample),
        "sharpness": measure_sharpness(*grey),
        "compression": measure_compression(*sample),
        "overlay": overlay,
        "lamp": measure_lamp(*grey),
        "motion": measure_motion(visible.grey, None if bracket is None else bracket.grey, overlay),
        "people": measure_people(*grey[1:]),
    }
