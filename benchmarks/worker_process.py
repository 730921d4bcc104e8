"""Run a job in a process of its own, and hear how it goes."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import IO, Any

from nirecap.errors import BenchmarkError

from .job import Job, finished
from .layout import log
from .told import Told

LIBRARIES = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS")
PATIENCE_S = 10.0
"""How long a worker that is told to end may take."""


def run_worker(job: Job, images: int, told: Told) -> None:
    """Do a job in a process of its own.

    Args:
        job: what to do.
        images: how many it will enhance.
        told: whoever watches.

    Raises:
        BenchmarkError: the method failed, or its process was ended from outside.
    """
    label = f"{job.method}, seed {job.seed}"
    path = log(job.out, job.method, job.seed)
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("wb") as printed, _process(job, printed) as process:
        reason = _listen(process, label, job.minutes, images, told)
    if process.returncode == 0 and finished(job):
        return
    if reason is None:
        reason = _ended(process.returncode)
    raise BenchmarkError(f"{label}: {reason} (see {path})")


@contextmanager
def _process(job: Job, printed: IO[bytes]) -> "Iterator[subprocess.Popen[str]]":
    """Keep the process of a job for the block; it does not hear Ctrl-C, and does not outlive the block."""
    environment = os.environ | dict.fromkeys(LIBRARIES, str(job.threads))
    process = subprocess.Popen(
        [sys.executable, "-P", "-m", "nirecap.benchmarks.worker"],  # no module comes from the data's folder
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=printed,
        text=True,
        env=environment,
        start_new_session=True,
    )
    try:
        yield _with_job(process, job)
        process.wait()
    finally:
        if process.poll() is None:
            process.terminate()
            try:
                process.wait(PATIENCE_S)
            except subprocess.TimeoutExpired:
                process.kill()
        for pipe in (process.stdin, process.stdout):
            if pipe:
                pipe.close()


def _with_job(process: "subprocess.Popen[str]", job: Job) -> "subprocess.Popen[str]":
    with suppress(BrokenPipeError):  # it has ended already, and its log says why
        if process.stdin:
            process.stdin.write(job.to_json() + "\n")
            process.stdin.flush()
    return process


def _listen(process: "subprocess.Popen[str]", label: str, minutes: float, images: int, told: Told) -> str | None:
    """Pass on what the process says until it says no more; return why it failed, if it says so."""
    reason = None
    fitted, enhanced = 0.0, 0
    advance = told.stage(f"{label}: training", round(minutes * 60))
    for message in _messages(process):
        if "fitting" in message:
            advance(int(message["fitting"]) - int(fitted))
            fitted = message["fitting"]
        elif "enhanced" in message:
            if not enhanced:
                advance = told.stage(f"{label}: enhancing", images)
            enhanced += 1
            advance(1)
        elif "failed" in message:
            reason = str(message["failed"])
    return reason


def _messages(process: "subprocess.Popen[str]") -> Iterator[dict[str, Any]]:
    for line in process.stdout or ():
        try:
            message = json.loads(line)
        except ValueError:  # of a library that writes past everything
            continue
        if isinstance(message, dict):
            yield message


def _ended(code: int) -> str:
    if code == -9:
        return "its process was killed, perhaps for want of memory"
    if code < 0:
        return f"its process crashed with signal {-code}"
    return f"its process ended with code {code}"
