"""Worker processes that Ctrl-C does not reach: it stops this process, which then stops them."""

import signal
from collections.abc import Callable
from concurrent.futures import Future, ProcessPoolExecutor, ThreadPoolExecutor
from multiprocessing import active_children, get_context
from typing import Any, ParamSpec, TypeVar

P = ParamSpec("P")
T = TypeVar("T")


class Workers(ProcessPoolExecutor):
    """A pool for work that only reads and computes; leaving it by an exception ends the processes at once.

    Args:
        count: of processes, each started when work comes for it.
        initializer: called in each process first.
        initargs: its arguments.
    """

    def __init__(
        self, count: int, initializer: Callable[..., object] | None = None, initargs: tuple[Any, ...] = ()
    ) -> None:
        # spawn: a fork copies the locks of the threads that cv2 and PyAV run
        super().__init__(count, get_context("spawn"), initializer, initargs)
        # processes inherit that SIGINT is blocked, and an interrupt of the main thread leaves none half started
        self._starter = ThreadPoolExecutor(1, "starter", signal.pthread_sigmask, (signal.SIG_BLOCK, {signal.SIGINT}))

    def submit(self, fn: Callable[P, T], /, *args: P.args, **kwargs: P.kwargs) -> Future[T]:
        """Queue work, starting a process for it if needed."""
        return self._starter.submit(super().submit, fn, *args, **kwargs).result()

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        """Wait for the work; after an exception drop it."""
        self._starter.shutdown()
        if kind is not None:
            for process in active_children():
                process.terminate()
        self.shutdown(cancel_futures=True)
