"""Train a network for as long as the budget allows, and go on after an end that came too early."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import torch
from torch import Tensor, nn

from nirecap.errors import RunError
from nirecap.model.weights import read_facts, read_tensors, write_tensors

from ..method import Budget

FILE = "training.safetensors"
"""The state of a training, in the folder of its budget."""
KEEP_EVERY_S = 60.0
SLOTS = ("step", "exp_avg", "exp_avg_sq")
"""What Adam keeps of a parameter."""
COUNT = torch.zeros(())


@contextmanager
def cores(threads: int) -> Iterator[None]:
    """Let torch compute with so many threads in the block."""
    before = torch.get_num_threads()
    torch.set_num_threads(threads)
    try:
        yield
    finally:
        torch.set_num_threads(before)


class Training:
    """A network with Adam, the steps they took and the seconds these cost, with what was made ready before them.

    Args:
        network: what learns.
        adam: the optimiser of all its parameters.
        budget: how long; in its folder, if it has one, the state is kept every minute and taken up again.
        key: what the training depends on; a state that was kept under another key is not taken up.

    Raises:
        RunError: the state that was kept is damaged.
    """

    def __init__(self, network: nn.Module, adam: torch.optim.Adam, budget: Budget, key: str) -> None:
        self.network, self.adam, self.key = network, adam, key
        self.seconds = budget.minutes * 60
        self.file = budget.folder / FILE if budget.folder else None
        self.step, self.spent = 0, 0.0
        self._begun = time.monotonic()
        if self.file and self.file.exists():
            self._resume(self.file)

    def steps(self, most: int | None = None) -> Iterator[int]:
        """Yield the number of each step to take, from 0, until the time is spent or there were `most`."""
        begin = self._begun - self.spent
        kept = self.spent
        while self.step != most and self.spent < self.seconds:
            yield self.step
            self.step += 1
            self.spent = time.monotonic() - begin
            if self.spent - kept > KEEP_EVERY_S:
                self._keep()
                kept = self.spent
        self._keep()

    def _keep(self) -> None:
        if self.file and self.step:  # before the first step Adam has no moments
            moments = self.adam.state_dict()["state"]
            tensors = {f"adam.{i}.{slot}": tensor for i, slots in moments.items() for slot, tensor in slots.items()}
            facts = {"key": self.key, "step": str(self.step), "spent": str(self.spent)}
            write_tensors(self.file, self._weights() | tensors, facts)

    def _resume(self, file: Path) -> None:
        facts = read_facts(file)
        if facts.get("key") != self.key:
            return
        parameters = list(self.network.parameters())
        forms = {f"adam.{i}.{slot}": p if slot != "step" else COUNT for i, p in enumerate(parameters) for slot in SLOTS}
        tensors = read_tensors(file, self._weights() | forms)
        self.network.load_state_dict({name: tensors[f"network.{name}"] for name in self.network.state_dict()})
        moments = {i: {slot: tensors[f"adam.{i}.{slot}"] for slot in SLOTS} for i in range(len(parameters))}
        self.adam.load_state_dict({**self.adam.state_dict(), "state": moments})
        try:
            self.step, self.spent = int(facts["step"]), float(facts["spent"])
        except (KeyError, ValueError):
            raise RunError(f"{file} does not say how far it is; delete it to begin anew") from None

    def _weights(self) -> dict[str, Tensor]:
        return {f"network.{name}": tensor for name, tensor in self.network.state_dict().items()}
