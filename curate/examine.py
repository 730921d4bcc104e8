"""Examine one shot: decode each image once, run every check, return named scores."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
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
from .checks.structure_vanishing import StructureVanishing, measure_structure_vanishing
from .checks.switch import Switch, measure_switch
from .checks.working_size import reduce

CHECKS: Mapping[str, type] = {
    "switch": Switch,
    "align": Alignment,
    "bright_spot": BrightSpot,
    "structure_vanishing": StructureVanishing,
}
"""Prefix of a check's columns, and the record whose fields they are."""
SCORES = {f"{check}_{field.name}" for check, record in CHECKS.items() for field in fields(record)}
"""Names of all scores."""


@dataclass(frozen=True)
class Examination:
    """What the checks found in one shot."""

    scores: Mapping[str, Any]
    """By column; empty when the shot can't be examined."""
    problem: str | None = None
    """Why it can't be, in one line."""


def examine(collection: Path, record: ShotRecord) -> Examination:
    """Decode the images of a shot and measure them; what can't be read is told, never raised.

    A shot without `low` and `nire` is measured on its lit images, `reference` in place of I and `reference_nire` of N.
    """
    try:
        images = {role: _decode(collection, image) for role, image in record.images.items()}
        return Examination(measure(images))
    except NirecapError as error:
        return Examination({}, str(error))


def _decode(collection: Path, image: ImageRecord) -> Pixels:
    path = inside(collection, image.file)
    content = read_bytes(path)
    if sha256(content).hexdigest() != image.sha256:
        raise ImageError(f"{image.file}: not the bytes that were captured (SHA-256 differs); restore it from a copy")
    return decode_image(content, image.file)


def measure(images: Mapping[Role, Pixels]) -> dict[str, Any]:
    """Run every check on the images of a shot and return the scores by column.

    Raises:
        ImageError: `low` and `nire` differ in size or are too small.
    """
    reference = images.get(Role.REFERENCE)
    if Role.LOW in images and Role.NIRE in images:
        visible, nire = images[Role.LOW], images[Role.NIRE]
    elif reference is not None and Role.REFERENCE_NIRE in images:
        visible, nire, reference = reference, images[Role.REFERENCE_NIRE], None
    else:
        return {}
    small, small_nire = reduce(visible), reduce(nire)
    small_reference = None if reference is None else reduce(reference)
    measured: dict[str, Any] = {
        "switch": measure_switch(small, small_nire),
        "align": measure_alignment(visible, nire),
        "bright_spot": measure_bright_spot(small, small_nire, small_reference),
        "structure_vanishing": measure_structure_vanishing(small, small_nire, small_reference),
    }
    return {f"{check}_{name}": value for check, found in measured.items() for name, value in asdict(found).items()}
