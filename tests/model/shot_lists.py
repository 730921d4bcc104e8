"""Shots for the tests of data sets: lists without images, and small collections with some."""

from collections.abc import Sequence
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path

import numpy as np

from nirecap.capture.records import ShotRecord
from nirecap.capture.store import Collection
from nirecap.images import encode_png
from nirecap.model.shots import Picture, Shot
from nirecap.vocabulary import Plan, Role

HEIGHT, WIDTH = 12, 16


def listed(name: str, scene: str, plan: Plan, split: str | None = None, roles: Sequence[Role] | None = None) -> Shot:
    """Return a shot whose images nobody can read."""
    pictures = {
        role: Picture(f"{name} {role}", sha256(f"{name} {role}".encode()).hexdigest(), unreadable)
        for role in roles or plan.roles
    }
    return Shot(name, scene, plan, split, pictures)


def unreadable() -> bytes:
    raise AssertionError("read")


def taken(folder: Path, shots: Sequence[tuple[str, Plan, str | None]]) -> list[str]:
    """Store a shot for each (scene, plan, split), of noise that its scene and number draw; return their names."""
    names = []
    with Collection(folder, create=True).start_session("porch", {}) as session:
        for number, (scene, plan, split) in enumerate(shots):
            with session.shot() as place:
                images = {
                    role: place.save(str(role), ".png", noise(number, role), (WIDTH, HEIGHT)) for role in plan.roles
                }
                at = datetime(2026, 11, 20, 20, number % 60, tzinfo=UTC)
                record = ShotRecord(place.shot, session.id, scene, plan, "porch", at, images, split=split)
                session.finish_shot(record)
                names.append(place.shot)
    return names


def noise(number: int, role: Role) -> bytes:
    """Return a PNG; NIR in grey, as night mode has it."""
    rng = np.random.default_rng([number, list(Role).index(role)])
    if role in (Role.NIRE, Role.REFERENCE_NIRE):
        return encode_png(np.repeat(rng.integers(0, 256, (HEIGHT, WIDTH, 1), np.uint8), 3, axis=2))
    return encode_png(rng.integers(0, 256, (HEIGHT, WIDTH, 3), np.uint8))
