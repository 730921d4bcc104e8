"""`nirecap cameras`, as a user types it: with a terminal and without one."""

import json
import os
import pty
import select
import signal
import subprocess
import sys
import time
import tomllib
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import keyring
import pytest
from click.testing import CliRunner, Result
from keyring.backends.null import Keyring as EmptyKeyring

from nirecap.capture.profiles import built_in
from nirecap.capture.sim.scene import open_scenes
from nirecap.capture.sim.server import SimulatedCamera
from nirecap.cli import cli

from ...capture.vendors.served import QUICK

PASSWORD = "s3cret-p@ss"
PATIENCE_S = 60.0
KEYRING = """
import json, os, pathlib
from keyring.backend import KeyringBackend

class FileKeyring(KeyringBackend):
    priority = 5
    file = pathlib.Path(os.environ["TEST_KEYRING"])

    def get_password(self, service, username):
        kept = json.loads(self.file.read_text()) if self.file.exists() else {}
        return kept.get(f"{service}:{username}")

    def set_password(self, service, username, password):
        self.file.write_text(json.dumps({f"{service}:{username}": password}))

    def delete_password(self, service, username):
        self.file.unlink()
"""


@pytest.fixture(scope="module")
def server() -> Iterator[SimulatedCamera]:
    with SimulatedCamera(open_scenes(None), QUICK, "admin", PASSWORD) as running:
        yield running


@pytest.fixture(autouse=True)
def path(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The user's file; the keyring of a process that a test starts is one of the test's own."""
    (tmp_path / "modules").mkdir()
    (tmp_path / "modules" / "file_keyring.py").write_text(KEYRING)
    for name, value in {
        "NIRECAP_CAMERAS": tmp_path / "cameras.toml",
        "PYTHONPATH": tmp_path / "modules",
        "PYTHON_KEYRING_BACKEND": "file_keyring.FileKeyring",
        "TEST_KEYRING": tmp_path / "keyring.json",
    }.items():
        monkeypatch.setenv(name, str(value))
    monkeypatch.delenv("NIRECAP_PASSWORD", raising=False)
    monkeypatch.setattr(keyring, "get_keyring", EmptyKeyring)
    monkeypatch.setattr(keyring, "get_password", EmptyKeyring().get_password)
    monkeypatch.setattr(keyring, "delete_password", EmptyKeyring().delete_password)
    return tmp_path / "cameras.toml"


def invoked(*words: str) -> Result:
    return CliRunner().invoke(cli, ["cameras", *words])


class Terminal:
    """A person at a terminal in which `nirecap` runs."""

    def __init__(self, *words: str) -> None:
        self._ours, theirs = pty.openpty()
        self.process = subprocess.Popen(
            [sys.executable, "-m", "nirecap", *words],
            stdin=theirs,
            stdout=theirs,
            stderr=theirs,
            start_new_session=True,
        )
        os.close(theirs)
        self.seen = ""

    def answer(self, question: str, text: str) -> None:
        """Wait for a question after what was answered last, and type."""
        before = len(self.seen)
        deadline = time.monotonic() + PATIENCE_S
        while question not in self.seen[before:]:
            assert time.monotonic() < deadline, self.seen
            assert self._read(), self.seen
        time.sleep(0.1)  # until echo is off for a secret
        os.write(self._ours, f"{text}\n".encode())

    def end(self) -> int:
        """Read to the end and return the exit code."""
        while self._read():
            pass
        os.close(self._ours)
        return self.process.wait(PATIENCE_S)

    def _read(self) -> bool:
        if not select.select([self._ours], [], [], PATIENCE_S)[0]:
            self.process.kill()
            return False
        with suppress(OSError):  # how a terminal ends on Linux
            if piece := os.read(self._ours, 4096):
                self.seen += piece.decode(errors="replace")
                return True
        return False


def test_a_camera_is_added_checked_and_used_by_its_name(server: SimulatedCamera, path: Path, tmp_path: Path) -> None:
    adding = Terminal("cameras", "add", "porch", "--profile", "onvif")
    adding.answer("Address of the camera", "127.0.0.1")
    adding.answer("Port of its ONVIF service", str(server.http_port))
    adding.answer("User name of its ONVIF account", "")
    adding.answer("Password of porch", PASSWORD)
    adding.answer("Keep the password of porch in the keyring?", "y")
    assert adding.end() == 0, adding.seen
    assert "Switch ONVIF on" in adding.seen
    assert "ok   night" in adding.seen
    assert "nirecap shoot --camera porch" in adding.seen
    assert tomllib.loads(path.read_text())["cameras"]["porch"] == {
        "profile": "onvif",
        "host": "127.0.0.1",
        "port": server.http_port,
        "user": "admin",
    }
    assert PASSWORD not in adding.seen + path.read_text()
    assert json.loads((tmp_path / "keyring.json").read_text()) == {"nirecap:porch/password": PASSWORD}

    using = subprocess.run(
        [sys.executable, "-m", "nirecap", "cameras", "check", "porch", "--dry-run", "--json"],
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=True,
    )
    findings = [json.loads(line) for line in using.stdout.splitlines()]
    assert {finding["outcome"] for finding in findings} == {"ok"}
    assert "night" not in {finding["check"] for finding in findings}

    removing = [sys.executable, "-m", "nirecap", "cameras", "remove", "porch"]
    subprocess.run(removing, check=True)
    assert "porch" not in path.read_text()
    assert not (tmp_path / "keyring.json").exists()


def test_what_fails_is_not_kept_unless_wanted(server: SimulatedCamera, path: Path) -> None:
    given = ("--profile", "onvif", "--host", "127.0.0.1", "--port", str(server.http_port), "--user", "admin")
    refusing = Terminal("cameras", "add", "porch", *given)
    refusing.answer("Password of porch", "wrong-p@ss")
    refusing.answer("Keep it all the same?", "n")
    assert refusing.end() == 1
    assert "FAIL login" in refusing.seen
    assert "--no-check" in refusing.seen
    assert "wrong-p@ss" not in refusing.seen
    assert not path.exists()


def test_ctrl_c_in_the_check_puts_the_camera_back(server: SimulatedCamera, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NIRECAP_PASSWORD", PASSWORD)
    server.device.ir_cut = "AUTO"
    given = ("--host", "127.0.0.1", "--port", str(server.http_port))
    checking = subprocess.Popen(
        [sys.executable, "-m", "nirecap", "cameras", "check", "onvif", *given],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    deadline = time.monotonic() + PATIENCE_S
    while server.device.ir_cut != "OFF" and time.monotonic() < deadline:
        time.sleep(0.01)
    checking.send_signal(signal.SIGINT)
    said, _ = checking.communicate(timeout=PATIENCE_S)
    assert checking.returncode == 130, said
    assert "ok   restore" in said
    assert "Traceback" not in said
    assert server.device.ir_cut == "AUTO"


def test_a_failed_check_has_the_exit_code_1(server: SimulatedCamera, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NIRECAP_PASSWORD", "wrong-p@ss")
    result = invoked("check", "onvif", "--host", "127.0.0.1", "--port", str(server.http_port))
    assert result.exit_code == 1
    assert result.output.splitlines()[-1].startswith("FAIL login     ")
    assert "wrong-p@ss" not in result.output


def test_list_shows_own_cameras_first() -> None:
    assert (
        invoked("add", "shed", "--profile", "manual", "--stream", "rtsp://shed.lan/live", "--no-check").exit_code == 0
    )
    lines = invoked("list").output.splitlines()
    assert lines[1].split() == ["shed", "manual", "rtsp://shed.lan/live"]
    assert [line.split()[0] for line in lines[3:]] == list(built_in())
    told = [json.loads(line) for line in invoked("list", "--json").output.splitlines()]
    assert [entry["name"] for entry in told] == ["shed", *built_in()]
    assert [entry["own"] for entry in told] == [True, *[False] * len(built_in())]


def test_a_known_camera_is_changed_where_it_is_told_anew(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NIRECAP_PASSWORD", PASSWORD)
    invoked("add", "onvif", "--host", "a.lan", "--user", "me", "--no-check")
    result = invoked("add", "onvif", "--host", "b.lan", "--no-check")
    assert result.exit_code == 0, result.output
    camera = tomllib.loads(path.read_text())["cameras"]["onvif"]
    assert (camera["host"], camera["user"]) == ("b.lan", "me")


def test_a_login_in_an_address_does_not_reach_the_file(path: Path) -> None:
    result = invoked("add", "shed", "--profile", "manual", "--stream", "rtsp://me:h1dden@shed.lan/live", "--no-check")
    assert result.exit_code == 0
    assert tomllib.loads(path.read_text())["cameras"]["shed"]["stream_url"] == "rtsp://{user}:{password}@shed.lan/live"
    assert "h1dden" not in path.read_text() + result.output
    assert "NIRECAP_PASSWORD_SHED" in result.output


def test_dry_runs_write_nothing(path: Path) -> None:
    shown = invoked("add", "porch", "--profile", "onvif", "--host", "porch.lan", "--dry-run")
    assert tomllib.loads(shown.output) == {"cameras": {"porch": {"profile": "onvif", "host": "porch.lan"}}}
    assert not path.exists()
    path.write_text(shown.output)
    assert invoked("remove", "porch", "--dry-run").exit_code == 0
    assert path.read_text() == shown.output


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["add", "porch"], "--profile onvif"),
        (["add", "porch", "--profile", "onfiv"], "did you mean 'onvif'"),
        (["add", "porch", "--profile", "onvif"], "porch needs --host ADDRESS"),
        (["add", "../porch", "--profile", "sim", "--no-check"], "cameras"),
        (["add", "porch", "--profile", "onvif", "--host", "porch.lan"], "NIRECAP_PASSWORD_PORCH"),
        (["check", "nosuch"], "no camera or profile is called 'nosuch'"),
        (["remove", "sim"], "has no camera 'sim'"),
    ],
)
def test_mistakes_end_in_one_line_with_the_remedy(words: list[str], said: str) -> None:
    result = invoked(*words)
    assert result.exit_code == 2, result.output
    assert said in result.output
    assert result.output.strip().count("\n") == 0
