"""Collections for measuring speed: a few views under the simulated camera's optics, each pair with grain of its own."""

import io
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from datetime import UTC, datetime
from functools import cache, partial
from multiprocessing import get_context
from pathlib import Path

import cv2
import numpy as np
from PIL import Image

from nirecap.capture.records import ShotRecord
from nirecap.capture.sim.exposure import expose
from nirecap.capture.sim.optics import random_optics
from nirecap.capture.sim.scene import open_scenes
from nirecap.capture.store import Collection, Session
from nirecap.images import Pixels, encode_png
from nirecap.vocabulary import Plan, Role

SIZE = 1920, 1080
VIEWS = 5
GRAIN = 1.5
"""Standard deviation of the grain that makes each file another, levels."""
SUFFIXES = {"png": ".png", "jpeg": ".jpg"}
JPEG_QUALITY = 90
BRACKET = "low_again"

Encoded = dict[str, bytes]
"""The files of a pair, by stem."""


def make_collection(out: Path, kind: str, pairs: int, scenes: Path | None, bracket: bool, workers: int) -> Collection:
    """Write `pairs` pairs as files of `kind` ("png" as nirecap stores frames, "jpeg" as cameras send them)."""
    collection = Collection(out, create=True)
    stems = [*map(str, Plan.PAIR.roles), *([BRACKET] if bracket else [])]
    encode = partial(_encoded, scenes, kind, stems)
    with (
        collection.start_session(f"speed-{kind}", {"camera": {"name": "speed", "driver": "synth"}}) as session,
        ProcessPoolExecutor(workers, get_context("spawn"), cv2.setNumThreads, (1,)) as pool,
    ):
        for number, files in enumerate(pool.map(encode, range(pairs))):
            _write(session, f"view {number % VIEWS}", files, SUFFIXES[kind])
    return collection


def _encoded(scenes: Path | None, kind: str, stems: list[str], number: int) -> Encoded:
    clean = _view(scenes, number % VIEWS)
    rng = np.random.default_rng(number)
    return {stem: _file(clean[stem.removesuffix("_again")], kind, rng) for stem in stems}


@cache
def _view(scenes: Path | None, index: int) -> dict[str, Pixels]:
    rng = np.random.default_rng(index)
    scene, optics = open_scenes(scenes, 0).scene(index, *SIZE), random_optics(rng)
    return {str(role): expose(scene, optics, role, rng) for role in (Role.LOW, Role.NIRE)}


def _file(clean: Pixels, kind: str, rng: np.random.Generator) -> bytes:
    grain = rng.standard_normal(clean.shape[:2], np.float32)[..., None] * GRAIN
    pixels = np.clip(clean + grain + 0.5, 0, 255).astype(np.uint8)
    if kind == "png":
        return encode_png(pixels)
    target = io.BytesIO()
    Image.fromarray(pixels).save(target, "JPEG", quality=JPEG_QUALITY)
    return target.getvalue()


def _write(session: Session, scene: str, files: Encoded, suffix: str) -> None:
    with session.shot() as shot:
        images = {stem: shot.save(stem, suffix, content, SIZE) for stem, content in files.items()}
        session.finish_shot(
            ShotRecord(
                shot=shot.shot,
                session=session.id,
                scene=scene,
                plan=Plan.PAIR,
                camera=session.camera,
                taken_at=datetime.now(UTC),
                images={role: images[role] for role in Plan.PAIR.roles},
                bracket=images.get(BRACKET),
            )
        )


def files_of(collection: Collection) -> Iterator[list[Path]]:
    """Yield the files of each shot, those that are examined."""
    for record in collection.shots():
        taken_again = [record.bracket] if record.bracket else []
        yield [collection.path / image.file for image in (*record.images.values(), *taken_again)]
