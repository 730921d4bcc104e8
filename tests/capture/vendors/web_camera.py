"""What the servers of the makers' HTTP commands share: a device behind a web server, and what any small camera does."""

import time
from abc import ABC, abstractmethod
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Lock, Thread
from urllib.parse import parse_qsl, quote, urlsplit

from nirecap.capture.sim.device import Device
from nirecap.capture.sim.digest import DigestGate

from .served import Served

HOST = "127.0.0.1"
COMMON_QUIRKS = ("slow", "breaks-off", "loses-a-command")
"""Answers take long; every third answer breaks off in the middle; the second command is acknowledged, not obeyed."""
SLOW_S = 0.3


@dataclass(frozen=True)
class Asked:
    """A request."""

    method: str
    target: str
    headers: dict[str, str]
    body: bytes

    @property
    def path(self) -> str:
        return urlsplit(self.target).path

    @property
    def parameters(self) -> dict[str, str]:
        return dict(parse_qsl(urlsplit(self.target).query, keep_blank_values=True))


@dataclass(frozen=True)
class Told:
    """An answer."""

    body: str
    status: int = 200
    kind: str = "text/plain"
    headers: dict[str, str] = field(default_factory=dict)


class WebCamera(ABC):
    """A device that obeys HTTP commands; its requests are handled one at a time, as such cameras do."""

    def __init__(self, device: Device, quirks: frozenset[str]) -> None:
        self.device, self.quirks = device, quirks
        self.asked: list[Asked] = []
        self.logins_refused = 0
        """Requests with a wrong login; one without any is no attempt."""
        self._commands = self._to_lose = 0

    @abstractmethod
    def answer(self, asked: Asked) -> Told:
        """Obey a request."""

    def obeys(self) -> bool:
        """Tell whether the command at hand is obeyed, and not just acknowledged."""
        self._commands += 1
        self._to_lose -= 1
        return self._to_lose < 0 and ("loses-a-command" not in self.quirks or self._commands != 2)

    def loses_next(self, commands: int) -> None:
        """Acknowledge so many commands from now on without obeying."""
        self._to_lose = commands

    def refused_by(self, gate: DigestGate, asked: Asked) -> Told | None:
        """Return the challenge where a request has no right login."""
        login = asked.headers.get("authorization")
        if gate.accepts(login, asked.method):
            return None
        self.logins_refused += login is not None
        return Told("<html>401 Unauthorized</html>", 401, "text/html", {"WWW-Authenticate": gate.challenge()})


@dataclass(frozen=True)
class WebServed(Served):
    """A running server, with the camera that answers in it."""

    camera: WebCamera


@contextmanager
def web_server(camera: WebCamera) -> Iterator[int]:
    """Serve a camera on a free port of loopback."""
    server = ThreadingHTTPServer((HOST, 0), _handler(camera))
    thread = Thread(target=server.serve_forever, args=(0.05,), name="vendor server")
    thread.start()
    try:
        yield int(server.server_address[1])
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def with_login(rtsp_url: str, user: str, password: str) -> str:
    """Return the address of a stream with its login."""
    return rtsp_url.replace("://", f"://{quote(user, safe='')}:{quote(password, safe='')}@", 1)


def _handler(camera: WebCamera) -> type[BaseHTTPRequestHandler]:
    one_at_a_time = Lock()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
            asked = Asked(self.command, self.path, {k.lower(): v for k, v in self.headers.items()}, body)
            with one_at_a_time:
                if "slow" in camera.quirks:
                    time.sleep(SLOW_S)
                camera.asked.append(asked)
                told = camera.answer(asked)
                breaks_off = "breaks-off" in camera.quirks and len(camera.asked) % 3 == 0
            self._send(told, breaks_off=breaks_off)

        do_POST = do_PUT = do_GET  # noqa: N815

        def _send(self, told: Told, *, breaks_off: bool) -> None:
            content = told.body.encode()
            self.send_response(told.status)
            for name, value in {"Content-Type": told.kind, "Content-Length": str(len(content)), **told.headers}.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(content[: len(content) // 2] if breaks_off else content)

        def log_message(self, *_: object) -> None:
            pass

    return Handler
