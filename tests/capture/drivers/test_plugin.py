"""The worked example of docs/drivers.md, installed as its reader would and driven through a real server."""

import importlib
import re
import subprocess
import sys
from base64 import b64encode
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote

import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from nirecap.capture.drivers import CameraSettings, connect
from nirecap.capture.goal import Goal
from nirecap.capture.shoot import Shooting
from nirecap.capture.sim.device import Device
from nirecap.capture.store import Collection
from nirecap.errors import LoginRefused, UsageMistake
from nirecap.vocabulary import Plan
from nirecap.web_server import WebServer

from ..vendors.served import PASSWORD, USER, running_device

PAGE = Path(__file__).parents[3] / "docs/drivers.md"
FILTER = {"colour": "ON", "infrared": "OFF", "auto": "AUTO"}


def block(kind: str) -> str:
    found = re.search(rf"^```{kind}\n(.*?)^```", PAGE.read_text(), flags=re.DOTALL | re.MULTILINE)
    assert found
    return found[1]


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Build and install the example package into a folder that is imported from."""
    source, target = tmp_path_factory.mktemp("porchcam"), tmp_path_factory.mktemp("site")
    (source / "porchcam.py").write_text(block("python"))
    (source / "pyproject.toml").write_text(block("toml"))
    install = [sys.executable, "-m", "pip", "install", "-q", "--no-index", "--no-build-isolation", "--no-deps"]
    subprocess.run([*install, "--target", str(target), str(source)], check=True, timeout=120)
    sys.path.insert(0, str(target))
    importlib.invalidate_caches()
    yield
    sys.path.remove(str(target))


def porchcam_app(device: Device) -> Starlette:
    """Return the web pages of a camera that tells and takes its mode at /mode."""

    def mode(request: Request) -> Response:
        login = "Basic " + b64encode(f"{USER}:{PASSWORD}".encode()).decode()
        if request.headers.get("authorization") != login:
            return PlainTextResponse("log in", 401)
        if word := request.query_params.get("set"):
            device.ir_cut = FILTER[word]
        return PlainTextResponse(next(word for word, value in FILTER.items() if value == device.ir_cut))

    return Starlette(routes=[Route("/mode", mode)])


@pytest.fixture
def porchcam(installed: None) -> Iterator[tuple[CameraSettings, Device]]:
    with running_device() as (device, rtsp), WebServer(porchcam_app(device)) as web:
        stream = rtsp.url.replace("//", f"//{USER}:{quote(PASSWORD, safe='')}@", 1)
        yield CameraSettings("porchcam", "porch", "127.0.0.1", web.port, USER, PASSWORD, stream_url=stream), device


def test_the_example_shoots(porchcam: tuple[CameraSettings, Device], tmp_path: Path) -> None:
    settings, device = porchcam
    collection = Collection(tmp_path, create=True)
    with connect(settings) as camera:
        summary = Shooting(camera, None, Plan.PAIR).run(collection, Goal(collection, 1))
    assert (summary.taken, summary.restored, device.ir_cut) == (1, True, "AUTO")


def test_the_example_tells_a_wrong_login(porchcam: tuple[CameraSettings, Device]) -> None:
    settings, _ = porchcam
    wrong = CameraSettings("porchcam", "porch", settings.host, settings.port, USER, "wrong", stream_url="rtsp://x/")
    with pytest.raises(LoginRefused), connect(wrong):
        pass


def test_unknown_driver_names_the_installed_ones(installed: None) -> None:
    with pytest.raises(UsageMistake, match="porchcam"):
        connect(CameraSettings("porchcan", "porch"))
