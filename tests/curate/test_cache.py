"""The cache: runs that examine nothing twice, and files in its place that are no cache."""

import json
import os
import shutil
import sqlite3
from dataclasses import replace
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from nirecap.capture.store import Collection
from nirecap.capture.synth import Recipe, synthesise
from nirecap.cli import cli
from nirecap.curate.cache.cache import Cache
from nirecap.curate.cache.cache_file import open_cache
from nirecap.curate.cache.key import key_of
from nirecap.curate.cache.stored_scores import dump_scores, load_scores
from nirecap.curate.examine import examine
from nirecap.vocabulary import Plan, Role

MINUTE_NS = 60 * 10**9


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("made") / "night"
    list(synthesise(Recipe(None, plan=Plan.PAIR, size=(160, 96)), 3, Collection(out, create=True), 1))
    assert curate(out).exit_code == 0
    return out


@pytest.fixture
def known(made: Path, tmp_path: Path) -> Path:
    """A collection that was curated, to be spoiled at will."""
    return Path(shutil.copytree(made, tmp_path / "night"))


def curate(out: Path, *options: str) -> Result:
    return CliRunner().invoke(cli, ["curate", str(out), "--workers", "1", *options])


def facts(out: Path, *options: str) -> dict[str, object]:
    result = curate(out, "--json", *options)
    assert result.exit_code == 0, result.output
    return dict(json.loads(result.stdout))


def age(out: Path) -> None:
    """Let the images be some minutes old, each of another time."""
    for number, path in enumerate(sorted(out.glob("sessions/*/*/*.png"))):
        then = path.stat().st_mtime_ns - 10 * MINUTE_NS - number
        os.utime(path, ns=(then, then))


def said(result: Result) -> str:
    return result.output.splitlines()[1]


def test_second_run_examines_nothing_and_writes_the_same(known: Path) -> None:
    before = (known / "metadata.parquet").read_bytes()
    assert facts(known)["examined"] == 0
    assert (known / "metadata.parquet").read_bytes() == before


def test_only_new_shots_are_examined(known: Path) -> None:
    recipe = Recipe(None, plan=Plan.PAIR, size=(160, 96), seed=7)
    list(synthesise(recipe, 2, Collection(known), 1))
    found = facts(known)
    assert (found["examined"], found["shots"]) == (2, 5)
    assert found["changes"] == {"new": 2, "gone": 0, "decisions": [], "flags": {}}


def test_changed_bytes_are_unreadable_and_heal(known: Path) -> None:
    image = next(known.glob("sessions/*/0001/nire.png"))
    content = image.read_bytes()
    image.write_bytes(content[:-1])
    spoilt = facts(known)
    assert spoilt["flags"] == {**spoilt["flags"], "unreadable": 1}  # type: ignore[dict-item]
    assert "SHA-256 differs" in str(spoilt["unreadable"])
    image.write_bytes(content)
    assert "unreadable" not in str(facts(known)["flags"])


def test_changed_bracket_spoils_no_later_run(known: Path) -> None:
    before = (known / "metadata.parquet").read_bytes()
    bracket = known / str(next(iter(Collection(known).shots())).bracket.file)  # type: ignore[union-attr]
    content = bracket.read_bytes()
    bracket.write_bytes(b"")
    assert facts(known)["examined"] == 1
    bracket.write_bytes(content)
    facts(known)
    assert (known / "metadata.parquet").read_bytes() == before


def test_trusted_files_are_not_read(known: Path) -> None:
    age(known)
    facts(known)
    image = next(known.glob("sessions/*/0001/nire.png"))
    facts_before = image.stat()
    image.write_bytes(b"x" * facts_before.st_size)
    os.utime(image, ns=(facts_before.st_mtime_ns, facts_before.st_mtime_ns))
    assert "unreadable" not in str(facts(known, "--trust-mtime")["flags"])
    assert "unreadable" in str(facts(known)["flags"])


def test_trust_ends_where_the_time_changed(known: Path) -> None:
    age(known)
    facts(known)
    image = next(known.glob("sessions/*/0001/nire.png"))
    image.write_bytes(b"x" * image.stat().st_size)
    assert "unreadable" in str(facts(known, "--trust-mtime")["flags"])


def test_file_that_was_just_written_is_not_trusted(known: Path) -> None:
    image = next(known.glob("sessions/*/0001/nire.png"))
    content = image.read_bytes()
    image.write_bytes(content)
    now = image.stat().st_mtime_ns
    facts(known)
    image.write_bytes(b"x" * len(content))
    os.utime(image, ns=(now, now))
    assert "unreadable" in str(facts(known, "--trust-mtime")["flags"])


def test_dry_run_tells_and_writes_nothing(known: Path) -> None:
    list(synthesise(Recipe(None, plan=Plan.PAIR, size=(160, 96), seed=7), 1, Collection(known), 1))
    before = {path: path.stat().st_mtime_ns for path in known.rglob("*")}
    assert "1 shot to examine, 3 known" in curate(known, "--dry-run").output
    assert json.loads(curate(known, "--dry-run", "--json").stdout)["cached"] == 3
    assert {path: path.stat().st_mtime_ns for path in known.rglob("*")} == before


def spoil(database: Path, *statements: str) -> None:
    base = sqlite3.connect(database)
    with base:
        for statement in statements:
            base.execute(statement)
    base.close()


@pytest.mark.parametrize(
    ("statement", "why"),
    [
        ("PRAGMA application_id = 1", "not written by nirecap"),
        ("PRAGMA user_version = 99", "version 99"),
        ("CREATE TRIGGER t AFTER INSERT ON shots BEGIN DELETE FROM examinations; END", "is damaged"),
        ("ALTER TABLE files RENAME COLUMN size TO length", "is damaged"),
    ],
)
def test_other_databases_are_moved_away(known: Path, statement: str, why: str) -> None:
    spoil(known / "curate/cache.sqlite", statement)
    before = (known / "metadata.parquet").read_bytes()
    lines = curate(known).stderr.splitlines()
    assert len(lines) == 1
    assert why in lines[0]
    assert (known / "metadata.parquet").read_bytes() == before
    assert (known / "curate/cache-moved-away.sqlite").exists()
    assert facts(known)["examined"] == 0


@pytest.mark.parametrize("keep", [0, 100, 3000, 12_000])
def test_truncated_cache_is_moved_away(known: Path, keep: int) -> None:
    path = known / "curate/cache.sqlite"
    path.write_bytes(path.read_bytes()[:keep])
    before = (known / "metadata.parquet").read_bytes()
    assert curate(known).exit_code == 0
    assert (known / "metadata.parquet").read_bytes() == before


@pytest.mark.parametrize("garbage", [b"", b"no database", b"SQLite format 3\x00" + b"\xff" * 5000])
def test_garbage_is_moved_away(known: Path, garbage: bytes) -> None:
    (known / "curate/cache.sqlite").write_bytes(garbage)
    assert curate(known).exit_code == 0
    assert facts(known)["examined"] == 0


def test_bytes_spoilt_inside_the_cache_never_stop_a_run(known: Path) -> None:
    path = known / "curate/cache.sqlite"
    content = bytearray(path.read_bytes())
    for place in range(4096, len(content), 97):
        content[place] ^= 0x55
    path.write_bytes(content)
    before = (known / "metadata.parquet").read_bytes()
    assert curate(known).exit_code == 0
    assert (known / "metadata.parquet").read_bytes() == before


NO_SCORES = ["", "[]", '{"no_such": 1.0}', '{"align_dx": "left"}', '{"align_matrix": [1]}', "{" * 9999]


@pytest.mark.parametrize("scores", NO_SCORES)
def test_scores_that_are_none_are_measured_again(known: Path, scores: str) -> None:
    base = sqlite3.connect(known / "curate/cache.sqlite")
    with base:
        base.execute("UPDATE examinations SET scores = ?", (scores,))
    base.close()
    before = (known / "metadata.parquet").read_bytes()
    assert curate(known).exit_code == 0
    assert (known / "metadata.parquet").read_bytes() == before


def test_link_in_the_place_of_the_cache_is_not_followed(known: Path, tmp_path: Path) -> None:
    outside = tmp_path / "outside.sqlite"
    (known / "curate/cache.sqlite").rename(outside)
    content = outside.read_bytes()
    (known / "curate/cache.sqlite").symlink_to(outside)
    assert "is no plain file" in curate(known).stderr
    assert outside.read_bytes() == content


def test_folder_that_leads_out_is_refused(known: Path, tmp_path: Path) -> None:
    shutil.rmtree(known / "curate")
    (tmp_path / "elsewhere").mkdir()
    (known / "curate").symlink_to(tmp_path / "elsewhere")
    result = curate(known)
    assert result.exit_code == 1
    assert "leads out of" in result.output
    assert not list((tmp_path / "elsewhere").iterdir())


def test_shots_that_are_gone_are_forgotten(known: Path) -> None:
    journal = next(known.glob("sessions/*/shots.jsonl"))
    first, *rest = journal.read_text().splitlines(keepends=True)
    journal.write_text("".join(rest))
    assert facts(known)["changes"] == {"new": 0, "gone": 1, "decisions": [], "flags": {}}
    with open_cache(known, print) as cache:
        assert not cache.thumbnails(json.loads(first)["shot"])
        assert cache.thumbnails(json.loads(rest[0])["shot"]).keys() == {"low", "nire"}


def test_what_was_found_comes_back_as_it_was(known: Path, tmp_path: Path) -> None:
    record = next(iter(Collection(known).shots()))
    found = examine(known, record, with_cells=True)
    with Cache(tmp_path / "new.sqlite") as cache:
        cache.keep([("a shot", key_of(record), found)])
    with Cache(tmp_path / "new.sqlite") as cache:
        again = cache.examination(key_of(record))
        assert again is not None
        assert again.scores == found.scores
        assert (again.problem, again.hashes) == (found.problem, found.hashes)
        assert cache.thumbnails("a shot") == found.thumbnails
        assert cache.cells("a shot") == found.cells


def test_the_key_tells_images_and_roles_apart(known: Path) -> None:
    one, other, _ = Collection(known).shots()
    assert key_of(one) == key_of(replace(one, shot="another", scene="elsewhere"))
    swapped = {Role.LOW: one.images[Role.NIRE], Role.NIRE: one.images[Role.LOW]}
    kinds = (one, other, replace(one, images=swapped), replace(one, bracket=None), replace(one, bracket=other.bracket))
    assert len({key_of(record) for record in kinds}) == len(kinds)


@given(st.floats(), st.none() | st.binary(max_size=40))
def test_scores_survive_as_json(number: float, evidence: bytes | None) -> None:
    scores = {"align_matrix": (number,) * 6, "align_dx": number, "bright_spot_map": evidence}
    assert repr(load_scores(dump_scores(scores))) == repr(scores)


@given(st.text() | st.binary().map(repr))
def test_what_is_no_scores_is_refused(text: str) -> None:
    try:
        assert isinstance(load_scores(text), dict)
    except ValidationError:
        return
