"""A second ONVIF client that nobody here wrote, onvif-python, agrees that the camera is real.

Its import name is that of onvif-zeep, so it lives in an environment of its own; NIRECAP_PEER_PYTHON names the
interpreter.
"""

import json
import os
import subprocess
from collections.abc import Iterator
from typing import Any

import pytest

from nirecap.capture.sim.device import DeviceConfig
from nirecap.capture.sim.scene import open_scenes
from nirecap.capture.sim.server import SimulatedCamera

PEER = os.environ.get("NIRECAP_PEER_PYTHON", "")
pytestmark = pytest.mark.skipif(not PEER, reason="NIRECAP_PEER_PYTHON names no interpreter with onvif-python")

SCRIPT = """
import json, sys
from onvif import CacheMode, ONVIFClient, ONVIFOperationException

port, password = int(sys.argv[1]), sys.argv[2]
client = ONVIFClient("127.0.0.1", port, "admin", password, cache=CacheMode.NONE)
try:
    told = {"model": client.devicemgmt().GetDeviceInformation().Model}
    token = client.media().GetVideoSources()[0].token
    read = lambda: client.imaging().GetImagingSettings(VideoSourceToken=token).IrCutFilter
    told["modes"] = [read()]
    for mode in ("ON", "OFF", "AUTO"):
        client.imaging().SetImagingSettings(VideoSourceToken=token, ImagingSettings={"IrCutFilter": mode})
        told["modes"].append(read())
    told["relays"] = [relay.token for relay in client.deviceio().GetRelayOutputs()]
    setup = {"Stream": "RTP-Unicast", "Transport": {"Protocol": "RTSP"}}
    profile = client.media().GetProfiles()[0].token
    told["stream"] = client.media().GetStreamUri(StreamSetup=setup, ProfileToken=profile).Uri
except ONVIFOperationException as error:
    told = {"refused": str(error)}
print(json.dumps(told))
"""


@pytest.fixture(scope="module")
def camera() -> Iterator[SimulatedCamera]:
    config = DeviceConfig(width=128, height=96, fps=5, transition_s=0.1)
    with SimulatedCamera(open_scenes(None), config, "admin", "secret") as running:
        yield running


def ask(camera: SimulatedCamera, password: str) -> dict[str, Any]:
    command = [PEER, "-c", SCRIPT, str(camera.http_port), password]
    answer = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    assert answer.returncode == 0, answer.stderr
    told: dict[str, Any] = json.loads(answer.stdout)
    return told


def test_foreign_client_logs_in_and_switches_the_filter(camera: SimulatedCamera) -> None:
    told = ask(camera, "secret")
    assert told["model"] == "Simulated camera"
    assert told["modes"] == ["AUTO", "ON", "OFF", "AUTO"]
    assert told["relays"] == ["IRLEDs", "IRCutFilter"]
    assert told["stream"] == camera.rtsp_url


def test_foreign_client_is_refused_with_a_wrong_password(camera: SimulatedCamera) -> None:
    assert "NotAuthorized" in ask(camera, "wrong")["refused"]
