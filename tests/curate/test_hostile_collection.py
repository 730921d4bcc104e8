"""Collections as a stranger, a failing disk or an editor leaves them: 500 mutated files, each with a fixed seed.

Whatever stands in a collection, `curate` ends with exit code 0, or with one line and a remedy; images, journals and
what persons said stay as they are; nothing outside the collection is opened.
"""

import json
import os
import shutil
import signal
import sqlite3
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from click.testing import CliRunner, Result

from nirecap.capture.records import ShotRecord
from nirecap.capture.store import Collection
from nirecap.cli import cli
from nirecap.curate.align import ALIGNED, PROVENANCE
from nirecap.curate.manifest import read_manifest
from nirecap.curate.thresholds import DEFAULTS, load_thresholds
from nirecap.curate.verdicts import Verdict, append_verdict, read_verdicts
from nirecap.errors import NirecapError, UsageMistake
from nirecap.images import Pixels, encode_png
from nirecap.places import MANIFEST, VERDICTS
from nirecap.vocabulary import Plan, Role

SIZE = 64, 48
LONGEST = 30
"""Seconds after which a run hangs."""
CACHE = "curate/cache.sqlite"
IMAGES, JOURNALS, SESSIONS, MANIFESTS, WORDS, LIMITS, CACHES, ALIGNMENTS = 130, 80, 20, 70, 60, 60, 40, 40
"""Cases of each kind, 500 in all."""


def textured(seed: int) -> Pixels:
    coarse = np.random.default_rng(seed).integers(0, 256, (11, 16, 3), dtype=np.uint8)
    return np.asarray(cv2.resize(coarse, SIZE, interpolation=cv2.INTER_CUBIC), np.uint8)


def grey(pixels: Pixels) -> Pixels:
    return np.repeat(pixels[..., 1:2], 3, axis=2)


def shoot(collection: Path, pictures: list[dict[Role, bytes]], suffixes: list[str] | None = None) -> None:
    """Take shots of images that are already encoded, each of its own scene."""
    with Collection(collection, create=True).start_session("eufy", {"note": "night"}) as session:
        for index, contents in enumerate(pictures):
            with session.shot() as shot:
                suffix = (suffixes or [".png"] * len(pictures))[index]
                images = {role: shot.save(role, suffix, content, SIZE) for role, content in contents.items()}
                taken = datetime.now(UTC)
                record = ShotRecord(shot.shot, session.id, f"scene {index}", Plan.PAIR, "eufy", taken, images)
                session.finish_shot(record)


def pair(seed: int, shift: int = 0) -> dict[Role, bytes]:
    view = textured(seed)
    return {Role.LOW: encode_png(view // 2), Role.NIRE: encode_png(np.roll(grey(view), shift, axis=1))}


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A small collection that was curated, aligned and judged."""
    out = tmp_path_factory.mktemp("made") / "night"
    shoot(out, [pair(1), pair(2, shift=3), pair(3)])
    first = next(iter(Collection(out).shots()))
    append_verdict(out, Verdict(first.shot, "keep", ("noisy",), (), "ada", datetime.now(UTC)))
    result = curate(out, "--align")
    assert result.exit_code == 0, result.output
    assert list(out.glob(f"{ALIGNED}/*/*/{PROVENANCE}"))
    return out


@pytest.fixture
def copy(made: Path, tmp_path: Path) -> Callable[[], Path]:
    """Return a fresh copy of the collection at each call."""

    def fresh() -> Path:
        shutil.rmtree(tmp_path / "night", ignore_errors=True)
        return Path(shutil.copytree(made, tmp_path / "night", symlinks=True))

    return fresh


@pytest.fixture(autouse=True)
def _without_sheet(monkeypatch: pytest.MonkeyPatch) -> None:
    """Draw no contact sheets, which would take most of the time."""
    monkeypatch.setattr("nirecap.curate.curate.write_contact_sheet", lambda *_: None)


@contextmanager
def time_limit() -> Iterator[None]:
    def stop(*_: object) -> None:
        raise TimeoutError(f"still running after {LONGEST} s")

    before = signal.signal(signal.SIGALRM, stop)
    signal.alarm(LONGEST)
    try:
        yield
    finally:
        signal.alarm(0)
        signal.signal(signal.SIGALRM, before)


def curate(out: Path, *options: str) -> Result:
    with time_limit():
        return CliRunner().invoke(cli, ["curate", str(out), "--workers", "1", *options])


def kept(out: Path) -> dict[str, bytes]:
    """Return what no run may change: images, journals, verdicts."""
    files = [*(out / "sessions").rglob("*"), out / VERDICTS]
    return {str(path.relative_to(out)): path.read_bytes() for path in files if path.is_file() and path.name != ".lock"}


def clear(result: Result, case: object) -> bool:
    """Return whether the run succeeded; fail where it ended otherwise than by one clear line."""
    if result.exit_code == 0:
        assert result.exception is None, case
        return True
    assert isinstance(result.exception, SystemExit), (case, result.exception)
    assert result.exit_code in (1, 2), case
    assert "Traceback" not in result.output, case
    assert result.output.strip().splitlines()[-1].startswith("Error: "), (case, result.output)
    return False


def mutated(content: bytes, rng: np.random.Generator) -> bytes:
    """Damage bytes as disks, cut transfers and strangers do."""
    data = bytearray(content)
    at = int(rng.integers(len(data)))
    length = int(rng.integers(1, max(2, len(data) // 4)))
    match rng.integers(8):
        case 0:
            for place in rng.integers(len(data), size=int(rng.integers(1, 9))):
                data[place] ^= 1 << int(rng.integers(8))
        case 1:
            del data[at:]
        case 2:
            data[at : at + length] = rng.bytes(length)
        case 3:
            data[at:at] = rng.bytes(length)
        case 4:
            del data[at : at + length]
        case 5:
            data[at : at + length] = b"\0" * length
        case 6:
            data[at:at] = data[at : at + length]
        case _:  # the head, where sizes and types stand
            for place in rng.integers(min(64, len(data)), size=2):
                data[place] = int(rng.choice([0, 1, 127, 128, 255]))
    return bytes(data)


HOSTILE: list[Any] = [
    None,
    True,
    -1,
    0,
    10**30,
    -(2**63),
    1e308,
    float("nan"),
    float("inf"),
    "",
    "x" * 5000,
    "\0",
    "\ud800",
    "line\nbreak\u2028\x1b[31m",
    "../../outside/secret.png",
    "/etc/passwd",
    "sessions",
    ".",
    "a/../../b",
    [],
    {},
    [[[]]],
    {"low": 1},
]


def with_nonsense(value: Any, rng: np.random.Generator) -> Any:
    """Put something hostile somewhere into a JSON value."""
    if isinstance(value, (dict, list)) and value and rng.random() < 0.8:
        keys = list(value) if isinstance(value, dict) else list(range(len(value)))
        key = keys[int(rng.integers(len(keys)))]
        changed = {**value} if isinstance(value, dict) else [*value]
        if rng.random() < 0.1:
            del changed[key]
        else:
            changed[key] = with_nonsense(value[key], rng)
        return changed
    return HOSTILE[int(rng.integers(len(HOSTILE)))]


def spoilt_json(content: bytes, rng: np.random.Generator) -> bytes:
    """Damage a JSON text in what it says or in its bytes."""
    if rng.random() < 0.3:
        return mutated(content, rng)
    return json.dumps(with_nonsense(json.loads(content), rng)).encode()


def test_mutated_images_are_flagged_or_measured(tmp_path: Path) -> None:
    rng = np.random.default_rng(1)
    suffixes = [".png", ".jpg", ".bmp", ".tiff"]
    shots, names = [], []
    for index in range(IMAGES):
        kind = suffixes[index % 4]
        visible, infrared = textured(index) // 2, grey(textured(index))
        low, nire = (cv2.imencode(kind, picture[..., ::-1])[1].tobytes() for picture in (visible, infrared))
        spoilt = mutated(low, rng)
        shots.append({Role.LOW: low, Role.NIRE: spoilt} if rng.random() < 0.5 else {Role.LOW: spoilt, Role.NIRE: nire})
        names.append(kind if rng.random() < 0.7 else str(rng.choice(suffixes)))
    shoot(tmp_path / "night", shots, names)
    before = kept(tmp_path / "night")
    assert clear(curate(tmp_path / "night"), "images")
    table = read_manifest(tmp_path / "night")
    assert table is not None
    rows = table.to_pylist()
    assert len(rows) == IMAGES
    unreadable = [row for row in rows if "unreadable" in row["flags"]]
    assert all(row["problem"] and "\n" not in row["problem"] for row in unreadable)
    assert all(row["status"] == "reject" for row in unreadable)
    assert all(row["problem"] is None and row["align_confidence"] is not None for row in rows if row not in unreadable)
    assert len(unreadable) > IMAGES // 3
    assert kept(tmp_path / "night") == before


def test_mutated_journals(copy: Callable[[], Path]) -> None:
    outcomes = set()
    for case in range(JOURNALS):
        rng = np.random.default_rng([2, case])
        out = copy()
        journal = next(out.glob("sessions/*/shots.jsonl"))
        lines = journal.read_bytes().splitlines(keepends=True)
        at = int(rng.integers(len(lines)))
        lines[at] = spoilt_json(lines[at].rstrip(b"\n"), rng) + b"\n"
        journal.write_bytes(b"".join(lines))
        before = kept(out)
        ended_well = clear(curate(out, *(["--align"] if case % 4 == 0 else [])), case)
        outcomes.add(ended_well)
        assert kept(out) == before, case
        if ended_well:
            table = read_manifest(out)
            assert table is not None
            assert table.num_rows <= len(lines)
    assert outcomes == {True, False}


def test_mutated_facts_of_a_session_spoil_nothing(copy: Callable[[], Path]) -> None:
    for case in range(SESSIONS):
        rng = np.random.default_rng([3, case])
        out = copy()
        facts = next(out.glob("sessions/*/session.json"))
        known = json.loads(facts.read_bytes()) | {"lamp_nm": 850, "clock_offset_s": 0.5, "consent": "all agreed"}
        facts.write_bytes(spoilt_json(json.dumps(known).encode(), rng))
        before = kept(out)
        result = curate(out)
        assert clear(result, (case, result.output))
        assert kept(out) == before


def test_no_value_in_the_facts_of_a_session_stops_a_run(copy: Callable[[], Path]) -> None:
    names = ("lamp_nm", "clock_offset_s", "consent", "note", "firmware", "driver")
    for value in HOSTILE:
        out = copy()
        facts = next(out.glob("sessions/*/session.json"))
        facts.write_text(json.dumps(dict.fromkeys(names, value)))
        assert clear(curate(out), value)
    facts.write_text(json.dumps({"lamp_nm": 850, "camera": {"firmware": "1.2", "driver": ["x"]}, "clock_offset_s": 2}))
    assert clear(curate(out), "sound")
    table = read_manifest(out)
    assert table is not None
    row = table.to_pylist()[0]
    assert (row["lamp_nm"], row["firmware"], row["driver"], row["clock_offset_s"]) == (850, "1.2", None, 2.0)


def spoilt_manifest(path: Path, rng: np.random.Generator) -> None:
    if rng.random() < 0.6:
        path.write_bytes(mutated(path.read_bytes(), rng))
        return
    table = pq.read_table(path)
    name = str(rng.choice(["shot", "verdict", "reviewer", "verdict_at", "flags_on", "flags", "status", "scene_id"]))
    at = table.schema.get_field_index(name)
    nonsense = [[None] * 3, [1, 2, 3], [["x"]] * 3, ["\0", "x" * 5000, "../x"], ["same"] * 3, [{"a": 1}] * 3]
    match rng.integers(3):
        case 0:
            table = table.drop_columns([name])
        case 1:
            table = table.set_column(at, name, pa.array(nonsense[int(rng.integers(len(nonsense)))]))
        case _:
            table = pa.concat_tables([table] * int(rng.integers(1, 3))) if rng.random() < 0.5 else table.slice(0, 0)
    pq.write_table(table, path)


def test_mutated_manifests_lose_no_word(copy: Callable[[], Path]) -> None:
    outcomes = set()
    for case in range(MANIFESTS):
        out = copy()
        spoilt_manifest(out / MANIFEST, np.random.default_rng([4, case]))
        before, content = kept(out), (out / MANIFEST).read_bytes()
        ended_well = clear(curate(out), case)
        outcomes.add(ended_well)
        assert kept(out) == before
        if ended_well:
            table = read_manifest(out)
            assert table is not None
            first = table.to_pylist()[0]
            assert (first["verdict"], first["reviewer"]) == ("keep", "ada"), case
        else:
            assert (out / MANIFEST).read_bytes() == content
    assert outcomes == {True, False}


def test_mutated_verdict_files_are_refused_and_kept(copy: Callable[[], Path]) -> None:
    outcomes = set()
    for case in range(WORDS):
        rng = np.random.default_rng([5, case])
        out = copy()
        line = (out / VERDICTS).read_bytes().rstrip(b"\n")
        lines = [line, spoilt_json(line, rng), line]
        (out / VERDICTS).write_bytes(b"\n".join(lines) + (b"\n" if case % 3 else b""))
        before = kept(out)
        ended_well = clear(curate(out), case)
        outcomes.add(ended_well)
        assert kept(out) == before
        try:
            read_verdicts(out)
        except NirecapError:
            assert not ended_well
    assert outcomes == {True, False}


def test_mutated_thresholds_are_refused_in_one_line(copy: Callable[[], Path], tmp_path: Path) -> None:
    out = copy()
    before = kept(out)
    own = tmp_path / "own.toml"
    tables = DEFAULTS.read_bytes()
    words = [b"nan", b"inf", b"1e999", b'"x"', b"[]", b"{}", b"true", b"-1", b"9" * 400, b"2026-01-01", b"0x1p3"]
    refused = 0
    for case in range(LIMITS):
        rng = np.random.default_rng([6, case])
        numbers = [at for at in range(len(tables)) if tables[at : at + 4] == b" = 0"]
        at = int(rng.choice(numbers)) + 3
        word = words[int(rng.integers(len(words)))]
        own.write_bytes(mutated(tables, rng) if rng.random() < 0.5 else tables[:at] + word + tables[at + 1 :])
        try:
            load_thresholds(own)
        except UsageMistake as error:
            refused += 1
            assert "\n" not in str(error)
            assert str(own) in str(error)
        if case % 6 == 0:
            clear(curate(out, "--thresholds", str(own)), case)
    assert refused > LIMITS // 4
    assert kept(out) == before


def test_mutated_caches_stop_no_run(copy: Callable[[], Path]) -> None:
    for case in range(CACHES):
        rng = np.random.default_rng([7, case])
        out = copy()
        (out / CACHE).write_bytes(mutated((out / CACHE).read_bytes(), rng))
        before = kept(out)
        assert clear(curate(out), case)
        assert kept(out) == before
        table = read_manifest(out)
        assert table is not None
        assert table.num_rows == 3


@pytest.mark.parametrize("column", ["scores", "problem", "hashes"])
def test_nonsense_in_the_cache_stops_no_run(copy: Callable[[], Path], column: str) -> None:
    nonsense = ["", "x", "[]", "{}", "null", '{"align_matrix": [1]}', '{"nire": "xyz"}', "[" * 5000, b"\xff", 5, 1e308]
    for value in nonsense:
        out = copy()
        with closing(sqlite3.connect(out / CACHE)) as base, base:
            base.execute(f"UPDATE examinations SET {column} = ?", (value,))  # noqa: S608
        result = curate(out)
        assert clear(result, value)
        table = read_manifest(out)
        assert table is not None
        if column != "problem":
            assert {row["problem"] for row in table.to_pylist()} == {None}


def test_mutated_alignments_stop_no_run(copy: Callable[[], Path]) -> None:
    for case in range(ALIGNMENTS):
        rng = np.random.default_rng([8, case])
        out = copy()
        told = next(out.glob(f"{ALIGNED}/*/*/{PROVENANCE}"))
        if rng.random() < 0.25:
            picture = told.with_name("nire.png")
            picture.write_bytes(mutated(picture.read_bytes(), rng))
        else:
            told.write_bytes(spoilt_json(told.read_bytes(), rng))
        before = kept(out)
        assert clear(curate(out, *(["--align"] if case % 2 else [])), case)
        assert kept(out) == before


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


def test_the_cases_are_five_hundred() -> None:
    assert IMAGES + JOURNALS + SESSIONS + MANIFESTS + WORDS + LIMITS + CACHES + ALIGNMENTS >= 500
