"""Several cameras share one number of shots and never take more."""

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from nirecap.capture.goal import Goal
from nirecap.capture.store import Collection


@pytest.fixture
def collection(tmp_path: Path) -> Collection:
    return Collection(tmp_path, create=True)


def test_claims_of_many_threads_never_exceed_the_count(collection: Collection) -> None:
    goal = Goal(collection, 50)

    def shoot(number: int) -> int:
        taken = 0
        while goal.claim():
            finished = (taken + number) % 3 != 0  # every third fails
            goal.release(finished=finished)
            taken += finished
            number += not finished
        return taken

    with ThreadPoolExecutor(8) as pool:
        assert sum(pool.map(shoot, range(8))) == 50
    assert goal.reached


def test_failed_claims_can_be_claimed_again(collection: Collection) -> None:
    goal = Goal(collection, 1)
    assert goal.claim()
    assert not goal.claim()
    assert not goal.reached
    goal.release(finished=False)
    assert goal.claim()
    goal.release(finished=True)
    assert goal.reached
    assert not goal.claim()


def test_target_counts_what_the_collection_has(collection: Collection, monkeypatch: pytest.MonkeyPatch) -> None:
    goal = Goal(collection, None, target=3)
    monkeypatch.setattr(Collection, "__len__", lambda self: 2)
    assert goal.claim()
    assert not goal.claim()
    assert not goal.reached
    monkeypatch.setattr(Collection, "__len__", lambda self: 3)
    assert goal.reached


def test_no_limit_is_never_reached(collection: Collection) -> None:
    goal = Goal(collection, None)
    for _ in range(100):
        assert goal.claim()
        goal.release(finished=True)
    assert not goal.reached
