"""All checks together on real registered scenes: clean shots stay clean, planted defects are found.

The figures over all scenes and strengths are those of `python -m nirecap.benchmarks.curation`; this is a part of it.
"""

from functools import cache
from pathlib import Path

import numpy as np
import pytest

from nirecap.benchmarks.curation_shots import clean_shot
from nirecap.benchmarks.planted_defects import DEFECTS, Shot
from nirecap.capture.sim.scene import open_scenes
from nirecap.curate.examine import measure
from nirecap.curate.thresholds import judge, load_thresholds
from nirecap.vocabulary import Role

EVERY = 3
MISREGISTERED = "street_0006"
"""A scene whose own two pictures are off by 3 pixels."""
CLEAN = 0.95
ROLES = (Role.LOW, Role.NIRE, Role.REFERENCE)
defects = pytest.mark.parametrize("name", DEFECTS)


@cache
def clean_shots(scenes: Path) -> list[Shot]:
    source = open_scenes(scenes, split="val")
    chosen = [index for index in range(0, len(source), EVERY) if source.name(index) != MISREGISTERED]
    return [clean_shot(source.scene(index), (index, 0))[0] for index in chosen]


def flags(shot: Shot) -> tuple[str, ...]:
    images = dict(zip(ROLES, shot[:3], strict=True))
    return judge(measure(images, shot.bracket), False, load_thresholds()).flags


def planted(name: str, shot: Shot, seed: int) -> Shot:
    return DEFECTS[name].plant(shot, np.random.default_rng(seed), DEFECTS[name].documented)


def test_clean_shots_keep_no_flag(shared_scenes: Path) -> None:
    flagged = [flags(shot) for shot in clean_shots(shared_scenes)]
    assert np.mean([not raised for raised in flagged]) >= CLEAN, flagged


@defects
def test_planted_defect_is_flagged(name: str, shared_scenes: Path) -> None:
    found = [DEFECTS[name].flag in flags(planted(name, shot, 0)) for shot in clean_shots(shared_scenes)]
    assert all(found), [index for index, hit in enumerate(found) if not hit]


@defects
def test_planting_leaves_the_clean_shot_alone_and_repeats_itself(name: str, shared_scenes: Path) -> None:
    shot = clean_shots(shared_scenes)[0]
    before = [picture.copy() for picture in shot[:3]]
    once, again = (planted(name, shot, 3) for _ in range(2))
    assert all(np.array_equal(old, new) for old, new in zip(before, shot[:3], strict=True))
    assert all(np.array_equal(a, b) for a, b in zip(once[:3], again[:3], strict=True))
    assert any(not np.array_equal(a, b) for a, b in zip(once[:3], shot[:3], strict=True))
    assert all(picture.dtype == np.uint8 and picture.shape == shot.nire.shape for picture in once[:3])


@defects
def test_what_is_promised_is_among_the_strengths(name: str) -> None:
    assert DEFECTS[name].documented in DEFECTS[name].strengths
    assert list(DEFECTS[name].strengths) == sorted(DEFECTS[name].strengths)
