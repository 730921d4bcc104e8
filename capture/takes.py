"""Put what a camcorder took, settled stretches of clips and stills in order of time, together to shots."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from itertools import pairwise
from pathlib import Path

from nirecap.images import Pixels
from nirecap.vocabulary import Mode, Role

from .picture import Look
from .same_view import agreement

SWITCH_S = 5.0
"""A switch and the exposure's settling take no longer, in most cameras."""


class Clock(StrEnum):
    """What told the time of a take."""

    EXIF = "EXIF"
    CLIP = "creation time"
    FILE = "file date"


class Kind(StrEnum):
    """What a take is good for."""

    DARK = "dark"
    LIT = "lit"
    NIGHT = "night"


@dataclass(frozen=True)
class Moment:
    """Where in its clip a frame stands; seconds since the clip's first frame."""

    begin: float
    """Of the stretch."""
    end: float
    frame_at: float
    frames: int
    """Among how many it was the sharpest."""

    def __str__(self) -> str:
        return f"{self.begin:.1f}-{self.end:.1f} s"


@dataclass(frozen=True, eq=False)
class Take:
    """One usable picture: a still, or the chosen frame of a stretch."""

    path: Path
    begins_at: float
    """Unix seconds; equal to `ends_at` for a still."""
    ends_at: float
    clock: Clock
    mode: Mode
    look: Look
    size: tuple[int, int]
    """Width and height, upright."""
    small: Pixels
    """About 320 wide, upright."""
    moment: Moment | None = None
    """None for a still."""

    @property
    def where(self) -> str:
        """Name file and time, for a person."""
        return f"{self.path} {self.moment}" if self.moment else str(self.path)


@dataclass(frozen=True)
class Rules:
    """What the person who filmed may know better."""

    lit_above: float = 75.0
    """Mean level from which a day picture is lit; simulated dark rooms reach 57, lit ones have 99 or more."""
    max_gap_s: float = 120.0
    """Seconds between two takes over which they still make a pair."""

    def kind(self, take: Take) -> Kind:
        """Return what a take is good for."""
        if take.mode is Mode.NIGHT:
            return Kind.NIGHT
        return Kind.LIT if take.look.mean >= self.lit_above else Kind.DARK

    def longest_gap(self, one: Take, other: Take) -> float:
        """Return the seconds over which two takes make a pair.

        A night stretch beside a lit one was lit itself only if no dark stretch, too restless to be found, lies between.
        """
        in_one_clip = one.path == other.path
        return SWITCH_S if in_one_clip and Kind.LIT in (self.kind(one), self.kind(other)) else self.max_gap_s


def views_of(takes: Sequence[Take]) -> list[list[Take]]:
    """Cut takes in order of time where the camera was moved."""
    views: list[list[Take]] = []
    for take in takes:
        if views and any(_same_view(earlier, take) for earlier in views[-1][-3:]):
            views[-1].append(take)
        else:
            views.append([take])
    return views


def shots_of(view: Sequence[Take], rules: Rules) -> list[dict[Role, Take]]:
    """Pair the takes of one view, in order of time.

    A dark take and a night one that follow each other are low and nire. A night take whose only day neighbour is lit
    was filmed in the light: reference and reference_nire. A lit take, with its night one where it has one, joins the
    nearest pair.
    """
    view = _without_leaks(view, rules)
    pairs = _neighbours(view, Kind.DARK, rules, used=())
    used = [take for pair in pairs for take in pair]
    lit_pairs = _neighbours(view, Kind.LIT, rules, used)
    shots = [dict(zip((Role.LOW, Role.NIRE), pair, strict=True)) for pair in pairs]
    lit = [dict(zip((Role.REFERENCE, Role.REFERENCE_NIRE), pair, strict=True)) for pair in lit_pairs]
    used += [take for pair in lit_pairs for take in pair]
    lit += [{Role.REFERENCE: take} for take in view if rules.kind(take) is Kind.LIT and take not in used]
    for references in lit:
        wanting = [shot for shot in shots if Role.LOW in shot and Role.REFERENCE not in shot]
        if wanting:
            min(wanting, key=lambda shot: _gap(shot[Role.LOW], references[Role.REFERENCE])).update(references)
        elif Role.REFERENCE_NIRE in references:
            shots.append(references)
    return shots


def _neighbours(view: Sequence[Take], day: Kind, rules: Rules, used: Sequence[Take]) -> list[tuple[Take, Take]]:
    """Return the pairs of a day take of this kind and a night take that follow each other, none twice."""
    pairs: list[tuple[Take, Take]] = []
    taken = list(used)
    for one, other in pairwise(view):
        kinds = {rules.kind(one): one, rules.kind(other): other}
        if kinds.keys() == {day, Kind.NIGHT} and _gap(one, other) <= rules.longest_gap(one, other):
            pair = (kinds[day], kinds[Kind.NIGHT])
            if not any(take in taken for take in pair):
                pairs.append(pair)
                taken += pair
    return pairs


def _without_leaks(view: Sequence[Take], rules: Rules) -> list[Take]:
    """Of day stretches of one clip that follow each other in the same light, keep the least purple.

    In a lit room the purple of a filter that is out hardly shows; the picture only changes a little when it comes in.
    """
    kept: list[Take] = []
    for take in view:
        last = kept[-1] if kept else None
        again = (
            last is not None
            and last.path == take.path
            and last.mode is take.mode is Mode.DAY
            and rules.kind(last) is rules.kind(take)
        )
        if last is None or not again:
            kept.append(take)
        elif take.look.purple < last.look.purple:
            kept[-1] = take
    return kept


def _same_view(one: Take, other: Take) -> bool:
    if one.size != other.size:
        return False
    found = agreement(one.small, other.small)
    return found is None or found.same_view


def _gap(one: Take, other: Take) -> float:
    return max(other.begins_at - one.ends_at, one.begins_at - other.ends_at, 0.0)
