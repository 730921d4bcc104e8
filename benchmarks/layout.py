"""Where the files of a benchmark lie in its folder OUT."""

import fcntl
import hashlib
import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from nirecap.errors import BenchmarkError

RESULTS = "results.parquet"
"""One row per image, method, seed and metric."""
REPORT = "report.html"
TABLES = "tables"
"""Folder of tables, as Markdown and LaTeX."""
FIGURES = "figures"
HELD_OUT = "test"
"""Folder of the test images, by role."""
IMAGES = "images"
"""Folder of what the methods made of them: `<method>/<seed>/<image>.png`."""
LONGEST = 150
"""Bytes of a name; of a longer one the beginning is kept."""


def pictures(out: Path, method: str, seed: int) -> Path:
    """Return the folder of what a method made."""
    return out / IMAGES / plain(method) / str(seed)


def checkpoints(out: Path, method: str, seed: int) -> Path:
    """Return the folder in which the training of a method keeps its state."""
    return out / "training" / plain(method) / str(seed)


def learnt(out: Path, method: str, seed: int) -> Path:
    """Return where what a method learnt is kept."""
    return out / "models" / plain(method) / str(seed)


def log(out: Path, method: str, seed: int) -> Path:
    """Return the file of what a method printed, and of why it failed."""
    return out / "logs" / f"{plain(method)}-{seed}.log"


def plain(name: str) -> str:
    """Return the name of a file or folder for a name of anything.

    >>> plain("20261120-200000-porch/0001"), plain("zero_dce_pp"), plain("../Etc:x")
    ('20261120-200000-porch_0001', 'zero_dce_pp', '_Etc_x')
    """
    clean = re.sub(r"[^\w.-]+", "_", name).lstrip(".") or "_"
    if len(clean.encode()) <= LONGEST:
        return clean
    return f"{clean[: LONGEST // 4]}-{hashlib.sha256(name.encode()).hexdigest()[:16]}"


@contextmanager
def claimed(out: Path) -> Iterator[None]:
    """Keep OUT for this process while the block runs.

    Raises:
        BenchmarkError: another one has it.
    """
    out.mkdir(parents=True, exist_ok=True)
    with (out / ".lock").open("wb") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise BenchmarkError(f"another nirecap is benchmarking into {out}; wait, or name another --out") from None
        yield
