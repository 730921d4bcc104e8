"""`nirecap train`, as a user types it."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
import torch
from click.testing import CliRunner, Result
from safetensors.torch import load_file

from nirecap.cli import cli
from nirecap.model.checkpoint import CONFIG, MODEL, STATE
from nirecap.model.config import PRESETS, read_config

from ...model.drawn_frames import drawn_collection

SMALLEST = ["width=4", "cem_width=4", "discriminator_width=4", "iterations=1", "warm_up_steps=2"]
QUICK = ["--preset", "tiny", "--threads", "1", *(word for setting in SMALLEST for word in ("--set", setting))]


@pytest.fixture(scope="module")
def collection(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return drawn_collection(tmp_path_factory.mktemp("command") / "drawn")


@pytest.fixture(autouse=True)
def _elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def train(*words: str | Path) -> Result:
    return CliRunner().invoke(cli, ["train", *map(str, words)])


def test_run_says_what_it_chose_and_where_the_weights_are(collection: Path, tmp_path: Path) -> None:
    result = train(collection, *QUICK, "--steps", "6", "--out", "night")
    assert result.exit_code == 0, result.output
    lines = result.output.splitlines()
    assert lines[0] == f"training tiny on {collection} for 6 steps, into night"
    assert lines[1] == "data      3 dark and 3 lit frames, unpaired"
    assert "trained   6 steps" in result.output
    for name in (CONFIG, MODEL, STATE, "metrics.jsonl", "samples/step-000006.png"):
        assert (tmp_path / "night" / name).is_file(), name
    assert "night/samples/step-000006.png" in result.output


def test_options_reach_the_configuration(collection: Path, tmp_path: Path) -> None:
    words = ["--without", "ccl", "--without", "scl", "--no-mask", "--set", "output=colour"]
    assert train(collection, *QUICK, *words, "--steps", "4").exit_code == 0
    config = read_config(tmp_path / "run" / CONFIG)
    assert (config.without, config.mask, config.output) == (("ccl", "scl"), False, "colour")
    assert config.exposure_target is not None


def test_the_same_command_goes_on_and_ends_where_it_ended(collection: Path) -> None:
    first = train(collection, *QUICK, "--steps", "4")
    again = train(collection, *QUICK, "--steps", "4", "--resume")
    assert (first.exit_code, again.exit_code) == (0, 0)
    assert "trained   4 steps" in again.output
    longer = train(collection, *QUICK, "--steps", "6", "--resume")
    assert "trained   6 steps" in longer.output


def test_the_collection_in_the_current_folder_is_the_default(collection: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(collection)
    result = train(*QUICK, "--steps", "3", "--dry-run")
    assert result.output.startswith("training tiny on . for 3 steps, into run\n")
    assert not (collection / "run").exists()


@pytest.mark.parametrize("preset", PRESETS)
def test_every_preset_can_be_tried_dry(collection: Path, preset: str) -> None:
    result = train(collection, "--preset", preset, "--dry-run")
    assert result.exit_code == 0, result.output
    assert f"training {preset} on" in result.output
    assert not Path("run").exists()


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--minutes", "1", "--steps", "3"], "--minutes and --steps both"),
        (["--set", "widht=16"], "did you mean 'width'?"),
        (["--set", "width"], "write NAME=VALUE"),
        (["--set", "width=5"], "width=5: Input should be a multiple of 4"),
        (["--set", "width=4", "--set", "width=8"], "width is set twice"),
        (["--set", "iterations=3", "--iterations", "4"], "iterations is given as an option and by --set"),
        (["--minutes", "inf"], "inf is not in the range 0<x<=100000"),
        (["--minutes", "nan"], "nan is no number of minutes"),
        (["--seed", "1" + 20 * "0"], "is not in the range 0<=x<=9223372036854775807"),
        (["--resume"], "run holds no run to go on with"),
        (["--preset", "paper", "--steps", "1"], "holds a crop 288 wide and 224 high"),
    ],
)
def test_mistakes_end_in_one_line_with_the_remedy(collection: Path, words: list[str], said: str) -> None:
    result = train(collection, *words)
    assert result.exit_code == 2, result.output
    assert said in result.output.splitlines()[-1]
    assert "Traceback" not in result.output
    assert not Path("run", STATE).exists()


def test_no_data_set_is_a_mistake() -> None:
    assert "captures" in train().output
    assert train("nowhere").exit_code == 2


def test_another_configuration_does_not_go_on(collection: Path) -> None:
    train(collection, *QUICK, "--steps", "3")
    result = train(collection, "--preset", "tiny", "--steps", "3")
    assert result.exit_code == 2
    assert "run was begun with" in result.output


def program(launcher: list[str], collection: Path, out: Path, steps: int, *more: str) -> subprocess.Popen[str]:
    words = [str(collection), *QUICK, "--steps", str(steps), "--out", str(out), *more]
    environment = {**os.environ, "OMP_NUM_THREADS": "1"}
    words = [*launcher, "-m", "nirecap", "train", *words]
    return subprocess.Popen(words, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, env=environment)


def test_resume_goes_on_after_a_kill_before_the_first_checkpoint(collection: Path, tmp_path: Path) -> None:
    train(collection, *QUICK, "--steps", "6", "--out", str(tmp_path / "whole"))
    with program([sys.executable], collection, tmp_path / "run", 100_000) as process:
        deadline = time.monotonic() + 60
        while not (tmp_path / "run/config.toml").exists() and time.monotonic() < deadline:
            time.sleep(0.01)
        process.kill()
    assert not (tmp_path / "run" / STATE).exists()
    result = train(collection, *QUICK, "--steps", "6", "--out", str(tmp_path / "run"), "--resume")
    assert result.exit_code == 0, result.output
    weights = [(tmp_path / name / "model.safetensors").read_bytes() for name in ("whole", "run")]
    assert weights[0] == weights[1]


def test_being_told_to_stop_keeps_what_is_learnt(collection: Path, tmp_path: Path) -> None:
    with program([sys.executable], collection, tmp_path / "run", 100_000) as process:
        deadline = time.monotonic() + 60
        while not (tmp_path / "run/tensorboard").exists() and time.monotonic() < deadline:
            time.sleep(0.05)
        process.send_signal(signal.SIGTERM)
        said = process.communicate(timeout=60)[0]
    assert process.returncode == 130, said
    assert said.splitlines()[-1].startswith("Error: stopped by you; what is learnt is in ")
    assert (tmp_path / "run" / STATE).is_file()


def test_two_processes_learn_what_one_does_from_batches_twice_as_large(collection: Path, tmp_path: Path) -> None:
    """Launched as for two GPUs; where there is none they are on the CPU and talk over loopback."""
    accelerate = str(Path(sys.executable).with_name("accelerate"))
    launcher = [accelerate, "launch", "--multi_gpu", "--num_processes", "2", "--num_machines", "1", "--mixed_precision"]
    launcher += ["no", "--dynamo_backend", "no", "--main_process_port", "0"]
    # A pool is its process's own; and where N is flat, I with its detail is right to the last bit before anything is
    # learnt, so that rounding alone would decide which way the first step goes.
    alike = ["--set", "image_pool=0", "--set", "output=colour", "--set"]
    with program(launcher, collection, tmp_path / "two", 8, *alike, "batch=1") as process:
        said = process.communicate(timeout=120)[0]
    assert process.returncode == 0, said
    assert said.count("training tiny on") == said.count("trained   8 steps") == 1
    assert "in 2 processes" in said
    assert train(collection, *QUICK, *alike, "batch=2", "--steps", "8", "--out", "one").exit_code == 0
    assert train(collection, *QUICK, *alike, "batch=1", "--steps", "8", "--out", "half").exit_code == 0
    one, two, half = (load_file(tmp_path / run / MODEL) for run in ("one", "two", "half"))
    assert apart(one, two) < 0.05 * apart(one, half)


def apart(ours: dict[str, torch.Tensor], theirs: dict[str, torch.Tensor]) -> float:
    return sum(float((ours[name] - theirs[name]).square().sum()) for name in ours) ** 0.5
