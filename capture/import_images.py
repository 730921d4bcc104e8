"""Bring images that were taken elsewhere into a collection, byte for byte.

Two layouts are understood, also mixed and in subfolders: `<stem>_<role>.<ext>`, and folders named after the roles
that hold files of equal names. What no name explains is for `import_clips`.
"""

import hashlib
import os
from collections import defaultdict
from collections.abc import Collection as Container
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from pydantic import JsonValue

from nirecap.errors import UsageMistake
from nirecap.images import image_size, read_bytes
from nirecap.vocabulary import Plan, Role

from .records import ShotRecord
from .store import Collection, Session

ROLES_LONGEST_FIRST = sorted(Role, key=len, reverse=True)


@dataclass(frozen=True, eq=False)
class Picture:
    """An image file on its way into a collection."""

    suffix: str
    content: bytes
    size: tuple[int, int]
    """Width and height."""
    source: str
    """The file it came from, and for a clip the time in it."""
    taken_at: float
    """Unix seconds, by the file's date where nothing better tells."""
    captured_at: float | None = None
    """The same where the camera told."""


@dataclass(frozen=True)
class Found:
    """The files of one stem by role."""

    scene: str
    files: dict[Role, Path]

    @property
    def plan(self) -> Plan | None:
        """The largest plan whose roles are all there; None for an incomplete stem."""
        return plan_of(self.files)

    @property
    def missing(self) -> str:
        """What keeps an incomplete stem from being a shot."""
        partner = {Role.LOW: Role.NIRE, Role.NIRE: Role.LOW, Role.REFERENCE: Role.REFERENCE_NIRE}
        return f"no {partner.get(next(iter(self.files)), Role.REFERENCE)}"

    @property
    def details(self) -> dict[str, JsonValue]:
        """Nothing for the journal: the names told it all."""
        return {}

    def pictures(self, source: Path) -> dict[Role, Picture]:
        """Read the files.

        Raises:
            ImageError: a file is no image that can be read.
        """
        return {role: _picture(path, source) for role, path in self.files.items()}


def plan_of(roles: Container[Role]) -> Plan | None:
    """Return the largest plan whose roles are all there, None where there is none.

    >>> plan_of([Role.LOW, Role.NIRE, Role.REFERENCE_NIRE])
    <Plan.PAIR: 'pair'>
    """
    return next((plan for plan in reversed(Plan) if set(plan.roles) <= set(roles)), None)


def find_shots(images: Iterable[Path], source: Path) -> list[Found]:
    """Group the images that follow a layout by stem, in order of name.

    Raises:
        UsageMistake: two files claim the same role of a stem.
    """
    stems: dict[str, dict[Role, Path]] = defaultdict(dict)
    for path in images:
        if (known := role_of(path.relative_to(source))) is None:
            continue
        stem, role = known
        if role in stems[stem]:
            raise UsageMistake(f"{path} and {stems[stem][role]} are both the {role} of {stem!r}; keep one of them")
        stems[stem][role] = path
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


def files_below(source: Path, suffixes: Container[str]) -> list[Path]:
    """Return the files below `source` with one of these suffixes, folders and names in order; links are left out."""
    return [
        path
        for folder, _, names in os.walk(source)  # follows no links
        for name in sorted(names)
        if (path := Path(folder, name)).suffix.lower() in suffixes and path.is_file() and not path.is_symlink()
    ]


def write_shot(
    session: Session, scene: str, plan: Plan, pictures: Mapping[Role, Picture], details: dict[str, JsonValue]
) -> ShotRecord:
    """Write the pictures of a shot and its journal line.

    Raises:
        CollectionError: the scene's name can't stand in a journal.
        OSError: the disk is full; finished shots are safe.
    """
    with session.shot() as shot:
        record = ShotRecord(
            shot=shot.shot,
            session=session.id,
            scene=scene,
            plan=plan,
            camera=session.camera,
            taken_at=datetime.fromtimestamp(min(picture.taken_at for picture in pictures.values()), UTC),
            images={
                role: shot.save(
                    role,
                    picture.suffix,
                    picture.content,
                    picture.size,
                    captured_at=picture.captured_at,
                    source=picture.source,
                )
                for role, picture in pictures.items()
            },
            details=details,
        )
        session.finish_shot(record)
    return record


def already_there(collection: Collection) -> set[frozenset[str]]:
    """Return the image hashes of each shot, so that importing twice adds nothing."""
    return {frozenset(image.sha256 for image in shot.images.values()) for shot in collection.shots()}


def hashes_of(pictures: Mapping[Role, Picture]) -> frozenset[str]:
    """Return the image hashes that pictures have as a shot."""
    return frozenset(hashlib.sha256(picture.content).hexdigest() for picture in pictures.values())


def _picture(path: Path, source: Path) -> Picture:
    return Picture(
        suffix=path.suffix.lower(),
        content=read_bytes(path),
        size=image_size(path),
        source=str(path.relative_to(source)),
        taken_at=path.stat().st_mtime,
    )
