"""Training ends with its time and goes on where it was stopped."""

from collections.abc import Callable
from pathlib import Path

import pytest
import torch
from torch import nn

from nirecap.benchmarks.method import Budget
from nirecap.benchmarks.methods import training
from nirecap.benchmarks.methods.training import FILE, Training, cores
from nirecap.errors import RunError
from nirecap.model.weights import read_facts, write_tensors

Make = Callable[..., Training]


@pytest.fixture
def make(tmp_path: Path) -> Make:
    def made(minutes: float = 10, key: str = "this") -> Training:
        torch.manual_seed(0)
        network = nn.Linear(3, 1)
        return Training(network, torch.optim.Adam(network.parameters(), 0.1), Budget(minutes, folder=tmp_path), key)

    return made


def learn(state: Training, most: int | None = None) -> list[int]:
    taken = []
    for step in state.steps(most):
        generator = torch.Generator().manual_seed(step)
        loss = (state.network(torch.rand(4, 3, generator=generator)) - 1).square().mean()
        state.adam.zero_grad()
        torch.autograd.backward(loss)
        state.adam.step()
        taken.append(step)
    return taken


def test_goes_on_as_if_it_had_not_ended(make: Make, tmp_path: Path) -> None:
    whole = make()
    assert learn(whole, 7) == list(range(7))
    (tmp_path / FILE).unlink()
    assert learn(make(), 3) == [0, 1, 2]
    rest = make()
    spent = rest.spent
    assert learn(rest, 7) == [3, 4, 5, 6]
    assert rest.spent > spent > 0
    for name, tensor in whole.network.state_dict().items():
        assert torch.equal(rest.network.state_dict()[name], tensor)
    assert learn(make(), 7) == []


def test_another_training_begins_anew(make: Make) -> None:
    learn(make(), 3)
    assert make(key="another").step == 0


def test_ends_when_the_time_is_spent(make: Make, monkeypatch: pytest.MonkeyPatch) -> None:
    clock = iter(range(0, 1000, 10))
    monkeypatch.setattr(training.time, "monotonic", lambda: next(clock))
    assert len(learn(make(minutes=1))) == 6  # of 10 seconds each
    assert learn(make(minutes=1)) == []


def test_state_is_kept_every_minute(make: Make, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    clock = iter(range(0, 1000, 25))
    monkeypatch.setattr(training.time, "monotonic", lambda: next(clock))
    state, kept = make(), []
    for _ in state.steps(7):
        kept.append(int(read_facts(tmp_path / FILE)["step"]) if (tmp_path / FILE).exists() else 0)
        torch.autograd.backward(state.network(torch.ones(1, 3)).sum())
        state.adam.step()
    assert kept == [0, 0, 0, 3, 3, 3, 6]


def test_damaged_state_is_told(make: Make, tmp_path: Path) -> None:
    state = make()
    learn(state, 2)
    content = (tmp_path / FILE).read_bytes()
    (tmp_path / FILE).write_bytes(content[:100])
    with pytest.raises(RunError, match=str(tmp_path / FILE)):
        make()
    write_tensors(tmp_path / FILE, state.network.state_dict(), {"key": "this"})
    with pytest.raises(RunError, match=str(tmp_path / FILE)):
        make()


def test_threads_are_given_back() -> None:
    before = torch.get_num_threads()
    with cores(before + 1):
        assert torch.get_num_threads() == before + 1
    assert torch.get_num_threads() == before
