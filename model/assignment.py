"""Which shots train, as dark or as lit frames, and which test: by scene, so that no scene does both.

What is marked wins. Where no scene is marked for testing, scenes with a shot of the plan `triplet` test, as those were
taken to compare with, and all others train. A set of `nirecap publish` is always marked.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

from nirecap.errors import UsageMistake
from nirecap.vocabulary import Plan, Role

from .shots import Shot

TRAIN = "train"
TESTING = ("test", "val", "validation")
PAIR = (Role.LOW, Role.NIRE)
TRIPLET = (*PAIR, Role.REFERENCE)

Sides = tuple[list[Shot], list[Shot]]
"""Dark shots and lit shots."""


def for_testing(shots: Sequence[Shot]) -> list[Shot]:
    """Return the shots of test scenes that have I, N and R, with these images alone.

    Raises:
        UsageMistake: a split has a name that is not known.
    """
    scenes = _test_scenes(shots)
    chosen = [shot for shot in shots if shot.scene in scenes and shot.has(*TRIPLET)]
    return [_serving(shot, {role: role for role in TRIPLET}) for shot in chosen]


def for_training(shots: Sequence[Shot]) -> Sides:
    """Return dark frames (`low`, `nire`) and lit frames (`reference`, `reference_nire`) of the scenes that train.

    A shot is used once: the lit image of a dark frame would show what is to be made of it, and unpaired training must
    not see that. One that could be either goes where its scene is already, or to the side that has fewer; only where
    this leaves a side empty, the shots of a scene are divided. N stands in for an N_f that was not taken.

    Raises:
        UsageMistake: a split has a name that is not known.
    """
    scenes = _test_scenes(shots)
    usable = [shot for shot in shots if shot.scene not in scenes]
    either = [shot for shot in usable if _can_be_dark(shot) and _can_be_lit(shot)]
    sides = (
        [shot for shot in usable if _can_be_dark(shot) and not _can_be_lit(shot)],
        [shot for shot in usable if _can_be_lit(shot) and not _can_be_dark(shot)],
    )
    dark, lit = _with_scenes(sides, either)
    if not dark or not lit:
        dark, lit = _with_shots(sides, either)
    return [_serving(shot, {role: role for role in PAIR}) for shot in dark], [_as_lit(shot) for shot in lit]


def _test_scenes(shots: Iterable[Shot]) -> set[str]:
    by_split: dict[str | None, set[str]] = {}
    for shot in shots:
        by_split.setdefault(shot.split, set()).add(shot.scene)
    if unknown := by_split.keys() - {None, TRAIN, *TESTING}:
        raise UsageMistake(f"a scene is set to split {sorted(map(str, unknown))[0]!r:.60}; there are train and test")
    marked = set().union(*(by_split.get(split, set()) for split in TESTING))
    if marked:
        return marked
    return {shot.scene for shot in shots if shot.plan is Plan.TRIPLET} - by_split.get(TRAIN, set())


def _can_be_dark(shot: Shot) -> bool:
    return shot.has(*PAIR)


def _can_be_lit(shot: Shot) -> bool:
    return shot.has(Role.REFERENCE) and (shot.has(Role.REFERENCE_NIRE) or shot.has(Role.NIRE))


def _with_scenes(sides: Sides, either: Sequence[Shot]) -> Sides:
    """Return the sides with the shots that could be on either, all of a scene on one side."""
    dark, lit = ([*side] for side in sides)
    used = [{shot.scene: side for shot in side} for side in (dark, lit)]
    by_scene: dict[str, list[Shot]] = {}
    for shot in either:
        by_scene.setdefault(shot.scene, []).append(shot)
    for scene, group in by_scene.items():
        there = used[0].get(scene) or used[1].get(scene)
        (there or min((dark, lit), key=len)).extend(group)
    return dark, lit


def _with_shots(sides: Sides, either: Sequence[Shot]) -> Sides:
    """Return the sides with the shots that could be on either, one by one to that which has fewer."""
    dark, lit = ([*side] for side in sides)
    for shot in either:
        min((dark, lit), key=len).append(shot)
    return dark, lit


def _as_lit(shot: Shot) -> Shot:
    infrared = Role.REFERENCE_NIRE if shot.has(Role.REFERENCE_NIRE) else Role.NIRE
    if infrared is Role.REFERENCE_NIRE and shot.has(*PAIR):
        shot = replace(shot, evidence=())  # curate looked at N
    return _serving(shot, {Role.REFERENCE: Role.REFERENCE, Role.REFERENCE_NIRE: infrared})


def _serving(shot: Shot, roles: Mapping[Role, Role]) -> Shot:
    """Return the shot with the images of these roles alone, each under the role that it serves in."""
    return replace(shot, pictures={role: shot.pictures[taken] for role, taken in roles.items()})
