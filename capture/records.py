"""What the journal of a session holds: one record a finished shot."""

from dataclasses import dataclass, field
from typing import Annotated, Literal

from pydantic import AwareDatetime, Field, JsonValue, TypeAdapter

from nirecap.vocabulary import Plan, Role

SCHEMA = 1
"""Version of `session.json` and `shots.jsonl`; `ShotRecord.schema` admits no other."""

Name = Annotated[str, Field(min_length=1, max_length=200)]
RelativePath = Annotated[str, Field(min_length=1, max_length=1000)]


@dataclass(frozen=True)
class ImageRecord:
    """One image file of a shot."""

    file: RelativePath
    """Path relative to the collection."""
    sha256: Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]
    width: Annotated[int, Field(gt=0)]
    height: Annotated[int, Field(gt=0)]
    captured_at: float | None = None
    """Unix seconds by the camera's clock, or by ours where it tells none that can be believed."""
    source: Annotated[str, Field(max_length=4000)] | None = None
    """The file an imported image came from."""
    packets: RelativePath | None = None
    """Matroska file of the encoded packets around the frame, as they came from the camera."""


@dataclass(frozen=True)
class ShotRecord:
    """One finished shot; it exists when its line stands in the journal."""

    shot: Name
    """`<session>/<number>`."""
    session: Name
    scene: Name
    """Name of the fixed view; the unit that train and test are split by."""
    plan: Plan
    camera: Name
    taken_at: AwareDatetime
    images: Annotated[dict[Role, ImageRecord], Field(min_length=1)]
    bracket: ImageRecord | None = None
    """The first role taken again at the end of the shot (I-N-R-I), so that motion can be measured."""
    note: Annotated[str, Field(max_length=4000)] | None = None
    """What a person wrote beside it."""
    replaces: Name | None = None
    """An earlier shot of the session that this one was taken in the place of."""
    split: Literal["train", "test"] | None = None
    """What its scene is for, where the shot was made to train or test by; None: nobody has said."""
    details: dict[str, JsonValue] = field(default_factory=dict)
    """The commands and their times, what the pixels said, exposure; parameters of a synthetic shot."""
    schema: Literal[1] = 1


SHOT = TypeAdapter(ShotRecord)
"""Reads and writes a journal line, checking what it reads."""
