"""What changed since the last run: new and missing shots, other decisions, flags that came and went."""

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from nirecap.progress import shots

from .manifest import read_columns

READ = ("shot", "status", "flags", "verdict", "reviewer", "verdict_at", "flags_on", "flags_off")
NAMED = 5
"""Shots that are told by name."""


@dataclass(frozen=True)
class Before:
    """A shot as the last run left it."""

    decision: str | None
    flags: tuple[str, ...]
    word: Mapping[str, Any] | None
    """What a person said, as the manifest had it."""


def read_before(collection: Path) -> dict[str, Before]:
    """Return every shot of the manifest there is.

    Raises:
        ManifestError: it can't be read, so that verdicts in it would be lost.
    """
    return {row["shot"]: _before(row) for row in read_columns(collection, READ) if row["shot"] is not None}


def _before(row: Mapping[str, Any]) -> Before:
    spoken = row["verdict"] or row.get("flags_on") or row.get("flags_off")
    return Before(decision_of(row), _flags(row), dict(row) if spoken else None)


def decision_of(row: Mapping[str, Any]) -> str | None:
    """Return what counts for a row: a person's verdict, else the checks' status."""
    return row.get("verdict") or row.get("status")


def _flags(row: Mapping[str, Any]) -> tuple[str, ...]:
    return tuple(flag for flag in row.get("flags") or () if flag is not None)


@dataclass
class Changes:
    """Differences to `before`, counted as rows go by."""

    before: Mapping[str, Before]
    new: int = 0
    seen: int = 0
    decisions: Counter[tuple[str, str]] = field(default_factory=Counter)
    """Shots by what was and what is decided."""
    raised: Counter[str] = field(default_factory=Counter)
    cleared: Counter[str] = field(default_factory=Counter)
    named: list[str] = field(default_factory=list)

    @property
    def gone(self) -> int:
        """Shots that the last run had and this one has not."""
        return len(self.before) - self.seen

    def compare(self, row: Mapping[str, Any]) -> None:
        """Count what is different in a row."""
        was = self.before.get(row["shot"])
        if was is None:
            self.new += 1
            return
        self.seen += 1
        flags = set(_flags(row))
        self.raised.update(flags.difference(was.flags))
        self.cleared.update(set(was.flags) - flags)
        decision = decision_of(row)
        if decision != was.decision:
            self.decisions[str(was.decision), str(decision)] += 1
            if len(self.named) < NAMED:
                self.named.append(
                    f"{row['shot']}: {was.decision} -> {decision} ({', '.join(row['flags']) or 'no flag'})"
                )

    def lines(self) -> Iterator[str]:
        """Say in a few lines what changed; nothing on a first run."""
        if not self.before:
            return
        changed = self.decisions.total()
        parts = [f"{shots(self.new)} new"] * bool(self.new) + [f"{shots(self.gone)} gone"] * bool(self.gone)
        parts += [f"{shots(changed)} judged otherwise"] * bool(changed)
        parts += [f"+{self.raised[flag]} -{self.cleared[flag]} {flag}" for flag in sorted(self.raised | self.cleared)]
        yield f"since the last run: {', '.join(parts) or 'nothing has changed'}"
        yield from (f"  {line}" for line in self.named)
        if changed > len(self.named):
            yield f"  and {changed - len(self.named)} more"

    def facts(self) -> dict[str, Any] | None:
        """Return the same for a machine; None on a first run."""
        if not self.before:
            return None
        flags = {
            flag: {"raised": self.raised[flag], "cleared": self.cleared[flag]}
            for flag in sorted(self.raised | self.cleared)
        }
        decisions = [{"from": was, "to": now, "shots": count} for (was, now), count in sorted(self.decisions.items())]
        return {"new": self.new, "gone": self.gone, "decisions": decisions, "flags": flags}
