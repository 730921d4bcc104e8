"""Keys pressed in a real terminal, in front of and behind a real child process."""

import os
import select
import signal
import subprocess
import sys
import termios
import time
from collections.abc import Iterator
from contextlib import suppress
from typing import Any

import pytest

from nirecap.capture.keys import HELP, Key

CHILD = """
import signal, sys, time
from nirecap.capture.keys import Key, Keys
from nirecap.interrupts import one_interrupt

def say(line):  # in one piece, as two threads do
    sys.stdout.write(line + "\\n")
    sys.stdout.flush()

def heed(key):
    say("pressed " + key.name)
    if key is Key.NOTE:
        say("noted " + repr(keys.line("note: ")))

keys = Keys(heed)
try:
    with one_interrupt(), keys:
        say("ready")
        for number in range(600):
            time.sleep(0.05)
            if number == 10 and "ask" in sys.argv:
                with keys.paused():
                    say("answer " + repr(input("well? ")))
            if number == 10 and "fail" in sys.argv:
                raise SystemExit(7)
finally:
    say("over")
"""


class Seat:
    """A terminal with a session of its own, as a person has it, and the child that runs in it."""

    def __init__(self, *arguments: str, script: str = 'exec "$@"') -> None:
        self._master, self._slave = os.openpty()
        self.before = self.modes()
        self.seen = ""
        command = [sys.executable, "-c", CHILD, *arguments]
        slave = self._slave
        self.process = subprocess.Popen(
            ["setsid", "--ctty", "bash", "-c", script, "bash", *command], stdin=slave, stdout=slave, stderr=slave
        )

    def modes(self) -> list[Any]:
        return termios.tcgetattr(self._slave)

    def set_modes(self, modes: list[Any]) -> None:
        termios.tcsetattr(self._slave, termios.TCSANOW, modes)

    def hands_out_keys(self) -> bool:
        return not self.modes()[3] & termios.ICANON

    def until(self, text: str, seconds: float = 20.0) -> None:
        deadline = time.monotonic() + seconds
        while text not in self.seen:
            assert time.monotonic() < deadline, f"{text!r} did not come, but {self.seen!r}"
            if select.select([self._master], [], [], 0.1)[0]:
                self.seen += os.read(self._master, 4096).decode()

    def until_keys(self) -> None:
        deadline = time.monotonic() + 20
        while not self.hands_out_keys():
            assert time.monotonic() < deadline
            time.sleep(0.02)

    def type(self, text: str) -> None:
        os.write(self._master, text.encode())

    def close(self) -> None:
        if self.process.poll() is None:
            self.type("\x03")
        with suppress(subprocess.TimeoutExpired):
            self.process.wait(10)
        self.process.kill()
        self.process.wait()
        os.close(self._master)
        os.close(self._slave)


@pytest.fixture
def seat(request: pytest.FixtureRequest) -> Iterator[Seat]:
    seat = Seat(*getattr(request, "param", []))
    yield seat
    seat.close()


def test_keys_are_told_as_they_are_pressed_and_the_terminal_is_given_back(seat: Seat) -> None:
    seat.until("ready")
    seat.until_keys()
    for letter, name in (("a", "AGAIN"), ("s", "SKIP"), ("Q", "QUIT"), ("?", "HELP")):
        seat.type(letter)
        seat.until(f"pressed {name}")
    seat.type("x\x1b[a\r")  # no key of ours, an arrow, Enter
    seat.type("\x03")
    seat.until("over")
    seat.process.wait(10)
    assert seat.modes() == seat.before
    assert seat.seen.count("pressed") == 4


def test_a_key_pressed_before_anybody_listens_is_heeded(seat: Seat) -> None:
    seat.type("s")
    seat.until("ready")
    seat.until("pressed SKIP")


def test_letters_of_arrows_are_no_keys_wherever_a_read_cuts_them(seat: Seat) -> None:
    seat.until("ready")
    seat.until_keys()
    seat.type("x" + 300 * "\x1b[a\x1bOA\x1b[1;5s\x1b\x1b[a\x1b\x1bOA\x1b[[A\x1b[?1;2a")
    seat.type("s\x1b")
    seat.until("pressed SKIP")
    time.sleep(0.5)  # Esc alone stands for nothing that follows
    seat.type("q")
    seat.until("pressed QUIT")
    assert seat.seen.count("pressed") == 2


def test_a_note_is_typed_as_a_line_that_shows(seat: Seat) -> None:
    seat.until("ready")
    seat.until_keys()
    seat.type("n")
    seat.until("note: ")
    seat.type("a lamp on the left\n")
    seat.until("noted 'a lamp on the left'")
    assert "note: a lamp on the left" in seat.seen
    seat.until_keys()
    seat.type("s")
    seat.until("pressed SKIP")


def test_what_follows_a_note_in_a_paste_is_no_key(seat: Seat) -> None:
    seat.until("ready")
    seat.until_keys()
    seat.type("n")
    seat.until("note: ")
    seat.type("a lamp\nquite sunny\n")
    seat.until("noted 'a lamp'")
    seat.until_keys()
    seat.type("s")
    seat.until("pressed SKIP")
    assert seat.seen.count("pressed") == 2


def test_ctrl_c_in_a_note_ends_the_run_and_gives_the_terminal_back(seat: Seat) -> None:
    seat.until("ready")
    seat.until_keys()
    seat.type("n")
    seat.until("note: ")
    seat.type("half a no\x03")
    seat.until("over")
    seat.process.wait(10)
    assert seat.modes() == seat.before


@pytest.mark.parametrize("seat", [["ask"]], indirect=True)
def test_a_question_is_answered_with_a_line_in_between(seat: Seat) -> None:
    seat.until("well? ")
    seat.type("q and a\n")
    seat.until("answer 'q and a'")
    assert "pressed" not in seat.seen
    seat.until_keys()
    seat.type("a")
    seat.until("pressed AGAIN")


@pytest.mark.parametrize("seat", [["fail"]], indirect=True)
def test_an_exception_gives_the_terminal_back(seat: Seat) -> None:
    seat.until("over")
    assert seat.process.wait(10) == 7
    assert seat.modes() == seat.before


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_gives_the_terminal_back(seat: Seat, number: signal.Signals) -> None:
    seat.until("ready")
    seat.until_keys()
    seat.process.send_signal(number)
    seat.until("over")
    seat.process.wait(10)
    assert seat.modes() == seat.before


def test_after_a_stop_keys_are_asked_for_again(seat: Seat) -> None:
    seat.until("ready")
    seat.until_keys()
    seat.set_modes(seat.before)  # as the shell does between Ctrl-Z and fg
    seat.until_keys()
    seat.type("s")
    seat.until("pressed SKIP")


def test_a_run_in_the_background_leaves_the_terminal_alone_and_is_not_stopped() -> None:
    seat = Seat("fail", script='set -m; "$@" & wait')
    try:
        seat.until("ready")
        assert not seat.hands_out_keys()
        seat.until("over")
        assert seat.modes() == seat.before
    finally:
        seat.close()


def test_without_a_terminal_there_is_nobody_and_nothing_happens() -> None:
    script = f"{CHILD}\nassert not keys.attended and keys.line('note: ') == ''"
    script = script.replace("range(600)", "range(3)")
    done = subprocess.run(
        [sys.executable, "-c", script],
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
        timeout=30,
    )
    assert (done.returncode, done.stdout.split()) == (0, ["ready", "over"]), done.stderr


def test_every_key_is_in_the_help() -> None:
    assert all(f" {key} " in HELP for key in Key)
