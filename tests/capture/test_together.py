"""Several cameras run at once: none ends the others, and all are put back before the run ends."""

import signal
import threading
from collections.abc import Callable
from pathlib import Path

import pytest

from nirecap.capture.goal import Goal
from nirecap.capture.store import Collection
from nirecap.capture.together import run_together
from nirecap.capture.wishes import Stopped, Wishes
from nirecap.errors import CameraError

PATIENCE_S = 20.0


class Run:
    """Stands for the run of a camera; `act` is what it does before it puts its camera back."""

    def __init__(self, act: Callable[["Run"], None] = lambda run: None) -> None:
        self.wishes, self._act = Wishes(), act
        self.put_back = False
        self.thread: threading.Thread | None = None

    def run(self, collection: Collection, goal: Goal, progress: Callable[[], None]) -> None:
        self.thread = threading.current_thread()
        try:
            self._act(self)
            progress()
        finally:
            self.put_back = True


def failing(error: BaseException) -> Run:
    def fail(_: Run) -> None:
        raise error

    return Run(fail)


def until_stopped(run: Run) -> None:
    assert not run.wishes.wait(PATIENCE_S)
    run.wishes.heed()


@pytest.fixture
def together(tmp_path: Path) -> Callable[..., int]:
    """Run cameras together; return how often progress was made."""
    collection = Collection(tmp_path, create=True)

    def run(*runs: Run) -> int:
        steps: list[None] = []
        run_together(runs, collection, Goal(collection, 1), lambda: steps.append(None))  # type: ignore[arg-type]
        return len(steps)

    return run


def test_one_camera_runs_where_ctrl_c_arrives(together: Callable[..., int]) -> None:
    run = Run()
    assert together(run) == 1
    assert run.thread is threading.main_thread()


def test_several_cameras_run_at_the_same_time(together: Callable[..., int]) -> None:
    meeting = threading.Barrier(3, timeout=PATIENCE_S)
    assert together(*(Run(lambda _: meeting.wait() and None) for _ in range(3))) == 3


def test_a_camera_that_fails_is_told_when_the_others_have_ended(together: Callable[..., int]) -> None:
    failed = threading.Event()

    def fail(_: Run) -> None:
        failed.set()
        raise CameraError("the porch is gone")

    good = Run(lambda _: failed.wait(PATIENCE_S) and None)
    with pytest.raises(CameraError, match="the porch is gone"):
        together(Run(fail), good)
    assert good.put_back


def test_ctrl_c_ends_every_camera_and_waits_until_all_are_put_back(together: Callable[..., int]) -> None:
    begun = threading.Barrier(2, timeout=PATIENCE_S)

    def shoot(run: Run) -> None:
        if begun.wait() == 0:
            signal.pthread_kill(threading.main_thread().ident or 0, signal.SIGINT)
        until_stopped(run)

    runs = [Run(shoot), Run(shoot)]
    with pytest.raises(KeyboardInterrupt):
        together(*runs)
    assert [run.put_back for run in runs] == [True, True]


def test_a_camera_that_a_person_stopped_is_no_failure(together: Callable[..., int]) -> None:
    assert together(failing(Stopped()), Run()) == 1
