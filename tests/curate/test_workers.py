"""Curating in several processes, with Ctrl-C and kill -9 in the middle."""

import os
import shutil
import signal
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path

import pytest
from click.testing import CliRunner

from nirecap.capture.store import Collection
from nirecap.cli import cli
from nirecap.curate.cache.cache_file import cached_shots
from nirecap.curate.workers import BATCH_PIXELS, BATCH_SHOTS, Task, batches, worth_starting

from .many_shots import many_shots

SHOTS = 40


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return many_shots(tmp_path_factory.mktemp("made") / "night", SHOTS, (1280, 720)).path


@pytest.fixture
def night(made: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(made, tmp_path / "night"))


def begun(out: Path, *program: str) -> "subprocess.Popen[str]":
    """Start a run as a shell does, in a process group of its own."""
    command = [sys.executable, *(program or ("-m", "nirecap")), "curate", str(out), "--workers", "2"]
    return subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, start_new_session=True
    )


def known(out: Path) -> int:
    collection = Collection(out, sweep=False)
    return cached_shots(out, collection.shots())


def wait_for_results(run: "subprocess.Popen[str]", out: Path) -> None:
    while not known(out):
        assert run.poll() is None, run.communicate()[0]
        time.sleep(0.02)


def curate(out: Path, *options: str) -> str:
    result = CliRunner().invoke(cli, ["curate", str(out), "--workers", "2", *options])
    assert result.exit_code == 0, result.output
    return result.output


def test_ctrl_c_keeps_what_is_done_in_one_line(night: Path) -> None:
    run = begun(night)
    wait_for_results(run, night)
    os.killpg(run.pid, signal.SIGINT)
    output = run.communicate(timeout=60)[0]
    assert run.returncode == 130
    assert not (night / "metadata.parquet").exists()
    assert "stopped by you" in output
    assert output.count("\n") == 2, output
    done = known(night)
    assert f"{done} shots examined" in output
    assert 0 < done < SHOTS
    assert f"{SHOTS - done} shots examined, {done} known" in curate(night)


@pytest.mark.parametrize("delay", [0.3, 0.5, 0.7, 0.9])
def test_ctrl_c_while_the_workers_start_shows_no_traceback(night: Path, delay: float) -> None:
    run = begun(night, "-c", "from nirecap.cli import main; print('begun', flush=True); main()")
    assert run.stdout and run.stdout.readline() == "begun\n"  # else Python itself may still be starting
    time.sleep(delay)
    os.killpg(run.pid, signal.SIGINT)
    output = run.communicate(timeout=60)[0]
    assert run.returncode == 130, output
    assert "Traceback" not in output


def test_kill_9_keeps_what_is_done_and_leaves_no_process(night: Path) -> None:
    run = begun(night)
    wait_for_results(run, night)
    children = Path(f"/proc/{run.pid}/task/{run.pid}/children").read_text().split()
    assert children
    os.kill(run.pid, signal.SIGKILL)
    run.communicate(timeout=60)  # returns when nobody is left who could write
    done = known(night)
    assert done
    assert f"{done} known" in curate(night)
    assert not [child for child in children if "spawn_main" in command_of(child)]


def command_of(pid: str) -> str:
    try:
        return Path(f"/proc/{pid}/cmdline").read_text()
    except OSError:
        return ""


def test_every_number_of_processes_writes_the_same(night: Path) -> None:
    written = []
    for workers in ("1", "2", "3"):
        shutil.rmtree(night / "curate", ignore_errors=True)
        (night / "metadata.parquet").unlink(missing_ok=True)
        curate(night, "--workers", workers)
        written.append((night / "metadata.parquet").read_bytes())
    assert written[0] == written[1] == written[2]


def test_batches_are_bounded_and_lose_nothing(made: Path) -> None:
    record = next(iter(Collection(made).shots()))
    tiny = replace(record, images={role: replace(image, width=8, height=8) for role, image in record.images.items()})
    tasks = [Task(replace(one, shot=str(number)), False) for number, one in enumerate([record, tiny] * 50)]
    cut = list(batches(tasks))
    assert [task for batch in cut for task in batch] == tasks
    assert max(map(len, cut)) <= BATCH_SHOTS
    assert len(list(batches([Task(record, False)] * 10))) == 2 * 10 * 1280 * 720 // BATCH_PIXELS
    assert worth_starting([Task(tiny, False)] * BATCH_SHOTS, 8) == 1
    assert worth_starting([Task(tiny, False)] * 100, 8) == 7
