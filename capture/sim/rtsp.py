"""An RTSP server on loopback that shows pushed pictures to several players, encoded once."""

import asyncio
import queue
import socket
import threading
from asyncio import StreamReader, StreamWriter
from base64 import b64encode
from collections.abc import Callable
from contextlib import suppress
from functools import partial

import av
import numpy as np
from numpy.typing import NDArray

from nirecap.errors import CameraError

from .digest import DigestGate
from .encoder import H264Encoder
from .rtp import CLOCK_RATE, PAYLOAD_TYPE, packetise
from .rtsp_delivery import MAX_BACKLOG, Picture
from .rtsp_messages import MAX_HEAD, Response
from .rtsp_session import TRACK, Presentation, RtspSession

HOST = "127.0.0.1"
PATH = "/live"
MAX_CLIENTS = 16
_CLOSING_SECONDS = 1.0


class RtspServer:
    """Serve one live H.264 track at `url`; encoding has its own thread, and talking to the players has another.

    Args:
        width: pixels of every pushed picture, even.
        height: pixels of every pushed picture, even.
        fps: nominal pictures per second.
        user: players have to log in as this user (digest); None lets everybody in.
        password: of that user.
        port: TCP port; 0 takes a free one.
        gop_seconds: from one keyframe to the next; a new player waits up to this long for its first picture.
        bitrate: cap in bit/s; None is `encoder.BITS_PER_PIXEL`.
        carry: gets every encoded picture, in the encoding thread, and returns what is delivered of it.

    Raises:
        UsageMistake: this size can't be encoded.
    """

    def __init__(
        self,
        width: int,
        height: int,
        fps: float,
        *,
        user: str | None = None,
        password: str | None = None,
        port: int = 0,
        gop_seconds: float = 1.0,
        bitrate: int | None = None,
        carry: Callable[[Picture], Picture] = lambda picture: picture,
    ) -> None:
        self._shape = (height, width, 3)
        self._encoder = H264Encoder(width, height, fps, gop_seconds, bitrate)
        self._sdp = session_description(self._encoder, fps)
        self._gate = DigestGate(user, password or "", "nirecap") if user else None
        self._port = port
        self._carry = carry
        self._pushed: queue.Queue[tuple[av.VideoFrame, float] | None] = queue.Queue(maxsize=1)
        self._sessions: set[RtspSession] = set()
        self._threads: list[threading.Thread] = []

    @property
    def url(self) -> str:
        """Address for players, without user and password; known once started."""
        return f"rtsp://{HOST}:{self._port}{PATH}"

    def start(self) -> None:
        """Listen, and return when players can connect; on the port of the time before, if it was stopped.

        Raises:
            CameraError: the port is taken, or no two UDP ports are free.
        """
        listener, udp = _open_listener(self._port), _open_udp_pair()
        self._port = listener.getsockname()[1]
        runner = asyncio.Runner(loop_factory=asyncio.new_event_loop)
        self._pushed = queue.Queue(maxsize=1)  # without what was pushed while nobody encoded
        self._loop, self._stopping = runner.get_loop(), asyncio.Event()
        self._threads = [
            threading.Thread(target=self._encode_pushed, name="rtsp-encoder", daemon=True),
            threading.Thread(target=self._run, args=(runner, listener, udp), name="rtsp", daemon=True),
        ]
        for thread in self._threads:
            thread.start()

    def stop(self) -> None:
        """Disconnect all players and end the threads."""
        if not self._threads:
            return
        encoding, network = self._threads
        self._pushed.put(None)
        encoding.join()
        self._loop.call_soon_threadsafe(self._stopping.set)
        network.join()
        self._threads = []

    def push(self, rgb: NDArray[np.uint8], captured_at: float) -> None:
        """Show a picture to all players; never waits, and drops the picture when the encoder is behind.

        Args:
            rgb: H x W x 3; copied.
            captured_at: Unix seconds; players learn it from the sender reports.
        """
        if rgb.shape != self._shape or rgb.dtype != np.uint8:
            raise ValueError(f"a picture of {rgb.shape} {rgb.dtype} was pushed, not of {self._shape} uint8")
        with suppress(queue.Full):
            self._pushed.put_nowait((av.VideoFrame.from_ndarray(rgb, format="rgb24"), captured_at))

    def _encode_pushed(self) -> None:
        while pushed := self._pushed.get():
            rgb, captured_at = pushed
            unit = self._encoder.encode(rgb)
            picture = self._carry(Picture(packetise(unit.nal_units), unit.keyframe, captured_at))
            self._loop.call_soon_threadsafe(self._deliver, picture)

    def _deliver(self, picture: Picture) -> None:
        for session in self._sessions:
            session.deliver(picture)

    def _run(self, runner: asyncio.Runner, listener: socket.socket, udp: tuple[socket.socket, socket.socket]) -> None:
        with runner:
            runner.run(self._serve(listener, udp))

    async def _serve(self, listener: socket.socket, udp: tuple[socket.socket, socket.socket]) -> None:
        open_endpoint = asyncio.get_running_loop().create_datagram_endpoint
        rtp, _ = await open_endpoint(asyncio.DatagramProtocol, sock=udp[0])
        rtcp, _ = await open_endpoint(asyncio.DatagramProtocol, sock=udp[1])
        presentation = Presentation(PATH, self._sdp, self._gate, (rtp, rtcp))
        server = await asyncio.start_server(partial(self._attend, presentation), sock=listener, limit=MAX_HEAD)
        await self._stopping.wait()
        for closing in (server, rtp, rtcp):
            closing.close()  # the runner cancels the sessions

    async def _attend(self, presentation: Presentation, reader: StreamReader, writer: StreamWriter) -> None:
        session = RtspSession(presentation, reader, writer)
        with suppress(asyncio.CancelledError):  # this server stops; asyncio would log it as a failure
            try:
                if len(self._sessions) >= MAX_CLIENTS:
                    writer.write(Response(503).encode(None))
                else:
                    self._sessions.add(session)
                    await session.serve()
            finally:
                self._sessions.discard(session)
                await _hang_up(writer)


def session_description(encoder: H264Encoder, fps: float) -> str:
    """Return the SDP (RFC 4566, RFC 6184 8.2.1) of the one track."""
    sets = ",".join(b64encode(unit).decode() for unit in encoder.parameter_sets)
    level = encoder.parameter_sets[0][1:4].hex().upper()
    lines = [
        "v=0",
        f"o=- 1 1 IN IP4 {HOST}",
        "s=nirecap simulated camera",
        "c=IN IP4 0.0.0.0",
        "t=0 0",
        "a=control:*",
        "a=range:npt=now-",
        f"m=video 0 RTP/AVP {PAYLOAD_TYPE}",
        f"b=AS:{encoder.bitrate // 1000}",
        f"a=rtpmap:{PAYLOAD_TYPE} H264/{CLOCK_RATE}",
        f"a=fmtp:{PAYLOAD_TYPE} packetization-mode=1;profile-level-id={level};sprop-parameter-sets={sets}",
        f"a=framerate:{fps:g}",
        f"a=control:{TRACK}",
    ]
    return "\r\n".join([*lines, ""])


async def _hang_up(writer: StreamWriter) -> None:
    writer.close()
    try:
        async with asyncio.timeout(_CLOSING_SECONDS):
            await writer.wait_closed()
    except (OSError, TimeoutError):
        pass  # the client left, or reads nothing
    finally:
        writer.transport.abort()


def _open_listener(port: int) -> socket.socket:
    try:
        listener = socket.create_server((HOST, port))
    except OSError as error:
        raise CameraError(f"port {port} can't be opened ({error.strerror}); choose another") from None
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, MAX_BACKLOG)  # else the kernel queues megabytes as well
    return listener


def _open_udp_pair() -> tuple[socket.socket, socket.socket]:
    """Open sockets on a free even port and the next (RFC 3550 11)."""
    for _ in range(100):
        rtp, rtcp = (socket.socket(socket.AF_INET, socket.SOCK_DGRAM) for _ in range(2))
        rtp.bind((HOST, 0))
        port = rtp.getsockname()[1]
        with suppress(OSError, OverflowError):
            rtcp.bind((HOST, port + 1 if port % 2 == 0 else port))
            return rtp, rtcp
        rtp.close()
        rtcp.close()
    raise CameraError("no two neighbouring UDP ports are free; close some programs that use them")
