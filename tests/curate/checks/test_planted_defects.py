"""The checks on real registered scenes: clean shots stay clean, planted defects are found."""

import importlib.util
import sys
from functools import cache
from pathlib import Path
from types import ModuleType

import numpy as np
import pytest
from nirecap.capture.sim.exposure import expose
from nirecap.capture.sim.optics import random_optics
from nirecap.capture.sim.scene import open_scenes
from nirecap.curate.checks.bright_spot import measure_bright_spot
from nirecap.curate.checks.structure_vanishing import measure_structure_vanishing
from nirecap.curate.checks.switch import measure_switch

from nirecap.images import Pixels
from nirecap.vocabulary import Role

SCENES = Path(__file__).parents[4] / "shared" / "data" / "scenes"
LIMITS = {"not_switched": 1.0, "swapped": 1.0, "ir_leak": 0.01, "bright_spot": 0.25, "structure_vanishing": 0.006}

pytestmark = pytest.mark.skipif(
    not SCENES.is_dir(), reason="needs the registered RGB+NIR scenes, which are not shipped"
)


def _load_defects() -> ModuleType:
    spec = importlib.util.spec_from_file_location("planted_defects", Path(__file__).parents[1] / "defects.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


defects = _load_defects()


@cache
def clean_shots() -> list[tuple[Pixels, Pixels, Pixels]]:
    scenes = open_scenes(SCENES, split="val")
    shots = []
    for index in range(0, len(scenes), 2):
        rng = np.random.default_rng(index)
        optics = random_optics(rng)
        scene = scenes.scene(index, 640, 360)
        shots.append(
            defects.Shot(*(expose(scene, optics, role, rng) for role in (Role.LOW, Role.NIRE, Role.REFERENCE)))
        )
    return shots


def flags(low: Pixels, nire: Pixels, reference: Pixels) -> set[str]:
    switch = measure_switch(low, nire)
    scores = {
        "not_switched": switch.same_mode,
        "swapped": switch.swapped,
        "ir_leak": switch.ir_leak,
        "bright_spot": measure_bright_spot(low, nire, reference).strength,
        "structure_vanishing": measure_structure_vanishing(low, nire, reference).largest,
    }
    return {name for name, limit in LIMITS.items() if scores[name] > limit}


def test_clean_shots_keep_no_flag() -> None:
    flagged = [flags(*shot) for shot in clean_shots()]
    assert sum(map(bool, flagged)) <= 1, flagged


@pytest.mark.parametrize("name", list(defects.DEFECTS))
def test_planted_defect_is_flagged(name: str) -> None:
    flag, plant = defects.DEFECTS[name]
    spoilt = [plant(shot, np.random.default_rng(seed)) for seed, shot in enumerate(clean_shots())]
    missed = [seed for seed, shot in enumerate(spoilt) if flag not in flags(*shot)]
    assert len(missed) <= 1, missed


@pytest.mark.parametrize("name", list(defects.DEFECTS))
def test_planting_leaves_the_clean_shot_alone_and_repeats_itself(name: str) -> None:
    _, plant = defects.DEFECTS[name]
    shot = clean_shots()[0]
    before = [picture.copy() for picture in shot]
    once, again = (plant(shot, np.random.default_rng(3)) for _ in range(2))
    assert all(np.array_equal(old, new) for old, new in zip(before, shot, strict=True))
    assert all(np.array_equal(a, b) for a, b in zip(once, again, strict=True))
    assert any(not np.array_equal(a, b) for a, b in zip(once, shot, strict=True))
    assert all(picture.dtype == np.uint8 and picture.shape == shot.nire.shape for picture in once)
