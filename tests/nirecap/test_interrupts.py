"""Being told to stop, and what is finished before."""

import signal
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from nirecap.interrupts import SIGNALS, later_interrupts, one_interrupt, wait_until


@pytest.mark.parametrize("number", SIGNALS)
def test_what_must_not_be_interrupted_is_done_first(number: signal.Signals) -> None:
    done: list[str] = []

    def interrupt(_number: int, _frame: object) -> None:
        raise KeyboardInterrupt

    before = signal.signal(number, interrupt)
    try:
        with pytest.raises(KeyboardInterrupt), later_interrupts():
            signal.raise_signal(number)
            done.append("all of it")
        assert done == ["all of it"]
        assert signal.getsignal(number) is interrupt
    finally:
        signal.signal(number, before)


def test_an_ignored_signal_stays_ignored() -> None:
    before = signal.signal(signal.SIGHUP, signal.SIG_IGN)
    try:
        with later_interrupts():
            signal.raise_signal(signal.SIGHUP)
        assert signal.getsignal(signal.SIGHUP) is signal.SIG_IGN
    finally:
        signal.signal(signal.SIGHUP, before)


@contextmanager
def handlers_as_before() -> Iterator[None]:
    before = {number: signal.getsignal(number) for number in SIGNALS}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def test_a_signal_that_python_drops_at_the_very_end_is_raised_by_then() -> None:
    with handlers_as_before():
        with pytest.raises(KeyboardInterrupt), one_interrupt():
            Cleared()
        time.sleep(0.2)  # nothing comes later


class Cleared:
    """Is interrupted while Python clears it away, where nothing that is raised comes through."""

    def __del__(self) -> None:
        signal.raise_signal(signal.SIGINT)


def test_a_signal_that_python_drops_is_raised_all_the_same() -> None:
    hook, came_through = sys.unraisablehook, False
    with handlers_as_before():
        with pytest.raises(KeyboardInterrupt), one_interrupt():
            Cleared()
            came_through = True
            time.sleep(10)
            pytest.fail("nobody was told")
        assert all(signal.getsignal(number) is signal.SIG_IGN for number in SIGNALS)
    assert came_through
    assert sys.unraisablehook is hook


def test_a_signal_that_does_not_wake_the_main_thread_is_noticed_all_the_same() -> None:
    """As one that arrives just before the wait begins; here another thread gets it."""
    never = threading.Event()
    other = threading.Thread(target=never.wait, args=(10.0,), daemon=True)
    other.start()

    def tell_the_other() -> None:
        assert other.ident is not None
        signal.pthread_kill(other.ident, signal.SIGINT)

    begun = time.monotonic()
    threading.Timer(0.2, tell_the_other).start()
    with handlers_as_before(), pytest.raises(KeyboardInterrupt), one_interrupt():
        wait_until(never.wait)
    assert time.monotonic() - begun < 5
    never.set()
