"""A gate between FFmpeg and one camera: RTSP passes, what could lead elsewhere or grow without bound does not.

FFmpeg follows a redirect (3xx) to any host, repeats the login there, has no option against it, and takes bodies of any
size. So it is given an address on loopback; the gate relays its one connection to the camera that the user named.
FFmpeg sees only what the gate has understood: each head is written anew, so both agree where messages end.

RTSP 1.0 with interleaved packets: RFC 2326, 10.12.
"""

import io
import re
import socket
from contextlib import suppress
from threading import Event, Thread
from typing import Self
from urllib.parse import urlsplit

from nirecap.errors import StreamError

LOOPBACK = "127.0.0.1"
DEFAULT_PORT = 554
MAX_HEAD = 16 * 1024
MAX_BODY = 64 * 1024
"""Stream descriptions of real devices take one or two kilobytes."""
GOODBYE_S = 0.5
"""How long a camera may take to end the session before it is cut off."""
_HEADER = re.compile(rb"([A-Za-z0-9-]+):[ \t]*(.*?)[ \t]*")
_REPLY = re.compile(rb"RTSP/1\.\d (\d{3})(?: .*)?")
_REQUEST = re.compile(rb"[A-Z_]+ \S+ RTSP/1\.\d")


class RtspGate:
    """Relays one RTSP connection; a context manager, connected to the camera while entered.

    Whoever on this computer connects to the loopback port first has it; the login comes from FFmpeg, so another
    program gains nothing there, and FFmpeg is refused.

    Args:
        url: `rtsp://USER:PASSWORD@HOST:PORT/PATH`; may hold credentials, which appear in no message.
        timeout_s: how long connecting may last.

    Entering raises OSError where the camera can't be reached.
    """

    def __init__(self, url: str, timeout_s: float) -> None:
        self._address = urlsplit(url)
        self._timeout_s = timeout_s
        self._answered = Event()
        self.refusal: StreamError | None = None
        """Why the gate closed, where something that may not pass came from the camera."""

    def __enter__(self) -> Self:
        host, port = self._address.hostname or "", self._address.port or DEFAULT_PORT
        self._camera = socket.create_connection((host, port), self._timeout_s)
        self._camera.settimeout(None)  # FFmpeg knows how long it waits
        self._camera.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._listener = socket.create_server((LOOPBACK, 0), backlog=1)
        self._thread = Thread(target=self._serve, name="rtsp gate", daemon=True)
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        _hang_up(self._listener)
        self._thread.join(2 * GOODBYE_S)
        _hang_up(self._camera)
        self._thread.join()
        self._camera.close()

    @property
    def url(self) -> str:
        """The address for FFmpeg, with the login."""
        login, at, _ = self._address.netloc.rpartition("@")
        return self._address._replace(netloc=f"{login}{at}{LOOPBACK}:{self._port}").geturl()

    @property
    def _port(self) -> int:
        port: int = self._listener.getsockname()[1]
        return port

    def _serve(self) -> None:
        with self._listener, suppress(OSError):
            player, _ = self._listener.accept()
            self._listener.close()
            with player:
                self._relay(player)

    def _relay(self, player: socket.socket) -> None:
        player.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        asking = Thread(target=self._ask, args=(player,), name="rtsp gate, asking", daemon=True)
        asking.start()
        try:
            with self._camera.makefile("rb") as answers, suppress(OSError, EOFError):
                while True:
                    message = next_message(answers)
                    with suppress(OSError):  # FFmpeg has gone: the rest is read so that the camera hears the goodbye
                        player.sendall(message)
        except StreamError as error:
            self.refusal = error
        finally:
            self._answered.set()
            _hang_up(player)
            asking.join()

    def _ask(self, player: socket.socket) -> None:
        """Relay what FFmpeg asks; a camera whose TEARDOWN is lost keeps the session, of which it has few."""
        with suppress(OSError):
            while request := player.recv(4096):
                self._camera.sendall(request)
            self._camera.shutdown(socket.SHUT_WR)
            self._answered.wait(GOODBYE_S)
        _hang_up(self._camera)


def next_message(answers: io.BufferedReader) -> bytes:
    """Read the next message of a camera and return it as FFmpeg may see it.

    Raises:
        StreamError: what may not pass: a redirect, a stream beside this connection, an absurd size, or no RTSP.
        EOFError: the camera hung up.

    >>> next_message(io.BufferedReader(io.BytesIO(b"RTSP/1.0 200 OK\\nCSeq:1\\nwhat is this\\n\\n")))
    b'RTSP/1.0 200 OK\\r\\nCSeq: 1\\r\\n\\r\\n'
    """
    first = answers.read(1)
    while first in (b"\r", b"\n"):
        first = answers.read(1)
    if first == b"$":
        channel_and_size = _exactly(answers, 3)
        return first + channel_and_size + _exactly(answers, int.from_bytes(channel_and_size[1:]))
    start, *lines = _head(answers, first)
    headers = [found.groups() for line in lines if (found := _HEADER.fullmatch(line))]
    _judge(start, headers)
    head = [start, *(name + b": " + value for name, value in headers), b"", b""]
    return b"\r\n".join(head) + _exactly(answers, _body_size(headers))


def _head(answers: io.BufferedReader, first: bytes) -> list[bytes]:
    head = first + answers.readline(MAX_HEAD)
    while line := answers.readline(MAX_HEAD).strip():
        head += b"\n" + line
        if len(head) > MAX_HEAD:
            break
    if not first:
        raise EOFError
    if len(head) > MAX_HEAD:
        raise StreamError(f"sends a head of more than {MAX_HEAD} bytes; check that the address is a camera's")
    return [line.strip().replace(b"\r", b"") for line in head.split(b"\n")]


def _judge(start: bytes, headers: list[tuple[bytes, ...]]) -> None:
    reply = _REPLY.fullmatch(start)
    if not reply and not _REQUEST.fullmatch(start):
        raise StreamError("sends what is not RTSP; check port and path of the stream's address")
    if reply and reply[1].startswith(b"3"):
        raise StreamError("redirects to another address, which is not followed; give the address that it streams from")
    transports = [value.lower() for name, value in headers if name.lower() == b"transport"]
    if not all(b"rtp/avp/tcp" in transport for transport in transports):
        raise StreamError("does not stream over RTSP's own connection (TCP); choose TCP in its settings")


def _body_size(headers: list[tuple[bytes, ...]]) -> int:
    sizes = [value for name, value in headers if name.lower() == b"content-length"] or [b"0"]
    if len(sizes) > 1 or not re.fullmatch(rb"\d{1,9}", sizes[0]) or int(sizes[0]) > MAX_BODY:
        raise StreamError(f"announces no plain size up to {MAX_BODY} bytes; check that the address is a camera's")
    return int(sizes[0])


def _exactly(answers: io.BufferedReader, size: int) -> bytes:
    data = answers.read(size)
    if len(data) < size:
        raise EOFError
    return data


def _hang_up(*connections: socket.socket) -> None:
    """End both directions, which wakes whoever waits there."""
    for connection in connections:
        with suppress(OSError):
            connection.shutdown(socket.SHUT_RDWR)
