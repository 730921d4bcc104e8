"""Nobody is fooled by a table of methods that had not the same."""

from typing import Any

import pytest

from nirecap.benchmarks.fairness import inequalities, seeds
from nirecap.benchmarks.scores import scores_of

from .made_results import rows_of

ONE = [[1.0, 2.0, 3.0]]


def told(**other: Any) -> list[str]:
    """Return what is said of a method `good`, and of one that had something else."""
    rows = [*rows_of({("good", "psnr"): ONE}), *rows_of({("odd", "psnr"): ONE}, **other)]
    return list(inequalities(scores_of(rows)))


def test_nothing_is_said_where_all_had_the_same() -> None:
    assert told() == []
    assert told(budget_minutes=0.0, fit_seconds=0.1, trained=False) == []


@pytest.mark.parametrize(
    ("other", "said"),
    [
        ({"training_fingerprint": "c" * 64}, "different training frames, don't compare: aaaaaaaa: Good; cccccccc: Odd"),
        (
            {"budget_minutes": 60.0, "fit_seconds": 3600.0},
            "different times, don't compare: 10 minutes: Good; 60 minutes: Odd",
        ),
        ({"maps_fingerprint": "e" * 64}, "curation found spoilt, don't compare: no maps: Good; maps eeeeeeee: Odd"),
        (
            {"machine": '{"threads": "16", "gpu": "H100"}'},
            "different machines, don't compare: threads 1: Good; threads 16, gpu H100: Odd",
        ),
        ({"version": "0.1.0 (code b)"}, "different states of nirecap: 0.1.0: Good; 0.1.0 (code b): Odd"),
        ({"weights_sha256": "d" * 64, "budget_minutes": 0.0, "fit_seconds": 0.0}, "Odd came with weights"),
        ({"fit_seconds": 900.0}, "Odd trained for 15.0 minutes of the 10 that it had"),
        ({"budget_minutes": 0.0, "fit_seconds": 900.0}, "Odd is said to learn nothing, yet took 15.0 minutes"),
    ],
)
def test_what_was_not_the_same_is_said(other: dict[str, Any], said: str) -> None:
    (sentence,) = told(**other)
    assert said in sentence


def test_other_pairs_of_other_data_sets_are_said() -> None:
    saw = "I; trained on pairs of another data set ({})"
    rows = [row for name in "cd" for row in rows_of({(name, "psnr"): ONE}, saw=saw.format(8 * name))]
    (sentence,) = inequalities(scores_of([*rows, *rows_of({("good", "psnr"): ONE})]))
    assert sentence == (
        "Methods learnt from different pairs of other data sets, don't compare: cccccccc: C; dddddddd: D."
    )


def test_methods_with_fewer_seeds_are_named() -> None:
    rows = [
        row for name, count in (("three", 3), ("two", 2), ("one", 1)) for row in rows_of({(name, "psnr"): ONE * count})
    ]
    assert seeds(scores_of(rows)) == "± standard error over 3 seeds (2 of Two); methods without it were run with one."
    assert seeds(scores_of(rows_of({("one", "psnr"): ONE}))) == ""
