"""The camera's HTTP side: bounded requests, a guarded snapshot, addresses that lead back to loopback."""

import io
import re
import socket
import time
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import pytest
import requests
from numpy.typing import NDArray
from PIL import Image
from requests.auth import HTTPDigestAuth

from nirecap.capture.sim.onvif.soap import SOAP_12
from nirecap.capture.sim.web_app import MAX_BODY, web_app
from nirecap.errors import CameraError
from nirecap.web_server import WebServer

SERVICES = f"""<e:Envelope xmlns:e="{SOAP_12}"><e:Body>
    <GetServices xmlns="http://www.onvif.org/ver10/device/wsdl"/></e:Body></e:Envelope>"""


@dataclass
class Camera:
    """What the application needs of a device."""

    broken: bool = False
    ir_cut: str = "AUTO"
    ir_lamp: str = "AUTO"
    width: int = 64
    height: int = 48
    fps: float = 15.0

    def latest(self) -> tuple[NDArray[np.uint8], float]:
        if self.broken:
            raise CameraError("the camera broke down")
        return np.full((48, 64, 3), 200, np.uint8), 0.0


@pytest.fixture
def camera() -> Camera:
    return Camera()


@pytest.fixture
def server(camera: Camera) -> Iterator[WebServer]:
    with WebServer(web_app(camera, "rtsp://127.0.0.1:8554/live", user="admin", password="secret")) as running:
        yield running


@pytest.fixture
def base(server: WebServer) -> str:
    return f"http://127.0.0.1:{server.port}"


def post(base: str, content: bytes | str, host: str | None = None) -> requests.Response:
    headers = {} if host is None else {"Host": host}
    return requests.post(f"{base}/onvif/device_service", data=content, headers=headers, timeout=10)


def test_request_is_answered_as_soap_12(base: str) -> None:
    answer = post(base, SERVICES)
    assert answer.status_code == 200
    assert answer.headers["content-type"] == "application/soap+xml; charset=utf-8"


def test_ill_formed_request_is_a_fault(base: str) -> None:
    answer = post(base, b"<!DOCTYPE a>" + SERVICES.encode())
    assert answer.status_code == 400
    assert "ter:WellFormed" in answer.text


def test_longest_request_is_read_and_a_longer_one_refused(base: str) -> None:
    filled = SERVICES + " " * (MAX_BODY - len(SERVICES))
    assert post(base, filled).status_code == 200
    assert post(base, filled + " ").status_code == 413


def test_endless_request_is_refused_before_its_end(server: WebServer) -> None:
    with socket.create_connection(("127.0.0.1", server.port), timeout=10) as client:
        client.sendall(b"POST /onvif/device_service HTTP/1.1\r\nHost: x\r\nContent-Length: 999999999999\r\n\r\n")
        client.sendall(b" " * (MAX_BODY + 1))
        assert client.recv(64).startswith(b"HTTP/1.1 413")


def test_other_paths_and_methods_do_not_exist(base: str) -> None:
    assert requests.get(f"{base}/", timeout=10).status_code == 404
    assert requests.get(f"{base}/onvif/device_service", timeout=10).status_code == 405
    assert requests.get(f"{base}/room/state", timeout=10).status_code == 404


@pytest.mark.parametrize("host", ["localhost:9000", "127.0.0.1:8080", "127.0.0.1"])
def test_addresses_repeat_the_loopback_host_of_the_client(base: str, host: str) -> None:
    assert f"<tds:XAddr>http://{host}/onvif/media_service<" in post(base, SERVICES, host).text


@pytest.mark.parametrize("host", ["example.org", "192.0.2.1:80", "127.0.0.1.example.org", "127.0.0.1@example.org", ""])
def test_addresses_never_lead_elsewhere(base: str, host: str) -> None:
    told = re.findall("XAddr>([^<]+)<", post(base, SERVICES, host).text)
    assert len(told) == 4
    assert all(address.startswith(f"{base}/onvif/") for address in told)


def test_snapshot_needs_the_password(base: str) -> None:
    refused = requests.get(f"{base}/snapshot.jpg", timeout=10)
    assert refused.status_code == 401
    assert refused.headers["www-authenticate"].startswith("Digest ")
    wrong = requests.get(f"{base}/snapshot.jpg", auth=HTTPDigestAuth("admin", "wrong"), timeout=10)
    assert wrong.status_code == 401


def test_snapshot_is_the_newest_frame(base: str) -> None:
    answer = requests.get(f"{base}/snapshot.jpg", auth=HTTPDigestAuth("admin", "secret"), timeout=10)
    assert answer.headers["content-type"] == "image/jpeg"
    picture = np.asarray(Image.open(io.BytesIO(answer.content)))
    assert picture.shape == (48, 64, 3)
    assert abs(picture.mean() - 200) < 3


def test_snapshot_of_a_broken_camera_says_so(base: str, camera: Camera) -> None:
    camera.broken = True
    answer = requests.get(f"{base}/snapshot.jpg", auth=HTTPDigestAuth("admin", "secret"), timeout=10)
    assert (answer.status_code, answer.text) == (503, "the camera broke down")


def test_server_listens_on_loopback_alone_and_frees_its_port(camera: Camera) -> None:
    server = WebServer(web_app(camera, "rtsp://127.0.0.1:1/live", user="a", password="b"))
    with pytest.raises(CameraError, match=f"port {server.port} .* choose another"):
        WebServer(web_app(camera, "rtsp://127.0.0.1:1/live", user="a", password="b"), server.port)
    assert server._socket.getsockname()[0] == "127.0.0.1"
    server.start()
    assert requests.get(f"http://127.0.0.1:{server.port}/", timeout=10).status_code == 404
    server.stop()
    server.stop()
    with pytest.raises(OSError, match="refused"):
        socket.create_connection(("127.0.0.1", server.port), timeout=1)


def test_idle_client_does_not_hold_up_the_end(camera: Camera) -> None:
    server = WebServer(web_app(camera, "rtsp://127.0.0.1:1/live", user="a", password="b"))
    server.start()
    with socket.create_connection(("127.0.0.1", server.port)) as silent:
        silent.sendall(b"POST /onvif/device_service HTTP/1.1\r\nHost: x\r\nContent-Length: 10\r\n\r\n")
        began = time.monotonic()
        server.stop()
        assert time.monotonic() - began < 8
