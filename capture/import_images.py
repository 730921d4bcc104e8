"""Bring images that were taken elsewhere into a collection, byte for byte.

Two layouts are understood, also mixed and in subfolders: `<stem>_<role>.<ext>`, and folders named after the roles
that hold files of equal names.
"""

import os
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from nirecap.errors import UsageMistake
from nirecap.files import sha256_of
from nirecap.images import SUFFIXES, image_size, read_bytes
from nirecap.vocabulary import Plan, Role

from .records import ShotRecord
from .store import Collection, Session

ROLES_LONGEST_FIRST = sorted(Role, key=len, reverse=True)


@dataclass(frozen=True)
class Found:
    """The files of one stem by role."""

    stem: str
    files: dict[Role, Path]

    @property
    def plan(self) -> Plan | None:
        """The largest plan whose roles are all there; None for an incomplete stem."""
        return next((plan for plan in reversed(Plan) if set(plan.roles) <= set(self.files)), None)

    @property
    def missing(self) -> str:
        """What keeps an incomplete stem from being a shot."""
        partner = {Role.LOW: Role.NIRE, Role.NIRE: Role.LOW, Role.REFERENCE: Role.REFERENCE_NIRE}
        return f"no {partner.get(next(iter(self.files)), Role.REFERENCE)}"


def find_shots(source: Path) -> list[Found]:
    """Group the images below `source` by stem, in order of name.

    Raises:
        UsageMistake: nothing there follows either layout, or two files claim the same role of a stem.
    """
    stems: dict[str, dict[Role, Path]] = defaultdict(dict)
    for path in _image_files(source):
        if (known := role_of(path.relative_to(source))) is None:
            continue
        stem, role = known
        if role in stems[stem]:
            raise UsageMistake(f"{path} and {stems[stem][role]} are both the {role} of {stem!r}; keep one of them")
        stems[stem][role] = path
    if not stems:
        raise UsageMistake(
            f"{source} has no images named <stem>_low.png, <stem>_nire.png ... and no folders low/, nire/ ... of images"
        )
    return [Found(stem, files) for stem, files in sorted(stems.items())]


def role_of(path: Path) -> tuple[str, Role] | None:
    """Return stem and role that a relative path tells, None where it tells none.

    >>> role_of(Path("porch/7_reference_nire.PNG"))
    ('porch/7', <Role.REFERENCE_NIRE: 'reference_nire'>)
    >>> role_of(Path("porch/low/7.png"))
    ('porch/7', <Role.LOW: 'low'>)
    """
    if path.parent.name.lower() in list(Role):
        return str(path.parent.parent / path.stem), Role(path.parent.name.lower())
    for role in ROLES_LONGEST_FIRST:
        ending = f"_{role}"
        if path.stem.lower().endswith(ending) and len(path.stem) > len(ending):
            return str(path.parent / path.stem[: -len(ending)]), role
    return None


def import_shot(session: Session, source: Path, found: Found, plan: Plan) -> ShotRecord:
    """Copy all files of a complete stem and write its journal line.

    Raises:
        ImageError: a file is no image that can be read.
        OSError: the disk is full; finished shots are safe.
    """
    sizes = {role: image_size(path) for role, path in found.files.items()}
    taken_at = datetime.fromtimestamp(min(path.stat().st_mtime for path in found.files.values()), UTC)
    with session.shot() as shot:
        images = {
            role: shot.save(
                role, path.suffix.lower(), read_bytes(path), sizes[role], source=str(path.relative_to(source))
            )
            for role, path in found.files.items()
        }
        record = ShotRecord(
            shot=shot.shot,
            session=session.id,
            scene=found.stem,
            plan=plan,
            camera=session.camera,
            taken_at=taken_at,
            images=images,
        )
        session.finish_shot(record)
    return record


def already_there(collection: Collection) -> set[frozenset[str]]:
    """Return the image hashes of each shot, so that importing twice adds nothing."""
    return {frozenset(image.sha256 for image in shot.images.values()) for shot in collection.shots()}


def hashes_of(found: Found) -> frozenset[str]:
    """Return the image hashes that a stem has as a shot."""
    return frozenset(sha256_of(path) for path in found.files.values())


def _image_files(source: Path) -> Iterator[Path]:
    for folder, _, names in os.walk(source):  # follows no links
        for name in sorted(names):
            path = Path(folder, name)
            if path.suffix.lower() in SUFFIXES and path.is_file() and not path.is_symlink():
                yield path
