"""What a person wants of a run reaches the thread that shoots, once and at once."""

import threading
import time

import pytest

from nirecap.capture.wishes import Skipped, Stopped, Wishes

LONG_S = 30.0


def waited(wishes: Wishes, *wish: str) -> tuple[bool, float]:
    """Wait long while another thread wishes; return what `wait` said and the seconds it took."""
    start = time.monotonic()
    other = threading.Timer(0.1, lambda: [getattr(wishes, name)() for name in wish])
    other.start()
    hurried = wishes.wait(LONG_S)
    other.join()
    return hurried, time.monotonic() - start


@pytest.mark.parametrize(("wish", "hurried"), [("skip", True), ("again", True), ("quit", False), ("stop", False)])
def test_a_wish_ends_the_wait(wish: str, hurried: bool) -> None:
    said, seconds = waited(Wishes(), wish)
    assert said is hurried
    assert seconds < LONG_S / 2


def test_a_wait_without_wishes_takes_its_time() -> None:
    start = time.monotonic()
    assert not Wishes().wait(0.2)
    assert time.monotonic() - start >= 0.2


def test_skip_ends_one_shot_only() -> None:
    wishes = Wishes()
    wishes.skip()
    with pytest.raises(Skipped):
        wishes.heed()
    wishes.heed()


def test_stop_is_for_good_and_quit_lets_the_shot_end() -> None:
    wishes = Wishes()
    wishes.quit()
    wishes.heed()
    assert wishes.quitting
    wishes.stop()
    for _ in range(2):
        with pytest.raises(Stopped):
            wishes.heed()


def test_note_and_again_are_told_once() -> None:
    wishes = Wishes()
    wishes.note("a cat")
    wishes.again()
    assert (wishes.take_note(), wishes.take_note()) == ("a cat", "")
    assert (wishes.take_again(), wishes.take_again()) == (True, False)


def test_a_shot_waits_for_the_note_that_is_being_typed() -> None:
    wishes = Wishes()
    wishes.await_note()
    typing = threading.Timer(0.3, wishes.note, ["a moth"])
    typing.start()
    assert wishes.take_note() == "a moth"
    assert wishes.take_note() == ""


def test_an_empty_note_does_not_take_back_the_one_before() -> None:
    wishes = Wishes()
    wishes.note("a moth")
    wishes.await_note()
    wishes.note("")
    assert wishes.take_note() == "a moth"


def test_who_types_for_ever_holds_up_neither_the_night_nor_its_end(monkeypatch: pytest.MonkeyPatch) -> None:
    wishes = Wishes()
    wishes.await_note()
    stopping = threading.Timer(0.1, wishes.stop)
    start = time.monotonic()
    stopping.start()
    assert wishes.take_note() == ""
    assert time.monotonic() - start < LONG_S
    patient = Wishes()
    patient.await_note()
    monkeypatch.setattr("nirecap.capture.wishes.NOTE_PATIENCE_S", 0.1)
    assert patient.take_note() == ""
