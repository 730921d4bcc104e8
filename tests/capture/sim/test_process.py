"""The camera in a process of its own: it comes up, and it never outlives the program that started it."""

import json
import os
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

import pytest

from nirecap.capture.sim.process import PASSWORD_VARIABLE, SimulatedCameraProcess
from nirecap.errors import CameraError, UsageMistake

SMALL = ("--size", "128x96", "--fps", "5")
SIMULATE = [sys.executable, "-m", "nirecap", "simulate", "--json", *SMALL]
PATIENCE_S = 20.0


def answers(port: int) -> bool:
    try:
        socket.create_connection(("127.0.0.1", port), timeout=1).close()
    except OSError:
        return False
    return True


def falls_silent(port: int) -> bool:
    deadline = time.monotonic() + PATIENCE_S
    while answers(port) and time.monotonic() < deadline:
        time.sleep(0.1)
    return not answers(port)


def test_process_tells_where_the_camera_is_and_ends_at_close() -> None:
    process = SimulatedCameraProcess(*SMALL, password="s3cret")
    with process as at:
        assert answers(at.http_port)
        assert answers(at.rtsp_port)
        assert at.device_service == f"http://127.0.0.1:{at.http_port}/onvif/device_service"
        assert "s3cret" not in f"{at} {process._command}"
        child = process._child
        assert child is not None
        assert os.getpgid(child.pid) != os.getpgid(0), "Ctrl-C would end the camera before it is restored"
    assert child.returncode == 0
    assert not answers(at.http_port)
    process.close()


@pytest.mark.parametrize("end", ["stdin", "SIGTERM", "SIGINT"])
def test_child_ends_by_itself(end: str) -> None:
    pipe = subprocess.PIPE
    with subprocess.Popen([*SIMULATE, "--until-stdin-closes"], stdin=pipe, stdout=pipe) as child:
        assert child.stdin is not None
        assert child.stdout is not None
        port = json.loads(child.stdout.readline())["http_port"]
        assert answers(port)
        if end == "stdin":
            child.stdin.close()
        else:
            child.send_signal(signal.Signals[end])
        assert child.wait(PATIENCE_S) == 0
        assert not answers(port)


def test_killed_parent_leaves_no_camera_behind(tmp_path: Path) -> None:
    script = tmp_path / "parent.py"
    script.write_text(f"""\
import time
from nirecap.capture.sim.process import SimulatedCameraProcess
print(SimulatedCameraProcess(*{SMALL}).start().http_port, flush=True)
time.sleep(600)
""")
    with subprocess.Popen([sys.executable, script], stdout=subprocess.PIPE) as parent:
        assert parent.stdout is not None
        port = int(parent.stdout.readline())
        assert answers(port)
        parent.send_signal(signal.SIGKILL)
    assert falls_silent(port)


def test_failed_start_repeats_the_reason(tmp_path: Path) -> None:
    with pytest.raises(UsageMistake, match=r"did not start: .*scenes") as failed:
        SimulatedCameraProcess("--scenes", str(tmp_path)).start()
    assert "\n" not in str(failed.value)


def test_slow_start_is_given_up() -> None:
    process = SimulatedCameraProcess(*SMALL, start_s=0.01)
    with pytest.raises(CameraError, match=r"did not start in 0\.01 s"):
        process.start()
    assert process._child is None


def test_password_comes_from_the_environment_alone() -> None:
    environment = {**os.environ, PASSWORD_VARIABLE: "s3cret"}
    plain = [argument for argument in SIMULATE if argument != "--json"]
    with subprocess.Popen(plain, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, env=environment) as child:
        assert child.stdout is not None
        greeting = [child.stdout.readline().decode() for _ in range(4)]
        child.terminate()
        rest = child.stdout.read().decode()
    assert greeting[0].startswith("ONVIF")
    assert "s3cret" not in "".join(greeting) + rest
