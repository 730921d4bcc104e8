"""Make shots from registered RGB + NIR scenes by the optics of the simulated camera, without its protocols."""

from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from functools import partial
from multiprocessing import get_context
from pathlib import Path

import numpy as np
from pydantic import JsonValue

from nirecap.images import encode_png
from nirecap.vocabulary import Plan

from .plan import Step, steps_of
from .records import ShotRecord
from .sim.exposure import expose
from .sim.optics import Optics, random_optics
from .sim.scene import open_scenes
from .store import Collection, Session


@dataclass(frozen=True)
class Recipe:
    """What to synthesise; equal recipes give equal images, byte for byte."""

    scenes: Path | None
    """Folder of `<id>_rgb.*` with `<id>_nir.*`; None for the drawn scenes."""
    split: str | None = None
    plan: Plan = Plan.TRIPLET
    size: tuple[int, int] | None = None
    """Width and height; None for each scene's own."""
    seed: int = 0


@dataclass(frozen=True)
class Exposed:
    """The encoded images of one shot and the circumstances that made them."""

    scene: str
    optics: Optics
    images: dict[Step, bytes]
    size: tuple[int, int]


def expose_shot(recipe: Recipe, index: int) -> Exposed:
    """Make the images of shot `index`: scenes in turn, each time under other circumstances."""
    scenes = open_scenes(recipe.scenes, recipe.seed, recipe.split)
    scene = scenes.scene(index % len(scenes), *(recipe.size or (None, None)))
    rng = np.random.default_rng([recipe.seed, index])
    optics = random_optics(rng)
    images = {step: encode_png(expose(scene, optics, step.role, rng)) for step in steps_of(recipe.plan)}
    height, width = scene.infrared.shape
    return Exposed(scene.name, optics, images, (width, height))


def synthesise(recipe: Recipe, count: int, collection: Collection, workers: int) -> Iterator[ShotRecord]:
    """Make `count` shots in `workers` processes, one session, and yield each when it is on disk.

    Raises:
        UsageMistake: the scenes can't be opened.
        ImageError: a scene can't be read.
        OSError: the disk is full; finished shots are safe.
    """
    camera: JsonValue = {"name": "synth", "driver": "synth"}
    facts: dict[str, JsonValue] = {"camera": camera, "plan": str(recipe.plan), "seed": recipe.seed}
    with (
        collection.start_session("synth", facts) as session,
        ProcessPoolExecutor(workers, get_context("spawn")) as pool,
    ):
        for exposed in pool.map(partial(expose_shot, recipe), range(count)):
            yield _write(session, recipe.plan, exposed)


def _write(session: Session, plan: Plan, exposed: Exposed) -> ShotRecord:
    with session.shot() as shot:
        images = {step: shot.save(step.stem, ".png", png, exposed.size) for step, png in exposed.images.items()}
        record = ShotRecord(
            shot=shot.shot,
            session=session.id,
            scene=exposed.scene,
            plan=plan,
            camera="synth",
            taken_at=datetime.now(UTC),
            images={step.role: image for step, image in images.items() if not step.bracket},
            bracket=next(image for step, image in images.items() if step.bracket),
            details={"optics": asdict(exposed.optics)},
        )
        session.finish_shot(record)
    return record
