"""`nirecap review` as a user runs it: it prints the address, and what was judged is in the manifest when it ends."""

import re
import signal
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pyarrow.parquet as pq
import pytest
import requests
from click.testing import CliRunner

from nirecap.cli import cli

from ...capture.command_line import started


@pytest.fixture(scope="module")
def collection(tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("review") / "night"
    for words in (["synth", str(out), "--count", "2", "--size", "320x192", "--workers", "1"], ["curate", str(out)]):
        result = CliRunner().invoke(cli, words)
        assert result.exit_code == 0, result.output
    return out


@pytest.fixture
def running(collection: Path) -> Iterator[subprocess.Popen[str]]:
    child = started("review", str(collection), "--reviewer", "ada lovelace")
    yield child
    child.kill()
    child.communicate()


def open_page(running: subprocess.Popen[str]) -> tuple[requests.Session, str]:
    assert running.stdout is not None
    assert "2 shots" in running.stdout.readline()
    line = running.stdout.readline()
    found = re.search(r"^ada lovelace: (http://127\.0\.0\.1:\d+)/\?token=[\w-]{40,}$", line)
    assert found, line + running.stdout.read()
    session = requests.Session()
    assert session.get(line.partition(": ")[2].strip(), timeout=30).ok
    return session, found[1]


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_verdicts_are_in_the_manifest_however_it_ends(
    collection: Path, running: subprocess.Popen[str], number: signal.Signals
) -> None:
    session, base = open_page(running)
    shot = pq.read_table(collection / "metadata.parquet").column("shot")[1].as_py()
    facts = {"verdict": "reject", "flags_on": [], "flags_off": [], "reviewer": f"ada {number.name}", "seen": None}
    before = session.get(f"{base}/words", timeout=30).json()["words"]
    facts["seen"] = before[-1]["at"] if before else None
    assert session.post(f"{base}/verdict", json={"shot": shot, **facts}, timeout=30).ok
    running.send_signal(number)
    said, _ = running.communicate(timeout=60)
    assert running.returncode == 0, said
    assert "token" not in said
    row = pq.read_table(collection / "metadata.parquet").to_pylist()[1]
    assert (row["verdict"], row["reviewer"]) == ("reject", f"ada {number.name}")


def test_dry_run_serves_and_writes_nothing(collection: Path) -> None:
    before = {path: path.stat().st_mtime_ns for path in collection.rglob("*")}
    result = CliRunner().invoke(cli, ["review", str(collection), "--dry-run"])
    assert (result.exit_code, "2 shots" in result.output) == (0, True)
    assert {path: path.stat().st_mtime_ns for path in collection.rglob("*")} == before


def test_collection_that_was_not_curated_is_one_clear_line(tmp_path: Path) -> None:
    result = CliRunner().invoke(cli, ["review", str(tmp_path)])
    assert result.exit_code == 2
    assert "run `nirecap curate" in result.output
    assert result.output.strip().count("\n") == 0


@pytest.mark.parametrize(
    "words", [["--port", "70000"], ["--host", "127.0.0.1"], ["--reviewer", "a\nb"], ["--reviewer", ""]]
)
def test_options_that_can_not_be_are_refused(collection: Path, words: list[str]) -> None:
    assert CliRunner().invoke(cli, ["review", str(collection), "--dry-run", *words]).exit_code == 2
