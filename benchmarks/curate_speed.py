"""Does `curate` run at the speed of decoding? `python -m nirecap.benchmarks.curate_speed --scenes FOLDER`.

Curates the same pairs several times, each time in turn with the limit: the same files read and decoded by as many
processes that do nothing else. All times are from nothing to the end, starting of the processes included, with the
files in the system's cache. Then what a second run on unchanged files costs, and what cleanvision does in its time, if
it is installed.
"""

import argparse
import importlib.util
import os
import resource
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from functools import partial
from multiprocessing import get_context
from pathlib import Path
from statistics import median

import cv2
import numpy as np

from nirecap.capture.store import Collection
from nirecap.curate.curate import curate
from nirecap.curate.curation import How
from nirecap.curate.thresholds import load_thresholds
from nirecap.images import decode_image, read_bytes

from .speed_collections import files_of, make_collection

BARS = {"png": 0.70, "jpeg": 0.45}
"""What of the decoding limit `curate` is to reach."""
BATCH = 2
CLEANVISION = """
import sys
from cleanvision import Imagelab
lab = Imagelab(filepaths=sys.argv[2:])
lab.find_issues(n_jobs=int(sys.argv[1]), verbose=False)
"""


@dataclass(frozen=True)
class Cost:
    """What work takes, in seconds."""

    wall: float
    processor: float
    """Of all processes together: what is left to compare by where others use the machine too."""


def cost(work: Callable[[], object]) -> Cost:
    """Measure the work, the processes that it starts and ends included."""
    wall, processor = time.perf_counter(), _processor()
    work()
    return Cost(time.perf_counter() - wall, _processor() - processor)


def _processor() -> float:
    kinds = (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)
    return sum(usage.ru_utime + usage.ru_stime for usage in map(resource.getrusage, kinds))


def decode_all(files: Sequence[Sequence[Path]], workers: int, decode: Callable[[Path], object]) -> None:
    """Read and decode the files in worker processes."""
    with ProcessPoolExecutor(workers, get_context("spawn"), cv2.setNumThreads, (1,)) as pool:
        for _ in pool.map(partial(_decode_shot, decode), files, chunksize=BATCH):
            pass


def _decode_shot(decode: Callable[[Path], object], files: Sequence[Path]) -> None:
    for path in files:
        decode(path)


def as_curate(path: Path) -> None:
    """Decode a file as `curate` does."""
    decode_image(read_bytes(path), str(path))


def with_opencv(path: Path) -> None:
    """Decode a file as fast as OpenCV does."""
    cv2.imdecode(np.frombuffer(path.read_bytes(), np.uint8), cv2.IMREAD_COLOR_RGB)


def forget(collection: Collection) -> None:
    """Remove what `curate` made."""
    shutil.rmtree(collection.path / "curate", ignore_errors=True)
    for path in collection.path.glob("metadata.parquet*"):
        path.unlink()


def measure(collection: Collection, kind: str, workers: int, repeats: int) -> bool:
    """Print a table for one collection; True where the bar is reached."""
    files = list(files_of(collection))
    thresholds = load_thresholds()
    run = partial(curate, collection, thresholds, How(workers))
    trusting = partial(curate, collection, thresholds, How(workers, trust_mtime=True))
    costs: dict[str, list[Cost]] = {name: [] for name in ("curate", "decode", "opencv", "again", "trusting")}
    for _ in range(repeats):
        forget(collection)
        costs["decode"].append(cost(partial(decode_all, files, workers, as_curate)))
        costs["curate"].append(cost(run))
        costs["again"].append(cost(run))
        costs["trusting"].append(cost(trusting))
        costs["opencv"].append(cost(partial(decode_all, files, workers, with_opencv)))
    if importlib.util.find_spec("cleanvision"):
        costs["cleanvision"] = [cost(partial(_cleanvision, files, workers))]
    size = sum(path.stat().st_size for shot in files for path in shot) / len(files)
    print(f"\n{kind}: {len(files)} pairs of 1080p, {size / 1e6:.1f} MB each, {workers} processes, {repeats} repeats")
    for name, text in ROWS.items():
        if name in costs:
            print(f"  {text:<36} {_rate(costs[name], len(files))}")
    ratio, by_processor = _ratio(costs["decode"], costs["curate"])
    verdict = f"bar {BARS[kind]:.2f}: {'reached' if ratio >= BARS[kind] else 'NOT reached'}"
    print(f"  of the decoding limit: {ratio:.2f} ({verdict}); by processor time {by_processor:.2f}")
    fastest, by_processor = _ratio(costs["opencv"], costs["curate"])
    print(f"  of OpenCV's: {fastest:.2f}; by processor time {by_processor:.2f}", flush=True)
    return ratio >= BARS[kind]


ROWS = {
    "decode": "reading and decoding alone",
    "opencv": "reading and decoding alone, OpenCV",
    "curate": "curate, all checks",
    "again": "curate again, files hashed",
    "trusting": "curate again, --trust-mtime",
    "cleanvision": "cleanvision, its checks",
}


def _rate(costs: Sequence[Cost], pairs: int) -> str:
    walls = [each.wall for each in costs]
    processor = median(each.processor for each in costs) / pairs * 1e3
    spread = f"{min(walls):.2f} to {max(walls):.2f} s"
    return f"{pairs / median(walls):8.1f} pairs/s   {spread:>18}   {processor:7.1f} ms of processor a pair"


def _ratio(limit: Sequence[Cost], taken: Sequence[Cost]) -> tuple[float, float]:
    pairs = list(zip(limit, taken, strict=True))
    return median(a.wall / b.wall for a, b in pairs), median(a.processor / b.processor for a, b in pairs)


def _cleanvision(files: Sequence[Sequence[Path]], workers: int) -> None:
    paths = [str(path) for shot in files for path in shot]
    subprocess.run([sys.executable, "-c", CLEANVISION, str(workers), *paths], check=True, capture_output=True)


def main() -> int:
    """Print a table for each format; the exit code is 1 where a bar is missed."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--pairs", type=int, default=300)
    parser.add_argument("--formats", nargs="+", choices=list(BARS), default=list(BARS))
    parser.add_argument("--scenes", type=Path, help="folder of registered RGB + NIR scenes; without it, drawn views")
    parser.add_argument("--folder", type=Path, help="for the collections, which are kept; without it, a temporary one")
    parser.add_argument("--bracket", action="store_true", help="with the image that `shoot` takes again, for motion")
    parser.add_argument("--workers", type=int, default=os.cpu_count() or 1)
    parser.add_argument("--repeats", type=int, default=3)
    options = parser.parse_args()
    reached = []
    with tempfile.TemporaryDirectory() as scratch:
        for kind in options.formats:
            out = (options.folder or Path(scratch)) / f"{kind}-{options.pairs}{'-bracket' * options.bracket}"
            if (out / "sessions").is_dir():
                collection = Collection(out)
            else:
                made = (kind, options.pairs, options.scenes, options.bracket, options.workers)
                collection = make_collection(out, *made)
            reached.append(measure(collection, kind, options.workers, options.repeats))
    return 0 if all(reached) else 1


if __name__ == "__main__":
    sys.exit(main())
