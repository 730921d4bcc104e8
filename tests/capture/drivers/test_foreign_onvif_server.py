"""The ONVIF driver against a SOAP server that shares no code with it or with the simulated camera."""

import json
import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from nirecap.capture.drivers.onvif import OnvifCamera
from nirecap.capture.drivers.onvif_client import WSDL_FOLDER
from nirecap.errors import CameraError
from nirecap.vocabulary import Mode

PEER = "NIRECAP_PEER_NODE_MODULES"
SCRIPT = Path(__file__).with_name("soap_camera.js")
USER, PASSWORD = "ad@min", 'xK9-distinctive:<&"%ä'


@dataclass
class SoapCamera:
    """The server in a process of its own."""

    process: subprocess.Popen[str]
    port: int

    def camera(self, password: str = PASSWORD) -> OnvifCamera:
        return OnvifCamera("porch", "127.0.0.1", self.port, USER, password)

    def setting(self) -> Any:
        """Return the next request that changed a setting, as the server understood it."""
        assert self.process.stdout
        return json.loads(self.process.stdout.readline())


@pytest.fixture(scope="module")
def foreign() -> Iterator[SoapCamera]:
    modules = os.environ.get(PEER)
    if not modules or not shutil.which("node"):
        pytest.skip(f"{PEER} does not name a folder of node modules with node-soap, or there is no node")
    pipe = subprocess.PIPE
    command = ["node", str(SCRIPT), str(WSDL_FOLDER), USER, PASSWORD]
    with subprocess.Popen(command, stdin=pipe, stdout=pipe, text=True, env=os.environ | {"NODE_PATH": modules}) as node:
        assert node.stdin and node.stdout
        try:
            yield SoapCamera(node, int(node.stdout.readline()))
        finally:
            node.stdin.close()
            with suppress(subprocess.TimeoutExpired):
                node.wait(10)
            node.kill()


def test_it_is_opened_read_and_switched(foreign: SoapCamera) -> None:
    with foreign.camera() as camera:
        info = camera.describe()
        assert (info.manufacturer, info.model, info.firmware) == ("Foreign", "node-soap", "1.0")
        assert info.clock_offset_s is not None
        assert abs(info.clock_offset_s) < 5
        before = camera.state()
        assert before == {"IrCutFilter": "AUTO"}
        for mode, filter_ in ((Mode.NIGHT, "OFF"), (Mode.DAY, "ON")):
            camera.set_mode(mode)
            request = foreign.setting()
            assert request["VideoSourceToken"] == "lens 2"  # of the profile with most pixels
            assert request["ImagingSettings"] == {"IrCutFilter": filter_}
            assert str(request["ForcePersistence"]).lower() == "false"
            assert camera.state() == {"IrCutFilter": filter_}
        assert camera.restore(before)
        assert foreign.setting()["ImagingSettings"] == {"IrCutFilter": "AUTO"}
        camera.stream()


def test_a_wrong_password_is_refused_and_not_told(foreign: SoapCamera) -> None:
    with pytest.raises(CameraError) as failure, foreign.camera("wrong-but-secret"):
        pass
    assert "wrong-but-secret" not in str(failure.value)
