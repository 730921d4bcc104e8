"""Measure what a method made, in processes, from the files it left: later metrics need no second enhancement."""

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Executor, ThreadPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import cv2
import torch

from nirecap.child_processes import child_processes
from nirecap.errors import WorkersLost
from nirecap.images import read_image
from nirecap.vocabulary import Role

from . import held_out
from .held_out import TestImage
from .metrics import METRICS, Assets, Compared, NotMeasurable, Value, measure, opened

BATCH = 4
"""Images a task."""


@dataclass(frozen=True)
class Task:
    """Images to measure."""

    out: Path
    pictures: Path
    """Folder of what the method made."""
    images: tuple[TestImage, ...]
    metrics: tuple[tuple[str, str], ...]
    """Names, and how each is measured: with other files of the user in the same place it is another metric."""
    assets: Assets


def measure_all(
    pool: Executor, task: Task, advance: Callable[[int], None]
) -> Iterator[tuple[TestImage, dict[str, Value]]]:
    """Yield what each image of a task measures.

    Raises:
        ImageError: one can't be read.
        WorkersLost: a process was ended from outside.
    """
    parts = [task.images[start : start + BATCH] for start in range(0, len(task.images), BATCH)]
    tasks = [Task(task.out, task.pictures, part, task.metrics, task.assets) for part in parts]
    try:
        for part, values in zip(parts, pool.map(measure_images, tasks), strict=True):
            yield from zip(part, values, strict=True)
            advance(len(part))
    except BrokenProcessPool:
        raise WorkersLost(
            "a process that measures was ended from outside, perhaps for want of memory; run the same command again"
        ) from None


def measure_images(task: Task) -> list[dict[str, Value]]:
    """Return what the images of a task measure, by metric."""
    functions = _opened(task.metrics, task.assets)
    values = []
    for image in task.images:
        low, reference = (held_out.read(task.out, role, image) for role in (Role.LOW, Role.REFERENCE))
        try:
            compared = Compared(read_image(task.pictures / image.file), low, reference)
        except NotMeasurable as reason:
            values.append(dict.fromkeys(functions, Value(float("nan"), str(reason))))
        else:
            values.append(measure(functions, compared))
    return values


@cache
def _opened(metrics: Sequence[tuple[str, str]], assets: Assets) -> dict[str, Callable[[Compared], float]]:
    return opened([METRICS[name] for name, _ in metrics], assets)


@contextmanager
def measuring(count: int) -> Iterator[Executor]:
    """Keep `count` processes that measure for the block; 1 measures in this one.

    Ctrl-C is this process's affair, they don't hear it.
    """
    with ExitStack() as stack:
        if count > 1:
            yield stack.enter_context(child_processes(count, _one_thread))
        else:
            pool = ThreadPoolExecutor(1)
            stack.callback(pool.shutdown, cancel_futures=True)
            yield pool


def _one_thread() -> None:
    """Keep to one thread, as there is a process for each core."""
    torch.set_num_threads(1)
    cv2.setNumThreads(1)
