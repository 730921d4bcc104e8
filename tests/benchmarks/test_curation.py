"""The table of how well the checks do: it runs on any scenes, counts right and repeats itself."""

import numpy as np
import pytest

from nirecap.benchmarks import curation
from nirecap.benchmarks.curation_shots import DEFECTS, corner_error
from nirecap.benchmarks.curation_tables import Table, auroc
from nirecap.benchmarks.planted_defects import motion_matrix
from nirecap.curate.thresholds import load_thresholds

RUN = ["curation", "--drawn", "--every", "30", "--size", "320", "180", "--shots", "1", "--workers", "1"]


def printed(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, *options: str) -> str:
    monkeypatch.setattr("sys.argv", [*RUN, *options])
    curation.main()
    return capsys.readouterr().out


def test_prints_what_was_found_flagged_in_vain_and_aligned(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    options = ("--flags", "swapped", "--quantiles", "--missed")
    text = printed(capsys, monkeypatch, *options)
    for word in ("recall", "light of I", "kept", "median px", "switch_swapped", "Mistakes"):
        assert word in text
    assert "hot_spot" not in text
    assert printed(capsys, monkeypatch, *options) == text


def test_every_defect_raises_a_flag_that_there_is() -> None:
    assert {defect.flag for defect in DEFECTS.values()} <= set(load_thresholds())


def test_auroc_counts_ties_as_half() -> None:
    assert auroc([1, 1], [1, 1]) == 0.5
    assert auroc([0, 0.5], [1, 2]) == 1


def test_corner_error_is_that_of_the_worst_corner() -> None:
    shape = (101, 201)
    assert corner_error(motion_matrix(shape, shift=(3, 4)), motion_matrix(shape), shape) == pytest.approx(5)
    turned = corner_error(motion_matrix(shape, zoom=1.01), motion_matrix(shape), shape)
    assert turned == pytest.approx(0.01 * np.hypot(50, 100))


def test_markdown_has_a_row_for_each_row() -> None:
    table = Table("Title", ("a", "b"), [("1", "2")])
    assert table.markdown().splitlines()[2:] == ["| a | b |", "| --- | --- |", "| 1 | 2 |"]
    assert table.text().splitlines() == ["Title", "a  b", "1  2"]
