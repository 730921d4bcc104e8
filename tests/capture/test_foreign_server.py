"""`nirecap shoot --camera manual` against a foreign RTSP server, with the test as the operator in a terminal."""

import os
import pty
import re
import select
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
import pytest

from nirecap.capture.frame import CLOCK_GAP_S
from nirecap.capture.stream import Stream

PYTHON = "/usr/bin/python3"
SCRIPT = Path(__file__).with_name("gst_rtsp_server.py")
NEEDS = """
import gi
gi.require_version("Gst", "1.0")
gi.require_version("GstRtspServer", "1.0")
from gi.repository import Gst, GstRtspServer
Gst.init(None)
assert Gst.ElementFactory.find("x264enc")
"""


@dataclass
class ForeignServer:
    """A GstRtspServer in a process of its own."""

    process: subprocess.Popen[str]
    url: str

    def show(self, mode: str) -> None:
        assert self.process.stdin
        self.process.stdin.write(f"{mode}\n")
        self.process.stdin.flush()


@pytest.fixture
def foreign() -> Iterator[ForeignServer]:
    """Serve the day picture."""
    if not Path(PYTHON).exists() or subprocess.run([PYTHON, "-c", NEEDS], capture_output=True, check=False).returncode:
        pytest.skip("no python3-gi, gir1.2-gst-rtsp-server-1.0 and gstreamer1.0-plugins-ugly in the system's Python")
    pipe = subprocess.PIPE
    with subprocess.Popen([PYTHON, str(SCRIPT)], stdin=pipe, stdout=pipe, text=True) as process:
        assert process.stdin and process.stdout
        try:
            yield ForeignServer(process, f"rtsp://127.0.0.1:{int(process.stdout.readline())}/live")
        finally:
            process.stdin.close()
            with suppress(subprocess.TimeoutExpired):
                process.wait(10)
            process.kill()


@dataclass
class Terminal:
    """A terminal in which a command runs."""

    command: list[str]

    def __enter__(self) -> "Terminal":
        self.seen = ""
        self._read_to = 0
        self._master, slave = pty.openpty()
        environment = os.environ | {"TERM": "xterm-256color", "COLUMNS": "200", "LINES": "50"}
        self.process = subprocess.Popen(self.command, stdin=slave, stdout=slave, stderr=slave, env=environment)
        os.close(slave)
        return self

    def __exit__(self, *_: object) -> None:
        self.process.kill()
        self.process.wait()
        os.close(self._master)

    def wait_for(self, pattern: str, seconds: float = 30.0) -> re.Match[str]:
        """Read on until `pattern` appears behind what was found before."""
        deadline = time.monotonic() + seconds
        while not (found := re.search(pattern, self.seen[self._read_to :])):
            assert time.monotonic() < deadline, f"no {pattern!r} in {self.seen[-800:]!r}"
            if select.select([self._master], [], [], 0.2)[0]:
                try:
                    self.seen += os.read(self._master, 4096).decode()
                except OSError:
                    pytest.fail(f"ended without {pattern!r}: {self.seen[-800:]!r}")
        self._read_to += found.end()
        return found

    def press_enter(self) -> None:
        os.write(self._master, b"\n")

    def finish(self) -> int:
        with suppress(OSError):  # Linux's end of file for a terminal
            while data := os.read(self._master, 4096):
                self.seen += data.decode()
        return self.process.wait(30)


def shoot(*arguments: str) -> list[str]:
    return [sys.executable, "-m", "nirecap", "shoot", "--camera", "manual", "--plan", "pair", *arguments]


def test_an_operator_shoots_pairs(foreign: ForeignServer, tmp_path: Path) -> None:
    foreign.show("night")  # so that the first request is not fulfilled by chance
    with Terminal(shoot("--stream", foreign.url, "--target", "2", str(tmp_path / "night"))) as terminal:
        while request := terminal.wait_for("Switch night vision (ON|OFF).*press Enter|2 shots taken"):
            if request[1] is None:
                break
            foreign.show("night" if request[1] == "ON" else "day")
            terminal.press_enter()
        status = terminal.finish()
    assert status == 0, terminal.seen
    shots = sorted(path.parent for path in tmp_path.rglob("low.png"))
    assert len(shots) == 2
    for shot in shots:
        low, nire, again = (np.asarray(cv2.imread(str(shot / f"{name}.png"))) for name in ("low", "nire", "low_again"))
        assert np.ptp(low.mean(axis=(0, 1))) > 20
        assert np.ptp(nire.mean(axis=(0, 1))) < 1.5
        assert nire.mean() > 2 * low.mean()
        assert np.abs(again.astype(float) - low).mean() < 12


def test_nobody_to_ask_is_a_mistake(foreign: ForeignServer, tmp_path: Path) -> None:
    ran = subprocess.run(
        shoot("--stream", foreign.url, str(tmp_path / "night")),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert ran.returncode == 2
    assert "run it in a terminal" in ran.stderr
    assert "Traceback" not in ran.stderr
    assert not list(tmp_path.rglob("*.png"))


def test_a_foreign_stream_has_sane_times_and_no_damage(foreign: ForeignServer) -> None:
    with Stream(foreign.url, label="cam") as stream:
        frames = list(stream.frames(3.0))
    assert len(frames) > 20
    assert all(frame.damage == "" for frame in frames)
    assert all(0 <= frame.arrived_at - frame.captured_at < CLOCK_GAP_S for frame in frames)
    assert any(frame.captured_at != frame.arrived_at for frame in frames)  # a sender report came
