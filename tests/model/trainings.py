"""What the tests of training share: a short run, somebody who stops it, and what tells runs apart."""

import os
import signal
from collections.abc import Iterator
from pathlib import Path

import pytest
import torch
from safetensors import safe_open

from nirecap.model.checkpoint import STATE, Position
from nirecap.model.schedule import Length
from nirecap.model.train import Told

STEPS = Length(steps=10)


@pytest.fixture(autouse=True)
def one_thread() -> Iterator[None]:
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)


class StopAt(Told):
    """Sends Ctrl-C to this process after some steps, and notes what it was told."""

    def __init__(self, step: int = -1) -> None:
        self.stop, self.lines = step, []
        self.stages: list[str] = []

    def step(self, position: Position, spent: float, losses: dict[str, float]) -> None:
        self.stages.append(position.stage)
        if position.step == self.stop:
            os.kill(os.getpid(), signal.SIGINT)

    def say(self, line: str) -> None:
        self.lines.append(line)


def tensors(path: Path) -> dict[str, torch.Tensor]:
    with safe_open(path, "pt") as file:
        return {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118 - no mapping


def equal(run: Path, other: Path, file: str = STATE) -> bool:
    ours, theirs = tensors(run / file), tensors(other / file)
    return ours.keys() == theirs.keys() and all(torch.equal(ours[name], theirs[name]) for name in ours)
