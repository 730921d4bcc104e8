"""What a hostile or broken RTSP camera sends: it ends in a clear error, and nothing else on the network is reached."""

import re
import socket
import threading
import time
from collections.abc import Callable
from contextlib import closing, suppress

import pytest

from nirecap.capture.rtsp_gate import MAX_BODY, RtspGate
from nirecap.capture.stream import Stream
from nirecap.errors import StreamError

from .rtsp_servers import Line, Show, described, rtsp, serving

Talk = Callable[[socket.socket], None]
OPTIONS = {"OPTIONS": "200 OK\r\nPublic: DESCRIBE, SETUP, PLAY\r\n\r\n"}


def failure(talk: Talk, timeout_s: float = 1.0) -> str:
    with (
        serving(talk) as port,
        pytest.raises(StreamError) as caught,
        Stream(f"rtsp://bob:sesame@127.0.0.1:{port}/live", label="cam", timeout_s=timeout_s),
    ):
        pass
    assert not [thread for thread in threading.enumerate() if thread.name.startswith(("stream", "rtsp gate"))]
    assert "sesame" not in str(caught.value)
    return str(caught.value)


class Elsewhere:
    """A place that must stay unvisited."""

    def __init__(self) -> None:
        self.visits = 0

    def __call__(self, connection: socket.socket) -> None:
        self.visits += 1
        connection.recv(4096)


@pytest.mark.parametrize("method", ["OPTIONS", "DESCRIBE"])
@pytest.mark.parametrize("status", ["302 Found", "301 Moved", "305 Use Proxy"])
def test_a_redirect_is_not_followed(method: str, status: str) -> None:
    elsewhere = Elsewhere()
    with serving(elsewhere) as other:
        moved = {method: f"{status}\r\nLocation: rtsp://127.0.0.1:{other}/live\r\n\r\n"}
        said = failure(rtsp(OPTIONS | moved))
        assert said.startswith("cam: redirects to another address, which is not followed; give the address")
        time.sleep(0.2)
    assert elsewhere.visits == 0


def test_addresses_in_the_description_are_not_visited() -> None:
    elsewhere, asked = Elsewhere(), list[bytes]()
    with Show() as show, serving(elsewhere) as other:
        base = f"rtsp://127.0.0.1:{other}/live"
        with (
            serving(_naming(base, show.port, asked)) as port,
            Stream(f"rtsp://127.0.0.1:{port}/live", label="cam") as stream,
        ):
            assert stream.next(after=2).damage == ""
    assert any(request.startswith(b"SETUP " + base.encode()) for request in asked)
    assert elsewhere.visits == 0


def _naming(base: str, true_port: int, asked: list[bytes]) -> Talk:
    """A proxy that names another address wherever a reply can, and takes it back out of requests."""

    def talk(client: socket.socket) -> None:
        with closing(socket.create_connection(("127.0.0.1", true_port))) as server:

            def ask() -> None:
                while data := client.recv(4096):
                    asked.append(data)
                    server.sendall(data.replace(base.encode(), f"rtsp://127.0.0.1:{true_port}/live".encode()))

            threading.Thread(target=_quietly, args=(ask,), daemon=True).start()
            while data := server.recv(65536):
                client.sendall(_renamed(data, base) if data.startswith(b"RTSP/") else data)

    return talk


def _quietly(work: Callable[[], None]) -> None:
    with suppress(OSError):
        work()


def _renamed(reply: bytes, base: str) -> bytes:
    head, _, body = reply.partition(b"\r\n\r\n")
    body = re.sub(rb"a=control:(?!\*)", f"a=control:{base}/".encode(), body)
    head = re.sub(rb"(?im)^content-(base|length):.*\r?\n?", b"", head + b"\r\n").strip()
    if body.startswith(b"v=0"):
        head += f"\r\nContent-Base: {base}/\r\nContent-Length: {len(body)}".encode()
    return head + b"\r\n\r\n" + body


def _says(data: bytes, *, then: Talk = lambda connection: None) -> Talk:
    def talk(connection: socket.socket) -> None:
        connection.recv(4096)
        connection.sendall(data)
        then(connection)

    return talk


def _for_ever(data: bytes, pause_s: float = 0.0) -> Talk:
    def talk(connection: socket.socket) -> None:
        while True:
            connection.sendall(data)
            time.sleep(pause_s)

    return talk


@pytest.mark.parametrize(
    ("talk", "said"),
    [
        (_says(b"", then=_for_ever(b"x" * 4096)), "head of more than"),
        (_says(b"RTSP/1.0 200 OK\r\n", then=_for_ever(b"X-More: 1\r\n" * 100)), "head of more than"),
        (_says(b"RTSP/1.0 200 OK\r\nX-More: ", then=_for_ever(b"x" * 4096)), "head of more than"),
        (_says(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhi"), "what is not RTSP"),
        (_says(b"220 mail ready\r\n\r\n"), "what is not RTSP"),
        (_says(b"RTSP/1.0 200 OK\r\nCSeq: 1\r\nContent-Length: 2000000000\r\n\r\n"), "no plain size"),
        (_says(b"RTSP/1.0 200 OK\r\nContent-Length: -1\r\n\r\n"), "no plain size"),
        (_says(b"RTSP/1.0 200 OK\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nhi"), "no plain size"),
        (_says(b"RTSP/1.0 200 OK\r\nTransport: RTP/AVP;unicast;source=10.9.9.9\r\n\r\n"), "choose TCP"),
        (_says(b"$\x00\x00\x04abc" + b"d" * 5 + b"\r\n\r\n"), "what is not RTSP"),
    ],
)
def test_what_may_not_pass_is_named(talk: Talk, said: str) -> None:
    start = time.monotonic()
    assert said in failure(talk, timeout_s=3)
    assert time.monotonic() - start < 2.5


@pytest.mark.parametrize(
    "talk",
    [
        _says(b"RTSP/1.0 200 OK\r\n", then=_for_ever(b"X", 0.05)),
        _says(b"", then=_for_ever(b"$\x00\x10\x00" + bytes(4096))),
        rtsp(OPTIONS | {"DESCRIBE": f"200 OK\r\nContent-Length: {MAX_BODY}\r\n\r\nv=0\r\n"}),
    ],
    ids=["head that drips", "packets without an answer", "description that never ends"],
)
def test_what_never_ends_is_given_up(talk: Talk) -> None:
    start = time.monotonic()
    said = failure(talk, timeout_s=0.7)
    assert said.startswith("cam: gave no whole answer in 0.7 s; check that the camera is on")
    assert time.monotonic() - start < 6


def test_a_description_with_a_thousand_tracks_is_refused_in_time() -> None:
    start = time.monotonic()
    lines = ["m=video 0 RTP/AVP 96", "a=rtpmap:96 H264/90000"] * 1000
    assert failure(rtsp(described(*lines)), timeout_s=1).startswith("cam: ")
    assert time.monotonic() - start < 8


def test_only_one_may_use_the_gate_and_only_on_loopback() -> None:
    with serving(rtsp(OPTIONS)) as port, RtspGate(f"rtsp://bob:sesame@127.0.0.1:{port}/live", 2) as gate:
        place = re.fullmatch(r"rtsp://bob:sesame@127\.0\.0\.1:(\d+)/live", gate.url)
        assert place
        with socket.create_connection(("127.0.0.1", int(place[1]))) as player:
            player.sendall(b"OPTIONS * RTSP/1.0\r\nCSeq: 7\r\n\r\n")
            assert player.recv(100).startswith(b"RTSP/1.0 200 OK\r\nCSeq: 7\r\n")
            with pytest.raises(OSError):
                socket.create_connection(("127.0.0.1", int(place[1])), 1).recv(1)


def test_the_camera_hears_that_the_session_ends() -> None:
    heard = bytearray()

    class Ear(Line):
        def __call__(self, client: socket.socket) -> None:
            with closing(socket.create_connection(("127.0.0.1", self.port))) as server:
                threading.Thread(target=_quietly, args=(lambda: _copy(server, client),), daemon=True).start()
                while data := client.recv(4096):
                    heard.extend(data)
                    server.sendall(data)

    with Show() as show, serving(Ear(show.port)) as port:
        with Stream(f"rtsp://127.0.0.1:{port}/live", label="cam") as stream:
            stream.next(after=5)
        time.sleep(0.2)
    assert b"TEARDOWN" in heard


def _copy(source: socket.socket, sink: socket.socket) -> None:
    while data := source.recv(65536):
        sink.sendall(data)


def test_an_ipv6_camera_is_reached() -> None:
    try:
        listener = socket.create_server(("::1", 0), family=socket.AF_INET6)
    except OSError:
        pytest.skip("this computer has no IPv6 loopback")
    with listener:
        with Show() as show:

            def attend() -> None:
                with listener.accept()[0] as client:
                    _quietly(lambda: Line(show.port)(client))

            thread = threading.Thread(target=attend)
            thread.start()
            with Stream(f"rtsp://[::1]:{listener.getsockname()[1]}/live", label="cam") as stream:
                assert stream.next(after=0).damage == ""
        thread.join()


def test_a_gate_that_nobody_used_closes() -> None:
    with serving(rtsp({})) as port:
        with RtspGate(f"rtsp://127.0.0.1:{port}/", 1):
            pass
        assert not [thread for thread in threading.enumerate() if thread.name.startswith("rtsp gate")]
