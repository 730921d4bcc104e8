"""Trainings that go wrong: steps that are skipped, warnings, and ends with one line and the last checkpoint."""

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import torch

from nirecap.errors import RunError
from nirecap.model import stages
from nirecap.model.checkpoint import STATE
from nirecap.model.config import Config
from nirecap.model.frames import TrainingFrames
from nirecap.model.probe import Probe
from nirecap.model.processes import Processes
from nirecap.model.schedule import Length
from nirecap.model.train import train
from nirecap.model.watch import Look

from .drawn_frames import drawn_frames, quick
from .trainings import STEPS, StopAt, one_thread, tensors  # noqa: F401 - a fixture


def broken(config: Config, monkeypatch: pytest.MonkeyPatch, first: int, last: int) -> None:
    """Let the gradients of some steps be no numbers."""
    calls = iter(range(1_000_000))
    whole = stages.total

    def total(terms: dict[str, torch.Tensor], config: Config) -> torch.Tensor:
        return whole(terms, config) * (torch.nan if first <= next(calls) < last else 1.0)

    monkeypatch.setattr(stages, "total", total)


def test_steps_without_a_finite_gradient_are_skipped_and_counted(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    broken(quick(), monkeypatch, 5, 7)
    result = train(drawn_frames(), quick(), tmp_path, STEPS)
    assert (result.finished, result.skipped) == (True, 2)
    assert all(value.isfinite().all() for value in tensors(tmp_path / STATE).values())
    assert json.loads((tmp_path / "metrics.jsonl").read_text().splitlines()[-1])["skipped"] == 2


def test_a_run_goes_on_after_a_step_without_a_finite_gradient(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    broken(quick(), monkeypatch, 5, 7)
    with pytest.raises(KeyboardInterrupt):  # before the next line of metrics
        train(drawn_frames(), quick(metrics_steps=50), tmp_path, STEPS, told=StopAt(7))
    assert train(drawn_frames(), quick(metrics_steps=50), tmp_path, STEPS).finished


def test_a_training_that_is_lost_keeps_its_last_checkpoint(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(KeyboardInterrupt):
        train(drawn_frames(), quick(), tmp_path, Length(steps=40), told=StopAt(13))
    before = (tmp_path / STATE).read_bytes()
    broken(quick(), monkeypatch, 0, 1000)
    with pytest.raises(RunError, match="20 times in a row"):
        train(drawn_frames(), quick(), tmp_path, Length(steps=40))
    assert (tmp_path / STATE).read_bytes() == before


def test_full_memory_ends_in_one_line(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(stages, "total", lambda *_: torch.empty(10**15))
    with pytest.raises(RunError, match="out of memory; train with a smaller --set batch"):
        train(drawn_frames(), quick(), tmp_path, STEPS)


def test_black_output_is_warned_of_once(tmp_path: Path) -> None:
    dark = drawn_frames().dark
    black = [type(f)(f.name, f.scene, f.visible // 200, f.infrared) for f in dark]
    told = StopAt()
    frames = TrainingFrames(black, drawn_frames().lit, "black")
    train(frames, quick(exposure_weight=0.0, metrics_steps=1), tmp_path, STEPS, told=told)
    assert len([line for line in told.lines if "the output is black" in line]) == 1
    warned = [json.loads(line)["warnings"] for line in (tmp_path / "metrics.jsonl").read_text().splitlines()]
    assert ["black"] in warned


def test_output_that_is_no_numbers_is_warned_of_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    look = Probe.look

    def blind(*given: Any) -> Look:
        return replace(look(*given), saturation=float("nan"))

    monkeypatch.setattr(Probe, "look", blind)
    told = StopAt()
    train(drawn_frames(), quick(metrics_steps=1), tmp_path, STEPS, told=told)
    assert len([line for line in told.lines if "the output is no numbers" in line]) == 1
    warned = [json.loads(line)["warnings"] for line in (tmp_path / "metrics.jsonl").read_text().splitlines()]
    assert warned == [["no numbers"]] * len(warned)


def test_where_the_first_process_could_not_begin_the_others_say_so(tmp_path: Path) -> None:
    class Second(Processes):
        first = False

        def agree(self, spent: float, stop: bool) -> tuple[float, bool]:
            return spent, True

    with pytest.raises(RunError, match="not begun; the first process says why"):
        train(drawn_frames(), quick(), tmp_path / "run", STEPS, processes=Second())
    assert not (tmp_path / "run").exists()
