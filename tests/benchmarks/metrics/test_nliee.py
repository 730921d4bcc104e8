"""NLIEE without its authors' regressor: files that are missing or hostile, and images that have no value."""

from pathlib import Path

import numpy as np
import pytest

from nirecap.benchmarks.metrics import METRICS, Assets, Compared, measure, opened
from nirecap.benchmarks.metrics.nliee_features import features, log_edges
from nirecap.benchmarks.metrics.support_vectors import read_model, read_scaling

HEAD = "svm_type epsilon_svr\nkernel_type rbf\ngamma 0.5\nnr_class 2\ntotal_sv {count}\nrho -2\nSV\n"
RANGE = "x\n-1 1\n" + "".join(f"{number} 0 2\n" for number in range(1, 19))


def folder_with(path: Path, model: str, ranges: str = RANGE) -> Path:
    (path / "SVR").mkdir(exist_ok=True)
    (path / "SVR/model").write_text(model)
    (path / "SVR/range").write_text(ranges)
    return path


def score(folder: Path | None, compared: Compared, name: str = "nliee") -> tuple[float, str]:
    found = measure(opened([METRICS[name]], Assets(nliee=folder)), compared)[name]
    return found.number, found.note


def test_score_is_the_sum_over_support_vectors(tmp_path: Path, compared: Compared) -> None:
    folder = folder_with(tmp_path, HEAD.format(count=2) + "3 1:.5 18:-1\n-1 2:.25\n")
    scaled = features(compared.low, compared.output) - 1  # from 0..2 to -1..1
    one, two = np.zeros((2, 18))
    one[[0, 17]], two[1] = (0.5, -1), 0.25
    expected = 3 * np.exp(-0.5 * np.sum((scaled - one) ** 2)) - np.exp(-0.5 * np.sum((scaled - two) ** 2)) + 2
    assert score(folder, compared)[0] == pytest.approx(expected)
    scaled[0] = -1  # a feature of 0, scaled
    expected = 3 * np.exp(-0.5 * np.sum((scaled - one) ** 2)) - np.exp(-0.5 * np.sum((scaled - two) ** 2)) + 2
    assert score(folder, compared, "nliee_as_released")[0] == pytest.approx(expected)


@pytest.mark.parametrize("output", ["low", "black", "constant"])
def test_images_without_a_value_are_nan_with_a_reason(output: str, tmp_path: Path, compared: Compared) -> None:
    folder = folder_with(tmp_path, HEAD.format(count=1) + "1 1:0\n")
    flat = np.full_like(compared.low, 0 if output == "black" else 90)
    made = Compared(compared.low, compared.low, compared.low) if output == "low" else Compared(flat, flat, flat)
    number, note = score(folder, made)
    assert np.isnan(number)
    assert "undefined" in note


def test_a_regressor_in_the_current_folder_that_nobody_named_is_not_taken(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder_with(tmp_path, HEAD.format(count=1) + "1 1:0\n")
    monkeypatch.chdir(tmp_path)
    assert METRICS["nliee"].with_files(Assets()) == METRICS["nliee"]
    assert METRICS["nliee"].with_files(Assets(nliee=tmp_path)) != METRICS["nliee"]


def test_without_a_folder_the_note_says_what_to_give(compared: Compared, tmp_path: Path) -> None:
    assert "--nliee FOLDER" in score(None, compared)[1]
    assert "SVR/model" in score(tmp_path, compared)[1]


@pytest.mark.parametrize(
    "model",
    [
        "",
        "svm_type c_svc\nkernel_type rbf\nSV\n1 1:0\n",
        HEAD.format(count=2) + "1 1:0\n",
        HEAD.format(count=1) + "1 19:0\n",
        HEAD.format(count=1) + "1 0:0\n",
        HEAD.format(count=1) + "nan 1:0\n",
        HEAD.format(count=1) + "1 1:inf\n",
        HEAD.format(count=1) + "1 1\n",
        HEAD.format(count=0),
        HEAD.format(count=1).replace("gamma 0.5", "gamma -1") + "1 1:0\n",
        HEAD.format(count=1).replace("rho -2\n", "") + "1 1:0\n",
        "\x80\x04cposix\nsystem\n",
    ],
)
def test_files_that_are_no_regressor_are_refused(model: str, tmp_path: Path, compared: Compared) -> None:
    number, note = score(folder_with(tmp_path, model), compared)
    assert np.isnan(number)
    assert str(tmp_path / "SVR/model") in note


@pytest.mark.parametrize(
    "ranges", ["", "x\n", "x\n-1 1\n1 0 2\n", RANGE.replace("7 0 2", "7 2 2"), RANGE[2:], "x\n1\n"]
)
def test_files_that_are_no_ranges_are_refused(ranges: str, tmp_path: Path, compared: Compared) -> None:
    number, note = score(folder_with(tmp_path, HEAD.format(count=1) + "1 1:0\n", ranges), compared)
    assert np.isnan(number)
    assert str(tmp_path / "SVR/range") in note


def test_files_without_bound_are_not_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("nirecap.benchmarks.metrics.support_vectors.MAX_BYTES", 100)
    folder = folder_with(tmp_path, HEAD.format(count=1) + "1 1:0\n" * 100)
    for read in (read_model, read_scaling):
        with pytest.raises(Exception, match=r"can't be read"):
            read(folder / "SVR/model", 18)


def test_edges_are_the_negative_sides_of_steep_zero_crossings() -> None:
    step = np.zeros((20, 20))
    step[:, 10:] = 1
    edges = log_edges(step)
    assert np.flatnonzero(edges.any(axis=0)).tolist() == [10]  # the Laplacian is negative on the bright side
    assert edges[1:-1, 10].all()
    assert not edges[[0, -1]].any()
    assert not log_edges(np.full((20, 20), 0.5)).any()


def test_edges_run_through_a_response_of_exactly_zero() -> None:
    ramp = np.zeros((21, 21))
    ramp[:, 10], ramp[:, 11:] = 0.5, 1  # antisymmetric about column 10
    assert np.flatnonzero(log_edges(ramp).any(axis=0)).tolist() in ([10], [11])
