import errno
import fcntl
import json
import os
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nirecap.capture.records import SHOT, ImageRecord, ShotRecord
from nirecap.capture.store import JOURNAL, SESSION_FILE, Collection, Session
from nirecap.errors import CollectionError, UsageMistake
from nirecap.vocabulary import Plan, Role


def take(session: Session, plan: Plan = Plan.PAIR) -> ShotRecord:
    shot = session.begin_shot()
    images = {role: shot.save(role, ".png", f"{shot.shot} {role}".encode(), (4, 3)) for role in plan.roles}
    record = ShotRecord(shot.shot, session.id, "porch", plan, "cam", datetime.now(UTC), images)
    session.finish_shot(record)
    return record


@pytest.fixture
def collection(tmp_path: Path) -> Collection:
    return Collection(tmp_path / "night", create=True)


def test_finished_shots_are_found_again(collection: Collection) -> None:
    with collection.start_session("Front door!", {}) as session:
        taken = [take(session), take(session, Plan.QUAD)]
    again = Collection(collection.path)
    assert list(again.shots()) == taken
    assert again.leftovers == []
    assert len(again) == 2


def test_session_says_who_took_it_and_when(collection: Collection) -> None:
    with collection.start_session("cam", {"plan": "pair"}) as session:
        take(session)
    facts = json.loads((session.folder / SESSION_FILE).read_text())
    assert facts["plan"] == "pair"
    assert facts["started_at"] <= facts["ended_at"]


def test_unfinished_shot_is_swept_and_named(collection: Collection) -> None:
    session = collection.start_session("cam", {})
    take(session)
    unfinished = session.begin_shot()
    unfinished.save("low", ".png", b"pixels", (4, 3))
    (session.folder / "session.json.partial").write_bytes(b"half")
    session._lock.close()  # as a kill does
    again = Collection(collection.path)
    assert again.leftovers == [
        f"{session.id}/0002: unfinished shot",
        f"{session.id}/session.json.partial: half-written file",
    ]
    assert len(again) == 1
    assert not unfinished.folder.exists()
    assert Collection(collection.path).leftovers == []


def test_a_damaged_journal_costs_no_image(collection: Collection) -> None:
    with collection.start_session("cam", {}) as session:
        for _ in range(3):
            take(session)
    journal = session.folder / JOURNAL
    lines = journal.read_bytes().splitlines(keepends=True)
    for content in (lines[0] + lines[2], b"".join(lines)[:-1], b""):  # a line removed, an end of line, everything
        journal.write_bytes(content)
        Collection(collection.path)
        assert len(list(session.folder.glob("*/low.png"))) == 3
    journal.write_bytes(b"".join(lines)[:-1])
    assert len(Collection(collection.path)) == 3
    journal.unlink()
    Collection(collection.path)
    assert len(list(session.folder.glob("*/low.png"))) == 3


def test_journal_of_another_version_names_the_remedy(collection: Collection) -> None:
    with collection.start_session("cam", {}) as session:
        take(session)
    journal = session.folder / JOURNAL
    journal.write_text(journal.read_text().replace('"schema":1', '"schema":2'))
    with pytest.raises(CollectionError, match="update nirecap"):
        Collection(collection.path)


def test_repeated_journal_line_is_refused(collection: Collection) -> None:
    with collection.start_session("cam", {}) as session:
        take(session)
    journal = session.folder / JOURNAL
    journal.write_bytes(journal.read_bytes() * 2)
    with pytest.raises(CollectionError, match="repeats shot"):
        Collection(collection.path)


@pytest.mark.parametrize("scene", ["", "x" * 300, "\udcff"])
def test_what_could_not_be_read_again_is_not_written(collection: Collection, scene: str) -> None:
    with collection.start_session("cam", {}) as session:
        take(session)
        shot = session.begin_shot()
        image = shot.save("low", ".png", b"pixels", (4, 3))
        record = ShotRecord(shot.shot, session.id, scene, Plan.PAIR, "cam", datetime.now(UTC), {Role.LOW: image})
        with pytest.raises(CollectionError):
            session.finish_shot(record)
        shot.drop()
    assert len(Collection(collection.path)) == 1


def test_half_a_journal_line_is_swept(collection: Collection) -> None:
    session = collection.start_session("cam", {})
    record = take(session)
    whole = (session.folder / JOURNAL).read_bytes()
    (session.folder / JOURNAL).write_bytes(whole + whole[: len(whole) // 2])
    session._lock.close()
    again = Collection(collection.path)
    assert again.leftovers == [f"{session.id}/{JOURNAL}: half-written line"]
    assert list(again.shots()) == [record]


def test_session_killed_before_its_first_shot_is_swept(collection: Collection) -> None:
    session = collection.start_session("cam", {})
    session.begin_shot()
    session._lock.close()
    assert f"{session.id}: session without a finished shot" in Collection(collection.path).leftovers
    assert not session.folder.exists()


def test_running_session_is_left_alone(collection: Collection) -> None:
    with collection.start_session("cam", {}) as session:
        shot = session.begin_shot()
        assert Collection(collection.path).leftovers == []
        assert shot.folder.exists()
        take(session)


def test_a_persons_files_among_the_sessions_are_left_alone(collection: Collection) -> None:
    with collection.start_session("cam", {}) as session:
        take(session)
    for own in (collection.path / "sessions" / "holiday" / "2024", session.folder / "2024"):
        own.mkdir(parents=True)
        (own / "diary.txt").write_text("cloudy")
        assert Collection(collection.path).leftovers == []
        assert (own / "diary.txt").read_text() == "cloudy"


def test_session_without_shots_leaves_nothing(collection: Collection) -> None:
    with collection.start_session("cam", {}) as session:
        session.begin_shot().drop()
    assert not session.folder.exists()


def test_folder_that_is_no_collection_is_a_usage_mistake(tmp_path: Path) -> None:
    with pytest.raises(UsageMistake, match="is not a collection"):
        Collection(tmp_path)


def test_damaged_journal_line_is_named_and_nothing_removed(collection: Collection) -> None:
    with collection.start_session("cam", {}) as session:
        take(session)
        take(session)
    journal = session.folder / JOURNAL
    lines = journal.read_bytes().splitlines(keepends=True)
    journal.write_bytes(b"{" + lines[0] + lines[1])
    with pytest.raises(CollectionError, match=r"shots\.jsonl:1 is no shot record"):
        Collection(collection.path)
    assert (session.folder / "0001" / "low.png").exists()


def test_full_disk_leaves_the_journal_as_it_was(collection: Collection, monkeypatch: pytest.MonkeyPatch) -> None:
    with collection.start_session("cam", {}) as session:
        take(session)
        before = (session.folder / JOURNAL).read_bytes()

        def full(descriptor: int) -> None:
            if Path(f"/proc/self/fd/{descriptor}").readlink().name == JOURNAL:
                raise OSError(errno.ENOSPC, "No space left on device")

        monkeypatch.setattr(os, "fsync", full)
        with pytest.raises(OSError, match="No space"):
            take(session)
        assert (session.folder / JOURNAL).read_bytes() == before
        monkeypatch.undo()


def test_two_sessions_write_at_once(collection: Collection) -> None:
    with collection.start_session("a", {}) as one, collection.start_session("b", {}) as other:
        take(one)
        take(other)
        take(one)
    assert len(Collection(collection.path)) == 3


def test_lock_of_a_session_is_a_real_lock(collection: Collection) -> None:
    with (
        collection.start_session("cam", {}) as session,
        (session.folder / ".lock").open() as lock,
        pytest.raises(BlockingIOError),
    ):
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)


names = st.text(min_size=1, max_size=40)
images = st.builds(
    ImageRecord,
    file=st.text(min_size=1, max_size=60),
    sha256=st.text("0123456789abcdef", min_size=64, max_size=64),
    width=st.integers(1, 9999),
    height=st.integers(1, 9999),
    captured_at=st.none() | st.floats(0, 4e9),
    source=st.none() | names,
)
records = st.builds(
    ShotRecord,
    shot=names,
    session=names,
    scene=names,
    plan=st.sampled_from(Plan),
    camera=names,
    taken_at=st.datetimes(timezones=st.just(UTC)),
    images=st.dictionaries(st.sampled_from(Role), images, min_size=1),
    bracket=st.none() | images,
    details=st.dictionaries(names, st.integers() | names),
    schema=st.just(1),
)


@settings(max_examples=60, deadline=None)
@given(records)
def test_journal_line_reads_back_as_it_was(record: ShotRecord) -> None:
    line = SHOT.dump_json(record, exclude_none=True)
    assert b"\n" not in line
    assert SHOT.validate_json(line) == record
