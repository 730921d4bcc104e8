"""Collections as a stranger, a failing disk or an editor leaves them: 500 mutated files, each with a fixed seed.

Whatever stands in a collection, `curate` ends with exit code 0, or with one line and a remedy; images, journals and
what persons said stay as they are.
"""

import json
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import cv2
import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from nirecap.curate.align import ALIGNED, PROVENANCE
from nirecap.curate.manifest import read_manifest
from nirecap.curate.thresholds import DEFAULTS, load_thresholds
from nirecap.curate.verdicts import read_verdicts
from nirecap.errors import NirecapError, UsageMistake
from nirecap.places import MANIFEST, VERDICTS
from nirecap.vocabulary import Role

from .hostile import CACHE, HOSTILE, clear, curate, grey, kept, mutated, shoot, spoilt_json, textured

IMAGES, JOURNALS, SESSIONS, MANIFESTS, WORDS, LIMITS, CACHES, ALIGNMENTS = 130, 80, 20, 70, 60, 60, 40, 40
"""Cases of each kind, 500 in all."""
pytestmark = pytest.mark.usefixtures("without_sheet")


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


def test_the_cases_are_five_hundred() -> None:
    assert IMAGES + JOURNALS + SESSIONS + MANIFESTS + WORDS + LIMITS + CACHES + ALIGNMENTS >= 500
