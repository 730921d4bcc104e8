"""The numbers in the documentation are those of the results that lie beside it."""

import math
import re
from functools import cache
from pathlib import Path

import pytest

from nirecap.benchmarks.results import read_results
from nirecap.benchmarks.scores import Scores, scores_of

DOCS = Path(__file__).parents[2] / "docs"
METRICS = {
    "PSNR ↑": "psnr",
    "SSIM ↑": "ssim",
    "MS-SSIM ↑": "ms_ssim",
    "CIEDE2000 ↓": "ciede2000",
    "NLIEE ↑": "nliee",
    "PSNR, exposure forgiven ↑": "psnr_gain_matched",
}
SHORT, HOUR, VARIANTS = "table_1", "hour", "tables_2_and_3"
MEASURED = {
    "Input": (SHORT, "input"),
    "Gain": (SHORT, "gain"),
    "Guided filter (anchored)": (SHORT, "guided_filter_anchored"),
    "Purification `plus`": (SHORT, "purification_plus"),
    "Purification (`small`), two cores": (HOUR, "purification"),
    "without CEM": (VARIANTS, "purification_without_cem"),
    "without CCL": (VARIANTS, "purification_without_ccl"),
    "without SCL": (VARIANTS, "purification_without_scl"),
    "without E_S": (VARIANTS, "purification_without_structure"),
    "whole, T = 4": (VARIANTS, "purification"),
    "T = 1": (VARIANTS, "purification_t1"),
    "T = 3": (VARIANTS, "purification_t3"),
    "T = 4": (VARIANTS, "purification_t4"),
    "T = 7": (VARIANTS, "purification_t7"),
}
"""First cells of rows: the file in docs/results, and the method in it."""


def lines_of_tables() -> dict[str, dict[str, str]]:
    """Return the cells of each row that was measured, by the heads of its table."""
    found: dict[str, dict[str, str]] = {}
    heads: list[str] = []
    for line in (DOCS / "benchmark.md").read_text().splitlines():
        cells = [cell.strip().strip("*") for cell in line.strip("|").split("|")] if line.startswith("|") else []
        if METRICS.keys() & set(cells):
            heads = cells
        elif heads and cells and cells[0] in MEASURED:
            found[cells[0]] = dict(zip(heads, cells, strict=True))
        elif not cells:
            heads = []
    return found


@cache
def scores(name: str) -> Scores:
    return scores_of(read_results(DOCS / "results" / f"{name}.parquet"))


@pytest.mark.parametrize("name", MEASURED)
def test_what_a_table_says_was_measured(name: str) -> None:
    file, method = MEASURED[name]
    cells = lines_of_tables()[name]
    compared = [head for head in METRICS if head in cells]
    assert len(compared) > 3
    for head in compared:
        mean = scores(file).mean(method, METRICS[head])
        told = [(number, len(number.partition(".")[2])) for number in re.findall(r"\d+\.\d+", cells[head])]
        measured = [value for value in (mean.value, mean.error) if not math.isnan(value)]
        assert [number for number, _ in told] == [
            f"{value:.{places}f}" for value, (_, places) in zip(measured, told, strict=True)
        ], head


def test_all_were_measured_on_the_same_images() -> None:
    runs = [row for name in (SHORT, HOUR, VARIANTS) for rows in scores(name).runs.values() for row in rows]
    assert {row.test_fingerprint[:8] for row in runs} == {"4fceeeb0"}
    assert {row.training_fingerprint[:8] for row in runs} == {"09f7b9cd"}
    assert len(scores(SHORT).images) == len(scores(HOUR).images) == len(scores(VARIANTS).images) == 108
