"""One RTSP client: its connection, its requests and its session (RFC 2326)."""

import asyncio
import secrets
from collections.abc import Callable
from dataclasses import dataclass

from .digest import DigestGate
from .rtsp_delivery import Picture, Receiver, UdpSockets, choose_route
from .rtsp_messages import BadRequest, Request, Response, read_request

SESSION_SECONDS = 60
"""A client that is silent for longer is cut off; players send keep-alives or receiver reports."""

_METHODS = "OPTIONS, DESCRIBE, SETUP, PLAY, PAUSE, TEARDOWN, GET_PARAMETER"
TRACK = "trackID=0"
"""Control path of the one video track, below the presentation's."""


@dataclass(frozen=True)
class Presentation:
    """What the server offers to every client."""

    path: str
    sdp: str
    gate: DigestGate | None
    udp: UdpSockets


class Refused(Exception):
    """The request is answered with an error."""

    def __init__(self, status: int, **headers: str) -> None:
        self.response = Response(status, headers)


class RtspSession:
    """A client's connection, and the one session that it may have open."""

    def __init__(self, presentation: Presentation, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._presentation = presentation
        self._reader = reader
        self._writer = writer
        self._id: str | None = None
        self._receiver: Receiver | None = None
        self._handlers: dict[str, Callable[[Request], Response]] = {
            "OPTIONS": lambda _: Response(headers={"Public": _METHODS}),
            "GET_PARAMETER": lambda _: Response(),
            "DESCRIBE": self._describe,
            "SETUP": self._setup,
            "PLAY": self._play,
            "PAUSE": self._pause,
            "TEARDOWN": self._teardown,
        }

    async def serve(self) -> None:
        """Answer requests until the client leaves, falls silent or sends something else than RTSP."""
        try:
            while True:
                async with asyncio.timeout(SESSION_SECONDS):
                    if request := await read_request(self._reader):
                        self._writer.write(self.answer(request).encode(request.headers["cseq"]))
                        await self._writer.drain()
        except BadRequest:
            self._writer.write(Response(400).encode(None))
        except (OSError, TimeoutError, asyncio.IncompleteReadError):
            pass  # left, fell silent or reads nothing
        finally:
            self._receiver = None

    def deliver(self, picture: Picture) -> None:
        """Pass a picture on to the client, if it is set up to receive."""
        if self._receiver:
            self._receiver.deliver(picture)

    def answer(self, request: Request) -> Response:
        """Carry out one request."""
        try:
            self._check(request)
            return self._handlers[request.method](request)
        except Refused as refused:
            return refused.response

    def _check(self, request: Request) -> None:
        if request.version != "1.0":
            raise Refused(505)
        if request.method not in self._handlers:
            raise Refused(501, Public=_METHODS)
        if "require" in request.headers:
            raise Refused(551, Unsupported=request.headers["require"])
        if request.method != "OPTIONS":
            self._check_access(request)

    def _check_access(self, request: Request) -> None:
        path, gate = self._presentation.path, self._presentation.gate
        if gate and not gate.accepts(request.headers.get("authorization"), request.method):
            raise Refused(401, **{"WWW-Authenticate": gate.challenge()})
        if request.path not in (path, f"{path}/{TRACK}"):
            raise Refused(404)
        if request.session is not None and request.session != self._id:
            raise Refused(454)

    def _describe(self, request: Request) -> Response:
        headers = {"Content-Base": _base(request) + "/", "Content-Type": "application/sdp"}
        return Response(headers=headers, body=self._presentation.sdp)

    def _setup(self, request: Request) -> Response:
        if self._receiver:
            raise Refused(455)
        route = choose_route(request.headers.get("transport", ""), self._writer, self._presentation.udp)
        if route is None:
            raise Refused(461)
        self._id = secrets.token_hex(8)
        self._receiver = Receiver(route, self._writer.transport.get_write_buffer_size)
        transport = f"{route.header};ssrc={self._receiver.sender.ssrc:08X}"
        return Response(headers={"Session": f"{self._id};timeout={SESSION_SECONDS}", "Transport": transport})

    def _play(self, request: Request) -> Response:
        receiver = self._set_up(request)
        receiver.play()
        info = f"url={_base(request)}/{TRACK};seq={receiver.sender.next_sequence}"
        return Response(headers={"Session": str(self._id), "Range": "npt=now-", "RTP-Info": info})

    def _pause(self, request: Request) -> Response:
        self._set_up(request).pause()
        return Response(headers={"Session": str(self._id)})

    def _teardown(self, request: Request) -> Response:
        self._set_up(request)
        self._id = self._receiver = None
        return Response()

    def _set_up(self, request: Request) -> Receiver:
        if self._receiver is None or request.session is None:
            raise Refused(454)
        return self._receiver


def _base(request: Request) -> str:
    return request.uri.rstrip("/").removesuffix(f"/{TRACK}")
