"""The process of one method with one seed: `python -m nirecap.benchmarks.worker`, its job as JSON on standard input.

It has the memory and the threads of the method alone, and if it dies no other method is harmed. On standard output it
tells how it goes, as JSON by line; whatever a method prints goes into the log. It ends when standard input does.
"""

import itertools
import json
import os
import platform
import sys
import threading
import time
import traceback
from collections.abc import Callable
from pathlib import Path
from resource import RUSAGE_SELF, getrusage
from typing import Any

import cv2
import numpy as np
import torch
from numpy.typing import NDArray

from nirecap import __version__
from nirecap.errors import BenchmarkError, NirecapError
from nirecap.files import write_atomically
from nirecap.images import Pixels, encode_png
from nirecap.model.open_dataset import open_training
from nirecap.redaction import redacted
from nirecap.vocabulary import Role

from . import held_out
from .code import code
from .cost import Cost, keep, kept
from .job import Done, Job, begin, finish
from .method import Budget, Method
from .named_method import named, saw
from .outside_pairs import open_outside

Tell = Callable[..., None]
BEAT_S = 0.5
KEEP_EVERY = 20
"""Beats after which the cost is kept anew."""


def work(job: Job, tell: Tell) -> None:
    """Train a method, enhance the test images, and keep what it made of them.

    Raises:
        NirecapError: the data set is another one by now, or the method can't do it.
    """
    torch.set_num_threads(job.threads)
    cv2.setNumThreads(job.threads)
    method = named(job.method, job.weights)
    cost, resumed = (Cost(), False) if job.weights else fit(method, job, tell)
    seconds = enhance_all(method, job, tell)
    facts = method.facts
    finish(
        job,
        Done(
            title=facts.title,
            saw=saw(facts.sees, job.weights is not None, job.pairs_fingerprint),
            licence=f"{facts.licence}; weights: as their owner says" if job.weights else facts.licence,
            source=facts.source,
            trained=facts.trained,
            fit_seconds=cost.seconds,
            resumed=resumed,
            peak_memory_mib=max(peak_memory(), cost.peak_memory_mib),
            version=f"{__version__} (code {code()})",
            machine=machine(job.threads),
            seconds=seconds,
        ),
    )


def fit(method: Method, job: Job, tell: Tell) -> tuple[Cost, bool]:
    """Train the method on the training frames alone and keep what it learnt.

    Returns:
        What it cost, with earlier processes, and whether there were some.
    """
    frames = open_training(job.dataset)
    if (frames.fingerprint, frames.maps) != (job.training, job.maps):
        raise BenchmarkError(f"{job.dataset} was changed meanwhile; begin anew with another --out")
    if job.pairs:
        outside = open_outside(job.pairs)
        if outside.fingerprint != job.pairs_fingerprint:
            raise BenchmarkError(f"{job.pairs} was changed meanwhile; begin anew with another --out")
        method.pairs = outside.pairs
    resumed = begin(job)
    earlier = kept(job.checkpoints) if resumed else Cost()
    budget = Budget(job.minutes, job.seed, job.threads, job.checkpoints)
    began = time.monotonic()
    ended = threading.Event()

    def so_far() -> Cost:
        return earlier.then(time.monotonic() - began, peak_memory())

    beat = threading.Thread(target=_beat, args=(job, so_far, ended, tell), daemon=True)
    beat.start()
    try:
        method.fit(frames, budget)
    finally:
        ended.set()
        beat.join()
    cost = so_far()
    keep(job.checkpoints, cost)
    if method.facts.trained:
        job.learnt.parent.mkdir(parents=True, exist_ok=True)
        method.save(job.learnt)
    return cost, resumed


def enhance_all(method: Method, job: Job, tell: Tell) -> dict[str, float]:
    """Enhance the test images, keep them as PNG, and return the seconds each took."""
    fingerprint, images = held_out.kept(job.out)
    if fingerprint != job.testing:
        raise BenchmarkError(f"the test images in {job.out} were changed meanwhile; name another --out")
    job.pictures.mkdir(parents=True, exist_ok=True)
    seconds = {}
    for image in images:
        low, nire = (_float(held_out.read(job.out, role, image)) for role in (Role.LOW, Role.NIRE))
        began = time.monotonic()
        output = method.enhance(low, np.ascontiguousarray(nire[..., 0]))
        seconds[image.name] = time.monotonic() - began
        rounded = np.rint(np.clip(output, 0, 1) * 255).astype(np.uint8)
        write_atomically(job.pictures / image.file, encode_png(rounded))
        tell(enhanced=image.name)
    return seconds


def _float(pixels: Pixels) -> NDArray[np.float32]:
    return np.asarray(pixels / np.float32(255), np.float32)


def peak_memory() -> float:
    """Return the most memory that this process had, and the most of the GPU that it had, added up in MiB."""
    gpu = torch.cuda.max_memory_reserved() / (1 << 20) if torch.cuda.is_available() else 0.0
    return gpu + _peak_on_host()


def _peak_on_host() -> float:
    status = Path("/proc/self/status")  # rusage also counts what the parent had when it started this process
    if status.exists():
        fields = dict(line.split(":", 1) for line in status.read_text().splitlines() if ":" in line)
        return int(fields["VmHWM"].split()[0]) / 1024
    return getrusage(RUSAGE_SELF).ru_maxrss / (1 << 20 if sys.platform == "darwin" else 1024)


def machine(threads: int) -> dict[str, str]:
    """Return what times and memory depend on; nothing that names a computer or its owner."""
    return {
        "processor": _processor(),
        "cores": str(os.cpu_count()),
        "threads": str(threads),
        "system": f"{platform.system()} {platform.machine()}",
        "python": platform.python_version(),
        "torch": torch.__version__,
        **({"gpu": torch.cuda.get_device_name()} if torch.cuda.is_available() else {}),
    }


def _processor() -> str:
    told = Path("/proc/cpuinfo")
    lines = told.read_text().splitlines() if told.exists() else []
    names = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    return names[0] if names else platform.processor()


def _beat(job: Job, so_far: Callable[[], Cost], ended: threading.Event, tell: Tell) -> None:
    for beat in itertools.count():
        if ended.wait(BEAT_S):
            return
        tell(fitting=so_far().seconds)
        if beat % KEEP_EVERY == 0:
            keep(job.checkpoints, so_far())


def _end_with_parent() -> None:
    os.read(sys.stdin.fileno(), 1)  # past Python's buffer, whose lock would be held when this process ends
    os._exit(1)


def main() -> None:
    """Do the job of standard input."""
    channel = os.fdopen(os.dup(sys.stdout.fileno()), "w", buffering=1)
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())  # a method may print
    lock = threading.Lock()

    def tell(**message: Any) -> None:  # noqa: ANN401 - numbers and text
        with lock:
            channel.write(json.dumps(message) + "\n")

    job = Job.from_json(sys.stdin.readline())
    threading.Thread(target=_end_with_parent, daemon=True).start()
    try:
        work(job, tell)
    except Exception as error:  # whatever a method raises
        sys.stderr.write(redacted(traceback.format_exc()))
        text = str(error) if isinstance(error, NirecapError) else f"{type(error).__name__}: {error}"
        tell(failed=redacted(" ".join(text.split())[:500]))
        sys.exit(1)


if __name__ == "__main__":
    main()
