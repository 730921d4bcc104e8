"""Being told to stop, and what is finished before."""

import signal

import pytest

from nirecap.interrupts import SIGNALS, later_interrupts


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
