"""Nothing outside a collection is opened, and nothing waited for, whatever links, pipes and names stand in it."""

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from hashlib import sha256
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from nirecap.curate.align import ALIGNED, PROVENANCE
from nirecap.curate.manifest import read_manifest
from nirecap.images import encode_png
from nirecap.places import MANIFEST, VERDICTS

from .hostile import CACHE, clear, curate, kept, textured

pytestmark = pytest.mark.usefixtures("without_sheet")


WATCH = """
import os, sys
outside, collections = os.path.realpath(sys.argv[1]), sys.argv[2:]
opened, case = set(), ""
ITSELF = ("os.rename", "os.remove", "os.rmdir", "os.mkdir", "os.symlink")  # these act on a link, not on its target

def watch(event, arguments):
    if event.startswith(("open", "os.", "shutil.", "sqlite3.")):
        for argument in arguments:
            if isinstance(argument, bytes):
                argument = os.fsdecode(argument)
            if not isinstance(argument, str):
                continue
            path = argument.removeprefix("file://").partition("?")[0]
            if event in ITSELF or (event == "open" and arguments[2] & os.O_NOFOLLOW):
                path = os.path.join(os.path.dirname(path), ".")
            if os.path.realpath(path).startswith(outside):
                opened.add(f"{case}: {event} {argument}")

from click.testing import CliRunner
from nirecap.cli import cli
import nirecap.curate.curate, nirecap.capture.store
sys.addaudithook(watch)
for case in collections:
    result = CliRunner().invoke(cli, ["curate", case, "--workers", "1", "--align"])
    if result.exception is not None and not isinstance(result.exception, SystemExit):
        opened.add(f"{case}: {result.exception!r}")
print("\\n".join(sorted(opened)))
"""
"""Curates collections and prints what was opened below a folder outside them."""


def through_the_journal(name: str) -> Callable[[Path, Path], None]:
    def spoil(out: Path, outside: Path) -> None:
        journal = next(out.glob("sessions/*/shots.jsonl"))
        lines = [json.loads(line) for line in journal.read_text().splitlines()]
        image = lines[0]["images"]["low"]
        image["file"] = name.format(outside=outside)
        image["sha256"] = sha256((outside / "secret.png").read_bytes()).hexdigest()
        journal.write_text("".join(json.dumps(line) + "\n" for line in lines))

    return spoil


def as_a_link(pattern: str, target: str) -> Callable[[Path, Path], None]:
    def spoil(out: Path, outside: Path) -> None:
        path = next(iter(sorted(out.glob(pattern))), out / pattern)
        if path.is_dir():
            shutil.rmtree(path)
        path.unlink(missing_ok=True)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.symlink_to(outside / target)

    return spoil


def as_a_shot(name: str) -> Callable[[Path, Path], None]:
    def spoil(out: Path, outside: Path) -> None:
        journal = next(out.glob("sessions/*/shots.jsonl"))
        lines = [json.loads(line) for line in journal.read_text().splitlines()]
        lines[1]["shot"] = name.format(outside=outside)
        journal.write_text("".join(json.dumps(line) + "\n" for line in lines))
        shutil.rmtree(out / ALIGNED)
        (out / CACHE).unlink()

    return spoil


PATHS: dict[str, Callable[[Path, Path], None]] = {
    "absolute image": through_the_journal("{outside}/secret.png"),
    "climbing image": through_the_journal("sessions/../../../outside/secret.png"),
    "linked image": as_a_link("sessions/*/0001/low.png", "secret.png"),
    "linked shot": as_a_link("sessions/*/0002", "shot"),
    "linked session": as_a_link("sessions/2*", "session"),
    "linked sessions": as_a_link("sessions", "sessions"),
    "linked journal": as_a_link("sessions/*/shots.jsonl", "shots.jsonl"),
    "linked facts": as_a_link("sessions/*/session.json", "session.json"),
    "linked lock": as_a_link("sessions/.lock", "lock"),
    "linked lock of a session": as_a_link("sessions/2*/.lock", "lock"),
    "linked manifest": as_a_link(MANIFEST, MANIFEST),
    "linked page": as_a_link("README.md", "README.md"),
    "linked folder of curate": as_a_link("curate", "curate"),
    "linked verdicts": as_a_link(VERDICTS, "verdicts.jsonl"),
    "linked cache": as_a_link(CACHE, "cache.sqlite"),
    "linked contact sheet": as_a_link("curate/contact_sheet.jpg", "secret.png"),
    "linked report": as_a_link("curate/report.html", "secret.png"),
    "linked copies": as_a_link(ALIGNED, "aligned"),
    "linked copies of a shot": as_a_link(f"{ALIGNED}/*/0002", "shot"),
    "linked alignment": as_a_link(f"{ALIGNED}/*/0002/{PROVENANCE}", "alignment.json"),
    "linked copy": as_a_link(f"{ALIGNED}/*/0002/nire.png", "secret.png"),
    "absolute shot": as_a_shot("{outside}/shot"),
    "climbing shot": as_a_shot("../../outside/shot"),
}


@pytest.fixture
def outside(made: Path, tmp_path: Path) -> Path:
    """A folder with a valid file of every kind that links can lead to."""
    folder = tmp_path / "outside"
    folder.mkdir()
    for name in (MANIFEST, "README.md", "curate", ALIGNED, "sessions"):
        source = made / name
        shutil.copytree(source, folder / name) if source.is_dir() else shutil.copy(source, folder / name)
    session = next(folder.glob("sessions/2*"))
    shutil.copytree(session, folder / "session")
    shutil.copytree(session / "0001", folder / "shot")
    for path in (session / "shots.jsonl", session / "session.json", folder / VERDICTS, folder / CACHE):
        shutil.copy(path, folder / path.name)
    shutil.copy(next(folder.glob(f"{ALIGNED}/*/*/{PROVENANCE}")), folder / PROVENANCE)
    (folder / "secret.png").write_bytes(encode_png(textured(99)))
    (folder / "lock").touch()
    table = pq.read_table(folder / MANIFEST)
    said = [{**row, "verdict": "reject", "reviewer": "mallory"} for row in table.to_pylist()]
    pq.write_table(pa.Table.from_pylist(said, table.schema), folder / MANIFEST)
    return folder


def everything(folder: Path) -> dict[str, tuple[bytes | None, int]]:
    return {
        str(path.relative_to(folder)): (path.read_bytes() if path.is_file() else None, path.stat().st_mtime_ns)
        for path in folder.rglob("*")
    }


def watched(outside: Path, collections: list[Path]) -> list[str]:
    """Curate collections in a process of their own and return what was opened below `outside`."""
    run = subprocess.run(
        [sys.executable, "-c", WATCH, str(outside), *map(str, collections)],
        capture_output=True, text=True, timeout=120, check=False,
    )  # fmt: skip
    assert run.returncode == 0, run.stderr
    return run.stdout.split("\n")[:-1] if run.stdout.strip() else []


def test_what_is_opened_is_noticed(made: Path, tmp_path: Path) -> None:
    collection = Path(shutil.copytree(made, tmp_path / "night"))
    opened = "\n".join(watched(tmp_path, [collection]))
    assert all(name in opened for name in ("shots.jsonl", "low.png", "session.json", ".lock", "cache.sqlite", "README"))


def test_nothing_outside_the_collection_is_opened(made: Path, outside: Path, tmp_path: Path) -> None:
    collections = []
    for name, spoil in PATHS.items():
        collection = Path(shutil.copytree(made, tmp_path / name.replace(" ", "-")))
        spoil(collection, outside)
        collections.append(collection)
    before = everything(outside)
    assert watched(outside, collections) == []
    assert everything(outside) == before
    for collection in collections:
        if not (collection / MANIFEST).is_symlink() and (collection / MANIFEST).is_file():
            table = read_manifest(collection)
            assert table is not None
            assert "mallory" not in table.column("reviewer").to_pylist(), collection.name


FILES = {
    "image": "sessions/*/0001/low.png",
    "facts": "sessions/*/session.json",
    "journal": "sessions/*/shots.jsonl",
    "lock": "sessions/.lock",
    "lock of a session": "sessions/2*/.lock",
    "manifest": MANIFEST,
    "page": "README.md",
    "verdicts": VERDICTS,
    "cache": CACHE,
    "alignment": f"{ALIGNED}/*/0002/{PROVENANCE}",
    "copy": f"{ALIGNED}/*/0002/nire.png",
}


@pytest.mark.parametrize("file", FILES)
def test_a_pipe_or_a_folder_in_the_place_of_a_file_is_not_waited_for(copy: Callable[[], Path], file: str) -> None:
    for make in (os.mkfifo, os.mkdir):
        out = copy()
        path = next(out.glob(FILES[file]))
        path.unlink()
        make(path)
        before = kept(out)
        clear(curate(out, "--align"), make)
        clear(curate(out, "--dry-run"), make)
        assert kept(out) == before
