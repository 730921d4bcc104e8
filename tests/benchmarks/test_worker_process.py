"""Each method in a process of its own: it may crash, hang or print, and harms no other."""

import signal
import subprocess
import sys
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path

import pytest

from nirecap.benchmarks.layout import log
from nirecap.benchmarks.order import Order
from nirecap.benchmarks.plan import plan
from nirecap.benchmarks.run import Outcome, run
from nirecap.benchmarks.told import Told
from nirecap.benchmarks.worker_process import run_worker


class Listening(Told):
    def __init__(self) -> None:
        self.heard: list[str] = []

    def stage(self, label: str, total: int) -> Callable[[int], None]:
        self.heard.append(f"{label} {total}")
        return super().stage(label, total)

    def say(self, line: str) -> None:
        self.heard.append(line)


@pytest.mark.usefixtures("in_this_process")
def test_crashes_are_told_and_the_others_go_on(
    collection: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("nirecap.benchmarks.run.run_worker", run_worker)
    told, outcome = Listening(), Outcome()
    methods = ("stand_ins:Killed", "stand_ins:Raises", "stand_ins:Prints")
    run(plan(Order(str(collection), tmp_path, methods, metrics=("psnr",), threads=1)), told, outcome)
    killed, raised = outcome.failures
    assert "was killed, perhaps for want of memory" in killed
    assert "ZeroDivisionError: a bug in two lines" in raised
    assert "in enhance" in log(tmp_path, "stand_ins:Raises", 0).read_text()
    assert outcome.done == 1
    assert {row.method for row in outcome.rows.values()} == {"stand_ins:Prints"}
    assert "stand_ins:Prints, seed 0: enhancing 3" in told.heard
    assert sum(line.startswith("failed: ") for line in told.heard) == 2
    assert '{"failed": "no"}' in log(tmp_path, "stand_ins:Prints", 0).read_text()


@pytest.mark.usefixtures("stand_ins")
def test_ctrl_c_ends_the_worker_and_a_killed_parent_does_too(
    collection: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("STAND_IN_IS_SLOW", "1")
    ends = {number: tmp_path / str(number) for number in (signal.SIGINT, signal.SIGKILL)}
    parents = {number: started(collection, out) for number, out in ends.items()}
    for number, parent in parents.items():
        wait_until((ends[number] / "training/stand_ins_Slow/0/fits.jsonl").exists)
        (worker,) = children_of(parent.pid)
        parent.send_signal(number)
        said, _ = parent.communicate(timeout=60)
        wait_until(partial(ended, worker))
        if number == signal.SIGINT:
            assert parent.returncode == 130
            assert "stopped by you: 0 of 1 runs are done" in said


def started(collection: Path, out: Path) -> "subprocess.Popen[str]":
    words = ["benchmark", str(collection), "--methods", "stand_ins:Slow", "--threads", "1", "--out", str(out)]
    command = [sys.executable, "-m", "nirecap", *words]
    return subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)


def children_of(pid: int) -> list[int]:
    tasks = Path(f"/proc/{pid}/task").glob("*/children")
    return [int(child) for task in tasks for child in task.read_text().split()]


def ended(pid: int) -> bool:
    """Tell whether a process is gone, or only waits for somebody to notice."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] == "Z"
    except (FileNotFoundError, ProcessLookupError):
        return True


def wait_until(reached: Callable[[], bool]) -> None:
    end = time.monotonic() + 60
    while not reached():
        assert time.monotonic() < end
        time.sleep(0.05)
