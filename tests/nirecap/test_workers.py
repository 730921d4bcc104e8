import os
import signal
from pathlib import Path

import pytest

from nirecap.workers import Workers

from ..capture.command_line import leftovers, lines_of, runs, started, wait_until


def children(parent: int) -> list[int]:
    """Return the processes that any thread of `parent` started and that still run."""
    return [int(pid) for task in Path(f"/proc/{parent}/task").glob("*/children") for pid in task.read_text().split()]


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
@pytest.mark.parametrize("processes", [2, 4], ids=["first worker boots", "workers boot"])
def test_stopped_while_workers_boot_says_one_line(tmp_path: Path, number: signal.Signals, processes: int) -> None:
    """Beside the workers there is a process that tracks what they share."""
    run = started("synth", "--count", "200", "--workers", "3", tmp_path / "drawn")
    wait_until(lambda: len(children(run.pid)) >= processes or run.poll() is not None)
    pids = children(run.pid)
    os.killpg(run.pid, number)
    said = lines_of(run.communicate(timeout=60)[0])
    assert run.returncode == 130
    assert said[1:] == ["Error: stopped by you"]
    wait_until(lambda: not any(map(runs, pids)))
    assert leftovers(tmp_path / "drawn") == set()


def test_workers_do_the_work_in_order() -> None:
    with Workers(2) as pool:
        assert list(pool.map(abs, [-3, 2, -1])) == [3, 2, 1]


def test_an_exception_ends_the_work_at_once() -> None:
    with pytest.raises(ZeroDivisionError), Workers(1) as pool:
        waiting = [pool.submit(signal.pause) for _ in range(3)]
        raise ZeroDivisionError
    assert all(future.done() for future in waiting)
