"""A person's word is kept once it was taken, whoever writes at the same time and whatever dies."""

import json
import os
import signal
import subprocess
import sys
from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nirecap.curate.verdicts import (
    MAX_LINE,
    Contradiction,
    Journal,
    Verdict,
    append_verdict,
    raised_flags,
    read_verdicts,
    with_word,
)
from nirecap.errors import CollectionError, ManifestError

NOON = datetime(2026, 5, 1, 12, tzinfo=UTC)
LINES = st.text(st.characters(exclude_categories=("Cc", "Cs", "Zl", "Zp")), min_size=1, max_size=100)
FLAGS = st.lists(st.from_regex(r"[a-z][a-z0-9_]{0,20}", fullmatch=True), max_size=5, unique=True).map(tuple)
ZONES = st.integers(-23, 23).map(lambda hours: timezone(timedelta(hours=hours)))
VERDICTS = st.builds(
    Verdict,
    shot=LINES,
    verdict=st.sampled_from(["keep", "reject", None]),
    flags_on=FLAGS,
    flags_off=FLAGS,
    reviewer=LINES,
    at=st.datetimes(datetime(1970, 1, 2), datetime(2200, 1, 1), timezones=ZONES),
)
LETTERS = st.lists(st.sampled_from("abcdef"), unique=True)
WORDS = st.builds(replace, VERDICTS, flags_on=LETTERS.map(tuple), flags_off=LETTERS.map(tuple))
WRITER = """
import sys
from datetime import UTC, datetime
from pathlib import Path
from nirecap.curate.verdicts import Verdict, append_verdict
folder, name = Path(sys.argv[1]), sys.argv[2]
for number in range(int(sys.argv[3])):
    append_verdict(folder, Verdict(f"{name}/{number}", "keep", (), (), name, datetime.now(UTC)))
    print(number, flush=True)
"""


def word(shot: str = "night/0001", verdict: str | None = "keep", reviewer: str = "ada", **more: object) -> Verdict:
    facts = {"flags_on": (), "flags_off": (), "at": NOON, **more}
    return Verdict(shot, verdict, reviewer=reviewer, **facts)  # type: ignore[arg-type]


def writer(folder: Path, name: str, number: int) -> subprocess.Popen[str]:
    arguments = [sys.executable, "-c", WRITER, str(folder), name, str(number)]
    return subprocess.Popen(arguments, stdout=subprocess.PIPE, text=True)


@settings(deadline=None, max_examples=60)
@given(said=st.lists(VERDICTS, max_size=6))
def test_what_is_written_is_read_and_the_last_word_wins(said: list[Verdict], tmp_path_factory: object) -> None:
    folder = tmp_path_factory.mktemp("said")  # type: ignore[attr-defined]
    for verdict in said:
        append_verdict(folder, verdict)
    assert read_verdicts(folder) == {verdict.shot: verdict for verdict in said}


def test_collection_without_verdicts_has_none_and_is_not_touched(tmp_path: Path) -> None:
    assert read_verdicts(tmp_path) == {}
    assert list(tmp_path.iterdir()) == []


def test_two_processes_that_write_at_once_lose_nothing(tmp_path: Path) -> None:
    writers = [writer(tmp_path, name, 60) for name in ("ada", "bo")]
    for running in writers:
        assert running.wait(60) == 0
    assert set(read_verdicts(tmp_path)) == {f"{name}/{number}" for name in ("ada", "bo") for number in range(60)}


def test_what_was_told_as_kept_survives_kill_9(tmp_path: Path) -> None:
    running = writer(tmp_path, "ada", 100_000)
    assert running.stdout is not None
    told = [int(running.stdout.readline()) for _ in range(20)]
    os.kill(running.pid, signal.SIGKILL)
    told += [int(line) for line in running.communicate()[0].splitlines(keepends=True) if line.endswith("\n")]
    assert {f"ada/{number}" for number in told} <= set(read_verdicts(tmp_path))
    append_verdict(tmp_path, word())
    assert read_verdicts(tmp_path)["night/0001"] == word()


def test_half_line_of_a_killed_process_is_not_read_and_is_written_over(tmp_path: Path) -> None:
    append_verdict(tmp_path, word())
    journal = tmp_path / "curate/verdicts.jsonl"
    whole = journal.read_bytes()
    for cut in range(1, len(whole)):
        journal.write_bytes(whole + whole[:-cut])
        assert read_verdicts(tmp_path) == {"night/0001": word()}
    append_verdict(tmp_path, word("night/0002"))
    assert read_verdicts(tmp_path) == {"night/0001": word(), "night/0002": word("night/0002")}
    assert journal.read_bytes().count(b"\n") == 2


GOOD = {"shot": "a/1", "verdict": "keep", "flags_on": [], "flags_off": [], "reviewer": "ada", "at": NOON.isoformat()}


@pytest.mark.parametrize(
    "wrong",
    [
        {"verdict": "review"},
        {"verdict": 1},
        {"flags_on": ["Bad Flag"]},
        {"flags_on": ["a"] * 41},
        {"flags_off": "noisy"},
        {"reviewer": ""},
        {"reviewer": "ada\u2028<script>"},
        {"shot": "a\u0000b"},
        {"shot": "a" * 201},
        {"at": "2026-05-01T12:00:00"},
        {"at": "yesterday"},
        {"more": 1},
    ],
)
def test_line_that_is_no_verdict_is_one_clear_error(tmp_path: Path, wrong: dict[str, object]) -> None:
    append_verdict(tmp_path, word())
    with (tmp_path / "curate/verdicts.jsonl").open("a") as journal:
        journal.write(json.dumps({**GOOD, **wrong}) + "\n")
    with pytest.raises(ManifestError, match=r"verdicts\.jsonl:2 is no verdict .* repair or remove that line"):
        read_verdicts(tmp_path)


@pytest.mark.parametrize(
    "content", [b"\n", b"\xff\xfe\n", b"[" * 9000 + b"\n", b"null\n", b"a" * (MAX_LINE + 9) + b"\n"]
)
def test_line_that_is_no_json_is_one_clear_error(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "curate").mkdir()
    (tmp_path / "curate/verdicts.jsonl").write_bytes(content)
    with pytest.raises(ManifestError, match=r"verdicts\.jsonl:1 is "):
        read_verdicts(tmp_path)


def test_line_without_end_is_not_read_into_memory(tmp_path: Path) -> None:
    (tmp_path / "curate").mkdir()
    (tmp_path / "curate/verdicts.jsonl").write_bytes(b"a" * 100_000)
    with pytest.raises(ManifestError, match="remove that line"):
        read_verdicts(tmp_path)


def test_oversized_journal_is_refused_unread(tmp_path: Path) -> None:
    append_verdict(tmp_path, word())
    os.truncate(tmp_path / "curate/verdicts.jsonl", 1 << 40)
    with pytest.raises(ManifestError, match="no journal of verdicts"):
        read_verdicts(tmp_path)


def test_pipe_in_the_place_of_the_journal_is_not_waited_for(tmp_path: Path) -> None:
    (tmp_path / "curate").mkdir()
    os.mkfifo(tmp_path / "curate/verdicts.jsonl")
    with pytest.raises(ManifestError, match="is not a file"):
        read_verdicts(tmp_path)


@pytest.mark.parametrize("linked", ["curate", "curate/verdicts.jsonl"])
def test_link_out_of_the_collection_is_neither_read_nor_written(tmp_path: Path, linked: str) -> None:
    collection, outside = tmp_path / "night", tmp_path / "outside"
    (collection / linked).parent.mkdir(parents=True)
    outside.mkdir()
    (collection / linked).symlink_to(outside if linked == "curate" else outside / "secret")
    with pytest.raises(CollectionError, match="leads out"):
        append_verdict(collection, word())
    with pytest.raises(CollectionError, match="leads out"):
        read_verdicts(collection)
    assert list(outside.iterdir()) == []


@pytest.mark.parametrize("wrong", [{"reviewer": "a\nb"}, {"shot": "\ud800"}, {"flags_on": ("<b>",)}])
def test_verdict_that_could_not_be_read_again_is_not_written(tmp_path: Path, wrong: dict[str, object]) -> None:
    with pytest.raises(ManifestError):
        append_verdict(tmp_path, word(**wrong))  # type: ignore[arg-type]
    assert read_verdicts(tmp_path) == {}


def test_journal_follows_what_others_write(tmp_path: Path) -> None:
    mine, theirs = Journal(tmp_path), Journal(tmp_path)
    mine.append(word("a/1"))
    theirs.append(word("a/2", reviewer="bo"))
    mine.refresh()
    assert [said.shot for said in mine.said] == ["a/1", "a/2"]
    (tmp_path / "curate/verdicts.jsonl").unlink()
    mine.refresh()
    assert mine.words == {}


def test_word_that_was_not_seen_is_not_written_over(tmp_path: Path) -> None:
    mine, theirs = Journal(tmp_path), Journal(tmp_path)
    first = word(verdict="reject", reviewer="bo", at=NOON + timedelta(microseconds=1))
    theirs.answer(first, None)
    with pytest.raises(Contradiction) as contradiction:
        mine.answer(word(), None)
    assert contradiction.value.theirs == first
    assert read_verdicts(tmp_path) == {first.shot: first}
    mine.answer(word(), first.at)  # seen, and replaced with intent
    assert read_verdicts(tmp_path) == {first.shot: word()}
    mine.answer(word(verdict=None), None)  # one's own word may always be changed
    assert read_verdicts(tmp_path)[first.shot].withdrawn


def test_word_of_a_person_makes_the_flags_and_can_be_taken_back() -> None:
    row = {"shot": "night/0001", "flags": ["noisy", "motion"], "status": "review"}
    said = with_word(row, word(flags_on=("overlay", "noisy"), flags_off=("motion", "clipped")))
    assert (said["flags"], said["flags_on"], said["flags_off"]) == (["noisy", "overlay"], ["overlay"], ["motion"])
    assert (said["verdict"], said["reviewer"], said["verdict_at"], said["status"]) == ("keep", "ada", NOON, "review")
    assert set(raised_flags(said)) == {"noisy", "motion"}
    back = with_word(said, word(verdict=None))
    assert set(back["flags"]) == {"noisy", "motion"}
    assert (back["verdict"], back["reviewer"], back["verdict_at"], back["flags_on"]) == (None, None, None, [])


@given(LETTERS, WORDS, WORDS)
def test_flags_that_the_checks_raised_are_never_lost(raised: list[str], first: Verdict, second: Verdict) -> None:
    said = with_word(with_word({"flags": raised}, first), second)
    assert set(raised_flags(said)) == set(raised)
    assert said == with_word({"flags": raised_flags(said)}, second)
