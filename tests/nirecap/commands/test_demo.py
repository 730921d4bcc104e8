import ast
import shlex
import subprocess
from pathlib import Path

import pytest
from click.testing import CliRunner

from nirecap.cli import cli
from nirecap.commands import demo

STEPS = ["shoot", "curate", "publish", "-c", "synth", "train", "purify", "benchmark"]


def commands(folder: Path | str) -> list[list[str]]:
    printed = CliRunner().invoke(cli, ["demo", "--dry-run", str(folder)]).output
    return [shlex.split(line[1:]) for line in printed.splitlines() if line.startswith("$ ")]


def test_printed_commands_can_be_read_and_copied() -> None:
    steps = commands('nächtlich "1"')
    assert [step[1] for step in steps] == STEPS
    assert steps[2][2:] == ['nächtlich "1"/night', 'nächtlich "1"/published']
    folders = [node.value for node in ast.walk(ast.parse(steps[3][-1])) if isinstance(node, ast.Constant)]
    assert folders.count('nächtlich "1"/published') == 2


def test_every_step_works_on_what_an_earlier_one_made(tmp_path: Path) -> None:
    made: set[str] = set()
    for step in commands(tmp_path):
        out = {step[place] for place, word in enumerate(step[:-1], start=1) if word == "--out"}
        here = {word.removeprefix("purification=") for word in step if str(tmp_path) in word}
        if step[1] in ("shoot", "synth", "publish"):  # what they make is named last
            out.add(step[-1])
        if step[1] != "-c":
            assert here - out <= made, step
        made |= here


def test_a_second_time_goes_on_with_the_set_that_is_there(tmp_path: Path) -> None:
    (tmp_path / "drawn").mkdir()
    assert [step[1] for step in commands(tmp_path)] == [name for name in STEPS if name != "synth"]


def test_a_step_that_fails_ends_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    tried = []

    def fail(step: list[str], **_: object) -> subprocess.CompletedProcess[bytes]:
        tried.append(step)
        return subprocess.CompletedProcess(step, 3)

    monkeypatch.setattr(demo.subprocess, "run", fail)
    result = CliRunner().invoke(cli, ["demo", str(tmp_path)])
    assert result.exit_code == 1
    assert "`nirecap shoot --camera sim" in result.stderr
    assert "exit code 3" in result.stderr
    assert len(tried) == 1
