import json
import os
import signal
import threading
import time
from dataclasses import replace
from multiprocessing import get_context
from multiprocessing.queues import SimpleQueue
from pathlib import Path

import numpy as np
import pytest
import torch
from safetensors import safe_open

from nirecap.errors import RunError, UsageMistake
from nirecap.images import read_image
from nirecap.model import stages
from nirecap.model.checkpoint import CONFIG, MODEL, STATE, Position
from nirecap.model.colour_extraction import Extraction
from nirecap.model.config import Config, read_config
from nirecap.model.crops import Crops
from nirecap.model.frames import TrainingFrames
from nirecap.model.processes import Processes
from nirecap.model.purification import PurificationNetwork
from nirecap.model.schedule import EXTRACTION, JOINT, Length
from nirecap.model.train import Told, Trained, train
from nirecap.model.trained import load_network

from .drawn_frames import drawn_frames, quick, without_clock
from .trainings import STEPS, StopAt, equal, one_thread, tensors  # noqa: F401 - a fixture

PLUS = {"unpaired_share": 0.5, "output": "guided", "r1_weight": 0.0}


def test_a_run_has_all_that_it_promises(tmp_path: Path) -> None:
    told = StopAt()
    result = train(drawn_frames(), quick(sample_steps=5, stage1_share=0.3), tmp_path / "run", STEPS, told=told)
    run = tmp_path / "run"
    assert result == Trained(run, 10, result.seconds, 0, finished=True)
    assert told.stages == [EXTRACTION] * 3 + [JOINT] * 7
    config = read_config(run / CONFIG)
    assert config.exposure_target == pytest.approx(drawn_frames().exposure)
    low, nire = torch.rand(1, 3, 40, 50), torch.rand(1, 1, 40, 50)
    assert load_network(run)(low, nire).shape == low.shape
    assert not any("E_A" in name or "G_A" in name for name in tensors(run / MODEL))
    lines = [json.loads(line) for line in (run / "metrics.jsonl").read_text().splitlines()]
    assert [(line["step"], line["stage"]) for line in lines] == [
        (3, EXTRACTION),
        *((step, JOINT) for step in (4, 8, 10)),
    ]
    assert lines[-1].keys() >= {"cycle", "ccl", "scl", "adversarial", "self", "discriminators", "seconds", "skipped"}
    assert sorted(path.name for path in (run / "samples").iterdir()) == [
        "step-000003.png",
        "step-000005.png",
        "step-000010.png",
    ]
    assert read_image(run / "samples/step-000010.png").shape == (18 + 4 * 68, 4 + 4 * 68, 3)
    assert list((run / "tensorboard").glob("events.*"))


def test_learning_lowers_the_losses(tmp_path: Path) -> None:
    rates = {"cem_rate": 3e-3, "learning_rate": 2e-3, "stage1_share": 0.5, "warm_up_steps": 1000}
    config = quick(**rates, iterations=2, batch=4, output="image", metrics_steps=10)
    train(drawn_frames(), config, tmp_path, Length(steps=80))
    lines = [json.loads(line) for line in (tmp_path / "metrics.jsonl").read_text().splitlines()]
    exposure = [line["exposure"] for line in lines if line["stage"] == EXTRACTION]
    rebuilt = [line["self"] for line in lines if line["stage"] == JOINT]
    assert exposure[-1] < 0.3 * exposure[0]
    assert rebuilt[-1] < 0.95 * rebuilt[0]


def test_equal_seeds_give_equal_runs_and_leave_others_chance_alone(tmp_path: Path) -> None:
    torch.manual_seed(5)
    train(drawn_frames(), quick(), tmp_path / "a", STEPS)
    ours = torch.rand(1)
    torch.manual_seed(5)
    assert torch.equal(ours, torch.rand(1))
    train(drawn_frames(), quick(), tmp_path / "b", STEPS)
    train(drawn_frames(), quick(), tmp_path / "c", STEPS, seed=1)
    assert equal(tmp_path / "a", tmp_path / "b")
    assert not equal(tmp_path / "a", tmp_path / "c")


@pytest.mark.parametrize(
    ("stops", "settings"),
    [([1], {}), ([3], {}), ([4, 7], {}), ([9], {}), ([5], PLUS)],
    ids=["1", "3", "4 7", "9", "plus"],
)
def test_a_run_that_was_stopped_ends_as_one_that_was_not(
    tmp_path: Path, stops: list[int], settings: dict[str, object]
) -> None:
    config = quick(**settings)
    train(drawn_frames(), config, tmp_path / "whole", STEPS)
    for stop in stops:
        with pytest.raises(KeyboardInterrupt):
            train(drawn_frames(), config, tmp_path / "parts", STEPS, told=StopAt(stop))
    result = train(drawn_frames(), config, tmp_path / "parts", STEPS)
    assert result.finished
    assert equal(tmp_path / "whole", tmp_path / "parts")
    assert equal(tmp_path / "whole", tmp_path / "parts", MODEL)
    assert without_clock(tmp_path / "whole/metrics.jsonl") == without_clock(tmp_path / "parts/metrics.jsonl")


@pytest.mark.parametrize(("joint_cem", "learns"), [(0.0, False), (0.5, True)])
def test_colour_extraction_at_rest_costs_no_gradients(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, joint_cem: float, learns: bool
) -> None:
    seen, real = set(), stages.extract

    def extract(network: PurificationNetwork, crops: Crops) -> Extraction:
        seen.add(torch.is_grad_enabled())
        return real(network, crops)

    monkeypatch.setattr(stages, "extract", extract)
    train(drawn_frames(), quick(joint_cem=joint_cem, warm_up_steps=0), tmp_path, STEPS)
    assert seen == {learns}


def test_a_training_in_bfloat16_stays_finite(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def autocast(_: Processes, wanted: bool) -> torch.autocast:
        return torch.autocast("cpu", torch.bfloat16, enabled=wanted)

    monkeypatch.setattr(Processes, "autocast", autocast)
    halves, whole = (train(drawn_frames(), quick(amp=amp), tmp_path / str(amp), STEPS) for amp in (True, False))
    assert (halves.skipped, whole.skipped) == (0, 0)
    assert all(tensor.isfinite().all() for tensor in tensors(tmp_path / "True" / MODEL).values())
    assert not equal(tmp_path / "True", tmp_path / "False", MODEL)


def test_r1_holds_the_slope_of_the_discriminators_down(tmp_path: Path) -> None:
    settings = {"discriminator_rate": 1e-2, "metrics_steps": 1, "stage1_steps": 1, "warm_up_steps": 0, "image_pool": 0}
    for weight in (1e-6, 10.0):
        train(drawn_frames(), quick(r1_weight=weight, **settings), tmp_path / str(weight), Length(steps=30))
    free, held = (
        [json.loads(line)["r1"] for line in (tmp_path / weight / "metrics.jsonl").read_text().splitlines()[5:]]
        for weight in ("1e-06", "10.0")
    )
    assert max(held) < max(free) / 3


class KillAt(Told):
    """Kills this process after a step, and tells its parent of each."""

    def __init__(self, step: int, said: SimpleQueue[int]) -> None:
        self.kill, self.said = step, said

    def step(self, position: Position, spent: float, losses: dict[str, float]) -> None:
        self.said.put(position.step)
        if position.step == self.kill:
            os.kill(os.getpid(), signal.SIGKILL)


def trained_in_a_process(run: Path, kill_at: int = 0) -> tuple[int | None, list[int]]:
    """Train in another process that saves after each step; return its exit code and the steps that it did."""
    context = get_context("spawn")  # torch's threads do not survive a fork
    said: SimpleQueue[int] = context.SimpleQueue()
    process = context.Process(target=train_and_tell, args=(run, KillAt(kill_at, said)))
    process.start()
    process.join(120)
    process.kill()
    return process.exitcode, list(iter(lambda: None if said.empty() else said.get(), None))


def train_and_tell(run: Path, told: Told) -> None:
    torch.set_num_threads(1)
    train(drawn_frames(), quick(checkpoint_minutes=1e-9), run, STEPS, told=told)


def test_kill_9_loses_nothing_but_the_steps_since_the_checkpoint(tmp_path: Path) -> None:
    train(drawn_frames(), quick(), tmp_path / "whole", STEPS)
    done = [trained_in_a_process(tmp_path / "run", moment) for moment in (1, 3, 4, 6, 9, 0)]
    assert done == [  # a step is told of before it is saved, so it is done again
        (-signal.SIGKILL, [1]),
        (-signal.SIGKILL, [1, 2, 3]),
        (-signal.SIGKILL, [3, 4]),
        (-signal.SIGKILL, [4, 5, 6]),
        (-signal.SIGKILL, [6, 7, 8, 9]),
        (0, [9, 10]),
    ]
    assert equal(tmp_path / "whole", tmp_path / "run")
    assert without_clock(tmp_path / "whole/metrics.jsonl") == without_clock(tmp_path / "run/metrics.jsonl")
    assert not list((tmp_path / "run").rglob("*.partial"))


def test_ctrl_c_ends_with_the_step_and_keeps_it(tmp_path: Path) -> None:
    with pytest.raises(KeyboardInterrupt):
        train(drawn_frames(), quick(), tmp_path, STEPS, told=StopAt(5))
    assert (tmp_path / MODEL).is_file()
    with safe_open(tmp_path / STATE, "pt") as file:
        assert json.loads(file.metadata()["nirecap"])["position"]["step"] == 6  # the one that was under way


def test_weights_that_a_kill_kept_from_being_written_are_written(tmp_path: Path) -> None:
    train(drawn_frames(), quick(), tmp_path, STEPS)
    weights = (tmp_path / MODEL).read_bytes()
    (tmp_path / MODEL).unlink()
    train(drawn_frames(), quick(), tmp_path, STEPS)
    assert (tmp_path / MODEL).read_bytes() == weights


@pytest.mark.parametrize("name", [CONFIG, "metrics.jsonl"])
def test_files_of_others_are_left_alone(tmp_path: Path, name: str) -> None:
    (tmp_path / name).write_text("theirs = 1")
    (tmp_path / "metadata.parquet.12.partial").write_text("half")
    with pytest.raises(UsageMistake, match="give another --out"):
        train(drawn_frames(), quick(), tmp_path, STEPS)
    assert (tmp_path / name).read_text() == "theirs = 1"
    (tmp_path / name).unlink()
    train(drawn_frames(), quick(), tmp_path, STEPS)
    assert (tmp_path / "metadata.parquet.12.partial").exists()


def test_minutes_are_counted_over_all_calls(tmp_path: Path) -> None:
    length = Length(minutes=0.02)
    with pytest.raises(KeyboardInterrupt):
        train(drawn_frames(), quick(), tmp_path, length, told=StopAt(2))
    result = train(drawn_frames(), quick(), tmp_path, length)
    assert result.finished
    assert 1.2 <= result.seconds < 6
    began = time.monotonic()
    again = train(drawn_frames(), quick(), tmp_path, length)
    assert (again.steps, again.finished) == (result.steps, True)
    assert time.monotonic() - began < 2


def test_training_in_another_thread_works(tmp_path: Path) -> None:
    results: list[Trained] = []
    thread = threading.Thread(target=lambda: results.append(train(drawn_frames(), quick(), tmp_path, Length(steps=3))))
    thread.start()
    thread.join(60)
    assert results[0].finished


@pytest.mark.parametrize("without", ["cem", "ccl", "scl", "structure"])
def test_ablations_train(tmp_path: Path, without: str) -> None:
    told = StopAt()
    assert train(drawn_frames(), quick(without=(without,)), tmp_path, Length(steps=5), told=told).finished
    last = json.loads((tmp_path / "metrics.jsonl").read_text().splitlines()[-1])
    assert without not in last
    assert (EXTRACTION in told.stages) == (without != "cem")


@pytest.mark.parametrize(
    "settings",
    [
        {"optimiser": "sgd"},
        {"adversarial": "lsgan"},
        {"r1_weight": 0.0},
        {"ema_decay": 0.0},
        {"cem_side": 0},
        {"joint_cem": 0.0},
        {"adversarial_weight": 0.0},
        {"self_weight": 0.0, "warm_up_steps": 0},
        {"cem_norm": "batch"},
    ],
    ids=str,
)
def test_choices_train(tmp_path: Path, settings: dict[str, object]) -> None:
    assert train(drawn_frames(), quick(**settings), tmp_path, Length(steps=6)).finished


def test_spoilt_pixels_do_not_count(tmp_path: Path) -> None:
    frames = drawn_frames()
    spoilt = np.zeros(frames.dark[0].infrared.shape, np.bool_)
    spoilt[:, ::2] = True
    marked = TrainingFrames([replace(frame, spoilt=spoilt) for frame in frames.dark], frames.lit, "marked")
    for name, trained_on, mask in (("plain", frames, True), ("masked", marked, True), ("unmasked", marked, False)):
        train(trained_on, quick(mask=mask), tmp_path / name, STEPS)
    assert equal(tmp_path / "plain", tmp_path / "unmasked")
    assert not equal(tmp_path / "plain", tmp_path / "masked")


def test_mistakes_are_named_before_anything_is_trained(tmp_path: Path) -> None:
    frames = drawn_frames()
    with pytest.raises(UsageMistake, match="no dark frames"):
        train(TrainingFrames([], frames.lit, ""), quick(), tmp_path / "a", STEPS)
    with pytest.raises(UsageMistake, match="holds a crop 288 wide"):
        train(frames, Config(), tmp_path / "c", STEPS)
    with pytest.raises(UsageMistake, match="in minutes or in steps"):
        Length(minutes=1, steps=1)
    assert not any((tmp_path / name).exists() for name in "abc")


def test_other_maps_of_curation_do_not_go_on_where_they_mask(tmp_path: Path) -> None:
    frames = drawn_frames()
    curated = replace(frames, maps="of curation")
    train(frames, quick(), tmp_path / "masked", STEPS)
    with pytest.raises(UsageMistake, match="other images or maps of curation"):
        train(curated, quick(), tmp_path / "masked", STEPS)
    train(frames, quick(mask=False), tmp_path / "whole", STEPS)
    assert train(curated, quick(mask=False), tmp_path / "whole", STEPS).finished


def test_another_configuration_or_other_data_does_not_go_on(tmp_path: Path) -> None:
    with pytest.raises(KeyboardInterrupt):
        train(drawn_frames(), quick(), tmp_path, STEPS, told=StopAt(4))
    with pytest.raises(UsageMistake, match="width=4, not 8"):
        train(drawn_frames(), quick(width=8), tmp_path, STEPS)
    with pytest.raises(UsageMistake, match="other images"):
        train(drawn_frames(5), quick(), tmp_path, STEPS)
    with pytest.raises(UsageMistake, match="--seed 0"):
        train(drawn_frames(), quick(), tmp_path, STEPS, seed=3)
    (tmp_path / STATE).write_bytes(b"\x80\x04nonsense")
    with pytest.raises(RunError, match="no safetensors file"):
        train(drawn_frames(), quick(), tmp_path, STEPS)
