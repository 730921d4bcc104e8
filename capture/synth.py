"""Make shots from registered RGB + NIR scenes by the optics of the simulated camera, without its protocols."""

from collections.abc import Iterator
from concurrent.futures.process import BrokenProcessPool
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from functools import partial
from hashlib import sha256
from pathlib import Path
from typing import Literal

import cv2
import numpy as np
from pydantic import JsonValue

from nirecap.child_processes import child_processes
from nirecap.errors import WorkersLost
from nirecap.images import encode_png
from nirecap.vocabulary import Plan, Role

from .plan import Step, steps_of
from .records import ShotRecord
from .sim.compression import Compression, CompressionLevels, compressed
from .sim.exposure import expose
from .sim.optics import PLAIN, Levels, Optics, random_optics
from .sim.scene import SceneSource, open_scenes
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
    half: Literal[0, 1] | None = None
    """Only every second scene, beginning with this one, in an order that their names draw; None for all."""
    levels: Levels = PLAIN
    compression: CompressionLevels | None = None
    """Of the pictures taken in the dark; None leaves them as the sensor gave them."""
    made_for: Literal["train", "test"] | None = None
    """What the shots are marked with."""


@dataclass(frozen=True)
class Exposed:
    """The encoded images of one shot and the circumstances that made them."""

    scene: str
    optics: Optics
    compression: Compression | None
    images: dict[Step, bytes]
    size: tuple[int, int]


def scenes_of(recipe: Recipe) -> tuple[SceneSource, list[int]]:
    """Open the scenes of a recipe, and return the numbers of those that it uses.

    Raises:
        UsageMistake: the scenes can't be opened.
    """
    scenes = open_scenes(recipe.scenes, recipe.seed, recipe.split)
    if recipe.half is None:
        return scenes, list(range(len(scenes)))
    drawn = sorted(range(len(scenes)), key=lambda index: sha256(scenes.name(index).encode()).digest())
    return scenes, sorted(drawn[recipe.half :: 2])


def expose_shot(recipe: Recipe, index: int) -> Exposed:
    """Make the images of shot `index`: scenes in turn, each time under other circumstances."""
    scenes, used = scenes_of(recipe)
    scene = scenes.scene(used[index % len(used)], *(recipe.size or (None, None)))
    rng = np.random.default_rng([recipe.seed, index])
    optics = random_optics(rng, recipe.levels)
    compression = recipe.compression.draw(rng) if recipe.compression else None
    images = {}
    for step in steps_of(recipe.plan):
        pixels = expose(scene, optics, step.role, rng)
        dark = step.role in (Role.LOW, Role.NIRE)
        images[step] = encode_png(compressed(pixels, compression) if compression and dark else pixels)
    height, width = scene.infrared.shape
    return Exposed(scene.name, optics, compression, images, (width, height))


def synthesise(recipe: Recipe, count: int, collection: Collection, workers: int) -> Iterator[ShotRecord]:
    """Make `count` shots in `workers` processes, one session, and yield each when it is on disk.

    Raises:
        UsageMistake: the scenes can't be opened.
        ImageError: a scene can't be read.
        OSError: the disk is full; finished shots are safe.
        WorkersLost: a process was ended from outside; likewise.
    """
    camera: JsonValue = {"name": "synth", "driver": "synth"}
    facts: dict[str, JsonValue] = {"camera": camera, "plan": str(recipe.plan), "seed": recipe.seed}
    try:
        one_thread = partial(cv2.setNumThreads, 1)  # the processes share the cores
        with collection.start_session("synth", facts) as session, child_processes(workers, one_thread) as pool:
            for exposed in pool.map(partial(expose_shot, recipe), range(count)):
                yield _write(session, recipe, exposed)
    except BrokenProcessPool:
        raise WorkersLost(
            "a process that makes shots was ended from outside, perhaps for want of memory; begin again in a new "
            "folder, with fewer --workers"
        ) from None


def _write(session: Session, recipe: Recipe, exposed: Exposed) -> ShotRecord:
    details: dict[str, JsonValue] = {"optics": asdict(exposed.optics)}
    if exposed.compression:
        details["compression"] = asdict(exposed.compression)
    with session.shot() as shot:
        images = {step: shot.save(step.stem, ".png", png, exposed.size) for step, png in exposed.images.items()}
        record = ShotRecord(
            shot=shot.shot,
            session=session.id,
            scene=exposed.scene,
            plan=recipe.plan,
            camera="synth",
            taken_at=datetime.now(UTC),
            images={step.role: image for step, image in images.items() if not step.bracket},
            bracket=next(image for step, image in images.items() if step.bracket),
            split=recipe.made_for,
            details=details,
        )
        session.finish_shot(record)
    return record
