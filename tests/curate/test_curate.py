"""Curating a collection as a user does, and opening it with `datasets`."""

import json
import os
import shutil
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from click.testing import CliRunner, Result
from datasets import load_dataset
from PIL import Image

from nirecap.capture.store import Collection
from nirecap.capture.synth import Recipe, synthesise
from nirecap.cli import cli
from nirecap.curate.manifest import KEY, columns, read_manifest
from nirecap.curate.thresholds import load_thresholds
from nirecap.vocabulary import Plan, Role


def synth(out: Path, plan: Plan, count: int = 2, seed: int = 0) -> None:
    list(synthesise(Recipe(None, plan=plan, size=(320, 192), seed=seed), count, Collection(out, create=True), 2))


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("made") / "night"
    for plan in Plan:
        synth(out, plan, seed=list(Plan).index(plan))
    return out


@pytest.fixture
def mixed(made: Path, tmp_path: Path) -> Path:
    """A collection of all plans, to be spoiled at will."""
    return Path(shutil.copytree(made, tmp_path / "test-val-night"))


def curate(out: Path, *options: str) -> Result:
    return CliRunner().invoke(cli, ["curate", str(out), "--workers", "2", *options])


def rows(out: Path) -> list[dict[str, object]]:
    table = read_manifest(out)
    assert table is not None
    return list(table.to_pylist())


def test_every_shot_becomes_a_row_of_the_documented_columns(mixed: Path) -> None:
    result = curate(mixed)
    assert result.exit_code == 0, result.output
    table = read_manifest(mixed)
    assert table is not None
    assert table.schema.equals(columns())
    assert table.num_rows == 8
    for row in table.to_pylist():
        assert row["status"] in ("keep", "review", "reject")
        assert len(row["align_matrix"]) == 6
        assert {role for role in Role if row[f"{role}_file_name"]} == set(Plan(row["plan"]).roles)
    facts = json.loads(table.schema.metadata[KEY])
    assert facts["schema"] == 1
    assert "misaligned" in facts["thresholds"]


def test_load_dataset_opens_the_collection(mixed: Path, tmp_path: Path) -> None:
    curate(mixed)
    data = load_dataset(str(mixed), cache_dir=str(tmp_path / "cache"))
    assert list(data) == ["train"]
    shots = data["train"]
    assert shots.num_rows == 8
    for shot in shots:
        for role in Role:
            wanted = role in Plan(shot["plan"]).roles
            assert (shot[role].size == (320, 192)) if wanted else shot[role] is None
        assert isinstance(shot["align_corner_px"], float)
        assert isinstance(shot["flags"], list)


def test_load_dataset_sees_what_a_later_run_found(mixed: Path, tmp_path: Path) -> None:
    curate(mixed)
    assert load_dataset(str(mixed), cache_dir=str(tmp_path))["train"].num_rows == 8
    synth(mixed, Plan.PAIR, 1, seed=9)
    curate(mixed)
    assert load_dataset(str(mixed), cache_dir=str(tmp_path))["train"].num_rows == 9


def test_truncated_and_exchanged_images_are_flagged_unreadable(mixed: Path) -> None:
    first, second = list(Collection(mixed).shots())[:2]
    low = mixed / first.images[Role.LOW].file
    low.write_bytes(low.read_bytes()[:2000])
    shutil.copy(mixed / second.images[Role.NIRE].file, mixed / second.images[Role.LOW].file)
    result = curate(mixed)
    assert result.exit_code == 0
    assert f"unreadable: {first.shot}" in result.output
    flagged = [row["shot"] for row in rows(mixed) if row["flags"] == ["unreadable"]]
    assert flagged == [first.shot, second.shot]
    assert low.exists()


def test_collection_whose_first_image_is_gone_still_opens(mixed: Path, tmp_path: Path) -> None:
    first = next(iter(Collection(mixed).shots()))
    for image in first.images.values():
        (mixed / image.file).unlink()
    assert curate(mixed).exit_code == 0
    shots = load_dataset(str(mixed), cache_dir=str(tmp_path / "cache"))["train"]
    assert shots.num_rows == 8
    assert shots.filter(lambda status: status != "reject", input_columns="status").num_rows == 7


def test_very_narrow_images_are_curated(tmp_path: Path) -> None:
    for role in ("low", "nire"):
        (tmp_path / "in").mkdir(exist_ok=True)
        Image.new("RGB", (2, 40_000)).save(tmp_path / f"in/a_{role}.png")
    assert CliRunner().invoke(cli, ["import", str(tmp_path / "in"), str(tmp_path / "out")]).exit_code == 0
    assert curate(tmp_path / "out").exit_code == 0


def test_bomb_in_a_collection_is_flagged_not_decoded(mixed: Path) -> None:
    bomb = next(mixed.glob("sessions/*/0001/low.png"))
    Image.new("1", (30_000, 30_000)).save(bomb)
    assert curate(mixed).exit_code == 0
    assert sum(row["flags"] == ["unreadable"] for row in rows(mixed)) == 1


def test_journal_that_names_a_file_outside_is_flagged_not_read(mixed: Path) -> None:
    journal = next(mixed.glob("sessions/*/shots.jsonl"))
    line = json.loads(journal.read_text().splitlines()[0])
    role = next(iter(line["images"]))
    line["images"][role]["file"] = "../../../../etc/passwd"
    journal.write_text("\n".join([json.dumps(line), *journal.read_text().splitlines()[1:]]) + "\n")
    curate(mixed)
    spoiled = next(row for row in rows(mixed) if row["shot"] == line["shot"])
    assert spoiled["flags"] == ["unreadable"]
    assert "leads out of" in str(spoiled["problem"])


def test_a_persons_verdict_outlives_a_run(mixed: Path) -> None:
    curate(mixed)
    table = read_manifest(mixed)
    assert table is not None
    said = table.to_pylist()
    said[3] |= {"verdict": "reject", "reviewer": "ada"}
    pq.write_table(pa.Table.from_pylist(said, table.schema), mixed / "metadata.parquet")
    result = curate(mixed)
    assert [(row["shot"], row["reviewer"]) for row in rows(mixed) if row["verdict"]] == [(said[3]["shot"], "ada")]
    assert "1 reject" in result.output or "2 reject" in result.output


def test_manifest_of_a_newer_version_is_refused_and_kept(mixed: Path) -> None:
    curate(mixed)
    path = mixed / "metadata.parquet"
    table = pq.read_table(path)
    newer = json.dumps({"schema": 99, "version": "9.0"}).encode()
    pq.write_table(table.replace_schema_metadata({KEY: newer}), path)
    content = path.read_bytes()
    result = curate(mixed)
    assert result.exit_code == 1
    assert "schema 99, written by nirecap 9.0" in result.output
    assert "update nirecap" in result.output
    assert path.read_bytes() == content


def test_manifest_with_an_absurd_schema_is_refused(mixed: Path) -> None:
    curate(mixed)
    path = mixed / "metadata.parquet"
    pq.write_table(pq.read_table(path).replace_schema_metadata({KEY: b'{"schema": 1e999, "version": 1}'}), path)
    result = curate(mixed)
    assert result.exit_code == 1
    assert "was not written by nirecap" in result.output


@pytest.mark.parametrize("content", [b"", b"PAR1 no parquet PAR1"])
def test_damaged_manifest_is_refused_and_kept(mixed: Path, content: bytes) -> None:
    (mixed / "metadata.parquet").write_bytes(content)
    result = curate(mixed)
    assert result.exit_code == 1
    assert "is damaged" in result.output
    assert (mixed / "metadata.parquet").read_bytes() == content


def test_a_page_that_a_person_wrote_is_kept(mixed: Path) -> None:
    (mixed / "README.md").write_text("# Our balcony, May\n")
    curate(mixed)
    assert (mixed / "README.md").read_text() == "# Our balcony, May\n"


def test_contact_sheet_shows_every_shot(mixed: Path) -> None:
    curate(mixed)
    sheet = np.asarray(Image.open(mixed / "curate/contact_sheet.jpg"))
    assert sheet.shape[1] > 4 * 400
    assert sheet.shape[0] > 8 * 200


def test_empty_collection_is_one_clear_line(tmp_path: Path) -> None:
    Collection(tmp_path / "night", create=True)
    result = curate(tmp_path / "night")
    assert result.exit_code == 2
    assert "has no shots yet" in result.output


def test_pipe_in_the_place_of_an_image_is_flagged_not_waited_for(mixed: Path) -> None:
    low = next(mixed.glob("sessions/*/0001/low.png"))
    low.unlink()
    os.mkfifo(low)
    assert curate(mixed).exit_code == 0
    assert sum(row["flags"] == ["unreadable"] for row in rows(mixed)) == 1


def test_printed_thresholds_are_those_in_force(tmp_path: Path) -> None:
    printed = tmp_path / "limits.toml"
    printed.write_text(CliRunner().invoke(cli, ["curate", "--show-thresholds"]).output)
    assert load_thresholds(printed) == load_thresholds()


def test_own_thresholds_decide(mixed: Path, tmp_path: Path) -> None:
    own = tmp_path / "limits.toml"
    own.write_text('[misaligned]\nabove = { align_shift_px = -1.0 }\nstatus = "reject"\n')
    assert curate(mixed, "--thresholds", str(own)).exit_code == 0
    assert all("misaligned" in row["flags"] for row in rows(mixed))  # type: ignore[operator]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("[nonsense]\nabove={a=1.0}\nstatus='review'", "no flag is called 'nonsense'"),
        ("[misaligned]\nstatus='review'", "misaligned.above"),
        ("[misaligned]\nabove={align_shfit_px=1.0}\nstatus='review'", "no score is called 'align_shfit_px'"),
        ("[misaligned", "is not TOML"),
    ],
)
def test_wrong_thresholds_are_one_clear_line(mixed: Path, tmp_path: Path, text: str, said: str) -> None:
    own = tmp_path / "limits.toml"
    own.write_text(text)
    result = curate(mixed, "--thresholds", str(own))
    assert result.exit_code == 2
    assert said in result.output
    assert result.output.strip().count("\n") == 0


def test_dry_run_writes_and_sweeps_nothing(mixed: Path) -> None:
    leftover = next(mixed.glob("sessions/*/shots.jsonl")).with_name("0099")
    leftover.mkdir()
    assert curate(mixed, "--dry-run").exit_code == 0
    assert not (mixed / "metadata.parquet").exists()
    assert leftover.exists()
    assert "0099: unfinished shot" in curate(mixed).output
    assert not leftover.exists()
