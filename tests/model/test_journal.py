"""What a killed run told of steps that were lost is taken away, and nothing else."""

import json
from pathlib import Path

import pytest
import torch

from nirecap.model.journal import METRICS, Journal, Means, trim


def lines(*steps: int) -> bytes:
    return b"".join(json.dumps({"step": step, "cycle": 0.5}).encode() + b"\n" for step in steps)


@pytest.fixture
def metrics(tmp_path: Path) -> Path:
    return tmp_path / METRICS


@pytest.mark.parametrize(
    ("told", "kept"),
    [
        (lines(50, 100), lines(50, 100)),
        (lines(50, 100, 150, 200), lines(50, 100)),
        (lines(50, 100) + lines(150)[:9], lines(50, 100)),
        (lines(50) + lines(100)[:-1], lines(50)),
        (lines(50) + b"[]\n\xff\n{}\nnull\n" + lines(100), lines(50, 100)),
        (lines(150), b""),
        (b"", b""),
    ],
)
def test_what_was_told_after_the_checkpoint_is_taken_away(metrics: Path, told: bytes, kept: bytes) -> None:
    metrics.write_bytes(told)
    trim(metrics, 100)
    assert metrics.read_bytes() == kept


def test_a_run_that_goes_on_tells_each_step_once(tmp_path: Path, metrics: Path) -> None:
    metrics.write_bytes(lines(50, 100, 150))
    with Journal(tmp_path, 100) as journal:
        journal.note({"step": 150, "stage": "joint"}, {"cycle": 0.25})
    told = [json.loads(line) for line in metrics.read_text().splitlines()]
    assert [each["step"] for each in told] == [50, 100, 150]
    assert told[-1]["cycle"] == 0.25


def test_nothing_is_made_where_nothing_was_told(metrics: Path) -> None:
    trim(metrics, 100)
    assert not metrics.exists()


def test_what_is_no_number_does_not_count() -> None:
    means = Means()
    for loss in (1.0, torch.nan, 3.0, torch.inf):
        means.add({"cycle": torch.tensor(loss)})
    assert means.take() == {"cycle": 2.0}
