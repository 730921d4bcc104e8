"""Processes that work for this one: Ctrl-C is not their affair, and they do not outlive it."""

import multiprocessing
import os
import signal
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from multiprocessing import get_context
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


@contextmanager
def child_processes(count: int, prepare: Callable[[], None]) -> Iterator[ProcessPoolExecutor]:
    """Keep `count` processes for the block. What is submitted should be within `deaf`, as that starts them.

    Args:
        count: how many, at most.
        prepare: called in each before its first task.
    """
    pool = ProcessPoolExecutor(count, get_context("spawn"), _begin, (prepare,))
    try:
        yield pool
    finally:
        pool.shutdown(cancel_futures=True)


def _begin(prepare: Callable[[], None]) -> None:
    prepare()
    Thread(target=_end_with_parent, daemon=True).start()


def _end_with_parent() -> None:
    if parent := multiprocessing.parent_process():
        parent.join()
        os._exit(1)
