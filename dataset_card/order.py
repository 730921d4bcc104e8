"""What a person wants to have published."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from nirecap.errors import UsageMistake

from .shards import Sharding
from .training_set import Recipe

LICENCE = re.compile(r"[A-Za-z0-9][A-Za-z0-9.-]{0,59}")
VERSION = re.compile(r"[0-9A-Za-z][0-9A-Za-z.+-]{0,39}")
MAX_WORDS = 4000
WORDS = ("pretty_name", "description", "licence", "cite")
"""What stays from version to version until a person says otherwise."""


@dataclass(frozen=True)
class Order:
    """What to publish, where, and how.

    Raises:
        UsageMistake: a word in it can't be what it is for.
    """

    collection: Path
    dest: Path
    test_share: float = 0.2
    """Of the scenes with triplets."""
    seed: int = 0
    train_scenes: tuple[str, ...] = ()
    """Names that a person wants in train, whatever else is said."""
    test_scenes: tuple[str, ...] = ()
    sharding: Sharding = field(default_factory=Sharding)
    crops: Recipe | None = None
    """Of training sets to cut out beside; None: of none."""
    pretty_name: str | None = None
    """None: as before, or the name of `dest`."""
    description: str | None = None
    """None: as before, or what all such sets are."""
    licence: str | None = None
    """Identifier as the Hub knows it; None: as before, or none was chosen."""
    cite: str | None = None
    """BibTeX or a sentence; None: as before, or BibTeX to begin with."""
    version: str | None = None
    """None: the one after the last, if anything changed."""

    def __post_init__(self) -> None:
        if self.licence and not LICENCE.fullmatch(self.licence):
            raise UsageMistake(f"{self.licence!r:.80} is no licence that the Hub knows; write one such as cc-by-4.0")
        if self.version and not VERSION.fullmatch(self.version):
            raise UsageMistake(f"{self.version!r:.80} is no version; write one such as 1.2.0")
        if len(self.cite or "") > MAX_WORDS or len(self.description or "") > MAX_WORDS:
            raise UsageMistake(f"a citation or description of over {MAX_WORDS} characters; be shorter")

    def following(self, settings: Mapping[str, Any]) -> "Order":
        """Return the order with the words of the version before, given its settings, where this one says nothing."""
        before = {name: settings.get(name) for name in WORDS if getattr(self, name) is None}
        words: dict[str, Any] = {name: word for name, word in before.items() if isinstance(word, str)}
        return replace(self, **words)
