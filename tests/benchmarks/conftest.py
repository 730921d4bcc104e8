import os
from pathlib import Path

import pytest

from nirecap.benchmarks.job import Job
from nirecap.benchmarks.told import Told
from nirecap.benchmarks.worker import work

from ..curate.conftest import browser  # noqa: F401 - a fixture
from .dusk import dusk


@pytest.fixture(scope="session")
def _dusk(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return dusk(tmp_path_factory.mktemp("benchmark") / "dusk")


@pytest.fixture
def collection(_dusk: Path) -> Path:
    """A collection to train and to test on; not to be changed."""
    return _dusk


@pytest.fixture
def stand_ins(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let this process and those it starts find `stand_ins`."""
    here = str(Path(__file__).parent)
    monkeypatch.syspath_prepend(here)
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join([here, os.environ.get("PYTHONPATH", "")]))


@pytest.fixture
def in_this_process(monkeypatch: pytest.MonkeyPatch, stand_ins: None) -> list[Job]:
    """Do jobs in this process, which takes no seconds to start; return those that were done."""
    done: list[Job] = []

    def run_here(job: Job, _images: int, _told: Told) -> None:
        work(job, lambda **_message: None)
        done.append(job)

    monkeypatch.setattr("nirecap.benchmarks.run.run_worker", run_here)
    return done
