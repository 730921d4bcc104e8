"""All checks together on real registered scenes: clean shots stay clean, planted defects are found."""

from functools import cache
from pathlib import Path

import numpy as np
import pytest

from nirecap.capture.sim.exposure import expose
from nirecap.capture.sim.optics import random_optics
from nirecap.capture.sim.scene import open_scenes
from nirecap.curate.examine import measure
from nirecap.curate.thresholds import judge, load_thresholds
from nirecap.vocabulary import Role

from ..defects import DEFECTS, Shot

FOUND = 0.95
CLEAN = 0.90
ROLES = (Role.LOW, Role.NIRE, Role.REFERENCE)


@cache
def clean_shots(scenes: Path) -> list[Shot]:
    source = open_scenes(scenes, split="val")
    shots = []
    for index in range(len(source)):
        rng = np.random.default_rng(index)
        optics, scene = random_optics(rng), source.scene(index)
        shots.append(Shot(*(expose(scene, optics, role, rng) for role in ROLES)))
    return shots


def flags(shot: Shot) -> tuple[str, ...]:
    return judge(measure(dict(zip(ROLES, shot, strict=True))), False, load_thresholds()).flags


def test_clean_shots_keep_no_flag(shared_scenes: Path) -> None:
    flagged = [flags(shot) for shot in clean_shots(shared_scenes)]
    assert np.mean([not raised for raised in flagged]) >= CLEAN, flagged


@pytest.mark.parametrize("name", DEFECTS)
def test_planted_defect_is_flagged(name: str, shared_scenes: Path) -> None:
    flag, plant = DEFECTS[name]
    shots = clean_shots(shared_scenes)
    found = [flag in flags(plant(shot, np.random.default_rng(seed))) for seed, shot in enumerate(shots)]
    assert np.mean(found) >= FOUND, [index for index, hit in enumerate(found) if not hit]


@pytest.mark.parametrize("name", DEFECTS)
def test_planting_leaves_the_clean_shot_alone_and_repeats_itself(name: str, shared_scenes: Path) -> None:
    _, plant = DEFECTS[name]
    shot = clean_shots(shared_scenes)[0]
    before = [picture.copy() for picture in shot]
    once, again = (plant(shot, np.random.default_rng(3)) for _ in range(2))
    assert all(np.array_equal(old, new) for old, new in zip(before, shot, strict=True))
    assert all(np.array_equal(a, b) for a, b in zip(once, again, strict=True))
    assert any(not np.array_equal(a, b) for a, b in zip(once, shot, strict=True))
    assert all(picture.dtype == np.uint8 and picture.shape == shot.nire.shape for picture in once)
