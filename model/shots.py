"""The shots of a data set before anything is decoded: where their images lie and what they may be used for."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from hashlib import sha256

from nirecap.vocabulary import Plan, Role

EVIDENCE = ("bright_spot_map", "structure_vanishing_map")
"""Columns of maps of where N can't be trusted."""


@dataclass(frozen=True, slots=True)
class Picture:
    """An image that is read when it is wanted."""

    name: str
    """What errors call it."""
    sha256: str
    """Of its bytes, hex, as its data set has it."""
    read: Callable[[], bytes]
    """Return its bytes; raise a NirecapError."""


@dataclass(frozen=True, slots=True)
class Shot:
    """One shot."""

    name: str
    scene: str
    plan: Plan
    split: str | None
    """`train`, `test` or `val`; None where nobody has said."""
    pictures: Mapping[Role, Picture]
    evidence: tuple[bytes, ...] = ()
    """PNG maps over the whole picture of where curation found that N can't be trusted."""

    def has(self, *roles: Role) -> bool:
        """Tell whether it has the images of all these roles."""
        return all(role in self.pictures for role in roles)


def fingerprint(shots: Iterable[Shot]) -> str:
    """Return the SHA-256, hex, of the roles and hashes of all images; it depends on nothing else."""
    lines = sorted(f"{role} {picture.sha256}\n" for shot in shots for role, picture in shot.pictures.items())
    return sha256("".join(lines).encode()).hexdigest()


def fingerprint_of_maps(shots: Iterable[Shot]) -> str:
    """Return the SHA-256, hex, of all maps of curation; empty where there are none."""
    lines = sorted(f"{sha256(each).hexdigest()}\n" for shot in shots for each in shot.evidence)
    return sha256("".join(lines).encode()).hexdigest() if lines else ""
