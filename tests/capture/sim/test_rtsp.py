import re
import socket
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from itertools import cycle, islice
from pathlib import Path
from typing import Any

import av
import numpy as np
import pytest

from nirecap.capture.sim.rtsp import HOST, MAX_CLIENTS, RtspServer
from nirecap.errors import CameraError, UsageMistake

LIVE = {"fflags": "nobuffer", "analyzeduration": "0", "probesize": "32"}


def play(url: str, count: int, transport: str = "tcp") -> list[tuple[Any, float]]:
    """Read pictures as RGB, each with its capture time by the sender reports."""
    with av.open(url, options={"rtsp_transport": transport, **LIVE}, timeout=(10, 5)) as container:
        frames = islice(container.decode(video=0), count)
        return [(f.to_ndarray(format="rgb24"), container.start_time_realtime / 1e6 + f.time) for f in frames]


def with_login(url: str, user: str, password: str) -> str:
    return url.replace("rtsp://", f"rtsp://{user}:{password}@")


class RawClient:
    """RTSP spoken by hand."""

    def __init__(self, url: str, receive_buffer: int | None = None) -> None:
        self.url = url
        self.socket = socket.socket()
        if receive_buffer:
            self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, receive_buffer)
        self.socket.settimeout(10)
        self.socket.connect((HOST, int(url.split(":")[2].split("/", maxsplit=1)[0])))

    def ask(self, method: str, url: str | None = None, version: str = "1.0", **headers: str) -> str:
        lines = [f"{method} {url or self.url} RTSP/{version}", "CSeq: 7", *(f"{k}: {v}" for k, v in headers.items())]
        return self.send("\r\n".join([*lines, "", ""]).encode())

    def send(self, content: bytes) -> str:
        """Return the answer, "" when there is none; text that follows in the same segment is included."""
        self.socket.sendall(content)
        try:
            return self.socket.recv(65536).decode("latin-1")
        except ConnectionResetError:
            return ""

    def status(self, *args: str, **headers: str) -> int:
        return int(self.ask(*args, **headers).split()[1])

    def play(self) -> None:
        session = re.search("Session: (\\w+)", self.ask("SETUP", f"{self.url}/trackID=0", Transport="RTP/AVP/TCP"))
        assert session
        assert "200 OK" in self.ask("PLAY", Session=session[1])

    def __enter__(self) -> "RawClient":
        return self

    def __exit__(self, *_: object) -> None:
        self.socket.close()


@contextmanager
def silent_server(**options: Any) -> Iterator[RtspServer]:
    server = RtspServer(64, 48, 15, **options)
    server.start()
    try:
        yield server
    finally:
        server.stop()


@pytest.mark.parametrize("transport", ["tcp", "udp"])
def test_players_get_every_picture_in_order_with_its_capture_time(numbers: Any, transport: str) -> None:
    pictures = play(numbers.server.url, 30, transport)
    shown = [numbers.number(rgb) for rgb, _ in pictures]
    assert shown == list(range(shown[0], shown[0] + 30))
    errors = [stamp - numbers.captured_at[number] for (_, stamp), number in zip(pictures, shown, strict=True)]
    assert max(map(abs, errors)) < 0.03


def test_several_players_see_the_same(numbers: Any) -> None:
    with ThreadPoolExecutor(4) as pool:
        plays = pool.map(lambda transport: play(numbers.server.url, 15, transport), ["tcp", "udp", "tcp", "udp"])
    for pictures in plays:
        shown = [numbers.number(rgb) for rgb, _ in pictures]
        assert shown == list(range(shown[0], shown[0] + 15))


def test_pictures_are_fresh(numbers: Any) -> None:
    with av.open(numbers.server.url, options={"rtsp_transport": "tcp", **LIVE}, timeout=(10, 5)) as container:
        pictures = (frame.to_ndarray(format="rgb24") for frame in islice(container.decode(video=0), 20))
        ages = [time.time() - numbers.captured_at[numbers.number(rgb)] for rgb in pictures]
    assert np.median(ages) < 0.5


def test_the_password_is_asked_for(show_numbers: Any) -> None:
    with show_numbers(user="admin", password="s3cret") as stream:
        url = stream.server.url
        for refused in (url, with_login(url, "admin", "wrong"), with_login(url, "root", "s3cret")):
            with pytest.raises(av.HTTPUnauthorizedError):
                play(refused, 1)
        assert len(play(with_login(url, "admin", "s3cret"), 3)) == 3
        assert len(play(with_login(url, "admin", "s3cret"), 3, "udp")) == 3
        assert "s3cret" not in url


def test_twenty_visits_leave_nothing_behind(numbers: Any) -> None:
    play(numbers.server.url, 1)
    threads, files = threading.active_count(), len(list(Path("/proc/self/fd").iterdir()))
    for visit in range(20):
        play(numbers.server.url, 2, "udp" if visit % 4 == 0 else "tcp")
    deadline = time.monotonic() + 10
    while len(list(Path("/proc/self/fd").iterdir())) > files and time.monotonic() < deadline:
        time.sleep(0.05)
    assert len(list(Path("/proc/self/fd").iterdir())) <= files
    assert threading.active_count() <= threads


def test_stopping_ends_threads_and_frees_the_port_for_a_new_start(
    numbers: Any, caplog: pytest.LogCaptureFixture
) -> None:
    server, before = numbers.server, threading.active_count()
    url = server.url
    with RawClient(url) as client:
        client.play()
        server.stop()
        server.stop()
        assert threading.active_count() == before - 2
        assert not caplog.records  # asyncio logs what went wrong inside it
        while client.socket.recv(65536):
            pass  # what was on its way, then the end
    with pytest.raises(OSError):
        play(url, 1)
    server.start()
    assert server.url == url
    assert len(play(url, 2)) == 2


@contextmanager
def noise_shown() -> Iterator[RtspServer]:
    """Serve far more than a stalled connection can buffer."""
    server = RtspServer(640, 480, 30, gop_seconds=0.3, bitrate=200_000_000)
    noise = np.random.default_rng(0).integers(0, 256, (4, 480, 640, 3), dtype=np.uint8)
    stopping = threading.Event()

    def push() -> None:
        for picture in cycle(noise):
            if stopping.wait(1 / 30):
                return
            server.push(picture, time.time())

    pusher = threading.Thread(target=push)
    server.start()
    pusher.start()
    try:
        yield server
    finally:
        stopping.set()
        pusher.join()
        server.stop()


def test_a_stalled_player_holds_nobody_up_and_later_gets_whole_pictures() -> None:
    with noise_shown() as server, RawClient(server.url, receive_buffer=4096) as stalled:
        stalled.play()
        stamps = [stamp for _, stamp in play(server.url, 60)]
        packets = interleaved(stalled.socket, seconds=2)
    assert max(np.diff(stamps)) < 1.0
    assert {distance(packets, 2, 4, at) for at in range(1, len(packets))} == {1}  # no sequence number is missing
    ticks, at = max((distance(packets, 4, 8, at), at) for at in range(1, len(packets)))
    assert ticks > 90_000 / 2  # pictures are,
    assert packets[at - 1][1] & 0x80  # whole ones,
    assert packets[at][12] & 0x1F == 7  # up to a keyframe


def distance(packets: list[bytes], start: int, end: int, at: int) -> int:
    """Return by how much a header field grew from the packet before."""
    before, after = (int.from_bytes(packet[start:end]) for packet in packets[at - 1 : at + 1])
    return (after - before) % 256 ** (end - start)


def interleaved(connection: socket.socket, seconds: float) -> list[bytes]:
    """Read RTP packets for some time."""
    content = bytearray()
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        content += connection.recv(1 << 20)
    packets = []
    at = content.index(b"$")
    while at + 4 <= len(content):
        assert content[at] == ord("$")
        end = at + 4 + int.from_bytes(content[at + 2 : at + 4])
        if content[at + 1] == 0 and end <= len(content):
            packets.append(bytes(content[at + 4 : end]))
        at = end
    return packets


def test_garbage_ends_its_own_connection_only(numbers: Any) -> None:
    rng = np.random.default_rng(0)
    url = numbers.server.url
    for size in (1, 10, 1000, 100_000):
        with RawClient(url) as client:
            client.socket.sendall(rng.bytes(size) + b"\r\n\r\n")
    for content in (b"GET / HTTP/1.1\r\n\r\n", b"A" * 20_000, b"OPTIONS * RTSP/1.0\r\nCSeq: 99999999999\r\n\r\n"):
        with RawClient(url) as client:
            assert client.send(content)[:20] in ("RTSP/1.0 400 Bad Req", "")
    assert len(play(url, 3)) == 3


def test_too_many_players_are_turned_away_and_others_stay() -> None:
    with silent_server() as server:
        clients = [RawClient(server.url) for _ in range(MAX_CLIENTS)]
        assert all(client.status("OPTIONS") == 200 for client in clients)
        with RawClient(server.url) as late:
            assert late.socket.recv(100).startswith(b"RTSP/1.0 503")
        clients.pop().socket.close()
        time.sleep(0.2)
        with RawClient(server.url) as next_one:
            assert next_one.status("OPTIONS") == 200
        for client in clients:
            client.socket.close()


def test_requests_that_cannot_be_served_are_named() -> None:
    with silent_server() as server, RawClient(server.url) as client:
        url = server.url
        assert client.status("DESCRIBE", url + "2") == 404
        assert client.status("SETUP", url, Transport="RTP/AVP;multicast;client_port=4000-4001") == 461
        assert client.status("PLAY", url) == 454
        assert client.status("PLAY", url, Session="00") == 454
        assert client.status("RECORD", url) == 501
        assert client.status("DESCRIBE", url, Require="www.onvif.org/ver20/backchannel") == 551
        assert client.status("SETUP", url, Transport="RTP/AVP/TCP;unicast;interleaved=0-1") == 200
        assert client.status("SETUP", url, Transport="RTP/AVP/TCP;unicast;interleaved=0-1") == 455
        assert client.ask("OPTIONS", version="2.0").startswith("RTSP/1.0 505")


def test_a_session_lives_from_setup_to_teardown() -> None:
    with silent_server() as server, RawClient(server.url) as client:
        answer = client.ask("SETUP", server.url + "/trackID=0", Transport="RTP/AVP;unicast;client_port=40000-40001")
        found = re.search(r"Session: (\w+);timeout=60\r\n", answer)
        ports = re.search(r"client_port=40000-40001;server_port=(\d+)-(\d+)", answer)
        assert found and ports
        assert int(ports[1]) % 2 == 0 and int(ports[2]) == int(ports[1]) + 1
        session = found[1]
        assert "RTP-Info: url=" in client.ask("PLAY", Session=session)
        assert client.status("GET_PARAMETER", Session=session) == 200
        assert client.status("PAUSE", Session=session) == 200
        assert client.status("TEARDOWN", Session=session) == 200
        assert client.status("PLAY", Session=session) == 454


def test_the_description_follows_the_size_and_rate() -> None:
    with silent_server(bitrate=1_500_000) as server, RawClient(server.url) as client:
        answer = client.ask("DESCRIBE", server.url)
    assert f"Content-Base: {server.url}/" in answer
    assert "a=rtpmap:96 H264/90000" in answer
    assert re.search(
        "packetization-mode=1;profile-level-id=42C0[0-9A-F]{2};sprop-parameter-sets=[^,;]+,[^,;]+\r", answer
    )
    assert "b=AS:1500\r\n" in answer
    assert "a=framerate:15\r\n" in answer


def test_only_this_computer_is_served() -> None:
    with silent_server() as server:
        assert server.url.startswith("rtsp://127.0.0.1:")
        ports = {
            int(line.split()[1].split(":")[1], 16) for line in listening() if line.split()[1].startswith("00000000:")
        }
        assert int(server.url.split(":")[2].split("/")[0]) not in ports


def listening() -> list[str]:
    return Path("/proc/self/net/tcp").read_text().splitlines()[1:]


def test_mistakes_are_named() -> None:
    with pytest.raises(UsageMistake, match="101x100"):
        RtspServer(101, 100, 15)
    with silent_server() as server:
        port = int(server.url.split(":")[2].split("/")[0])
        with pytest.raises(CameraError, match=f"port {port}"):
            RtspServer(64, 48, 15, port=port).start()
        with pytest.raises(ValueError, match="64"):
            server.push(np.zeros((64, 48, 3), np.uint8), 0.0)


def test_pushing_never_waits() -> None:
    server = RtspServer(64, 48, 15)
    for _ in range(5):
        server.push(np.zeros((48, 64, 3), np.uint8), time.time())  # nobody encodes yet
    server.stop()
