"""`nirecap curate` with its options: single limits, aligned copies, what changed, JSON."""

import json
import shutil
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from click.testing import CliRunner, Result

from nirecap.capture.records import SHOT
from nirecap.capture.store import Collection
from nirecap.cli import cli
from nirecap.curate.manifest import KEY, read_manifest
from nirecap.files import sha256_of
from nirecap.images import encode_png, read_image
from nirecap.vocabulary import Role

from .many_shots import many_shots

SIZE = (320, 192)


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = many_shots(tmp_path_factory.mktemp("made") / "night", 4, SIZE).path
    assert curate(out).exit_code == 0
    return out


@pytest.fixture
def night(made: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(made, tmp_path / "night"))


def curate(out: Path, *options: str) -> Result:
    return CliRunner().invoke(cli, ["curate", str(out), "--workers", "1", *options])


def facts(out: Path, *options: str) -> dict[str, Any]:
    result = curate(out, "--json", *options)
    assert result.exit_code == 0, result.output
    return dict(json.loads(result.stdout))


def rows(out: Path) -> list[dict[str, Any]]:
    table = read_manifest(out)
    assert table is not None
    return list(table.to_pylist())


def shift_nire(out: Path, pixels: int) -> str:
    """Move N of the last shot to the right, as if it had been captured so, and return the shot."""
    journal = max(out.glob("sessions/*/shots.jsonl"))
    *others, last = journal.read_text().splitlines()
    record = SHOT.validate_json(last)
    path = out / record.images[Role.NIRE].file
    path.write_bytes(encode_png(np.roll(read_image(path), pixels, axis=1)))
    line = json.loads(last)
    line["images"]["nire"]["sha256"] = sha256_of(path)
    journal.write_text("\n".join([*others, json.dumps(line)]) + "\n")
    return record.shot


def test_one_limit_changes_flags_and_stands_in_the_manifest(night: Path) -> None:
    found = facts(night, "--set", "misaligned.align_shift_px=-1", "--set", "bright_spot=5")
    assert found["flags"]["misaligned"] == 4
    assert found["examined"] == 0
    metadata = pq.read_schema(night / "metadata.parquet").metadata
    limits = json.loads(metadata[KEY])["thresholds"]
    assert limits["misaligned"]["above"]["align_shift_px"] == -1
    assert limits["bright_spot"]["above"] == {"bright_spot_strength": 5}


@pytest.mark.parametrize(
    ("setting", "said"),
    [
        ("blurry=1", "no flag is called 'blurry'; there are not_switched, "),
        ("misaligned=1", "say which limit; there are misaligned.align_"),
        ("bright_spot.shift=1", "there are bright_spot.bright_spot_strength"),
        ("bright_spot", "'' is no number"),
        ("bright_spot=nan", "'nan' is no number"),
        ("bright_spot=high", "'high' is no number"),
    ],
)
def test_wrong_limits_are_one_clear_line(night: Path, setting: str, said: str) -> None:
    result = curate(night, "--set", setting)
    assert result.exit_code == 2
    assert said in result.output
    assert result.output.count("\n") == 1


def test_what_changed_is_said(night: Path) -> None:
    assert "since the last run: nothing has changed" in curate(night).output
    judged = rows(night)
    result = curate(night, "--set", "misaligned.align_shift_px=-1")
    assert "since the last run: 4 shots judged otherwise, +4 -0 misaligned" in result.output
    assert f"  {judged[0]['shot']}: {judged[0]['status']} -> reject (misaligned" in result.output
    changes = facts(night)["changes"]
    assert changes["flags"]["misaligned"] == {"raised": 0, "cleared": 4}
    assert changes["decisions"][0]["from"] == "reject"


def test_first_run_has_nothing_to_compare_with(night: Path) -> None:
    (night / "metadata.parquet").unlink()
    assert "since the last run" not in curate(night).output
    (night / "metadata.parquet").unlink()
    assert facts(night)["changes"] is None


def test_json_is_all_of_standard_output(night: Path) -> None:
    (night / "curate/cache.sqlite").write_bytes(b"nothing of ours")
    next(night.glob("sessions/*/shots.jsonl")).with_name("0099").mkdir()
    result = curate(night, "--json")
    found = json.loads(result.stdout)
    assert found["shots"] == found["keep"] + found["review"] + found["reject"] == 4
    assert all(Path(path).is_file() for path in found["files"].values())
    assert "moved-away" in result.stderr
    assert "swept away" in result.stderr


def test_misaligned_shot_is_judged_by_its_aligned_copies(night: Path) -> None:
    shot = shift_nire(night, 6)
    assert facts(night)["flags"]["misaligned"] == 1
    originals = {path: path.read_bytes() for path in night.glob("sessions/*/*/*.png")}
    found = facts(night, "--align")
    assert (found["aligned"], found["flags"].get("misaligned")) == (1, None)
    row = next(row for row in rows(night) if row["shot"] == shot)
    assert row["nire_file_name"] == f"aligned/{shot}/nire.png"
    assert row["aligned_crop"][2:] == [row["width"], row["height"]]
    assert SIZE[0] - 10 < row["width"] <= SIZE[0] - 6
    assert row["aligned_matrix"][2] == pytest.approx(6, abs=0.5)
    assert {path: path.read_bytes() for path in night.glob("sessions/*/*/*.png")} == originals
    assert facts(night)["examined"] == 0, "the copies are used again"
    shutil.rmtree(night / "aligned")
    assert facts(night)["flags"]["misaligned"] == 1, "deleting the copies undoes it"


def test_word_of_an_old_manifest_is_carried_over(night: Path) -> None:
    said = rows(night)
    said[1] |= {"verdict": "reject", "reviewer": "ada"}
    table = read_manifest(night)
    assert table is not None
    old = pa.Table.from_pylist(said, table.schema).drop_columns(["verdict_at", "flags_on", "flags_off"])
    pq.write_table(old, night / "metadata.parquet")
    facts(night)
    facts(night)
    assert [(row["shot"], row["verdict"]) for row in rows(night) if row["reviewer"]] == [(said[1]["shot"], "reject")]


def test_shots_alike_in_two_scenes_are_duplicates(night: Path) -> None:
    journal = max(night.glob("sessions/*/shots.jsonl"))
    *others, last = journal.read_text().splitlines()
    journal.write_text("\n".join([*others, json.dumps({**json.loads(last), "scene": "elsewhere"})]) + "\n")
    assert facts(night)["flags"]["duplicate"] == 1
    row = rows(night)[-1]
    assert row["duplicate_of"] in {record.shot for record in Collection(night).shots()}
    assert row["duplicate_likeness"] > 0.85
