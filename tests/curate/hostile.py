"""A small collection for strangers, failing disks and editors to spoil, and how its curation may end."""

import json
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from click.testing import CliRunner, Result

from nirecap.capture.records import ShotRecord
from nirecap.capture.store import Collection
from nirecap.cli import cli
from nirecap.images import Pixels, encode_png
from nirecap.places import VERDICTS
from nirecap.vocabulary import Plan, Role

SIZE = 64, 48
LONGEST = 30
"""Seconds after which a run hangs."""
CACHE = "curate/cache.sqlite"


def textured(seed: int) -> Pixels:
    coarse = np.random.default_rng(seed).integers(0, 256, (11, 16, 3), dtype=np.uint8)
    return np.asarray(cv2.resize(coarse, SIZE, interpolation=cv2.INTER_CUBIC), np.uint8)


def grey(pixels: Pixels) -> Pixels:
    return np.repeat(pixels[..., 1:2], 3, axis=2)


def shoot(collection: Path, pictures: list[dict[Role, bytes]], suffixes: list[str] | None = None) -> None:
    """Take shots of images that are already encoded, each of its own scene."""
    with Collection(collection, create=True).start_session("eufy", {"note": "night"}) as session:
        for index, contents in enumerate(pictures):
            with session.shot() as shot:
                suffix = (suffixes or [".png"] * len(pictures))[index]
                images = {role: shot.save(role, suffix, content, SIZE) for role, content in contents.items()}
                taken = datetime.now(UTC)
                record = ShotRecord(shot.shot, session.id, f"scene {index}", Plan.PAIR, "eufy", taken, images)
                session.finish_shot(record)


def pair(seed: int, shift: int = 0) -> dict[Role, bytes]:
    view = textured(seed)
    return {Role.LOW: encode_png(view // 2), Role.NIRE: encode_png(np.roll(grey(view), shift, axis=1))}


@contextmanager
def time_limit() -> Iterator[None]:
    def stop(*_: object) -> None:
        raise TimeoutError(f"still running after {LONGEST} s")

    before = signal.signal(signal.SIGALRM, stop)
    signal.alarm(LONGEST)
    try:
        yield
    finally:
        signal.alarm(0)
        signal.signal(signal.SIGALRM, before)


def curate(out: Path, *options: str) -> Result:
    with time_limit():
        return CliRunner().invoke(cli, ["curate", str(out), "--workers", "1", *options])


def kept(out: Path) -> dict[str, bytes]:
    """Return what no run may change: images, journals, verdicts."""
    files = [*(out / "sessions").rglob("*"), out / VERDICTS]
    return {str(path.relative_to(out)): path.read_bytes() for path in files if path.is_file() and path.name != ".lock"}


def clear(result: Result, case: object) -> bool:
    """Return whether the run succeeded; fail where it ended otherwise than by one clear line."""
    if result.exit_code == 0:
        assert result.exception is None, case
        return True
    assert isinstance(result.exception, SystemExit), (case, result.exception)
    assert result.exit_code in (1, 2), case
    assert "Traceback" not in result.output, case
    assert result.output.strip().splitlines()[-1].startswith("Error: "), (case, result.output)
    return False


def mutated(content: bytes, rng: np.random.Generator) -> bytes:
    """Damage bytes as disks, cut transfers and strangers do."""
    data = bytearray(content)
    at = int(rng.integers(len(data)))
    length = int(rng.integers(1, max(2, len(data) // 4)))
    match rng.integers(8):
        case 0:
            for place in rng.integers(len(data), size=int(rng.integers(1, 9))):
                data[place] ^= 1 << int(rng.integers(8))
        case 1:
            del data[at:]
        case 2:
            data[at : at + length] = rng.bytes(length)
        case 3:
            data[at:at] = rng.bytes(length)
        case 4:
            del data[at : at + length]
        case 5:
            data[at : at + length] = b"\0" * length
        case 6:
            data[at:at] = data[at : at + length]
        case _:  # the head, where sizes and types stand
            for place in rng.integers(min(64, len(data)), size=2):
                data[place] = int(rng.choice([0, 1, 127, 128, 255]))
    return bytes(data)


HOSTILE: list[Any] = [
    None,
    True,
    -1,
    0,
    10**30,
    -(2**63),
    1e308,
    float("nan"),
    float("inf"),
    "",
    "x" * 5000,
    "\0",
    "\ud800",
    "line\nbreak\u2028\x1b[31m",
    "../../outside/secret.png",
    "/etc/passwd",
    "sessions",
    ".",
    "a/../../b",
    [],
    {},
    [[[]]],
    {"low": 1},
]


def with_nonsense(value: Any, rng: np.random.Generator) -> Any:
    """Put something hostile somewhere into a JSON value."""
    if isinstance(value, (dict, list)) and value and rng.random() < 0.8:
        keys = list(value) if isinstance(value, dict) else list(range(len(value)))
        key = keys[int(rng.integers(len(keys)))]
        changed = {**value} if isinstance(value, dict) else [*value]
        if rng.random() < 0.1:
            del changed[key]
        else:
            changed[key] = with_nonsense(value[key], rng)
        return changed
    return HOSTILE[int(rng.integers(len(HOSTILE)))]


def spoilt_json(content: bytes, rng: np.random.Generator) -> bytes:
    """Damage a JSON text in what it says or in its bytes."""
    if rng.random() < 0.3:
        return mutated(content, rng)
    return json.dumps(with_nonsense(json.loads(content), rng)).encode()
