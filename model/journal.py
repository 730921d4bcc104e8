"""What a training run tells while it goes: `metrics.jsonl`, TensorBoard, and sample pictures.

`metrics.jsonl` has one JSON object a line: `step` (of the whole run), `stage`, `spent` (share of the budget),
`seconds`, `skipped` (steps without a finite gradient, so far), `warnings`, and each loss as its mean over the steps
since the line before. Nothing of it is needed to go on; lines after the checkpoint that a run goes on from are taken
away.
"""

import json
from collections.abc import Mapping
from math import isfinite
from pathlib import Path
from typing import Any

import torch
from torch.utils.tensorboard import SummaryWriter

from nirecap.files import write_atomically
from nirecap.images import Pixels, encode_png

METRICS = "metrics.jsonl"
SAMPLES = "samples"
TENSORBOARD = "tensorboard"


class Means:
    """Means of the losses over the steps since they were told last; `sums` and `steps` are all there is to keep."""

    def __init__(self, sums: Mapping[str, float] | None = None, steps: Mapping[str, int] | None = None) -> None:
        self.sums: dict[str, float] = dict(sums or {})
        self.steps: dict[str, int] = dict(steps or {})

    def add(self, losses: Mapping[str, torch.Tensor]) -> None:
        """Take the losses of a step, scalars; what is no number, as of a step that was skipped, does not count."""
        values: list[float] = torch.stack([loss.detach().double() for loss in losses.values()]).tolist()
        for name, value in ((name, value) for name, value in zip(losses, values, strict=True) if isfinite(value)):
            self.sums[name] = self.sums.get(name, 0.0) + value
            self.steps[name] = self.steps.get(name, 0) + 1

    def so_far(self) -> dict[str, float]:
        """Return the means by name."""
        return {name: total / self.steps[name] for name, total in self.sums.items()}

    def take(self) -> dict[str, float]:
        """Return the means by name and begin anew.

        >>> means = Means()
        >>> means.add({"cycle": torch.tensor(1.0)})
        >>> means.add({"cycle": torch.tensor(2.0)})
        >>> means.take(), means.take()
        ({'cycle': 1.5}, {})
        """
        means = self.so_far()
        self.sums, self.steps = {}, {}
        return means


class Journal:
    """Writes what happens in a run into its folder; as a context manager.

    Args:
        run: folder of the run.
        step: the run goes on after this one; what was told of later steps is taken away.
    """

    def __init__(self, run: Path, step: int) -> None:
        self._run = run
        (run / SAMPLES).mkdir(exist_ok=True)
        trim(run / METRICS, step)
        self._lines = (run / METRICS).open("a", encoding="utf-8")
        self._board = SummaryWriter(str(run / TENSORBOARD), purge_step=step + 1)

    def __enter__(self) -> "Journal":
        return self

    def __exit__(self, *_: object) -> None:
        self._lines.close()
        self._board.close()

    def note(self, facts: Mapping[str, Any], losses: Mapping[str, float]) -> None:
        """Add a line of metrics."""
        self._lines.write(json.dumps({**facts, **losses}) + "\n")
        self._lines.flush()
        for name, value in losses.items():
            self._board.add_scalar(f"{facts['stage']}/{name}", value, facts["step"])

    def show(self, step: int, picture: Pixels) -> Path:
        """Keep a picture of how far it is, and return its path."""
        path = self._run / SAMPLES / f"step-{step:06}.png"
        write_atomically(path, encode_png(picture))
        self._board.add_image("samples", picture, step, dataformats="HWC")
        return path


def trim(path: Path, step: int) -> None:
    """Take away the lines of metrics after `step`, and what a killed run left of a line."""
    if not path.is_file():
        return
    lines = path.read_bytes().splitlines(keepends=True)
    kept = [line for line in lines if -1 < _step(line) <= step]
    if kept != lines:
        write_atomically(path, b"".join(kept))


def _step(line: bytes) -> int:
    """Return the step that a line is of; -1 where it is no whole line."""
    try:
        return int(json.loads(line)["step"]) if line.endswith(b"\n") else -1
    except (ValueError, KeyError, TypeError, RecursionError):
        return -1
