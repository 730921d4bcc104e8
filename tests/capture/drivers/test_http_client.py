"""HTTP commands to cameras that break off, drip, flood, redirect and attack."""

import shutil
import socket
import ssl
import subprocess
import time
import traceback
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from threading import Event, Thread

import pytest
from requests.auth import HTTPBasicAuth, HTTPDigestAuth

from nirecap.capture.bounded_http import MAX_BYTES
from nirecap.capture.drivers.http_client import HttpClient, KeyHeader, Refused
from nirecap.errors import CameraError, LoginRefused

from .scripted_camera import ScriptedCamera

Answer = Callable[[socket.socket], None]
PASSWORD = "xK9-distinctive:@/%?#é"
LIMIT_S = 1.0
BOMB = """<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;">
<!ENTITY c "&b;&b;&b;&b;&b;&b;&b;&b;&b;&b;"><!ENTITY d "&c;&c;&c;&c;&c;&c;&c;&c;&c;&c;">]><x><y>&d;</y></x>"""
FILE = '<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/passwd">]><x>&a;</x>'


class RawCamera:
    """Answers each connection with whatever bytes the test wants."""

    def __init__(self) -> None:
        self.answers: list[Answer] = []
        self.requests: list[bytes] = []
        self.over = Event()
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._listener.getsockname()[1]
        Thread(target=self._serve, daemon=True).start()

    def stop(self) -> None:
        self.over.set()
        with suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()

    def _serve(self) -> None:
        with suppress(OSError):
            while True:
                connection, _ = self._listener.accept()
                with connection, suppress(OSError):
                    self.requests.append(connection.recv(65536))
                    self.answers[min(len(self.requests), len(self.answers)) - 1](connection)


def sends(body: bytes, status: str = "200 OK", *headers: str) -> Answer:
    head = "\r\n".join([f"HTTP/1.1 {status}", f"Content-Length: {len(body)}", "Connection: close", *headers])
    return lambda connection: connection.sendall(f"{head}\r\n\r\n".encode() + body)


def breaks_off(connection: socket.socket) -> None:
    connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nhalf")


def floods(connection: socket.socket) -> None:
    connection.sendall(b"HTTP/1.1 200 OK\r\n\r\n")
    while True:
        connection.sendall(b"x" * 65536)


def says_nothing(connection: socket.socket) -> None:
    """Hang up at once."""


@pytest.fixture
def raw() -> Iterator[RawCamera]:
    camera = RawCamera()
    yield camera
    camera.stop()


@pytest.fixture
def client(raw: RawCamera) -> HttpClient:
    login = HTTPBasicAuth("me", PASSWORD.encode())
    return HttpClient(f"http://127.0.0.1:{raw.port}", login, "me", limit_s=LIMIT_S)


@pytest.fixture
def signed_by_itself(tmp_path: Path) -> Iterator[int]:
    """Port of an https server as cameras are, with a certificate of its own making."""
    openssl = shutil.which("openssl")
    if openssl is None:
        pytest.skip("no openssl to make a certificate with")
    key, certificate = tmp_path / "key.pem", tmp_path / "certificate.pem"
    make = ["req", "-x509", "-newkey", "rsa:2048", "-nodes", "-subj", "/CN=127.0.0.1", "-days", "2"]
    subprocess.run([openssl, *make, "-keyout", key, "-out", certificate], check=True, capture_output=True)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, key)

    def serve(listener: socket.socket) -> None:
        with suppress(OSError):  # the test is over
            while True:
                connection, _ = listener.accept()
                with connection, suppress(ssl.SSLError), context.wrap_socket(connection, server_side=True) as safe:
                    safe.recv(65536)
                    sends(b"safe")(safe)

    with socket.create_server(("127.0.0.1", 0)) as listener:
        Thread(target=serve, args=(listener,), daemon=True).start()
        yield listener.getsockname()[1]
        listener.shutdown(socket.SHUT_RDWR)


class TestAsking:
    def test_answer(self, raw: RawCamera, client: HttpClient) -> None:
        raw.answers = [sends(b'{"a": 1}')]
        answer = client.get("/x?y=1")
        assert (answer.json(), answer.text, answer.command) == ({"a": 1}, '{"a": 1}', "/x?y=1")
        assert raw.requests[0].startswith(b"GET /x?y=1 HTTP/1.1\r\n")

    @pytest.mark.parametrize("first", [breaks_off, says_nothing])
    def test_broken_connection_is_tried_a_second_time(self, raw: RawCamera, client: HttpClient, first: Answer) -> None:
        raw.answers = [first, sends(b"whole")]
        assert client.get("/x").text == "whole"

    @pytest.mark.parametrize("always", [breaks_off, says_nothing])
    def test_broken_connection_is_not_tried_for_ever(self, raw: RawCamera, client: HttpClient, always: Answer) -> None:
        raw.answers = [always]
        with pytest.raises(CameraError, match="can't reach a camera at 127"):
            client.get("/x")
        assert len(raw.requests) == 2

    def test_refusal_is_told_in_the_cameras_words_on_one_line(self, raw: RawCamera, client: HttpClient) -> None:
        raw.answers = [sends(b"<html><b>no\x1b such</b>\nthing</html>" + b"z" * 5000, "404 Not Found")]
        with pytest.raises(Refused, match=r"refused /x: HTTP 404 no  ?such thing") as caught:
            client.get("/x")
        assert str(caught.value).isprintable()
        assert len(str(caught.value)) < 350

    def test_wrong_login_is_sent_once(self, raw: RawCamera, client: HttpClient) -> None:
        raw.answers = [sends(b"", "401 Unauthorized")]
        with pytest.raises(LoginRefused, match="user 'me'"):
            client.get("/x")
        assert len(raw.requests) == 1

    def test_key_of_any_letters(self, raw: RawCamera) -> None:
        raw.answers = [sends(b"")]
        HttpClient(f"http://127.0.0.1:{raw.port}", KeyHeader("api", "ключ"), "", limit_s=LIMIT_S).get("/x")
        assert b"api: " + "ключ".encode() in raw.requests[0]

    def test_certificate_that_nobody_signed(self, signed_by_itself: int) -> None:
        def ask(*, verify: bool) -> str:
            origin = f"https://127.0.0.1:{signed_by_itself}"
            return HttpClient(origin, KeyHeader("api", "k"), "", limit_s=LIMIT_S, verify=verify).get("/x").text

        with pytest.raises(CameraError, match="nobody vouches for; allow it by the option certificate=any"):
            ask(verify=True)
        assert ask(verify=False) == "safe"


class TestHostileCameras:
    @pytest.mark.parametrize(
        ("answer", "message"),
        [
            (floods, f"more than {MAX_BYTES} bytes"),
            (lambda connection: time.sleep(3 * LIMIT_S), "no whole answer to /x in 1 s"),
            (sends(b"", "302 Found", "Location: http://127.0.0.1:1/x"), "redirect .HTTP 302., which is not followed"),
            (sends(b"", "301 Moved", "Location: https://porch.lan/"), "scheme=https"),
            (lambda connection: connection.sendall(b"SSH-2.0-dropbear\r\n"), "can't reach a camera"),
            (sends(b"", "401 Unauthorized", "WWW-Authenticate: Digest"), "refused the login"),
        ],
        ids=["flood", "silence", "redirect", "to https", "not http", "no challenge"],
    )
    def test_clear_error_in_bounded_time(
        self, raw: RawCamera, client: HttpClient, answer: Answer, message: str
    ) -> None:
        raw.answers = [answer]
        start = time.monotonic()
        with pytest.raises(CameraError, match=message) as caught:
            client.get("/x")
        assert time.monotonic() - start < 10 * LIMIT_S
        assert PASSWORD not in "".join(traceback.format_exception(caught.value))

    def test_drip(self, raw: RawCamera, client: HttpClient) -> None:
        def drips(connection: socket.socket) -> None:
            connection.sendall(b"HTTP/1.1 200 OK\r\n\r\n")
            while not raw.over.wait(0.05):
                connection.sendall(b"x")

        raw.answers = [drips]
        with pytest.raises(CameraError, match="no whole answer"):
            client.get("/x")

    @pytest.mark.parametrize("status", ["301 Moved", "302 Found", "307 Temporary", "308 Permanent"])
    def test_no_other_host_is_reached(self, raw: RawCamera, bystander: ScriptedCamera, status: str) -> None:
        raw.answers = [sends(b"", status, f"Location: http://127.0.0.1:{bystander.port}/x")]
        digest = HttpClient(f"http://127.0.0.1:{raw.port}", HTTPDigestAuth("me", PASSWORD), "me", limit_s=LIMIT_S)
        with pytest.raises(CameraError, match="redirect"):
            digest.get("/x")

    @pytest.mark.parametrize(
        "content",
        [b"", b"{", b"\xff\xfe", b"[" * 100_000, b"1" * 100_000],
        ids=["empty", "half", "binary", "deep", "huge"],
    )
    def test_not_json(self, raw: RawCamera, client: HttpClient, content: bytes) -> None:
        raw.answers = [sends(content)]
        answer = client.get("/x")
        with pytest.raises(CameraError, match="what is not JSON; check address"):
            answer.json()

    @pytest.mark.parametrize("content", ["", "<x>", "no", BOMB, FILE], ids=["empty", "half", "text", "bomb", "file"])
    def test_not_plain_xml(self, raw: RawCamera, client: HttpClient, content: str) -> None:
        raw.answers = [sends(content.encode())]
        answer = client.get("/x")
        with pytest.raises(CameraError, match=r"what is not (plain )?XML; check address"):
            answer.xml()
