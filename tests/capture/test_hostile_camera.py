"""What a hostile camera does to the whole program: a clear error, bounded memory and time, and nobody else is reached.

The parts are tested where they stand: answers in drivers/test_onvif_client.py, drivers/test_http_client.py and
drivers/test_eufy_client.py, streams in test_rtsp_gate.py and test_stream.py, pictures in test_snapshots.py.
"""

import os
import socket
import subprocess
import sys
import threading
import time
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from itertools import repeat
from pathlib import Path

import pytest
from websockets.sync.server import ServerConnection
from websockets.sync.server import serve as serve_websocket

from .drivers.scripted_camera import Answer, ScriptedCamera, capabilities, envelope, send, services, stream_uri
from .rtsp_servers import described, rtsp, serving

BYSTANDER = "127.0.0.2"
"""Another host, at which nothing may ever arrive."""
MAX_GROWTH = 64 * 2**20
"""Bytes that a hostile camera may cost beyond what a camera that is not there costs."""
MAX_S = 45.0
ENTITIES = b"<!DOCTYPE b [<!ENTITY a0 'aaaaaaaaaa'>" + b"".join(
    b"<!ENTITY a%d '%s'>" % (i + 1, b"&a%d;" % i * 10) for i in range(9)
)
SIDE = 20_000
"""Of a picture of black points that takes kilobytes as a file and gigabytes in memory."""


@dataclass(frozen=True)
class Child:
    """How a run of nirecap ended."""

    said: str
    peak: int
    """Bytes of memory at the most."""
    seconds: float


def check(words: str, folder: Path) -> Child:
    """Run `nirecap cameras check`."""
    start = time.monotonic()
    own = {"HOME": str(folder), "NIRECAP_CAMERAS": str(folder / "none.toml"), "NIRECAP_PASSWORD": "sesame"}
    said = folder / "said.txt"
    with said.open("w") as out:
        child = subprocess.Popen(
            [sys.executable, "-m", "nirecap", "cameras", "check", *words.split()],
            env=os.environ | own,
            stdin=subprocess.DEVNULL,
            stdout=out,
            stderr=out,
        )
        watchdog = threading.Timer(2 * MAX_S, child.kill)
        watchdog.start()
        _, status, usage = os.wait4(child.pid, 0)
        watchdog.cancel()
        child.returncode = os.waitstatus_to_exitcode(status)
    return Child(said.read_text(), usage.ru_maxrss * 1024, time.monotonic() - start)


@pytest.fixture(scope="module")
def usual(tmp_path_factory: pytest.TempPathFactory) -> int:
    """The peak of memory where a camera answers nothing of use."""
    with scripted_soap(b"<html>no camera</html>") as port:
        return check(f"onvif --host 127.0.0.1 --port {port}", tmp_path_factory.mktemp("usual")).peak


@pytest.fixture
def bystander() -> Iterator[int]:
    """The port of another host; nothing may come."""
    came: list[object] = []
    with socket.create_server((BYSTANDER, 0)) as listener:

        def accept() -> None:
            with suppress(OSError):
                while True:
                    came.append(listener.accept())

        thread = threading.Thread(target=accept, daemon=True)
        thread.start()
        yield listener.getsockname()[1]
        listener.shutdown(socket.SHUT_RDWR)
        thread.join()
    assert came == []


@contextmanager
def scripted_soap(answer: Answer, **others: Answer) -> Iterator[int]:
    """Serve ONVIF with an answer of its own to who it is."""
    camera = ScriptedCamera()
    camera.answers |= {"GetDeviceInformation": answer, **others}
    try:
        yield camera.port
    finally:
        camera.stop()


def says(head: str, body: bytes = b"", *, for_ever: bool = False) -> Callable[[socket.socket], None]:
    """Talk HTTP, whatever is asked."""

    def talk(connection: socket.socket) -> None:
        connection.recv(4096)
        connection.sendall(f"HTTP/1.1 {head}\r\n\r\n".encode() + body)
        while for_ever:
            connection.sendall(bytes(1 << 20))

    return talk


def chunk(kind: bytes, content: bytes) -> bytes:
    """Return a chunk of a PNG file."""
    return len(content).to_bytes(4) + kind + content + zlib.crc32(kind + content).to_bytes(4)


def bomb() -> bytes:
    head = SIDE.to_bytes(4) * 2 + bytes([1, 0, 0, 0, 0])
    rows = zlib.compressobj(9)
    packed = b"".join(rows.compress(bytes((1 + SIDE // 8) * 100)) for _ in range(SIDE // 100)) + rows.flush()
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", packed) + chunk(b"IEND", b"")


def told(name: str, elsewhere: int) -> Answer:
    """Return the answer of an ONVIF camera to who it is."""
    answers: dict[str, Answer] = {
        "endless": lambda handler: _for_ever(handler.wfile.write, b"HTTP/1.1 200 OK\r\n\r\n"),
        "announces two gigabytes": lambda handler: _for_ever(
            handler.wfile.write, b"HTTP/1.1 200 OK\r\nContent-Length: 2000000000\r\n\r\n"
        ),
        "entity bomb": ENTITIES + b"]>" + envelope("<tds:x>&a9;</tds:x>"),
        "redirect": lambda handler: send(handler, b"", 307, Location=f"http://{BYSTANDER}:{elsewhere}/"),
    }
    return answers[name]


def _for_ever(write: Callable[[bytes], object], head: bytes) -> None:
    with suppress(OSError):
        write(head)
        while True:
            write(b" " * (1 << 20))


def is_bounded(run: Child, said: str, usual: int) -> None:
    assert said in run.said
    assert "Traceback" not in run.said
    assert run.peak < usual + MAX_GROWTH
    assert run.seconds < MAX_S


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("endless", "more than 262144 bytes"),
        ("announces two gigabytes", "more than 262144 bytes"),
        ("entity bomb", "unreadable XML"),
        ("redirect", "redirects elsewhere"),
    ],
)
def test_answers_of_onvif(name: str, said: str, usual: int, bystander: int, tmp_path: Path) -> None:
    with scripted_soap(told(name, bystander)) as port:
        is_bounded(check(f"onvif --host 127.0.0.1 --port {port}", tmp_path), said, usual)


def test_services_and_stream_that_are_said_to_be_elsewhere(usual: int, bystander: int, tmp_path: Path) -> None:
    there = f"{BYSTANDER}:{bystander}"
    answers: dict[str, Answer] = {
        "GetCapabilities": capabilities(Media=f"http://{there}/media"),
        "GetServices": services(timg=f"http://{there}/imaging"),
        "GetStreamUri": stream_uri(f"rtsp://{there}/live"),
    }
    who = envelope("<tds:GetDeviceInformationResponse/>")
    with scripted_soap(who, **answers) as port:
        run = check(f"onvif --host 127.0.0.1 --port {port}", tmp_path)
    is_bounded(run, "FAIL stream", usual)
    assert "ok   settings" in run.said


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("redirect", "redirects to another address"),
        ("endless head", "more than 16384 bytes"),
        ("absurd size", "no plain size up to"),
        ("addresses", "FAIL stream"),
        ("thousands of tracks", "FAIL stream"),
    ],
)
def test_streams(name: str, said: str, usual: int, bystander: int, tmp_path: Path) -> None:
    there = f"{BYSTANDER}:{bystander}"
    options = {"OPTIONS": "200 OK\r\nPublic: DESCRIBE, SETUP, PLAY\r\n\r\n"}
    lines = [f"c=IN IP4 {BYSTANDER}", f"m=video {bystander} RTP/AVP 96", "a=rtpmap:96 H264/90000"]
    answers = {
        "redirect": {"OPTIONS": f"302 Moved\r\nLocation: rtsp://{there}/live\r\n\r\n"},
        "endless head": {"OPTIONS": "200 OK\r\n" + "X: y\r\n" * 100_000},
        "absurd size": options | {"DESCRIBE": "200 OK\r\nContent-Length: 2000000000\r\n\r\nv=0"},
        "addresses": described(*lines, f"a=control:rtsp://{there}/live"),
        "thousands of tracks": described(*["m=video 0 RTP/AVP 96"] * 2500),
    }
    with serving(rtsp(answers[name])) as port:
        is_bounded(check(f"manual --stream rtsp://127.0.0.1:{port}/live", tmp_path), said, usual)


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("bomb", "pixels; not decoded"),
        ("page", "not a PNG, JPEG, TIFF or BMP image"),
        ("endless", "so it is not one picture"),
        ("redirect", "redirects to another address"),
    ],
)
def test_snapshots(name: str, said: str, usual: int, bystander: int, tmp_path: Path) -> None:
    talks = {
        "bomb": says("200 OK", bomb()),
        "page": says("200 OK\r\nContent-Length: 2", b"hi"),
        "endless": says("200 OK", for_ever=True),
        "redirect": says(f"302 Found\r\nContent-Length: 0\r\nLocation: http://{BYSTANDER}:{bystander}/"),
    }
    with serving(talks[name]) as port:
        is_bounded(check(f"manual --stream http://127.0.0.1:{port}/now.jpg", tmp_path), said, usual)


def test_an_endless_message_of_eufy(usual: int, tmp_path: Path) -> None:
    def talk(websocket: ServerConnection) -> None:
        websocket.send(repeat("x" * (1 << 20)))

    with serve_websocket(talk, "127.0.0.1", 0) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        place = f"--option server=ws://127.0.0.1:{server.socket.getsockname()[1]}"
        run = check(f"eufy --host 127.0.0.1 --user me --option serial=T8400 {place}", tmp_path)
    is_bounded(run, "no eufy-security-ws answers", usual)
