"""Small drawn frames for the tests of training: coloured boxes, noisy and dark in the one kind, lit in the other."""

import json
from datetime import UTC, datetime
from pathlib import Path

import numpy as np

from nirecap.capture.records import ShotRecord
from nirecap.capture.store import Collection
from nirecap.images import Pixels, encode_png
from nirecap.model.config import Config, preset
from nirecap.model.frames import Frame, Grey, TrainingFrames
from nirecap.vocabulary import Plan

HEIGHT, WIDTH = 72, 96


def drawn(seed: int, height: int = HEIGHT, width: int = WIDTH) -> tuple[Pixels, Grey]:
    """Draw boxes, lit, and how they look in NIR."""
    rng = np.random.default_rng(seed)
    lit = np.full((height, width, 3), rng.integers(80, 160, 3), np.uint8)
    infrared = np.full((height, width), 120, np.uint8)
    for _ in range(6):
        y, x = int(rng.integers(height - 8)), int(rng.integers(width - 8))
        box = slice(y, y + int(rng.integers(8, 40))), slice(x, x + int(rng.integers(8, 40)))
        lit[box], infrared[box] = rng.integers(20, 235, 3), rng.integers(40, 220)
    return lit, infrared


def darkened(frame: Frame, rng: np.random.Generator) -> Frame:
    """Turn a lit frame into a dark one: less light, and noise."""
    low = frame.visible * rng.uniform(0.1, 0.3) + rng.normal(0, 3, frame.visible.shape)
    return Frame(frame.name, frame.scene, low.clip(0, 255).astype(np.uint8), frame.infrared)


def lit_frame(seed: int) -> Frame:
    return Frame(f"lit {seed}", f"scene {seed}", *drawn(seed))


def dark_frame(seed: int) -> Frame:
    return darkened(Frame(f"dark {seed}", f"scene {seed}", *drawn(seed)), np.random.default_rng(seed))


def drawn_frames(count: int = 4) -> TrainingFrames:
    dark, lit = [dark_frame(n) for n in range(count)], [lit_frame(100 + n) for n in range(count)]
    return TrainingFrames(dark, lit, f"drawn {count}")


def quick(**settings: object) -> Config:
    """Return the smallest network that is one."""
    small = {"width": 4, "cem_width": 4, "discriminator_width": 4, "batch": 1, "iterations": 1, "image_pool": 3}
    return preset("tiny", **{**small, "warm_up_steps": 2, "metrics_steps": 4, "sample_steps": 1000, **settings})


def without_clock(metrics: Path) -> list[str]:
    """Return the lines of metrics without the seconds, which no two runs share."""
    lines = [json.loads(line) for line in metrics.read_text().splitlines()]
    return [json.dumps({key: value for key, value in line.items() if key != "seconds"}) for line in lines]


def drawn_collection(folder: Path, count: int = 3) -> Path:
    """Store drawn frames as shots of a collection."""
    frames = drawn_frames(count)
    shots = [(frame, Plan.PAIR) for frame in frames.dark] + [(frame, Plan.REFERENCE) for frame in frames.lit]
    with Collection(folder, create=True).start_session("drawn", {}) as session:
        for frame, plan in shots:
            with session.shot() as place:
                contents = zip(plan.roles, (frame.visible, frame.infrared), strict=True)
                images = {
                    role: place.save(str(role), ".png", encode_png(pixels), (WIDTH, HEIGHT))
                    for role, pixels in contents
                }
                record = ShotRecord(
                    place.shot, session.id, frame.scene, plan, "drawn", datetime(2026, 11, 20, tzinfo=UTC), images
                )
                session.finish_shot(record)
    return folder
