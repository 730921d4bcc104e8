"""Runs without a person: their schedule, several cameras, and the exit code that tells how they ended."""

import re
import signal
import time
from datetime import datetime, timedelta, tzinfo
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from nirecap.capture import pace
from nirecap.cli import cli

from .command_line import PATIENCE_S, journaled, leftovers, nirecap, started, wait_until

SIM = ("--camera", "sim", "--plan", "pair", "--option", "size=320x180", "--option", "transition=0.1")
EVERY_S = 4.0
FASTER = 10.0


class FastClock(datetime):
    """A clock that shows 21:58 when a test begins and runs fast."""

    began = 0.0

    @classmethod
    def now(cls, tz: tzinfo | None = None) -> datetime:
        gone = timedelta(seconds=FASTER * (time.monotonic() - cls.began))
        return datetime(2026, 11, 22, 21, 58).astimezone(tz) + gone


@pytest.fixture
def fast_clock(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pace, "datetime", FastClock)
    monkeypatch.setattr(FastClock, "began", time.monotonic())


def shoot(*arguments: str | Path) -> Result:
    return CliRunner().invoke(cli, ["shoot", *map(str, arguments)])


@pytest.mark.usefixtures("fast_clock")
def test_window_that_closes_before_the_target_ends_the_run_short(tmp_path: Path) -> None:
    ran = shoot(*SIM, "--every", f"{EVERY_S:.0f}s", "--between", "21:00..22:00", "--target", "100", tmp_path / "night")
    assert "21:00..22:00 is open until 2026-11-22 at 22:00" in ran.output
    assert "camera as before" in ran.output
    assert ran.exit_code == 3, ran.output
    assert 1 <= len(journaled(tmp_path / "night")) <= 1 + 120 / FASTER / EVERY_S
    assert leftovers(tmp_path / "night") == set()


def test_cameras_share_the_target_and_each_has_its_session(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NIRECAP_CAMERAS", str(tmp_path / "cameras.toml"))
    for name in ("porch", "hall"):
        added = CliRunner().invoke(cli, ["cameras", "add", name, "--profile", "sim", *SIM[4:], "--no-check"])
        assert added.exit_code == 0, added.output
    command = ("--camera", "porch", "--camera", "hall", "--every", "1s", "--target", "3", tmp_path / "night")
    ran, again = shoot(*command), shoot(*command)
    assert ran.exit_code == 0, ran.output
    records = journaled(tmp_path / "night")
    assert {record["camera"] for record in records} == {"porch", "hall"}
    assert len(records) == 3
    assert len({record["session"] for record in records}) == 2
    taken = dict(re.findall(r"^(porch|hall): (\d) shots? taken", ran.output, flags=re.MULTILINE))
    assert sum(map(int, taken.values())) == 3
    assert again.exit_code == 0
    assert "has 3 shots already; nothing to do" in again.output


def test_stop_while_waiting_keeps_what_is_shot_and_tells_so(tmp_path: Path) -> None:
    night = tmp_path / "night"
    with started("shoot", *SIM, "--every", "1h", night) as running:
        wait_until(lambda: night.is_dir() and journaled(night))
        running.send_signal(signal.SIGINT)
        said, _ = running.communicate(timeout=PATIENCE_S)
    assert running.returncode == 130
    assert "stopped by you" in said
    assert "1 shot taken" in said
    assert "camera as before" in said
    assert len(journaled(night)) == 1
    assert leftovers(night) == set()


def test_camera_that_is_not_there_fails_in_one_line(tmp_path: Path) -> None:
    code, lines = nirecap("shoot", "--camera", "onvif", "--host", "127.0.0.1", "--port", "9", cwd=tmp_path)
    assert code == 1
    assert len(lines) == 1
    assert lines[0].startswith("Error: ")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (("--nights", "3"), "give --between"),
        (("--every", "10m", "--place", "52,13"), "give --between"),
        (("--between", "dusk..dawn"), "as in --place 52.5,13.4"),
        (("--between", "11:00..dawn", "--place", "0,0"), "does not open within a year"),
        (("--every", "0s"), "'0s' is no interval"),
    ],
)
def test_schedule_that_can_not_work_is_told_before_any_camera_is_asked(
    options: tuple[str, ...], said: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("NIRECAP_CAMERAS", str(tmp_path / "cameras.toml"))
    ran = shoot("--camera", "onvif", *options, tmp_path / "night")  # which lacks its --host
    assert ran.exit_code == 2
    assert said in ran.output
    assert ran.output.count("\n") == 1
