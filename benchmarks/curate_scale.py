"""Whether a large collection fits into memory: `python -m nirecap.benchmarks.curate_scale --shots 50000`.

Makes a collection of tiny pairs (every tenth shot has a reference too), then runs each command on it as a person would
and prints rows per second and the peak of resident memory, that of all its processes added up; pages that they share
are counted for each.
"""

import argparse
import http.cookiejar
import json
import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time
import urllib.request
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cache
from hashlib import sha256
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from nirecap.capture.records import SHOT, ImageRecord, ShotRecord
from nirecap.capture.store import JOURNAL, SESSION_FILE
from nirecap.images import Pixels
from nirecap.places import MANIFEST, REPORT, SESSIONS, VERDICTS
from nirecap.vocabulary import Plan, Role

SIZE = 64, 48
PER_SCENE = 50
PER_SESSION = 1000
BEGAN = datetime(2026, 1, 1, tzinfo=UTC)
BAR_GIB = 2.0
SAMPLED_S = 0.1
Light = NDArray[np.float32]
KEEP_REPEATED = ("--set", "duplicate=2")
NIRECAP = (sys.executable, "-m", "nirecap")


@dataclass
class Step:
    """What a command took."""

    name: str
    seconds: float
    peak: int
    """Bytes."""
    said: str


def make_collection(out: Path, begin: int, end: int, distinct: int) -> None:
    """Write shots `begin` to `end` as the store does, but without waiting for the disk after each file.

    From shot `distinct` on the pictures repeat.
    """
    for first in range(begin, end, PER_SESSION):
        number = first // PER_SESSION
        session = f"{BEGAN + timedelta(hours=number):%Y%m%d-%H%M%S}-scale-{number:04x}"
        folder = out / SESSIONS / session
        folder.mkdir(parents=True)
        facts = {"schema": 1, "session": session, "camera": {"name": f"camera {number % 7}", "driver": "sim"}}
        (folder / SESSION_FILE).write_text(json.dumps(facts))
        with (folder / JOURNAL).open("wb") as journal:
            for index in range(first, min(first + PER_SESSION, end)):
                record = _shot(out, session, index, f"camera {number % 7}", index % distinct)
                journal.write(SHOT.dump_json(record, exclude_none=True) + b"\n")


def _shot(out: Path, session: str, index: int, camera: str, picture: int) -> ShotRecord:
    name = f"{session}/{index % PER_SESSION + 1:04d}"
    folder = out / SESSIONS / name
    folder.mkdir()
    plan = Plan.PAIR if index % 10 else Plan.TRIPLET
    images = {}
    for role, pixels in _pictures(picture).items():
        if role in plan.roles:
            content = cv2.imencode(".png", pixels[..., ::-1])[1].tobytes()
            (folder / f"{role}.png").write_bytes(content)
            images[role] = ImageRecord(f"{SESSIONS}/{name}/{role}.png", sha256(content).hexdigest(), *SIZE)
    taken = BEGAN + timedelta(seconds=30 * index)
    return ShotRecord(name, session, f"scene {index // PER_SCENE:04d}", plan, camera, taken, images)


def _pictures(index: int) -> dict[Role, Pixels]:
    grey, tinted = _view(index // PER_SCENE)
    rng = np.random.default_rng([index, 1])

    def grainy(light: Light, gain: float, colours: int) -> Pixels:
        grain = rng.normal(0, 1, (*light.shape[:2], colours))
        return np.asarray(np.clip(gain * light + grain, 0, 255), np.uint8)

    return {Role.LOW: grainy(tinted, 0.5, 3), Role.NIRE: grainy(grey, 0.9, 1), Role.REFERENCE: grainy(tinted, 1.0, 3)}


@cache
def _view(scene: int) -> tuple[Light, Light]:
    """Draw discs of random greys, and the same in random colours; every shot of a scene adds grain of its own."""
    rng = np.random.default_rng(scene)
    width, height = 2 * SIZE[0], 2 * SIZE[1]
    grey = np.full((height, width, 3), rng.uniform(60, 120), np.float32)
    tint = np.ones_like(grey)
    for _ in range(14):
        centre = int(rng.integers(width)), int(rng.integers(height))
        axes = int(rng.integers(7, 30)), int(rng.integers(7, 30))
        place = centre, axes, float(rng.uniform(0, 180)), 0, 360
        cv2.ellipse(grey, *place, (float(rng.uniform(20, 230)),) * 3, -1)
        cv2.ellipse(tint, *place, tuple(rng.uniform(0.5, 1, 3).tolist()), -1)
    small, tinted = (cv2.resize(light, SIZE, interpolation=cv2.INTER_AREA) for light in (grey, grey * tint))
    return np.asarray(small, np.float32), np.asarray(tinted, np.float32)


def run_step(name: str, *arguments: str) -> Step:
    """Run a command to its end and watch its memory.

    Raises:
        RuntimeError: it failed.
    """
    began = time.monotonic()
    process = subprocess.Popen([*NIRECAP, *arguments], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    with Watch(process.pid) as watch:
        said, _ = process.communicate()
    if process.returncode:
        raise RuntimeError(f"nirecap {' '.join(arguments)} ended with {process.returncode}: {said[-500:]}")
    return Step(name, time.monotonic() - began, watch.peak, said)


class Watch:
    """Samples the resident memory of a process and all that it started, for the block."""

    def __init__(self, pid: int) -> None:
        self.peak = 0
        self._pid = pid
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._sample, daemon=True)

    def __enter__(self) -> "Watch":
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._over.set()
        self._thread.join()

    def _sample(self) -> None:
        while not self._over.wait(SAMPLED_S):
            self.peak = max(self.peak, sum(map(_resident, _family(self._pid))))


def _family(pid: int) -> set[int]:
    """Return a process and all below it."""
    parents: dict[int, int] = {}
    for entry in Path("/proc").glob("[0-9]*/stat"):
        try:
            parents[int(entry.parent.name)] = int(entry.read_text().rpartition(")")[2].split()[1])
        except (OSError, ValueError, IndexError):
            continue  # it has just ended
    family = {pid}
    while more := {child for child, parent in parents.items() if parent in family} - family:
        family |= more
    return family


def _resident(pid: int) -> int:
    try:
        return int(Path(f"/proc/{pid}/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")
    except (OSError, IndexError):
        return 0


def review_step(out: Path) -> Step:
    """Serve the review, load its page and all thumbnails, say one word, and end it by Ctrl-C."""
    began = time.monotonic()
    arguments = [*NIRECAP, "review", str(out), "--reviewer", "benchmark"]
    process = subprocess.Popen(arguments, stdout=subprocess.PIPE, text=True)
    with Watch(process.pid) as watch:
        try:
            address = _address(process)
            ready = time.monotonic() - began
            size, pictures, verdict = _as_a_browser(address)
        finally:
            process.send_signal(signal.SIGINT)
            process.communicate(timeout=120)
    said = f"page after {ready:.1f} s, {size / 1e6:.1f} MB; thumbnails {pictures / 1e6:.1f} MB; verdict {verdict:.2f} s"
    if not (out / VERDICTS).is_file():
        raise RuntimeError("the verdict is not in the journal")
    return Step("review", time.monotonic() - began, watch.peak, said)


def _address(process: subprocess.Popen[str]) -> str:
    for line in process.stdout or ():
        if found := re.search(r"http://127\.0\.0\.1:\d+/\?token=\S+", line):
            return found[0]
    raise RuntimeError("the review did not start")


def _as_a_browser(address: str) -> tuple[int, int, float]:
    """Return bytes of the page, bytes of all thumbnails, and seconds that a verdict took."""
    browser = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(http.cookiejar.CookieJar()))
    root = address.partition("?")[0]
    page = browser.open(address, timeout=300).read()
    edition = re.search(rb'"edition": ?"?([^",}]+)', page)
    shot = re.search(rb"\d{8}-\d{6}-scale-0000/\d{4}", page)
    pictures, number = 0, 0
    while edition and (block := browser.open(f"{root}pictures/{edition[1].decode()}/{number}", timeout=300).read()):
        if len(block) < len(b'{"a":1}'):
            break
        pictures, number = pictures + len(block), number + 1
    word = {"shot": shot[0].decode() if shot else "", "verdict": "reject", "reviewer": "benchmark", "seen": None}
    body = json.dumps({**word, "flags_on": [], "flags_off": []}).encode()
    began = time.monotonic()
    browser.open(urllib.request.Request(f"{root}verdict", body, {"content-type": "application/json"}), timeout=300)  # noqa: S310 - our own server
    return len(page), pictures, time.monotonic() - began


def steps(out: Path, dest: Path) -> list[Callable[[], Step]]:
    """Return what a person does with a collection, in order."""
    folder = str(out)
    return [
        lambda: run_step("open", "curate", folder, "--dry-run"),
        lambda: run_step("curate", "curate", folder, *KEEP_REPEATED),
        lambda: run_step("curate again", "curate", folder, *KEEP_REPEATED),
        lambda: run_step("curate --trust-mtime", "curate", folder, *KEEP_REPEATED, "--trust-mtime"),
        lambda: review_step(out),
        lambda: run_step("publish", "publish", folder, str(dest)),
    ]


def _tell(took: Step, shots: int) -> None:
    peak = took.peak / (1 << 30)
    mark = "" if peak < BAR_GIB else f"  over {BAR_GIB} GiB"
    print(f"{took.name:22}{took.seconds:9.1f}{shots / took.seconds:9.0f}{peak:10.2f}{mark}")
    print("    " + "\n    ".join(took.said.strip().splitlines()[-8:]), flush=True)


def main() -> None:
    """Print a line for each step."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--shots", type=int, default=50_000)
    parser.add_argument("--distinct", type=int, help="shots with pictures of their own; the rest repeat, unexamined")
    parser.add_argument("--in", dest="folder", type=Path, help="where to make the collection; it stays there")
    options = parser.parse_args()
    scratch = options.folder or Path(tempfile.mkdtemp(prefix="nirecap-scale-"))
    out, dest = scratch / "collection", scratch / "published"
    distinct = min(options.distinct or options.shots, options.shots)
    if distinct < options.shots and distinct % PER_SESSION:
        parser.error(f"--distinct takes whole sessions of {PER_SESSION} shots")
    try:
        print(f"{'step':22}{'seconds':>9}{'rows/s':>9}{'peak GiB':>10}")
        make_collection(out, 0, distinct, distinct)
        if distinct < options.shots:
            _tell(run_step(f"curate {distinct}", "curate", str(out)), distinct)
            make_collection(out, distinct, options.shots, distinct)
        for step in steps(out, dest):
            _tell(step(), options.shots)
        for file in (out / MANIFEST, out / REPORT):
            print(f"{file.name:22}{file.stat().st_size / 1e6:9.1f} MB")
    finally:
        if options.folder is None:
            shutil.rmtree(scratch, ignore_errors=True)


if __name__ == "__main__":
    main()
