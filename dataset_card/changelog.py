"""`CHANGELOG.md` of a published dataset: what is new, gone and different from one version to the next."""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from .earlier import Publication, Rows

CHANGELOG = "CHANGELOG.md"
TITLE = "# Changes\n"
NAMED = 10
"""Shots that are named of each kind of change."""
MAX_BYTES = 4 << 20


@dataclass(frozen=True)
class Changes:
    """How a version differs from the one before."""

    added: Mapping[str, list[str]]
    """Shots by config."""
    removed: Mapping[str, list[str]]
    changed: Mapping[str, list[str]]
    thresholds: tuple[str, ...]
    """Lines: a limit, what it was, and what it is."""
    settings: tuple[str, ...]

    @property
    def none(self) -> bool:
        """Whether the two are the same."""
        return not any((self.added, self.removed, self.changed, self.thresholds, self.settings))


def changes_between(old: Rows, new: Rows, before: Publication, now: Publication) -> Changes:
    """Return how two versions differ, rows and what they were judged by."""
    return Changes(
        _by_config(new.keys() - old.keys()),
        _by_config(old.keys() - new.keys()),
        _by_config({key for key in old.keys() & new.keys() if old[key] != new[key]}),
        _different(before.thresholds, now.thresholds),
        _different(before.settings, now.settings),
    )


def next_version(version: str) -> str:
    """Return the version after one, its second number one up.

    >>> next_version("1.0.0"), next_version("2024-beta")
    ('1.1.0', '2024-beta.1')
    """
    numbers = re.fullmatch(r"(\d{1,9})\.(\d{1,9})(?:\.\d{1,9})?", version)
    return f"{numbers[1]}.{int(numbers[2]) + 1}.0" if numbers else f"{version}.1"[:40]


def write_changelog(folder: Path, earlier: Path | None, publication: Publication, changes: Changes | None) -> None:
    """Write the changes of this version above those of the ones before.

    Args:
        folder: of the new version.
        earlier: of the one before, which has the older entries; None for the first.
        publication: this version.
        changes: None for the first.
    """
    older = _older(earlier / CHANGELOG) if earlier else ""
    if changes is not None and changes.none and older:
        entry = ""
    else:
        entry = f"\n## {publication.version} ({publication.date.isoformat()})\n\n" + "\n".join(_lines(changes)) + "\n"
    (folder / CHANGELOG).write_text(TITLE + entry + older, encoding="utf-8")


def _older(path: Path) -> str:
    if not path.is_file() or path.stat().st_size > MAX_BYTES:
        return ""
    return path.read_text(encoding="utf-8", errors="replace").removeprefix(TITLE)


def _lines(changes: Changes | None) -> list[str]:
    if changes is None:
        return ["First version."]
    lines = [
        f"- {name}: {len(shots)} {what} ({_named(shots)})"
        for what, by_config in (("added", changes.added), ("removed", changes.removed), ("changed", changes.changed))
        for name, shots in sorted(by_config.items())
    ]
    lines += [f"- threshold {line}" for line in changes.thresholds] + [f"- setting {line}" for line in changes.settings]
    return lines or ["Nothing but the version."]


def _named(shots: list[str]) -> str:
    return ", ".join(f"`{shot.replace('`', '')}`" for shot in shots[:NAMED]) + (", ..." if len(shots) > NAMED else "")


def _by_config(keys: set[tuple[str, str]]) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for config, shot in sorted(keys):
        found.setdefault(config, []).append(shot)
    return found


def _different(before: Mapping[str, Any], now: Mapping[str, Any]) -> tuple[str, ...]:
    return tuple(
        f"`{name}`: {_code(before.get(name))} is now {_code(now.get(name))}"
        for name in sorted(before.keys() | now.keys())
        if before.get(name) != now.get(name)
    )


def _code(value: object) -> str:
    return "none" if value is None else f"`{json.dumps(value, sort_keys=True)[:300].replace('`', '')}`"
