import json
from dataclasses import replace
from pathlib import Path

import pytest
import torch
from safetensors.torch import load_file
from torch import nn
from torch.optim import SGD, Adam, Optimizer

from nirecap.errors import RunError, UsageMistake
from nirecap.model.checkpoint import (
    CONFIG,
    MODEL,
    STATE,
    Identity,
    Position,
    begin,
    load_state,
    locked,
    read_position,
    save_model,
    save_state,
)
from nirecap.model.config import read_config
from nirecap.model.image_pool import ImagePool
from nirecap.model.watch import Look
from nirecap.model.weights import write_tensors

from .drawn_frames import quick
from .saved_run import drawn_network

OF = Identity(quick(), 0, "data")
LOOK = Look("joint", 0.5, (0.1,), (0.4,), (0.3, 0.4, 0.5), 0.2, None)
POSITION = Position("joint", 7, 3, 0.3, 12.5, 1, {"cycle": 0.1 + 0.2}, {"cycle": 3}, [LOOK], ["grey"])


def learner(optimiser: type[Optimizer] = Adam) -> dict[str, nn.Module | Optimizer]:
    torch.manual_seed(0)
    network = nn.Conv2d(3, 2, 3)
    options = {"lr": 0.1} if optimiser is Adam else {"lr": 0.1, "momentum": 0.9}
    return {"network": network, "pool": ImagePool(2, 4, 4), "optimiser": optimiser(network.parameters(), **options)}


def learn(parts: dict[str, nn.Module | Optimizer], steps: int) -> torch.Tensor:
    network, optimiser = parts["network"], parts["optimiser"]
    assert isinstance(network, nn.Module)
    assert isinstance(optimiser, Optimizer)
    for step in range(steps):
        torch.manual_seed(step)
        optimiser.zero_grad()
        network(torch.rand(1, 3, 5, 5)).square().mean().backward()
        optimiser.step()
    return torch.cat([parameter.detach().flatten() for parameter in network.parameters()])


@pytest.fixture
def run(tmp_path: Path) -> Path:
    with locked(tmp_path / "run"):
        begin(tmp_path / "run", OF)
    return tmp_path / "run"


@pytest.mark.parametrize("kind", [Adam, SGD])
def test_learning_goes_on_as_if_nothing_had_happened(run: Path, kind: type[Optimizer]) -> None:
    parts = learner(kind)
    learn(parts, 3)
    save_state(run, OF, POSITION, parts)
    resumed = learner(kind)
    load_state(run, resumed)
    assert torch.equal(learn(parts, 2), learn(resumed, 2))


def test_counters_come_back_to_the_bit(run: Path) -> None:
    save_state(run, OF, POSITION, learner())
    assert read_position(run, OF) == POSITION


def test_equal_weights_make_equal_files(run: Path) -> None:
    network = drawn_network()
    contents = set()
    for _ in range(5):
        save_model(run, network)
        contents.add((run / MODEL).read_bytes())
    assert len(contents) == 1


def test_a_new_run_is_at_its_beginning(run: Path) -> None:
    assert read_position(run, OF) == Position()
    assert read_config(run / CONFIG) == OF.config


def test_a_run_goes_on_only_with_the_same(run: Path) -> None:
    begin(run, Identity(quick(width=8), 0, "data"))  # nothing was trained yet
    begin(run, OF)
    save_state(run, OF, POSITION, learner())
    begin(run, Identity(quick(checkpoint_minutes=9.0), 0, "data"))
    with pytest.raises(UsageMistake, match="was begun with width=4, not 8"):
        begin(run, Identity(quick(width=8), 0, "data"))
    with pytest.raises(UsageMistake, match="other images"):
        read_position(run, replace(OF, data="more"))
    with pytest.raises(UsageMistake, match="--seed 0"):
        read_position(run, replace(OF, seed=1))
    (run / STATE).rename(run / MODEL)
    with pytest.raises(UsageMistake, match=r"no state/training\.safetensors to go on from"):
        begin(run, OF)


def test_two_processes_do_not_train_in_one_folder(run: Path) -> None:
    with locked(run), pytest.raises(RunError, match="another process"), locked(run):
        pass


def test_what_a_kill_left_half_written_is_swept(run: Path) -> None:
    for name in ("model.safetensors.17.partial", "state/training.safetensors.17.partial"):
        (run / name).touch()
    with locked(run):
        assert not list(run.rglob("*.partial"))


@pytest.mark.parametrize("bad", [torch.nan, torch.inf])
def test_values_that_are_no_numbers_leave_the_checkpoint_before(run: Path, bad: float) -> None:
    parts = learner()
    save_state(run, OF, POSITION, parts)
    before = (run / STATE).read_bytes()
    network = parts["network"]
    assert isinstance(network, nn.Conv2d)
    network.weight.data[0, 0, 0, 0] = bad
    with pytest.raises(RunError, match=r"network\.weight has values that are no numbers.*begin anew"):
        save_state(run, OF, replace(POSITION, step=8), parts)
    assert (run / STATE).read_bytes() == before


def test_a_full_disk_leaves_the_checkpoint_before(run: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    save_state(run, OF, POSITION, learner())
    before = (run / STATE).read_bytes()

    def full(_: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("os.fsync", full)
    with pytest.raises(OSError, match="No space"):
        save_state(run, OF, replace(POSITION, step=8), learner())
    assert (run / STATE).read_bytes() == before
    assert not list(run.rglob("*.partial"))


def facts(**changed: object) -> str:
    position = {"stage": "joint", "step": 7, "stage_step": 3, "began": 0.3}
    return json.dumps({"version": 1, "seed": 0, "data": "data", "position": position, **changed})


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (facts(version=2), "is of version 2"),
        (facts(position={"step": -1}), "no counters"),
        (facts(position={"step": "many"}), "no counters"),
        (facts(position={"unknown": 1}), "no counters"),
        (facts(position={"seconds": 1e999}), "no counters"),
        (facts(position=[]), "no counters"),
        ("[" * 100_000, "no counters"),
        ("nonsense", "no counters"),
        ("[]", "no counters"),
    ],
)
def test_damaged_counters_end_in_one_line(run: Path, words: str, said: str) -> None:
    write_tensors(run / STATE, {"network.weight": torch.zeros(1)}, {"nirecap": words})
    with pytest.raises(RunError, match=said) as error:
        read_position(run, OF)
    assert "\n" not in str(error.value)
    assert len(str(error.value)) < 400


def test_damaged_moments_are_named(run: Path) -> None:
    parts = learner()
    learn(parts, 1)
    save_state(run, OF, POSITION, parts)
    tensors = load_file(run / STATE)
    for changed, said in (
        ({"optimiser.0.exp_avg": torch.zeros(9)}, r"optimiser\.0\.exp_avg is F32 \(9,\)"),
        ({"optimiser.7.exp_avg": torch.zeros(9)}, r"holds 'optimiser\.7\.exp_avg'"),
        ({"pool.images": torch.zeros(3, 3, 4, 4)}, r"pool\.images is F32 \(3, 3, 4, 4\)"),
        ({"optimiser.0.exp_avg": None}, "of parameter 0 only"),
    ):
        wrong = {name: value for name, value in {**tensors, **changed}.items() if value is not None}
        write_tensors(run / STATE, wrong, {"nirecap": facts()})
        with pytest.raises(RunError, match=said):
            load_state(run, learner())
