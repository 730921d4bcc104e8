"""A run of the benchmark: what each method gets, what is kept, and what is not done twice."""

import json
import math
from collections.abc import Callable, Iterable
from concurrent.futures import Executor
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from nirecap.benchmarks import held_out
from nirecap.benchmarks.cost import Cost, keep
from nirecap.benchmarks.job import Job, with_weights
from nirecap.benchmarks.layout import RESULTS, checkpoints, claimed, learnt, pictures
from nirecap.benchmarks.measuring import Task, measure_all
from nirecap.benchmarks.metrics import METRICS, Assets
from nirecap.benchmarks.order import Order
from nirecap.benchmarks.plan import plan
from nirecap.benchmarks.results import Row, read_results, write_results
from nirecap.benchmarks.run import Outcome, run
from nirecap.benchmarks.told import Told
from nirecap.benchmarks.worker import peak_memory
from nirecap.errors import BenchmarkError, NirecapError, UsageMistake
from nirecap.images import read_image
from nirecap.model.open_dataset import open_training, open_triplets

from .dusk import TESTED
from .metrics.test_nliee import HEAD, RANGE

METHODS = ("input", "gain", "stand_ins:Learner")
QUICK = ("psnr", "ssim", "lpips")


def ordered(collection: Path, out: Path, **changes: Any) -> Order:
    common = {"methods": METHODS, "seeds": (0, 1), "minutes": 0.5, "metrics": QUICK, "threads": 1}
    return Order(str(collection), out, **{**common, **changes})


def done(order: Order) -> Outcome:
    outcome = Outcome()
    run(plan(order), Told(), outcome)
    return outcome


def numbers(rows: list[Row]) -> dict[tuple[str, str, int, str], float]:
    return {(row.image, row.method, row.seed, row.metric): row.value for row in rows}


@pytest.mark.usefixtures("in_this_process")
def test_every_image_method_seed_and_metric_has_a_row(collection: Path, tmp_path: Path) -> None:
    outcome = done(ordered(collection, tmp_path / "out"))
    rows = read_results(tmp_path / "out" / RESULTS)
    assert outcome.failures == []
    assert list(map(repr, rows)) == list(map(repr, outcome.rows.values()))  # repr, as NaN is equal to nothing
    runs = {(row.method, row.seed) for row in rows}
    assert runs == {("input", 0), ("gain", 0), ("stand_ins:Learner", 0), ("stand_ins:Learner", 1)}
    assert len(rows) == len(runs) * TESTED * len(QUICK)
    learner = next(row for row in rows if row.method == "stand_ins:Learner" and row.metric == "psnr")
    assert (learner.saw, learner.trained, learner.budget_minutes) == ("I; trained on unpaired frames", True, 0.5)
    assert learner.protocol == METRICS["psnr"].settings
    assert learner.peak_memory_mib > 50
    assert learner.dataset == "dusk"
    assert set(json.loads(learner.machine)) == {"processor", "cores", "threads", "system", "python", "torch"}
    assert learner.test_fingerprint == open_triplets(str(collection)).fingerprint
    assert all(math.isnan(row.value) and row.note for row in rows if row.metric == "lpips")
    assert next(row for row in rows if row.method == "gain").budget_minutes == 0


@pytest.mark.usefixtures("in_this_process")
def test_values_are_those_of_the_pictures_that_are_kept(collection: Path, tmp_path: Path) -> None:
    rows = done(ordered(collection, tmp_path)).rows
    for triplet in open_triplets(str(collection)):
        image = held_out.TestImage(triplet.name, triplet.scene)
        for method in ("gain", "stand_ins:Learner"):
            made = read_image(pictures(tmp_path, method, 0) / image.file)
            error = np.mean((made.astype(float) - triplet.reference) ** 2)
            expected = 10 * math.log10(255**2 / error)
            assert rows[triplet.name, method, 0, "psnr"].value == pytest.approx(expected)


@pytest.mark.usefixtures("in_this_process")
def test_a_method_is_trained_on_training_frames_alone_with_the_same_budget(collection: Path, tmp_path: Path) -> None:
    done(ordered(collection, tmp_path))
    told = json.loads((checkpoints(tmp_path, "stand_ins:Learner", 1) / "fits.jsonl").read_text())
    frames = open_training(str(collection))
    assert told["frames"] == [frame.name for frame in [*frames.dark, *frames.lit]]
    assert not {triplet.name for triplet in open_triplets(str(collection))} & set(told["frames"])
    assert (told["minutes"], told["threads"], told["seed"]) == (0.5, 1, 1)
    assert learnt(tmp_path, "stand_ins:Learner", 1).is_file()


def test_what_learns_nothing_is_run_once_whatever_the_seeds(
    collection: Path, tmp_path: Path, in_this_process: list[Job]
) -> None:
    for seeds in ((0,), (3,), (7, 8)):
        rows = done(ordered(collection, tmp_path, methods=("gain",), seeds=seeds)).rows
    assert len(in_this_process) == 1
    assert {row.seed for row in rows.values()} == {0}


def test_what_is_done_is_not_done_again(collection: Path, tmp_path: Path, in_this_process: list[Job]) -> None:
    first = done(ordered(collection, tmp_path, methods=("input", "gain")))
    again = done(ordered(collection, tmp_path, methods=("gain", "stand_ins:Learner"), seeds=(0,)))
    assert [job.method for job in in_this_process] == ["input", "gain", "stand_ins:Learner"]
    assert set(first.rows) < set(again.rows)
    assert done(ordered(collection, tmp_path, methods=METHODS, seeds=(0,))).done == 3
    assert len(in_this_process) == 3


@pytest.mark.usefixtures("in_this_process")
def test_a_training_of_other_conditions_is_not_gone_on_with(collection: Path, tmp_path: Path) -> None:
    order = ordered(collection, tmp_path, methods=("stand_ins:Learner",), seeds=(0,))
    done(order)
    fits = checkpoints(tmp_path, "stand_ins:Learner", 0) / "fits.jsonl"
    facts = pictures(tmp_path, "stand_ins:Learner", 0) / "done.json"
    facts.unlink()
    assert {row.resumed for row in done(order).rows.values()} == {True}
    assert len(fits.read_text().splitlines()) == 2
    facts.unlink()
    assert {row.resumed for row in done(replace(order, minutes=0.25)).rows.values()} == {False}
    assert [json.loads(line)["minutes"] for line in fits.read_text().splitlines()] == [0.25]


@pytest.mark.usefixtures("in_this_process")
def test_a_training_of_other_code_is_not_gone_on_with(
    collection: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    order = ordered(collection, tmp_path, methods=("stand_ins:Learner",), seeds=(0,))
    first = {row.version for row in done(order).rows.values()}
    (pictures(tmp_path, "stand_ins:Learner", 0) / "done.json").unlink()
    for module in ("job", "worker"):
        monkeypatch.setattr(f"nirecap.benchmarks.{module}.code", lambda: "another")
    rows = done(order).rows.values()
    assert {row.resumed for row in rows} == {False}
    assert not {row.version for row in rows} & first


@pytest.mark.usefixtures("in_this_process")
def test_a_training_costs_what_all_its_processes_did(collection: Path, tmp_path: Path) -> None:
    order = ordered(collection, tmp_path, methods=("stand_ins:Learner",), seeds=(0,))
    done(order)
    (pictures(tmp_path, "stand_ins:Learner", 0) / "done.json").unlink()
    keep(checkpoints(tmp_path, "stand_ins:Learner", 0), Cost(1000.0, 50_000.0))
    row = next(iter(done(order).rows.values()))
    assert 1000 < row.fit_seconds < 1060
    assert row.peak_memory_mib == 50_000


def test_a_run_is_the_same_weights_whatever_its_journal_says(collection: Path, tmp_path: Path) -> None:
    run = tmp_path / "run"
    run.mkdir()
    for name in ("config.toml", "model.safetensors"):
        (run / name).write_text(name)
    (job,) = plan(ordered(collection, tmp_path / "out", methods=("gain",))).jobs
    hashes = [with_weights(job, run).weights_sha256]
    for name in ("metrics.jsonl", "model.safetensors"):
        (run / name).write_text("more")
        hashes.append(with_weights(job, run).weights_sha256)
    assert hashes[0] == hashes[1] != hashes[2]


@pytest.mark.usefixtures("in_this_process")
def test_methods_that_learn_the_same_share_a_training(collection: Path, tmp_path: Path) -> None:
    methods = ("zero_dce_pp_anchored", "nir_detail_transfer", "zero_dce_pp")
    order = ordered(collection, tmp_path, methods=methods, seeds=(0,), minutes=0.001, metrics=("psnr",))
    assert plan(order).trainings == 2
    rows = done(order).rows.values()
    assert {row.method for row in rows if row.resumed} == {"nir_detail_transfer"}
    first, second, other = (learnt(tmp_path, method, 0).read_bytes() for method in methods)
    assert first == second != other
    assert plan(replace(order, methods=(*methods, "nir_detail_transfer_gain"))).trainings == 0


def test_numbers_of_images_that_are_made_again_are_not_kept(
    collection: Path, tmp_path: Path, in_this_process: list[Job], monkeypatch: pytest.MonkeyPatch
) -> None:
    order = ordered(collection, tmp_path, methods=("gain",), metrics=("psnr",))
    done(order)
    (pictures(tmp_path, "gain", 0) / "done.json").unlink()

    def killed(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("nirecap.benchmarks.run.measure_all", killed)
    with pytest.raises(KeyboardInterrupt):
        done(order)
    assert read_results(tmp_path / RESULTS) == []
    assert len(in_this_process) == 2


@pytest.mark.usefixtures("in_this_process")
def test_a_picture_that_was_lost_is_a_failure_of_its_method(collection: Path, tmp_path: Path) -> None:
    order = ordered(collection, tmp_path, methods=("gain", "input"), metrics=("psnr",))
    done(order)
    next(pictures(tmp_path, "gain", 0).glob("*.png")).unlink()
    outcome = done(replace(order, metrics=("ssim",)))
    assert [str(pictures(tmp_path, "gain", 0)) in failure for failure in outcome.failures] == [True]
    assert outcome.done == 1


@pytest.mark.usefixtures("stand_ins")
def test_images_of_other_code_or_settings_are_not_mixed(collection: Path, tmp_path: Path) -> None:
    (job,) = plan(ordered(collection, tmp_path, methods=("stand_ins:Learner",), seeds=(0,))).jobs
    conditions = job.conditions()
    for change in ({"method_sha256": "0" * 64}, {"threads": 7}, {"device": "a GPU"}, {"minutes": 3.0}):
        assert replace(job, **change).conditions() != conditions
    (gain,) = plan(ordered(collection, tmp_path, methods=("gain",))).jobs
    assert replace(gain, threads=7, device="a GPU").conditions() == gain.conditions()
    small, plus = plan(ordered(collection, tmp_path, methods=("purification", "purification_plus"), seeds=(0,))).jobs
    assert small.method_sha256 != plus.method_sha256


def test_numbers_of_another_regressor_are_measured_again(
    collection: Path, tmp_path: Path, in_this_process: list[Job]
) -> None:
    (tmp_path / "model").write_text(HEAD.format(count=1) + "1 1:0\n")
    (tmp_path / "range").write_text(RANGE)
    order = ordered(collection, tmp_path / "out", methods=("gain",), metrics=("nliee",), assets=Assets(nliee=tmp_path))
    first = list(done(order).rows.values())
    (tmp_path / "model").write_text(HEAD.format(count=1).replace("rho -2", "rho -50") + "1 1:0\n")
    other = list(done(order).rows.values())
    ways, others = ({row.protocol for row in rows} for rows in (first, other))
    assert len(ways) == len(others) == 1
    assert ways != others
    assert [row.value - 48 for row in other] == pytest.approx([row.value for row in first])
    assert len(in_this_process) == 1


@pytest.mark.usefixtures("in_this_process")
def test_only_images_without_a_number_are_measured_again(
    collection: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    order = ordered(collection, tmp_path, methods=("gain",), metrics=("psnr", "ssim"))
    whole = numbers(list(done(order).rows.values()))
    lost = next(key for key in whole if key[3] == "ssim")
    rows = [replace(row, value=math.nan) if key == lost else row for key, row in done(order).rows.items()]
    write_results(tmp_path / RESULTS, rows)
    measured: list[Task] = []

    def watched(pool: Executor, task: Task, advance: Callable[[int], None]) -> Iterable[Any]:
        measured.append(task)
        return measure_all(pool, task, advance)

    monkeypatch.setattr("nirecap.benchmarks.run.measure_all", watched)
    assert numbers(list(done(order).rows.values())) == whole
    (task,) = measured
    assert [image.name for image in task.images] == [lost[0]]
    assert [name for name, _ in task.metrics] == ["ssim"]


def test_later_metrics_are_measured_from_what_is_kept(
    collection: Path, tmp_path: Path, in_this_process: list[Job]
) -> None:
    done(ordered(collection, tmp_path, methods=("gain",), metrics=("psnr",)))
    rows = done(ordered(collection, tmp_path, methods=("gain",), metrics=("psnr", "nliee"))).rows
    assert len(in_this_process) == 1
    assert {row.metric for row in rows.values()} == {"psnr", "nliee"}
    noted = {row.note for row in rows.values() if row.metric == "nliee"}
    assert noted == {next(iter(noted))}
    assert "--nliee FOLDER" in next(iter(noted))
    folder = tmp_path / "regressor"
    folder.mkdir()
    order = ordered(collection, tmp_path, methods=("gain",), metrics=("nliee",), assets=Assets(nliee=folder))
    assert {str(folder) in row.note for row in done(order).rows.values() if row.metric == "nliee"} == {True}


@pytest.mark.usefixtures("in_this_process")
def test_numbers_outlive_a_run_that_can_not_measure_them(collection: Path, tmp_path: Path) -> None:
    (tmp_path / "model").write_text(HEAD.format(count=1) + "1 1:0\n")
    (tmp_path / "range").write_text(RANGE)
    order = ordered(collection, tmp_path / "out", methods=("gain", "input"), metrics=("nliee",))
    first = done(replace(order, assets=Assets(nliee=tmp_path))).rows
    assert {row.method for row in first.values() if math.isfinite(row.value)} == {"gain"}
    again = done(order).rows
    assert numbers(list(again.values())) == pytest.approx(numbers(list(first.values())), nan_ok=True)


def test_a_run_that_was_stopped_goes_on_where_it_was(
    collection: Path, tmp_path: Path, in_this_process: list[Job], monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = numbers(list(done(ordered(collection, tmp_path / "whole")).rows.values()))
    del in_this_process[:]
    stopped, outcome = ordered(collection, tmp_path / "stopped"), Outcome()

    class Impatient(Told):
        def stage(self, label: str, total: int) -> Any:
            if label.startswith("stand_ins:Learner, seed 0: measuring"):
                raise KeyboardInterrupt
            return super().stage(label, total)

    with pytest.raises(KeyboardInterrupt):
        run(plan(stopped), Impatient(), outcome)
    assert outcome.done == 2
    assert {row.method for row in read_results(tmp_path / "stopped" / RESULTS)} == {"input", "gain"}
    after = numbers(list(done(stopped).rows.values()))
    assert [(job.method, job.seed) for job in in_this_process].count(("stand_ins:Learner", 0)) == 1
    assert after == pytest.approx(whole, nan_ok=True)


@pytest.mark.usefixtures("in_this_process")
@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"limit": 1}, "test images"),
        ({"minutes": 3.0}, "minutes of training 0.5, not 3.0"),
        ({"methods": ("nosuch",)}, "no method is called 'nosuch'"),
        ({"methods": ("stand_ins:Nobody",)}, "can't be made"),
        ({"methods": ("pathlib:Path",)}, "no nirecap.benchmarks.method.Method"),
        ({"methods": ("stand_ins:broken",)}, "can't be made: ZeroDivisionError"),
        ({"methods": ("stand_ins:TwoLines",)}, "not one line"),
        ({"metrics": ("nosuch",)}, "no metric is called 'nosuch'"),
        ({"weights": {"lime": Path("w")}}, "not among --methods"),
        ({"weights": {"stand_ins:Learner": Path("nowhere")}}, "nowhere"),
    ],
)
def test_mistakes_are_told_before_anything_is_done(
    changes: dict[str, Any], said: str, collection: Path, tmp_path: Path
) -> None:
    done(ordered(collection, tmp_path, seeds=(0,)))
    before = (tmp_path / RESULTS).read_bytes()
    with pytest.raises((UsageMistake, OSError), match=said):
        plan(ordered(collection, tmp_path, **changes))
    assert (tmp_path / RESULTS).read_bytes() == before


def test_peak_memory_counts_what_a_gpu_holds(monkeypatch: pytest.MonkeyPatch) -> None:
    on_host = peak_memory()
    monkeypatch.setattr("torch.cuda.is_available", lambda: True)
    monkeypatch.setattr("torch.cuda.max_memory_reserved", lambda: 5 << 40)
    assert on_host < 5 << 20 <= peak_memory() - on_host


@pytest.mark.usefixtures("in_this_process")
def test_weights_stand_in_for_training(collection: Path, tmp_path: Path) -> None:
    (tmp_path / "gain.json").write_text("5.0")
    weights = {"stand_ins:Learner": tmp_path / "gain.json"}
    rows = done(ordered(collection, tmp_path / "out", methods=("stand_ins:Learner",), weights=weights)).rows
    assert {row.seed for row in rows.values()} == {0}
    row = next(iter(rows.values()))
    assert (row.fit_seconds, row.budget_minutes, row.saw) == (0, 0, "I; with weights that the user gave")
    assert row.licence == "Apache-2.0; weights: as their owner says"
    assert len(row.weights_sha256) == 64
    assert not (checkpoints(tmp_path / "out", "stand_ins:Learner", 0)).exists()
    (tmp_path / "gain.json").write_text("6.0")
    with pytest.raises(UsageMistake, match="weights"):
        plan(ordered(collection, tmp_path / "out", methods=("stand_ins:Learner",), weights=weights))


def test_the_order_of_methods_changes_no_number(collection: Path, tmp_path: Path, in_this_process: list[Job]) -> None:
    one = done(ordered(collection, tmp_path / "one", metrics=("psnr",))).rows
    other = done(ordered(collection, tmp_path / "other", metrics=("psnr",), methods=METHODS[::-1])).rows
    assert numbers(list(one.values())) == numbers(list(other.values()))


def test_two_processes_never_share_a_folder(tmp_path: Path, collection: Path) -> None:
    planned = plan(ordered(collection, tmp_path, methods=("input",)))
    with claimed(tmp_path), pytest.raises(BenchmarkError, match="another nirecap"):
        run(planned, Told(), Outcome())


def test_a_collection_is_no_place_for_results(collection: Path) -> None:
    with pytest.raises(UsageMistake, match="is a collection"):
        plan(ordered(collection, collection))


@pytest.mark.usefixtures("in_this_process")
@pytest.mark.parametrize("content", ["", "{}", "[]", '{"schema": 1, "conditions": {}, "seconds": 3, "machine": {}}'])
def test_a_damaged_folder_is_told_with_the_remedy(content: str, collection: Path, tmp_path: Path) -> None:
    order = ordered(collection, tmp_path, methods=("input",))
    done(order)
    (pictures(tmp_path, "input", 0) / "done.json").write_text(content)
    with pytest.raises(BenchmarkError, match="remove its folder"):
        plan(order)


@pytest.mark.usefixtures("in_this_process")
def test_damaged_list_of_test_images_is_told(collection: Path, tmp_path: Path) -> None:
    order = ordered(collection, tmp_path, methods=("input",))
    done(order)
    (tmp_path / "test.json").write_text('{"fingerprint": 3}')
    with pytest.raises(NirecapError, match=r"test\.json is damaged"):
        done(order)
