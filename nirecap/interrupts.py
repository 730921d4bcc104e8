"""Being told to stop: once is enough, and what has to be put back is put back undisturbed."""

import signal
import sys
import threading
import time
from _thread import start_new_thread
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from types import FrameType

SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
"""Ctrl-C, SIGTERM and the end of the terminal."""
Handler = Callable[[int, FrameType | None], object] | int | None
_GLANCE_S = 0.5
_SOON_S = 0.05


@contextmanager
def one_interrupt() -> Iterator[None]:
    """Raise KeyboardInterrupt in the block at the first Ctrl-C, SIGTERM or end of the terminal; ignore any further one.

    A signal that is ignored already, as `nohup` has it, stays so. After an interrupt the process is to end, and further
    signals stay ignored until it has. For the main thread.

    Python drops what is raised while it clears away an object, or the lock of a module that it has just imported; an
    interrupt that was dropped so is raised once more, at the end of the block at the latest.
    """
    heeded = [number for number in SIGNALS if signal.getsignal(number) is not signal.SIG_IGN]
    dropped: list[int] = []  # the main thread, while it is to be interrupted once more

    def interrupt(_number: int, _frame: object) -> None:
        dropped.clear()
        _set(dict.fromkeys(heeded, signal.SIG_IGN))
        raise KeyboardInterrupt

    def once_more() -> None:
        _set(dict.fromkeys(heeded, interrupt))
        dropped.append(threading.get_ident())
        start_new_thread(_interrupt_soon, (dropped,))  # a `threading.Thread` takes locks, which may be held here

    before = _set(dict.fromkeys(heeded, interrupt))
    try:
        with _dropped_interrupts(once_more):
            yield
    finally:
        late = dropped.copy()
        dropped.clear()
        _set({number: before[number] for number in heeded if signal.getsignal(number) is interrupt})
    if late:
        raise KeyboardInterrupt


def _interrupt_soon(threads: Sequence[int]) -> None:
    time.sleep(_SOON_S)
    for thread in threads:
        signal.pthread_kill(thread, signal.SIGINT)


def _set(handlers: Mapping[signal.Signals, Handler]) -> dict[signal.Signals, Handler]:
    """Set handlers, and return those that were there before."""
    return {number: signal.signal(number, handler) for number, handler in handlers.items()}


@contextmanager
def _dropped_interrupts(told: Callable[[], None]) -> Iterator[None]:
    """Tell of each KeyboardInterrupt that Python drops in the block."""
    before = sys.unraisablehook

    def look(dropped: "sys.UnraisableHookArgs") -> None:
        if dropped.exc_type is KeyboardInterrupt and threading.current_thread() is threading.main_thread():
            told()
        else:
            before(dropped)

    sys.unraisablehook = look
    try:
        yield
    finally:
        sys.unraisablehook = before


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
    heeded = [number for number in SIGNALS if signal.getsignal(number) is not signal.SIG_IGN]
    before = _set(dict.fromkeys(heeded, lambda number, _: arrived.append(number)))
    try:
        yield lambda: bool(arrived)
    finally:
        _set(before)
        if arrived:
            signal.raise_signal(arrived[0])
