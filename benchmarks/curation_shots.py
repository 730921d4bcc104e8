"""Shots for `curation`: made clean from scenes, spoilt in every way and strength, examined and judged."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from nirecap.capture.sim.exposure import expose
from nirecap.capture.sim.light import glass_matrix
from nirecap.capture.sim.optics import random_optics
from nirecap.capture.sim.scene import Scene, open_scenes
from nirecap.curate.checks.alignment import measure_alignment
from nirecap.curate.examine import measure
from nirecap.curate.thresholds import Judgement, judge, load_thresholds
from nirecap.vocabulary import Role

from . import planted_defects, planted_quality
from .planted_defects import Matrix, Shot, motion_matrix, moved

PLANTED = {**planted_defects.DEFECTS, **planted_quality.DEFECTS}
DEFECTS = {name: defect for name, defect in PLANTED.items() if defect.flag in load_thresholds()}
"""Every defect that can be planted, by name."""
MOTIONS = 3
"""Moved pairs of one clean shot, on which the alignment is compared with the truth."""


@dataclass(frozen=True)
class Sample:
    """A shot that was examined."""

    name: str
    """Scene and number of the shot made of it."""
    reference: bool
    """Whether it was a triplet, not a pair."""
    defect: str | None
    strength: float
    scores: dict[str, Any]
    judgement: Judgement


@dataclass(frozen=True)
class Moved:
    """A pair whose true transform is known."""

    error_px: float
    """Of the corner that is placed worst."""
    confidence: float


@dataclass(frozen=True)
class Work:
    """What one process is asked for: some shots of one scene."""

    scenes: Path | None
    split: str | None
    size: tuple[int, int] | None
    index: int
    shots: int
    defects: tuple[str, ...]


def work_on(work: Work) -> tuple[list[Sample], list[Moved]]:
    """Make clean shots of one scene, spoil them in every way, and examine all."""
    cv2.setNumThreads(1)
    source = open_scenes(work.scenes, split=work.split)
    scene = source.scene(work.index, *(work.size or (None, None)))
    samples: list[Sample] = []
    motions: list[Moved] = []
    for number in range(work.shots):
        seed = (work.index, number)
        shot, truth = clean_shot(scene, seed)
        name = f"{scene.name}/{number}"
        samples += _examined(shot, shot, name, None, 0.0)
        for place, (title, defect) in enumerate(DEFECTS.items()):
            for strength in defect.strengths if title in work.defects else ():
                spoilt = defect.plant(shot, np.random.default_rng((*seed, place)), strength)
                samples += _examined(spoilt, shot, name, title, strength)
        motions += [_move(shot, truth, np.random.default_rng((*seed, 1000 + count))) for count in range(MOTIONS)]
    return samples, motions


def clean_shot(scene: Scene, seed: Sequence[int]) -> tuple[Shot, Matrix]:
    """Take a good shot of a scene with a camera of its own; return with it the true 2 x 3 affine from I to N."""
    rng = np.random.default_rng(seed)
    optics = random_optics(rng)
    roles = (Role.LOW, Role.NIRE, Role.REFERENCE, Role.LOW)
    shot = Shot(*(expose(scene, optics, role, rng) for role in roles))
    height, width = shot.low.shape[:2]
    return shot, glass_matrix(width, height, optics)


def random_motion(shape: tuple[int, ...], rng: np.random.Generator) -> Matrix:
    """Draw a shift of 1 to 16 pixels, and half of the time a zoom to 2 %, and a turn to 2 degrees."""
    angle, length = rng.uniform(0, 2 * np.pi), np.exp(rng.uniform(0, np.log(16)))
    zoom, degrees = 1 + rng.integers(2) * rng.uniform(-0.02, 0.02), rng.integers(2) * rng.uniform(-2, 2)
    return motion_matrix(shape, zoom, degrees, (length * np.cos(angle), length * np.sin(angle)))


def corner_error(found: NDArray[np.float64], truth: Matrix, shape: tuple[int, ...]) -> float:
    """Return how far two affines take a corner of a picture apart, at most, in pixels."""
    height, width = shape[:2]
    corners = np.array([[x, y, 1] for x in (0, width - 1) for y in (0, height - 1)], np.float64)
    return float(np.linalg.norm(corners @ (found - truth).T, axis=1).max())


def _examined(shot: Shot, clean: Shot, name: str, defect: str | None, strength: float) -> list[Sample]:
    """Examine a shot as a triplet, and as a pair unless only its reference was spoilt."""
    pair = {Role.LOW: shot.low, Role.NIRE: shot.nire}
    kinds = [{**pair, Role.REFERENCE: shot.reference}]
    if shot is clean or shot.low is not clean.low or shot.nire is not clean.nire or shot.bracket is not clean.bracket:
        kinds.append(pair)
    found = []
    for images in kinds:
        scores = measure(images, shot.bracket)
        judgement = judge(scores, False, load_thresholds())
        found.append(Sample(name, Role.REFERENCE in images, defect, strength, scores, judgement))
    return found


def _move(shot: Shot, glass: Matrix, rng: np.random.Generator) -> Moved:
    planted = random_motion(shot.nire.shape, rng)
    found = measure_alignment(shot.low, moved(shot.nire, planted))
    square = np.array([[0, 0, 1]])
    truth = (np.vstack([planted, square]) @ np.vstack([glass, square]))[:2]
    return Moved(corner_error(np.reshape(found.matrix, (2, 3)), truth, shot.low.shape), found.confidence)
