"""Methods for the tests, as a user's own: `stand_ins:Learner`. Processes find this file by PYTHONPATH."""

import json
import os
import signal
import sys
import time
from pathlib import Path

import numpy as np

from nirecap.benchmarks.method import Budget, Facts, Image, Method, Plane, Sees
from nirecap.model.frames import TrainingFrames


class Learner(Method):
    """Learns how much brighter lit frames are, a little else with every seed; tells in its folder what it was given."""

    facts = Facts("Learner", Sees.LOW | Sees.UNPAIRED, "Apache-2.0", "these tests", trained=True)

    def __init__(self) -> None:
        self.gain = 1.0

    def fit(self, frames: TrainingFrames, budget: Budget) -> None:
        dark = float(np.mean([frame.visible.mean() for frame in frames.dark])) / 255
        self.gain = frames.exposure / dark * (1 + 0.1 * budget.seed)
        assert budget.folder
        names = [frame.name for frame in [*frames.dark, *frames.lit]]
        told = {"frames": names, "minutes": budget.minutes, "threads": budget.threads, "seed": budget.seed}
        with (budget.folder / "fits.jsonl").open("a") as file:
            file.write(json.dumps(told) + "\n")

    def enhance(self, low: Image, nire: Plane | None) -> Image:
        assert nire is None  # it does not say that it sees N
        return np.clip(low * np.float32(self.gain), 0, 1)

    def save(self, path: Path) -> None:
        path.write_text(json.dumps(self.gain))

    def load(self, path: Path) -> None:
        self.gain = float(json.loads(path.read_text()))


class Supervised(Learner):
    """Learns how much brighter the lit images of pairs are."""

    facts = Facts("Supervised", Sees.LOW | Sees.OUTSIDE_PAIRS, "Apache-2.0", "these tests", trained=True)

    def fit(self, frames: TrainingFrames, budget: Budget) -> None:
        low, lit = np.sum([[image.sum(dtype=np.float64) for image in pair.read()] for pair in self.pairs], axis=0)
        self.gain = lit / low


class Slow(Learner):
    """Is still training when somebody stops it."""

    def fit(self, frames: TrainingFrames, budget: Budget) -> None:
        super().fit(frames, budget)
        if os.environ.get("STAND_IN_IS_SLOW"):
            time.sleep(60)


class Killed(Learner):
    """Needs more memory than there is."""

    def enhance(self, low: Image, nire: Plane | None) -> Image:
        os.kill(os.getpid(), signal.SIGKILL)
        return low


class Raises(Learner):
    """Has a bug."""

    def enhance(self, low: Image, nire: Plane | None) -> Image:
        raise ZeroDivisionError("a bug\nin two lines")


class Prints(Learner):
    """Writes to standard output, and past Python."""

    def enhance(self, low: Image, nire: Plane | None) -> Image:
        sys.stdout.write("{}\n")
        os.write(1, b'{"failed": "no"}\n')
        return low


class TwoLines(Learner):
    """Its title would break a table."""

    facts = Facts("Two\nlines", Sees.LOW, "Apache-2.0", "these tests", trained=True)


def broken() -> Method:
    """Fail as a user's code does."""
    raise ZeroDivisionError
