"""RTSP servers for tests: a true one, a proxy in front of it that tampers, and ones that only talk."""

import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from nirecap.capture.sim.rtsp import RtspServer

WIDTH, HEIGHT, FPS, GOP = 640, 352, 20, 0.4
BLOCK = 32
RTP_CHANNEL = 0


class Show:
    """A server that shows a grey textured picture, which carries its number as blocks in the top row."""

    def __init__(
        self, user: str | None = None, password: str | None = None, colour: bool = False, gop_s: float = GOP
    ) -> None:
        self.server = RtspServer(WIDTH, HEIGHT, FPS, user=user, password=password, gop_seconds=gop_s)
        self.captured_at: list[float] = []
        texture = np.random.default_rng(0).integers(60, 180, (HEIGHT // 8, WIDTH // 8, 1)).repeat(3, axis=2)
        self.scene = texture.repeat(8, axis=0).repeat(8, axis=1).astype(np.uint8)
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._push, daemon=True)

    @property
    def port(self) -> int:
        return int(self.server.url.split(":")[2].split("/")[0])

    def original(self, number: int) -> NDArray[np.uint8]:
        rgb = self.scene.copy()
        rgb[HEIGHT // 2 :] = np.roll(rgb[HEIGHT // 2 :], 8 * number, axis=0)
        bits = number >> np.arange(WIDTH // BLOCK) & 1
        rgb[:BLOCK] = np.repeat(np.where(bits, 220, 40), BLOCK)[None, :, None]
        return rgb

    def number(self, rgb: NDArray[np.uint8]) -> int:
        bright = rgb[:BLOCK].mean(axis=(0, 2)).reshape(-1, BLOCK).mean(axis=1) > 128
        return int(np.sum(bright << np.arange(len(bright))))

    def _push(self) -> None:
        while not self._stopping.wait(1 / FPS):
            self.captured_at.append(time.time())
            self.server.push(self.original(len(self.captured_at) - 1), self.captured_at[-1])

    def __enter__(self) -> "Show":
        self.server.start()
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stopping.set()
        self._thread.join()
        self.server.stop()


@contextmanager
def serving(talk: Callable[[socket.socket], None]) -> Iterator[int]:
    """Let `talk` have every connection to a port, each in a thread."""
    listener = socket.create_server(("127.0.0.1", 0))
    listener.settimeout(0.1)
    stopping, connections = threading.Event(), list[socket.socket]()

    def attend(connection: socket.socket) -> None:
        with suppress(OSError, EOFError):
            talk(connection)
        connection.close()

    def accept() -> None:
        while not stopping.is_set():
            with suppress(TimeoutError):
                connections.append(listener.accept()[0])
                connections[-1].settimeout(20)
                threading.Thread(target=attend, args=(connections[-1],), daemon=True).start()

    accepting = threading.Thread(target=accept)
    accepting.start()
    try:
        yield listener.getsockname()[1]
    finally:
        stopping.set()
        accepting.join()
        listener.close()
        for connection in connections:
            with suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)


@dataclass
class Line:
    """A proxy in front of a server; `tamper` changes the RTP packets on the way, None drops one."""

    port: int
    tamper: Callable[[bytes], bytes | None] = lambda packet: packet
    reports: bool = True
    frozen: threading.Event = field(default_factory=threading.Event)

    def __call__(self, client: socket.socket) -> None:
        with closing(socket.create_connection(("127.0.0.1", self.port))) as server:
            server.settimeout(20)
            threading.Thread(target=_copy, args=(client, server), daemon=True).start()
            incoming = server.makefile("rb")
            while first := incoming.read(1):
                if first == b"$":
                    head = incoming.read(3)
                    packet: bytes | None = incoming.read(int.from_bytes(head[1:]))
                    if packet and head[0] == RTP_CHANNEL:
                        packet = self.tamper(packet)
                    elif not self.reports:
                        packet = None
                    data = b"$" + head[:1] + len(packet).to_bytes(2) + packet if packet else b""
                else:
                    data = first + incoming.readline()
                if not self.frozen.is_set():
                    client.sendall(data)


def _copy(source: socket.socket, sink: socket.socket) -> None:
    with suppress(OSError):
        while data := source.recv(4096):
            sink.sendall(data)


def rtsp(answers: dict[str, str]) -> Callable[[socket.socket], None]:
    """Talk RTSP with the given status line and rest for each method; without an answer, say nothing."""

    def talk(connection: socket.socket) -> None:
        requests = connection.makefile("rb")
        while line := requests.readline().decode():
            sequence = next(head for head in iter(requests.readline, b"") if head.lower().startswith(b"cseq"))
            while requests.readline().strip():
                pass
            if answer := answers.get(line.split()[0]):
                status, _, rest = answer.partition("\r\n")
                connection.sendall(f"RTSP/1.0 {status}\r\n{sequence.decode()}{rest}".encode())

    return talk


def described(*lines: str) -> dict[str, str]:
    sdp = "\r\n".join(["v=0", "o=- 1 1 IN IP4 127.0.0.1", "s=x", "t=0 0", *lines, ""])
    head = f"Content-Type: application/sdp\r\nContent-Length: {len(sdp)}"
    return {"OPTIONS": "200 OK\r\nPublic: DESCRIBE, SETUP, PLAY\r\n\r\n", "DESCRIBE": f"200 OK\r\n{head}\r\n\r\n{sdp}"}


class Loss:
    """Drop or spoil the `nth` packet of each picture that `when` names by its place after the key frame."""

    def __init__(self, when: Callable[[int], bool], spoil: bool = False, nth: int = 0) -> None:
        self.when, self.spoil, self.nth = when, spoil, nth
        self.place, self.packet = 0, 0

    def __call__(self, packet: bytes) -> bytes | None:
        kind = packet[12] & 0x1F
        if kind in (7, 8):  # the parameter sets ahead of a key frame
            self.place = 0
            return packet
        hit = self.when(self.place) and self.packet == self.nth
        self.packet += 1
        if packet[1] & 0x80:  # the picture's last packet
            self.place, self.packet = self.place + 1, 0
        if hit and self.spoil:
            middle = len(packet) // 2
            return packet[:middle] + bytes(byte ^ 0x5A for byte in packet[middle : middle + 40]) + packet[middle + 40 :]
        return None if hit else packet
