"""The evaluation set of those who have no scenes: the same fixed recipe over drawn ones, kept in the user's cache."""

import os
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
from numpy.typing import NDArray

from nirecap.capture.sim.scene import DrawnScenes
from nirecap.capture.sim.srgb import encode_srgb
from nirecap.errors import UsageMistake
from nirecap.images import Pixels, encode_png

from .evaluation_set import EvaluationSet, build

NAME = "drawn-evaluation-set-1"
"""Of its folder; another number when the set is another one."""
SIZE = (512, 288)
SEEDS = (0, 1)
"""Every view is drawn twice, with other things in it."""
TESTED = 3
"""Every third view tests, in all its drawings."""


def place() -> Path:
    """Return the folder in which the set is, or will be."""
    cache = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    return Path(cache) / "nirecap" / NAME


def make(folder: Path, workers: int) -> EvaluationSet:
    """Make the set; `folder` is there afterwards, whole, or not at all.

    Raises:
        UsageMistake: `folder` holds something already.
        OSError: the disk is full or not writable.
    """
    if folder.exists() and not (folder.is_dir() and next(folder.iterdir(), None) is None):
        raise UsageMistake(f"{folder} is there already; name a new folder, a fixed recipe stands alone")
    folder.parent.mkdir(parents=True, exist_ok=True)
    with TemporaryDirectory(prefix=f"{NAME}-", dir=folder.parent) as scratch:
        scenes = Path(scratch) / "scenes"
        draw(scenes)
        made = build(scenes, Path(scratch) / "set", workers)
        (Path(scratch) / "set").rename(folder)
    return made


def draw(folder: Path) -> None:
    """Draw the scenes as `<id>_rgb.png` and `<id>_nir.png`, with their splits in `scenes.csv`."""
    folder.mkdir(parents=True)
    lines = ["id,split"]
    for seed in SEEDS:
        drawn = DrawnScenes(seed)
        for index in range(len(drawn)):
            scene = drawn.scene(index, *SIZE)
            (folder / f"{scene.name}_rgb.png").write_bytes(encode_png(_pixels(scene.visible)))
            (folder / f"{scene.name}_nir.png").write_bytes(encode_png(_pixels(scene.infrared)))
            lines.append(f"{scene.name},{'val' if index % TESTED == 0 else 'train'}")
    (folder / "scenes.csv").write_text("\n".join([*lines, ""]))


def _pixels(light: NDArray[np.float32]) -> Pixels:
    return np.rint(encode_srgb(np.clip(light, 0, 1)) * 255).astype(np.uint8)
