"""A person at the terminal of a run: again, skip, note and quit, with a real simulated camera and a real terminal."""

import os
import select
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from .command_line import PATIENCE_S, damaged, journaled, leftovers, nirecap

SHOOT = (
    *(sys.executable, "-m", "nirecap", "shoot", "--camera", "sim", "--plan", "pair"),
    *("--option", "size=320x180", "--option", "transition=0.1"),
)


class Seat:
    """A terminal and the run in it."""

    def __init__(self, *arguments: str | Path) -> None:
        self._master, slave = os.openpty()
        self._seen = ""
        self.process = subprocess.Popen(
            [*SHOOT, *map(str, arguments)], stdin=slave, stdout=slave, stderr=slave, start_new_session=True
        )
        os.close(slave)

    def until(self, text: str) -> str:
        """Wait for `text`; return what was shown before it and was not returned yet."""
        deadline = time.monotonic() + PATIENCE_S
        while text not in self._seen:
            assert time.monotonic() < deadline, f"{text!r} did not come, but {self._seen!r}"
            self.watch(0.1)
        before, _, self._seen = self._seen.partition(text)
        return before

    def watch(self, seconds: float) -> str:
        """Return all that was shown, `seconds` from now, and was not returned yet."""
        deadline = time.monotonic() + seconds
        while (left := deadline - time.monotonic()) > 0:
            if select.select([self._master], [], [], left)[0]:
                self._seen += os.read(self._master, 65536).decode(errors="replace")
        return self._seen

    def type(self, text: str) -> None:
        os.write(self._master, text.encode())

    def close(self) -> None:
        self.process.kill()
        self.process.wait()
        os.close(self._master)


@pytest.fixture
def night(tmp_path: Path) -> Path:
    return tmp_path / "night"


@pytest.fixture
def seat(request: pytest.FixtureRequest, night: Path) -> Iterator[Seat]:
    seat = Seat(*request.param, night)
    yield seat
    seat.close()


@pytest.mark.parametrize("seat", [("--target", "50", "--note", "two cats", "--consent", "of both")], indirect=True)
def test_again_skip_note_and_quit_are_heeded_and_reach_the_manifest(seat: Seat, night: Path) -> None:
    seat.until("keys: a shoot the last view again")
    seat.until("/0001 (")
    seat.type("a")
    seat.until("again\r\n")
    while not any("replaces" in record for record in journaled(night)):
        seat.until(" s\r\n")
    seat.type("s")
    seat.until("skipped\r\n")
    seat.type("n")
    seat.until("note for the shot in hand: ")
    seat.type("a moth\n")
    seat.until("a moth")
    seat.until(" (")
    seat.type("q")
    seat.until("quitting after this shot\r\n")
    summary = seat.until("next: nirecap curate")
    assert "1 of them again" in summary
    assert "1 skipped; camera as before" in summary
    assert seat.process.wait(PATIENCE_S) == 3  # short of its target
    records = journaled(night)
    (again,) = [record for record in records if "replaces" in record]
    (replaced,) = [record for record in records if record["shot"] == again["replaces"]]
    assert again["scene"] == replaced["scene"]
    assert [record["note"] for record in records if "note" in record] == ["a moth"]
    assert leftovers(night) == set()
    assert damaged(night) == []
    assert nirecap("curate", night)[0] == 0
    rows = {row["shot"]: row for row in pq.read_table(night / "metadata.parquet").to_pylist()}
    assert set(rows) == {record["shot"] for record in records} - {replaced["shot"]}
    notes = {record["shot"]: "two cats; a moth" if "note" in record else "two cats" for record in records}
    assert {shot: row["note"] for shot, row in rows.items()} == {shot: notes[shot] for shot in rows}
    assert {row["consent"] for row in rows.values()} == {"of both"}


@pytest.mark.parametrize("seat", [("--target", "2", "--every", "1h")], indirect=True)
def test_the_shot_in_hand_waits_for_its_note_and_skip_ends_the_wait_for_the_next(seat: Seat, night: Path) -> None:
    seat.until("keys: a")
    seat.type("n")
    seat.until("note for the shot in hand: ")
    seat.type("lamp")
    assert seat.watch(5.0).strip() == "lamp"  # no bar over it, no shot that is finished without its note
    assert journaled(night) == []
    seat.type(" left\n")
    seat.until("/0001 (")
    seat.type("s")
    seat.until("/0002 (")
    assert "skipped" not in seat.until("camera as before")
    assert seat.process.wait(PATIENCE_S) == 0
    assert [record.get("note") for record in journaled(night)] == ["lamp left", None]
