"""Whether a long run stays flat: `python -m nirecap.benchmarks.long_run`.

Shoots many pairs with the simulated camera, which is a process of its own, and prints what this process holds: resident
memory, threads, and open files and sockets.
"""

import argparse
import os
import tempfile
import threading
from pathlib import Path

from nirecap.capture.drivers.sim import SimCamera
from nirecap.capture.goal import Goal
from nirecap.capture.shoot import Shooting
from nirecap.capture.store import Collection
from nirecap.vocabulary import Plan

DEVICE = ("--size=320x180", "--transition=0.1", "--fps=30")


def held() -> tuple[float, int, int]:
    """Return resident memory in MB, threads, and open files and sockets."""
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    files = len(list(Path("/proc/self/fd").iterdir()))
    return pages * os.sysconf("SC_PAGE_SIZE") / 1e6, threading.active_count(), files


def main() -> None:
    """Print a line for each so many shots."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--shots", type=int, default=1000)
    parser.add_argument("--every", type=int, default=50, help="shots from one line to the next")
    options = parser.parse_args()
    print(f"{'shots':>6} {'MB':>8} {'threads':>8} {'files':>6}")
    with tempfile.TemporaryDirectory() as folder, SimCamera("sim", DEVICE) as camera:
        collection = Collection(Path(folder), create=True)
        shooting = Shooting(camera, None, Plan.PAIR)

        def progress() -> None:
            if (taken := shooting.summary.taken) % options.every == 0:
                memory, threads, files = held()
                print(f"{taken:6} {memory:8.1f} {threads:8} {files:6}", flush=True)

        summary = shooting.run(collection, Goal(collection, options.shots), progress)
    print(f"{summary.taken} shots, {sum(summary.seconds) / len(summary.seconds):.2f} s each, {summary.causes}")


if __name__ == "__main__":
    main()
