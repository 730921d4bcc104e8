"""`nirecap benchmark`, as a user types it."""

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from nirecap.benchmarks import drawn_set
from nirecap.benchmarks.job import Job
from nirecap.benchmarks.results import read_results, write_results
from nirecap.capture.sim.views import VIEWS
from nirecap.cli import cli
from nirecap.errors import BenchmarkError

from ...benchmarks.conftest import in_this_process, stand_ins  # noqa: F401 - fixtures
from ...benchmarks.dusk import dusk
from ...benchmarks.made_results import rows_of

QUICK = ["--metrics", "psnr,ssim", "--threads", "1"]


@pytest.fixture(scope="module")
def collection(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return dusk(tmp_path_factory.mktemp("command") / "dusk", 48, 64)


@pytest.fixture(autouse=True)
def _elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))


def benchmark(*words: str | Path) -> Result:
    return CliRunner().invoke(cli, ["benchmark", *map(str, words)])


def test_run_writes_results_tables_figures_and_a_page(
    collection: Path,
    tmp_path: Path,
    in_this_process: list[Job],  # noqa: F811
) -> None:
    result = benchmark(collection, "--methods", "input,gain", *QUICK, "--out", "night")
    assert result.exit_code == 0, result.output
    lines = result.output.splitlines()
    assert lines[0] == f"benchmarking on {collection}"
    assert lines[1].startswith("3 test images, 2 methods; of 2 runs 0 are done")
    assert any(line.startswith("Gain") and "*" in line for line in lines)
    assert {path.name for path in (tmp_path / "night").iterdir()} >= {
        "results.parquet",
        "report.html",
        "tables",
        "figures",
    }
    again = benchmark(collection, "--methods", "input,gain", *QUICK, "--out", "night")
    assert "of 2 runs 2 are done" in again.output
    assert len(in_this_process) == 2


@pytest.mark.usefixtures("in_this_process")
def test_json_is_all_that_is_printed_on_standard_output(collection: Path) -> None:
    words = ["--methods", "gain,stand_ins:Learner", "--seeds", "3,5", "--budget", "0.5", "--json", *QUICK]
    told = json.loads(benchmark(collection, *words).stdout)
    assert (told["images"], told["scenes"], told["failures"], told["problems"]) == (3, 2, [], [])
    assert told["methods"]["stand_ins:Learner"]["psnr"]["seeds"] == 2
    assert told["methods"]["stand_ins:Learner"]["psnr"]["error"] > 0
    assert told["methods"]["gain"]["psnr"]["error"] is None
    assert all(Path(file).is_file() for files in told["files"].values() for file in files)
    assert {row.seed for row in read_results(Path("benchmark/results.parquet")) if row.trained} == {3, 5}
    again = json.loads(benchmark("--report-only", "--methods", "gain,lime", "--json").stdout)
    assert again["problems"] == ["no results of lime"]


@pytest.mark.usefixtures("in_this_process")
def test_the_rest_is_shown_when_a_method_fails(collection: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from nirecap.benchmarks import run  # noqa: PLC0415 - after the fixture has changed it

    healthy = run.run_worker

    def fails(job: Job, images: int, told: run.Told) -> None:
        if job.method == "input":
            raise BenchmarkError("input, seed 0: its process was killed")
        healthy(job, images, told)

    monkeypatch.setattr(run, "run_worker", fails)
    result = benchmark(collection, "--methods", "input,gain", *QUICK)
    assert result.exit_code == 1
    assert result.output.splitlines()[-1] == "Error: 1 of 2 failed: input, seed 0: its process was killed"
    assert any(line.startswith("Gain") for line in result.output.splitlines())


@pytest.mark.usefixtures("in_this_process")
def test_tables_and_page_are_drawn_again_from_the_results_alone(collection: Path, tmp_path: Path) -> None:
    benchmark(collection, "--methods", "input,gain", *QUICK, "--out", "night")
    for path in (tmp_path / "night").iterdir():
        if path.name != "results.parquet":
            path.rename(tmp_path / f"gone {path.name}")
    result = benchmark("--report-only", "--out", "night", "--against", "input")
    assert result.exit_code == 0, result.output
    assert "Paired differences against Input" in result.output
    assert "no figures" in result.output
    assert (tmp_path / "night/report.html").is_file()
    nothing = benchmark("--report-only", "--out", "elsewhere")
    assert (nothing.exit_code, "run `nirecap benchmark` first" in nothing.output) == (1, True)


def test_a_table_of_the_paper_is_drawn_under_its_number(tmp_path: Path) -> None:
    (tmp_path / "night").mkdir()
    rows = rows_of({(method, "psnr"): [[1.0, 2.0, 3.0]] for method in ("purification", "purification_without_cem")})
    write_results(tmp_path / "night/results.parquet", rows)
    result = benchmark("--report-only", "--table", "2", "--out", "night")
    assert result.exit_code == 0, result.output
    assert "Table II: without parts of the method (3 images of 2 scenes)" in result.output
    assert "no results of purification_without_ccl" in result.output
    assert (tmp_path / "night/tables/table_2_differences.md").is_file()
    assert (tmp_path / "night/report.html").is_file()


def test_results_that_somebody_made_are_only_data(tmp_path: Path) -> None:
    (tmp_path / "night").mkdir()
    rows = rows_of({("../../../etc", "psnr"): [[1.0, 2.0, 3.0]]})
    write_results(tmp_path / "night/results.parquet", rows)
    result = benchmark("--report-only", "--out", "night")
    assert result.exit_code == 0, result.output
    assert "no figures" in result.output
    (tmp_path / "night/results.parquet").write_bytes(b"PAR1 or so")
    result = benchmark("--report-only", "--out", "night")
    assert result.exit_code == 1
    assert result.output.count("\n") == 1
    assert "is damaged" in result.output


def test_dry_run_says_what_would_be_run_and_writes_nothing(collection: Path, tmp_path: Path) -> None:
    methods = "gain,zero_dce_pp_anchored,nir_detail_transfer"
    result = benchmark(collection, "--methods", methods, "--seeds", "3", "--budget", "60", "--dry-run")
    assert result.exit_code == 0, result.output
    assert "of 7 runs 0 are done, 3 trainings of 60 minutes to do" in result.output
    assert list(tmp_path.iterdir()) == []


def test_without_a_data_set_it_says_which_one_it_takes(
    collection: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    nothing = benchmark("--dry-run")
    assert "the evaluation set of drawn scenes, as there is no collection here or in ./captures" in nothing.output
    assert "would be made first" in nothing.output
    (tmp_path / "captures").symlink_to(collection)
    assert "benchmarking on captures (found in ./captures)" in benchmark("--methods", "gain", "--dry-run").output
    monkeypatch.chdir(collection)
    assert (
        "benchmarking on . (found here)" in benchmark("--methods", "gain", "--dry-run", "--out", tmp_path / "o").output
    )


def test_a_collection_that_can_not_test_is_passed_over_with_the_reason(tmp_path: Path) -> None:
    made = CliRunner().invoke(cli, ["synth", "captures", "--plan", "pair", "--count", "1", "--size", "64x48"])
    assert made.exit_code == 0, made.output
    result = benchmark("--dry-run")
    assert "the evaluation set of drawn scenes, as captures has no" in result.output


def test_the_drawn_set_is_made_once_whole_and_the_same_each_time(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(drawn_set, "SIZE", (48, 32))
    monkeypatch.setattr(drawn_set, "SEEDS", (0,))
    monkeypatch.setattr("nirecap.capture.sim.scene.VIEWS", dict(list(VIEWS.items())[:4]))
    words = ["--methods", "gain", "--threads", "1", "--limit", "1", "--dry-run"]
    drawn_set.make(drawn_set.place(), 1)
    assert [path.name for path in drawn_set.place().parent.iterdir()] == [drawn_set.NAME]
    result = benchmark(*words)
    assert result.exit_code == 0, result.output
    assert "1 test images" in result.output


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["nowhere"], "nowhere"),
        (["--methods", "nosuch"], "no method is called 'nosuch'"),
        (["--methods", "Zero-DCE++"], "did you mean zero_dce_pp?"),
        (["--methods", ","], "--methods names none"),
        (["--methods", "gain", "--table", "2"], "leave out --methods, or --table"),
        (["--metrics", "nosuch"], "no metric is called 'nosuch'"),
        (["--seeds", "0"], "name 1 to 100"),
        (["--seeds", "a"], "neither a number of seeds"),
        (["--seeds", "-1"], "neither a number of seeds"),
        (["--budget", "0"], "--budget"),
        (["--budget", "nan"], "--budget"),
        (["--limit", "0"], "--limit"),
        (["--weights", "gain"], "METHOD=PATH"),
        (["--methods", "gain", "--pairs", "lol"], "none of the methods that are to be trained learns from --pairs"),
        (["--methods", "gain", "--weights", "lime=x"], "not among --methods"),
        (["--methods", "zero_dce_pp", "--weights", "zero_dce_pp=nowhere.pth"], "nowhere.pth"),
        (["--methods", "zero_dce_pp", "--weights", "zero_dce_pp=rate=1/x.pth"], "zero_dce_pp=rate=1/x.pth"),
    ],
)
def test_mistakes_end_in_one_line_and_write_nothing(
    words: list[str], said: str, collection: Path, tmp_path: Path
) -> None:
    given = words if words == ["nowhere"] else [str(collection), *words]
    result = benchmark(*given)
    assert result.exit_code == 2, result.output
    assert said in result.output
    assert "Traceback" not in result.output
    assert list(tmp_path.iterdir()) == []
