"""Run `nirecap` as a user does, and look at what it leaves behind, without nirecap's own reading."""

import hashlib
import json
import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from nirecap.capture.sim.process import DEFAULT_PASSWORD

PATIENCE_S = 60.0


def started(
    *arguments: str | Path, cwd: Path | None = None, password: str = DEFAULT_PASSWORD, stdin: int = subprocess.DEVNULL
) -> subprocess.Popen[str]:
    """Start `nirecap`, leader of a process group of its own as a terminal makes it."""
    return subprocess.Popen(
        [sys.executable, "-m", "nirecap", *map(str, arguments)],
        cwd=cwd,
        env={**os.environ, "NIRECAP_PASSWORD": password},
        stdin=stdin,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        start_new_session=True,
    )


def nirecap(*arguments: str | Path, cwd: Path | None = None, password: str = DEFAULT_PASSWORD) -> tuple[int, list[str]]:
    """Run `nirecap` to its end; return the exit code and the lines that it said."""
    with started(*arguments, cwd=cwd, password=password) as running:
        said, _ = running.communicate(timeout=4 * PATIENCE_S)
    return running.returncode, lines_of(said)


def lines_of(said: str) -> list[str]:
    return [line for line in said.splitlines() if line.strip()]


def journaled(collection: Path) -> list[dict[str, Any]]:
    """Return the whole lines of all journals."""
    journals = sorted(collection.glob("sessions/*/shots.jsonl"))
    lines = [line for journal in journals for line in journal.read_bytes().splitlines(keepends=True)]
    return [json.loads(line) for line in lines if line.endswith(b"\n")]


def images_of(shot: dict[str, Any]) -> Iterator[dict[str, Any]]:
    yield from shot["images"].values()
    if "bracket" in shot:
        yield shot["bracket"]


def damaged(collection: Path) -> list[str]:
    """Name the journaled images that are not there byte for byte."""
    return [
        image["file"]
        for shot in journaled(collection)
        for image in images_of(shot)
        if not (path := collection / image["file"]).is_file()
        or hashlib.sha256(path.read_bytes()).hexdigest() != image["sha256"]
    ]


def leftovers(collection: Path) -> set[str]:
    """Name what stands in the sessions and belongs to no journaled shot, relative to them."""
    sessions = collection / "sessions"
    finished = {shot["shot"] for shot in journaled(collection)}
    found = set()
    for session in (entry for entry in sessions.iterdir() if entry.is_dir()):
        numbered = {f"{session.name}/{entry.name}" for entry in session.iterdir() if entry.is_dir()}
        found |= numbered - finished
        found |= {f"{session.name}/{entry.name}" for entry in session.glob("*.partial")}
        journal = session / "shots.jsonl"
        if journal.exists() and not journal.read_bytes().endswith(b"\n"):
            found.add(f"{session.name}/{journal.name}")
        if not numbered & finished:
            found.add(session.name)
    return found


def children(parent: int) -> list[int]:
    """Return the processes that `parent` started and that still run."""
    return [int(pid) for pid in Path(f"/proc/{parent}/task/{parent}/children").read_text().split()]


def runs(pid: int) -> bool:
    stat = Path(f"/proc/{pid}/stat")
    return stat.exists() and stat.read_text().rpartition(")")[2].split()[0] != "Z"


def wait_until(happened: Callable[[], object], step_s: float = 0.02) -> None:
    deadline = time.monotonic() + PATIENCE_S
    while not happened():
        if time.monotonic() > deadline:
            raise TimeoutError(f"it did not happen in {PATIENCE_S:.0f} s")
        time.sleep(step_s)
