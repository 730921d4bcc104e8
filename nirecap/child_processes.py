"""Processes that work for this one: Ctrl-C is not their affair, and they do not outlive it."""

import multiprocessing
import os
import signal
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ProcessPoolExecutor
from contextlib import contextmanager
from multiprocessing import get_context
from threading import Thread
from typing import ParamSpec, TypeVar

INTERRUPTS = {signal.SIGINT, signal.SIGHUP}
Given = ParamSpec("Given")
Made = TypeVar("Made")


class ChildProcesses(ProcessPoolExecutor):
    """Processes that are started when there is work for them, deaf to Ctrl-C from their first instruction."""

    def submit(self, work: Callable[Given, Made], /, *args: Given.args, **named: Given.kwargs) -> Future[Made]:
        """Begin some work; `map` does so for each of its items."""
        with _deaf():
            return super().submit(work, *args, **named)


@contextmanager
def _deaf() -> Iterator[None]:
    """Hold Ctrl-C back from this thread for the block, and from the processes started in it for good."""
    before = signal.pthread_sigmask(signal.SIG_BLOCK, ())
    try:
        signal.pthread_sigmask(signal.SIG_BLOCK, INTERRUPTS)  # raises what came just before, but blocks
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


@contextmanager
def child_processes(count: int, prepare: Callable[[], None]) -> Iterator[ChildProcesses]:
    """Keep `count` processes for the block.

    Args:
        count: how many, at most.
        prepare: called in each before its first task.
    """
    pool = ChildProcesses(count, get_context("spawn"), _begin, (prepare,))
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
