"""A small collection to benchmark on, and methods that behave in ways that matter to whoever runs them."""

from datetime import UTC, datetime
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from nirecap.capture.records import ShotRecord
from nirecap.capture.store import Collection
from nirecap.images import encode_png
from nirecap.vocabulary import Plan, Role

HEIGHT, WIDTH = 24, 32
SHOTS = [
    *[("hall", Plan.PAIR, "train")] * 2,
    *[("yard", Plan.REFERENCE, "train")] * 2,
    *[("loft", Plan.TRIPLET, "test")] * 2,
    ("cellar", Plan.TRIPLET, "test"),
]
TESTED = 3


def dusk(folder: Path, height: int = HEIGHT, width: int = WIDTH) -> Path:
    """Store a collection: 2 pairs and 2 references to train on, 3 triplets of 2 scenes to test on."""
    with Collection(folder, create=True).start_session("porch", {}) as session:
        for number, (scene, plan, split) in enumerate(SHOTS):
            with session.shot() as place:
                pictures = view(number, height, width)
                images = {
                    role: place.save(str(role), ".png", encode_png(pictures[role]), (width, height))
                    for role in plan.roles
                }
                at = datetime(2026, 11, 20, 20, number, tzinfo=UTC)
                session.finish_shot(ShotRecord(place.shot, session.id, scene, plan, "porch", at, images, split=split))
    return folder


def view(number: int, height: int, width: int) -> dict[Role, NDArray[np.uint8]]:
    """Draw a lit view of coloured blocks, and what it is in low light and in NIR."""
    rng = np.random.default_rng(number)
    blocks = rng.integers(30, 230, (height // 4, width // 4, 3)).repeat(4, axis=0).repeat(4, axis=1)
    lit = np.clip(blocks + rng.normal(0, 3, blocks.shape), 0, 255)
    low = np.clip(lit / 8 + rng.normal(0, 2, blocks.shape), 0, 255)
    nire = np.repeat(np.clip(lit.mean(axis=2, keepdims=True) * 1.2, 0, 255), 3, axis=2)
    images = {Role.LOW: low, Role.NIRE: nire, Role.REFERENCE: lit, Role.REFERENCE_NIRE: nire}
    return {role: np.rint(image).astype(np.uint8) for role, image in images.items()}
