"""Many shots at little cost: one exposure, of which every shot has its own grain of salt."""

from dataclasses import replace
from pathlib import Path

import numpy as np

from nirecap.capture.store import Collection
from nirecap.capture.synth import Recipe, synthesise
from nirecap.images import encode_png, read_image
from nirecap.vocabulary import Plan


def many_shots(out: Path, count: int, size: tuple[int, int]) -> Collection:
    """Make `count` pairs of `size` (width, height) that differ in a few pixels."""
    collection = Collection(out, create=True)
    (first,) = synthesise(Recipe(None, plan=Plan.PAIR, size=size), 1, collection, 1)
    pictures = {role: read_image(out / image.file) for role, image in first.images.items()}
    with collection.start_session("many", {}) as session:
        for number in range(1, count):
            with session.shot() as shot:
                images = {}
                for role, pixels in pictures.items():
                    salted = np.copy(pixels)
                    salted[number, : number + 1] = number
                    images[role] = shot.save(role, ".png", encode_png(salted), size)
                record = replace(first, shot=shot.shot, session=session.id, images=images, bracket=None)
                session.finish_shot(record)
    return collection
