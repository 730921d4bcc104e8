"""The doctor against the simulated camera and ones that misbehave: what it finds, and that it puts everything back."""

import socket
import time
from collections.abc import Iterator
from dataclasses import replace

import pytest

from nirecap.capture import doctor
from nirecap.capture.camera import CameraInfo, CameraState
from nirecap.capture.doctor import Finding, address_of, examine
from nirecap.capture.drivers import CameraSettings
from nirecap.capture.drivers.onvif import OnvifCamera
from nirecap.capture.settle import Patience
from nirecap.capture.sim.device import DeviceConfig
from nirecap.capture.sim.scene import open_scenes
from nirecap.capture.sim.server import SimulatedCamera
from nirecap.errors import CameraError
from nirecap.vocabulary import Mode

from .vendors.served import QUICK

PASSWORD = "s3cret-p@ss"
ALL = ["reachable", "login", "clock", "identity", "settings", "stream", "day", "night", "switch", "restore"]


@pytest.fixture(scope="module")
def server() -> Iterator[SimulatedCamera]:
    with SimulatedCamera(open_scenes(None), QUICK, "admin", PASSWORD) as running:
        yield running


@pytest.fixture(autouse=True)
def in_auto(server: SimulatedCamera, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """However an examination ends, the camera is as it was."""
    monkeypatch.setattr(doctor, "RATE_S", 0.3)
    server.device.ir_cut = "AUTO"
    yield
    assert server.device.ir_cut == "AUTO"


def onvif(server: SimulatedCamera, password: str = PASSWORD) -> OnvifCamera:
    return OnvifCamera("porch", server.host, server.http_port, "admin", password)


def found(camera: OnvifCamera, port: int, *, switch: bool = True, timeout_s: float = 15.0) -> list[Finding]:
    findings: list[Finding] = []
    examine(camera, ("127.0.0.1", port), findings.append, Patience(timeout_s), switch=switch)
    return findings


def outcomes(findings: list[Finding]) -> dict[str, str]:
    return {finding.check: finding.outcome for finding in findings}


def test_a_good_camera_passes_everything(server: SimulatedCamera) -> None:
    findings = found(onvif(server), server.http_port)
    assert [finding.check for finding in findings] == ALL
    assert {finding.outcome for finding in findings} == {"ok"}, findings
    told = {finding.check: finding.what for finding in findings}
    assert "320x180" in told["stream"]
    assert "IrCutFilter AUTO" in told["settings"]
    assert "Simulated camera" in told["identity"]
    assert all(finding.seconds >= 0 for finding in findings)


def test_without_switching_it_only_looks(server: SimulatedCamera) -> None:
    assert [finding.check for finding in found(onvif(server), server.http_port, switch=False)] == ALL[:6]


def test_a_wrong_password_ends_it_with_the_remedy(server: SimulatedCamera) -> None:
    findings = found(onvif(server, "wrong-p@ss"), server.http_port)
    assert outcomes(findings) == {"reachable": "ok", "login": "fail"}
    assert "password" in findings[-1].remedy
    assert "wrong-p@ss" not in repr(findings)


def test_a_closed_port_ends_it_before_anything_is_asked() -> None:
    with socket.socket() as nobody:
        nobody.bind(("127.0.0.1", 0))
        port = nobody.getsockname()[1]
        findings = found(OnvifCamera("porch", "127.0.0.1", port, "admin", PASSWORD), port)
    assert outcomes(findings) == {"reachable": "fail"}
    assert "--port" in findings[0].remedy


def test_a_dead_stream_ends_it_before_anything_is_switched() -> None:
    config = DeviceConfig(width=320, height=180, fps=20.0)
    with SimulatedCamera(open_scenes(None), config, "admin", PASSWORD) as dead:
        dead._rtsp.stop()
        findings = found(onvif(dead), dead.http_port)
        assert dead.device.ir_cut == "AUTO"
    assert [finding.check for finding in findings] == ALL[:6]
    assert findings[-1].outcome == "fail"
    assert findings[-1].remedy
    assert PASSWORD not in repr(findings)


class Late(OnvifCamera):
    """Its clock is two hours behind."""

    def describe(self) -> CameraInfo:
        return replace(super().describe(), clock_offset_s=-7200.0)


def test_a_wrong_clock_is_a_warning_and_no_failure(server: SimulatedCamera) -> None:
    camera = Late("porch", server.host, server.http_port, "admin", PASSWORD)
    findings = found(camera, server.http_port, switch=False)
    clock = next(finding for finding in findings if finding.check == "clock")
    assert (clock.outcome, clock.what) == ("warn", "7200.0 s behind")
    assert "NTP" in clock.remedy
    assert [finding.check for finding in findings] == ALL[:6]


class Liar(OnvifCamera):
    """Accepts night and stays as it is."""

    def set_mode(self, mode: Mode) -> None:
        if mode is not Mode.NIGHT:
            super().set_mode(mode)

    def advice(self, mode: Mode) -> str:
        return "darken the room" if mode is Mode.NIGHT else ""


def test_pixels_tell_a_success_that_is_none(server: SimulatedCamera) -> None:
    findings = found(Liar("porch", server.host, server.http_port, "admin", PASSWORD), server.http_port, timeout_s=2)
    assert [finding.check for finding in findings] == [check for check in ALL if check != "switch"]
    night = findings[-2]
    assert (night.outcome, night.remedy) == ("fail", "darken the room")
    assert "still in colour" in night.what
    assert outcomes(findings)["restore"] == "ok"


class Forgetful(OnvifCamera):
    """Puts back, and can't tell."""

    def restore(self, state: CameraState) -> bool:
        super().restore(state)
        return False


class Unreachable(OnvifCamera):
    """Puts back, and then answers no more."""

    def restore(self, state: CameraState) -> bool:
        super().restore(state)
        raise CameraError("no answer; try again")


@pytest.mark.parametrize("kind", [Forgetful, Unreachable])
def test_what_is_not_verified_is_a_failure(server: SimulatedCamera, kind: type[OnvifCamera]) -> None:
    camera = kind("porch", server.host, server.http_port, "admin", PASSWORD)
    last = found(camera, server.http_port)[-1]
    assert (last.check, last.outcome) == ("restore", "fail")
    assert last.remedy


def test_an_interrupt_puts_back(server: SimulatedCamera) -> None:
    told = []

    def interrupted(finding: Finding) -> None:
        told.append(finding.check)
        if finding.check == "day":
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        examine(onvif(server), None, interrupted)
    assert told[-1] == "restore"


def test_a_silent_address_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    def silent(*_: object) -> socket.socket:
        time.sleep(0.01)
        raise TimeoutError

    monkeypatch.setattr(socket, "create_connection", silent)
    finding = found(OnvifCamera("porch", "127.0.0.1", 1, "admin", PASSWORD), 1)[-1]
    assert (finding.check, finding.outcome) == ("reachable", "fail")
    assert "this network" in finding.remedy


@pytest.mark.parametrize(
    ("settings", "address"),
    [
        (CameraSettings("onvif", "a", host="h.lan", port=8000), ("h.lan", 8000)),
        (CameraSettings("axis", "a", host="h.lan", options={"scheme": "https"}), ("h.lan", 443)),
        (CameraSettings("eufy", "a", host="h.lan", options={"server": "ws://127.0.0.1:3000"}), ("127.0.0.1", 3000)),
        (CameraSettings("manual", "a", stream_url="rtsp://u:p@h.lan/x"), ("h.lan", 554)),
        (CameraSettings("manual", "a", stream_url="/dev/video0"), None),
        (CameraSettings("manual", "a", stream_url="rtsp://[h.lan/x"), None),
        (CameraSettings("sim", "a"), None),
    ],
)
def test_where_it_listens(settings: CameraSettings, address: tuple[str, int] | None) -> None:
    assert address_of(settings) == address
