"""How a collection is curated, whom that is told to, and what came of it."""

from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from .changes import Changes, decision_of

PROBLEMS_TOLD = 20


@dataclass(frozen=True)
class How:
    """How a collection is curated."""

    workers: int = 1
    """Processes; 1 works in this one."""
    ray: str | None = None
    """Address of a Ray cluster that examines in their place."""
    trust_mtime: bool = False
    """True to believe size and time of files that were hashed before."""
    align: bool = False
    """True to write aligned copies of shots that are misaligned."""


class Told:
    """Whoever is told how the work goes; this one keeps it to itself."""

    def stage(self, name: str, total: int) -> Callable[[int], None]:
        """Begin a part of the work; the returned function is called with numbers of shots that are done."""
        return lambda _: None

    def say(self, line: str) -> None:
        """Take a line for a person."""


@dataclass
class Curation:
    """What a run did and found."""

    shots: int = 0
    examined: int = 0
    """Shots whose images were decoded; the others were known."""
    aligned: int = 0
    """Shots that have aligned copies."""
    statuses: Counter[str] = field(default_factory=Counter)
    """Shots by what the checks, or a person, decided."""
    flags: Counter[str] = field(default_factory=Counter)
    """Shots by flag."""
    problems: list[str] = field(default_factory=list)
    """Why shots can't be examined, the first `PROBLEMS_TOLD`."""
    changes: Changes = field(default_factory=lambda: Changes({}))

    def count(self, row: Mapping[str, Any]) -> None:
        """Count a row of the manifest."""
        self.statuses[str(decision_of(row))] += 1
        self.flags.update(row["flags"])
        self.aligned += row.get("aligned_crop") is not None
        self.changes.compare(row)
        if row["problem"] and len(self.problems) < PROBLEMS_TOLD:
            self.problems.append(f"{row['shot']}: {row['problem']}")
