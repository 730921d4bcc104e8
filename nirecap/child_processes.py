"""Processes that work for this one: Ctrl-C is not their affair, and they do not outlive it."""

import multiprocessing
import os
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Thread

INTERRUPTS = {signal.SIGINT, signal.SIGHUP}


@contextmanager
def deaf() -> Iterator[None]:
    """Hold Ctrl-C back for the block; a process started in it never hears one, from its first instruction."""
    before = signal.pthread_sigmask(signal.SIG_BLOCK, INTERRUPTS)
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def end_with_parent() -> None:
    """End this process, started by `multiprocessing`, as soon as the one that started it is gone."""
    Thread(target=_wait_and_end, daemon=True).start()


def _wait_and_end() -> None:
    if parent := multiprocessing.parent_process():
        parent.join()
        os._exit(1)
