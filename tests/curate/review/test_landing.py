"""Words reach the manifest whole, and neither `curate` nor a second review takes them away or is taken back by them."""

import hashlib
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest
from click.testing import CliRunner

from nirecap.cli import cli
from nirecap.curate.manifest import KEY
from nirecap.curate.review import landing
from nirecap.curate.review.index import read_index, rows_with_maps
from nirecap.curate.review.landing import land
from nirecap.curate.review.review import Review
from nirecap.curate.verdicts import Verdict, append_verdict, read_verdicts
from nirecap.errors import UsageMistake

from ...capture.command_line import wait_until
from ..judged import change, rows_of

NOON = datetime(2026, 5, 1, 12, 0, 0, 1, UTC)


def word(collection: Path, place: int, verdict: str | None = "keep", **more: Any) -> Verdict:
    facts = {"flags_on": (), "flags_off": (), "reviewer": "ada", "at": NOON, **more}
    return Verdict(rows_of(collection)[place]["shot"], verdict, **facts)  # type: ignore[arg-type]


def said(collection: Path) -> list[tuple[object, object]]:
    return [(row["verdict"], row["reviewer"]) for row in rows_of(collection)]


def test_words_land_and_all_else_stays(curated: Path) -> None:
    before, metadata = rows_of(curated), pq.read_schema(curated / "metadata.parquet").metadata[KEY]
    spoken = word(curated, 1, flags_off=("misaligned",), flags_on=("overlay",))
    assert land(curated, {spoken.shot: spoken, "no/such": replace(spoken, shot="no/such")})
    after = rows_of(curated)
    assert (after[1]["verdict"], after[1]["reviewer"], after[1]["verdict_at"]) == ("keep", "ada", NOON)
    assert (after[1]["flags"], after[1]["flags_off"]) == (["overlay"], ["misaligned"])
    for old, new in zip(before, after, strict=True):
        assert {name: old[name] for name in old if name not in landing.SAID} == {
            name: new[name] for name in new if name not in landing.SAID
        }
    assert [row for place, row in enumerate(after) if place != 1] == [
        row for place, row in enumerate(before) if place != 1
    ]
    assert pq.read_schema(curated / "metadata.parquet").metadata[KEY] == metadata
    sha256 = hashlib.sha256((curated / "metadata.parquet").read_bytes()).hexdigest()
    assert sha256 in (curated / "README.md").read_text()  # by which the cache of `datasets` notices


def test_what_landed_before_is_not_written_again(curated: Path) -> None:
    spoken = word(curated, 1)
    assert land(curated, {spoken.shot: spoken})
    assert land(curated, {spoken.shot: spoken}) is None
    withdrawn = replace(spoken, verdict=None)
    assert land(curated, {spoken.shot: withdrawn})
    assert said(curated) == [(None, None)] * 6
    assert land(curated, {spoken.shot: withdrawn}) is None


def test_manifest_of_an_older_version_gets_the_columns(curated: Path) -> None:
    table = pq.read_table(curated / "metadata.parquet")
    pq.write_table(table.drop_columns(["verdict_at", "flags_on", "flags_off"]), curated / "metadata.parquet")
    spoken = word(curated, 1, flags_on=("overlay",))
    assert land(curated, {spoken.shot: spoken})
    assert (rows_of(curated)[1]["flags_on"], rows_of(curated)[1]["verdict_at"]) == (["overlay"], NOON)


def test_manifest_that_curate_wrote_meanwhile_is_not_taken_back(curated: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    spoken, batches = word(curated, 1), landing.batches_of
    overtakes = iter([True])

    def overtaken(*arguments: Any) -> Any:
        if next(overtakes, False):
            change(curated, lambda rows: rows[3].update(note="of the new run"))
        return batches(*arguments)

    monkeypatch.setattr(landing, "batches_of", overtaken)
    assert land(curated, {spoken.shot: spoken})
    assert rows_of(curated)[3]["note"] == "of the new run"
    assert rows_of(curated)[1]["verdict"] == "keep"
    assert list(curated.glob("*.partial")) == []


def test_review_merges_what_a_killed_one_left_and_follows_what_others_write(curated: Path) -> None:
    append_verdict(curated, word(curated, 0))
    with Review(curated) as review:
        assert said(curated)[0] == ("keep", "ada")
        edition = review.index.edition
        append_verdict(curated, word(curated, 1, "reject", reviewer="bo"))
        wait_until(lambda: said(curated)[1] == ("reject", "bo"))
        assert [spoken.reviewer for spoken in review.since(0).words] == ["ada", "bo"]
        assert [spoken.reviewer for spoken in review.since(1).words] == ["bo"]
        assert review.since(99).heard == 2
        assert review.since(0).edition == edition == read_index(curated).edition  # nothing but words changed


def test_last_word_lands_when_the_review_ends(curated: Path) -> None:
    with Review(curated) as review:
        review.say(word(curated, 2, "reject"), None)
    assert said(curated)[2] == ("reject", "ada")


def test_manifest_that_is_written_during_a_review_is_noticed_and_gets_the_words(curated: Path) -> None:
    with Review(curated) as review:
        edition = review.index.edition
        review.say(word(curated, 2), None)
        wait_until(lambda: said(curated)[2][0] == "keep")

        def as_curate(rows: list[dict[str, Any]]) -> None:
            rows[2].update(verdict=None, reviewer=None, verdict_at=None, align_dx=5.0)

        change(curated, as_curate)
        wait_until(lambda: said(curated)[2][0] == "keep" and review.index.edition != edition)


def test_later_curate_does_not_overwrite_words(curated: Path) -> None:
    with Review(curated) as review:
        review.say(word(curated, 3, "reject", flags_on=("blurred",)), None)
    assert CliRunner().invoke(cli, ["curate", str(curated), "--workers", "1"]).exit_code == 0
    row = rows_of(curated)[3]
    assert (row["verdict"], row["reviewer"], row["verdict_at"]) == ("reject", "ada", NOON)
    assert "blurred" in row["flags"]
    assert len(read_verdicts(curated)) == 1


def test_full_disk_is_told_and_nothing_is_lost(curated: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    with Review(curated) as review:
        with monkeypatch.context() as patched:
            patched.setattr("nirecap.curate.review.review.land", full)
            review.say(word(curated, 0), None)
            wait_until(lambda: "No space left" in review.since(0).trouble)
        wait_until(lambda: not review.since(0).trouble)
    assert said(curated)[0] == ("keep", "ada")


@pytest.mark.parametrize(
    ("wrong", "told"), [({"flags_on": ("no_such",)}, "no flag is called"), ({"shot": "a/1"}, "no shot is called")]
)
def test_word_on_what_does_not_exist_is_refused(curated: Path, wrong: dict[str, Any], told: str) -> None:
    with Review(curated) as review, pytest.raises(UsageMistake, match=told):
        review.say(replace(word(curated, 0), **wrong), None)
    assert read_verdicts(curated) == {}


def test_maps_of_any_rows_are_found(curated: Path) -> None:
    table = pq.read_table(curated / "metadata.parquet")
    pq.write_table(table, curated / "metadata.parquet", row_group_size=2)
    rows = rows_with_maps(curated, 1, 3)
    assert rows is not None
    assert rows.column("shot").to_pylist() == table.column("shot").to_pylist()[1:4]
    assert [bool(found) for found in rows.column("structure_vanishing_map").to_pylist()] == [False, True, False]
    assert rows_with_maps(curated, 100, 100) is None
