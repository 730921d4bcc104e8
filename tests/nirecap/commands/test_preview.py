"""`nirecap preview` as a user runs it: it prints the address, and puts the camera back however it is ended."""

import re
import signal
import subprocess
from collections.abc import Iterator

import pytest
import requests
from click.testing import CliRunner

from nirecap.capture.sim.device import DeviceConfig
from nirecap.capture.sim.process import DEFAULT_PASSWORD
from nirecap.capture.sim.scene import open_scenes
from nirecap.capture.sim.server import SimulatedCamera
from nirecap.commands.preview import command

from ...capture.command_line import started, wait_until


@pytest.fixture
def simulated() -> Iterator[SimulatedCamera]:
    config = DeviceConfig(width=320, height=180, fps=15.0, transition_s=0.2)
    with SimulatedCamera(open_scenes(None), config, "admin", DEFAULT_PASSWORD) as camera:
        yield camera


@pytest.fixture
def running(simulated: SimulatedCamera) -> Iterator[subprocess.Popen[str]]:
    child = started("preview", "onvif", "--host", "127.0.0.1", "--port", str(simulated.http_port), "--user", "admin")
    yield child
    child.kill()
    child.communicate()


def open_page(running: subprocess.Popen[str]) -> tuple[requests.Session, str]:
    """Read the address that was printed and open it as a browser does."""
    assert running.stdout is not None
    line = running.stdout.readline()
    match = re.search(r"(http://127\.0\.0\.1:\d+)/\?token=([\w-]{40,})", line)
    assert match, line + running.stdout.read()
    session = requests.Session()
    assert session.get(match[0], timeout=30).ok
    return session, match[1]


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_camera_is_as_before_however_it_ends(
    simulated: SimulatedCamera, running: subprocess.Popen[str], number: signal.Signals
) -> None:
    session, base = open_page(running)
    assert session.post(f"{base}/mode/day", timeout=30).ok
    wait_until(lambda: simulated.device.ir_cut == "ON")
    running.send_signal(number)
    said, _ = running.communicate(timeout=60)
    assert running.returncode == 0
    assert simulated.device.ir_cut == "AUTO"
    assert "onvif: as before (IrCutFilter AUTO)" in said.splitlines()
    assert "token" not in said
    assert DEFAULT_PASSWORD not in said.replace("nirecap preview", "")


def test_camera_that_was_not_switched_is_left_alone(simulated: SimulatedCamera, running: subprocess.Popen[str]) -> None:
    session, base = open_page(running)
    wait_until(lambda: session.get(f"{base}/state", timeout=30).json()["settled"])
    running.send_signal(signal.SIGINT)
    said, _ = running.communicate(timeout=60)
    assert (running.returncode, "as before" in said) == (0, False)


@pytest.mark.parametrize("place", ["porch.lan", "127.0.0.1:99999", "127.0.0.1:http", "0.0.0.0:"])
def test_listen_wants_an_address(place: str) -> None:
    result = CliRunner().invoke(command, ["sim", "--listen", place])
    assert result.exit_code == 2
