"""`nirecap simulate`: its help teaches, and mistakes end in one line."""

import subprocess
import sys

import pytest
from click.testing import CliRunner

from nirecap.cli import cli


def test_help_has_an_example_and_loads_no_room() -> None:
    told = CliRunner().invoke(cli, ["simulate", "--help"])
    assert told.exit_code == 0
    assert "nirecap simulate --port 8080" in told.output


@pytest.mark.parametrize("size", ["big", "1280", "1280x", "-4x4", "1280x720x3"])
def test_size_is_two_numbers(size: str) -> None:
    told = CliRunner().invoke(cli, ["simulate", "--size", size])
    assert told.exit_code == 2
    assert "is not a size such as 1280x720" in told.output


@pytest.mark.parametrize(
    ("options", "reason"),
    [
        (["--size", "1281x720"], "1281x720"),
        (["--fps", "0"], "frames/s"),
        (["--transition", "-1"], "transition"),
        (["--user", ""], "user name"),
        (["--seed", "-1"], "-1"),
        (["--split", "val"], "needs a folder"),
        (["--port", "99999"], "99999"),
        (["--scenes", "no/such/folder"], "no/such/folder"),
    ],
)
def test_impossible_camera_is_a_usage_mistake(options: list[str], reason: str) -> None:
    told = CliRunner().invoke(cli, ["simulate", *options])
    assert told.exit_code == 2
    assert reason in told.output
    assert "Traceback" not in told.output


def test_command_file_is_light() -> None:
    code = "import sys, nirecap.commands.simulate; print(*sorted(sys.modules))"
    loaded = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.split()
    assert not {"numpy", "cv2", "av", "torch", "nirecap.capture", "starlette"} & set(loaded)
