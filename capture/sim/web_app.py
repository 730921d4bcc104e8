"""What the simulated camera serves over HTTP: ONVIF and a snapshot."""

import asyncio
import io
import re
import time
from collections.abc import Awaitable, Callable
from urllib.parse import urlsplit

from PIL import Image
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from nirecap.errors import CameraError

from .device import Device
from .digest import DigestGate
from .onvif.call import Addresses
from .onvif.media import SNAPSHOT_PATH
from .onvif.service import OnvifService
from .onvif.services import PATHS
from .quirks import Quirk, Quirks

MAX_BODY = 64 * 1024
"""Bytes of a request; a longer one is refused with 413. What clients send is a few kilobytes."""
SLOW_S = 2.0
"""Seconds before each answer under the quirk `slow-answers`."""
ELSEWHERE = "192.0.2.1"
"""The host that `wrong-xaddr` advertises; it exists nowhere (TEST-NET-1, RFC 5737)."""
_LOOPBACK = re.compile(r"(localhost|127(?:\.\d{1,3}){3})(?::\d{1,5})?")


def web_app(
    device: Device,
    rtsp_url: str,
    *,
    user: str,
    password: str,
    quirks: Quirks = frozenset(),
    clock: Callable[[], float] = time.time,
) -> Starlette:
    """Return the ASGI application around a running device whose stream is at `rtsp_url`; `clock` is the camera's."""
    service = OnvifService(device, user, password, quirks=quirks, clock=clock)
    onvif = _onvif_endpoint(service, rtsp_url, quirks)
    snapshot = _snapshot_endpoint(device, DigestGate(user, password, "nirecap"))
    return Starlette(
        routes=[*(Route(path, onvif, methods=["POST"]) for path in PATHS.values()), Route(SNAPSHOT_PATH, snapshot)]
    )


def advertised(host_header: str, http_port: int, rtsp_url: str) -> Addresses:
    """Return the camera's addresses as its client sees them, so that a forwarded port or `localhost` stays in use.

    A Host that is not this computer's loopback is not repeated: the camera never sends its client elsewhere.

    >>> advertised("localhost:9000", 80, "rtsp://127.0.0.1:8554/live")
    Addresses(http='http://localhost:9000', rtsp='rtsp://localhost:8554/live')
    >>> advertised("example.org", 80, "rtsp://127.0.0.1:8554/live").http
    'http://127.0.0.1:80'
    """
    if match := _LOOPBACK.fullmatch(host_header):
        return Addresses(f"http://{host_header}", rtsp_url.replace("127.0.0.1", match[1], 1))
    return Addresses(f"http://127.0.0.1:{http_port}", rtsp_url)


def misled(addresses: Addresses) -> Addresses:
    """Return addresses at another host, and another port of it; the stream's port stays.

    >>> misled(Addresses("http://127.0.0.1:8080", "rtsp://127.0.0.1:8554/live"))
    Addresses(http='http://192.0.2.1:81', rtsp='rtsp://192.0.2.1:8554/live')
    """
    stream = urlsplit(addresses.rtsp)
    return Addresses(f"http://{ELSEWHERE}:81", stream._replace(netloc=f"{ELSEWHERE}:{stream.port}").geturl())


def _onvif_endpoint(service: OnvifService, rtsp_url: str, quirks: Quirks) -> Callable[[Request], Awaitable[Response]]:
    async def onvif(request: Request) -> Response:
        content = await _bounded_body(request)
        if content is None:
            return PlainTextResponse(f"a request has at most {MAX_BODY} bytes", 413, {"connection": "close"})
        if Quirk.SLOW_ANSWERS in quirks:
            await asyncio.sleep(SLOW_S)
        at = advertised(request.headers.get("host", ""), request.scope["server"][1], rtsp_url)
        answer = service.answer(content, misled(at) if Quirk.WRONG_XADDR in quirks else at)
        return Response(answer.content, answer.status, media_type=answer.content_type)

    return onvif


async def _bounded_body(request: Request) -> bytes | None:
    """Read a request's body, or None as soon as it exceeds `MAX_BODY`."""
    content = bytearray()
    async for chunk in request.stream():
        content += chunk
        if len(content) > MAX_BODY:
            return None
    return bytes(content)


def _snapshot_endpoint(device: Device, gate: DigestGate) -> Callable[[Request], Response]:
    def snapshot(request: Request) -> Response:
        if not gate.accepts(request.headers.get("authorization"), request.method):
            return PlainTextResponse("log in", 401, {"www-authenticate": gate.challenge()})
        try:
            picture, _ = device.latest()
        except CameraError as error:
            return PlainTextResponse(str(error), 503)
        jpeg = io.BytesIO()
        Image.fromarray(picture).save(jpeg, "JPEG", quality=90)
        return Response(jpeg.getvalue(), media_type="image/jpeg")

    return snapshot
