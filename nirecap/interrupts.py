"""Being told to stop: once is enough, and what has to be put back is put back undisturbed."""

import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
"""Ctrl-C, SIGTERM and the end of the terminal."""
_GLANCE_S = 0.5


@contextmanager
def one_interrupt() -> Iterator[None]:
    """Raise KeyboardInterrupt in the block at the first Ctrl-C, SIGTERM or end of the terminal; ignore any further one.

    A signal that is ignored already, as `nohup` has it, stays so. After an interrupt the process is to end, and further
    signals stay ignored until it has. For the main thread.
    """
    heeded = [number for number in SIGNALS if signal.getsignal(number) is not signal.SIG_IGN]

    def interrupt(_number: int, _frame: object) -> None:
        for number in heeded:
            signal.signal(number, signal.SIG_IGN)
        raise KeyboardInterrupt

    before = {number: signal.signal(number, interrupt) for number in heeded}
    try:
        yield
    finally:
        for number, handler in before.items():
            if signal.getsignal(number) is interrupt:
                signal.signal(number, handler)


def wait_until(over: Callable[[float], bool]) -> None:
    """Wait in the main thread for what can be waited for, but look for signals meanwhile.

    One that arrives just before a wait without end does not end it, as it is only noticed when the wait is over.

    Args:
        over: waits for so many seconds at most, and tells whether it has come, as `threading.Event.wait` does.
    """
    while not over(_GLANCE_S):
        pass


@contextmanager
def later_interrupts() -> Iterator[Callable[[], bool]]:
    """Put off a signal of `SIGNALS` until the block is done, and give a function that tells whether one has come.

    For the main thread; in another, which no signal reaches, none ever comes.
    """
    if threading.current_thread() is not threading.main_thread():
        yield lambda: False
        return
    arrived: list[int] = []
    before = {
        number: signal.signal(number, lambda number, _: arrived.append(number))
        for number in SIGNALS
        if signal.getsignal(number) is not signal.SIG_IGN
    }
    try:
        yield lambda: bool(arrived)
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
        if arrived:
            signal.raise_signal(arrived[0])
