"""Find the stretches of a clip in which the camera stays in one mode, and the part of each in which it is at rest.

A live picture can only be predicted (`settle.at_rest`); of a clip the future is known: a second at whose end the
picture is what it was at its beginning is a second at rest.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import groupby

import numpy as np
from numpy.typing import NDArray

from nirecap.vocabulary import Mode

from .clips import Glimpse
from .picture import MONO_CHROMA, Look, contradiction
from .settle import Patience

PATIENCE = Patience()
WINDOW_S = 1.0
"""Beginning and end of this time must agree for a picture at rest; exposure that creeps at all moves in a second."""
MARGIN_S = 0.2
"""Kept away from both ends of a part at rest; a switch begins and ends between two glimpses."""
STILL_LEVELS = 1.5
"""Mean change of patches that noise alone makes, levels of 255."""
STILL_CONTRAST = 0.06
"""The same as a share of their contrast: a movement of about 0.3 % of the picture's width."""
SURE_CHROMA = 3.0
UNSURE_MEAN = 60.0
"""A picture brighter than this with less colour than that may be a night one with remains of the purple before it,
which encoders leave in place until the next key frame."""

Patches = NDArray[np.float32]


@dataclass(frozen=True)
class Stretch:
    """A part of a clip that is at rest in one mode; times in seconds since its first frame."""

    mode: Mode
    begin: float
    end: float
    rest_begin: float
    rest_end: float
    look: Look
    """In the middle of the rest."""


@dataclass(frozen=True, eq=False)
class _Mean:
    mean: float
    detail: float
    patches: Patches


def mode_shown(look: Look) -> Mode | None:
    """Return the mode that a picture shows, None for the purple between them, and where colour does not decide.

    A picture too dark for its colour to tell counts as day: night pictures have the lamp.
    """
    if MONO_CHROMA <= look.chroma < SURE_CHROMA and look.mean > UNSURE_MEAN:
        return None
    return next((mode for mode in (Mode.NIGHT, Mode.DAY) if contradiction(look, mode) is None), None)


def find_stretches(glimpses: Iterable[Glimpse]) -> list[Stretch]:
    """Return the stretches of a clip in order of time; what is in transit, settling or moving belongs to none."""
    found = []
    for mode, run in groupby(glimpses, key=lambda glimpse: mode_shown(glimpse.look)):
        if mode is not None:
            for parts in _alike(_parts_at_rest(list(run))):
                rest = max(parts, key=lambda part: part[-1].at - part[0].at)
                begin, end = rest[0].at + MARGIN_S, rest[-1].at - MARGIN_S
                look = rest[len(rest) // 2].look
                found.append(Stretch(mode, parts[0][0].at, parts[-1][-1].at, begin, end, look))
    return found


def _parts_at_rest(run: list[Glimpse]) -> list[list[Glimpse]]:
    """Cut a run of one mode into its parts at rest, the unions of windows at rest that touch; [] where none is."""
    parts: list[tuple[int, int]] = []
    first = 0
    for last, glimpse in enumerate(run):
        while first + 1 < last and run[first + 1].at <= glimpse.at - WINDOW_S:
            first += 1
        if glimpse.at - run[first].at < WINDOW_S or not _at_rest(run[first : last + 1]):
            continue
        if parts and first <= parts[-1][1]:
            parts[-1] = (parts[-1][0], last)
        else:
            parts.append((first, last))
    return [run[first : last + 1] for first, last in parts]


def _at_rest(window: list[Glimpse]) -> bool:
    """Decide whether brightness, detail and patches agree between a window's beginning, middle and end."""
    middle = len(window) // 2
    begin, *later = (_mean(part) for part in (window[:3], window[middle - 1 : middle + 2], window[-3:]))
    return all(
        abs(end.mean - begin.mean) <= max(PATIENCE.calm_levels, PATIENCE.calm_mean * begin.mean)
        and abs(end.detail - begin.detail) <= max(0.3, PATIENCE.calm_detail * begin.detail)
        and _still(begin.patches, end.patches)
        for end in later
    )


def _alike(parts: list[list[Glimpse]]) -> list[list[list[Glimpse]]]:
    """Join neighbouring parts that show the same picture: somebody passed in between."""
    groups: list[list[list[Glimpse]]] = []
    for part in parts:
        if groups and _still(_mean(groups[-1][-1][-3:]).patches, _mean(part[:3]).patches):
            groups[-1].append(part)
        else:
            groups.append([part])
    return groups


def _mean(glimpses: list[Glimpse]) -> _Mean:
    """Average glimpses, against noise."""
    return _Mean(
        mean=float(np.mean([glimpse.look.mean for glimpse in glimpses])),
        detail=float(np.mean([glimpse.look.detail for glimpse in glimpses])),
        patches=np.mean([glimpse.patches for glimpse in glimpses], axis=0, dtype=np.float32),
    )


def _still(one: Patches, other: Patches) -> bool:
    return float(np.abs(one - other).mean()) <= max(STILL_LEVELS, STILL_CONTRAST * float(other.std()))
