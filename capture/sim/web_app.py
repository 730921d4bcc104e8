"""What the simulated camera serves over HTTP: ONVIF, a snapshot, and the light switch of the room it stands in."""

import io
import re
from collections.abc import Awaitable, Callable

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
from .room import room_routes

MAX_BODY = 64 * 1024
"""Bytes of a request; a longer one is refused with 413. What clients send is a few kilobytes."""
_LOOPBACK = re.compile(r"(localhost|127(?:\.\d{1,3}){3})(?::\d{1,5})?")


def web_app(device: Device, views: int, rtsp_url: str, *, user: str, password: str) -> Starlette:
    """Return the ASGI application around a running device with so many views, whose stream is at `rtsp_url`."""
    onvif = _onvif_endpoint(OnvifService(device, user, password), rtsp_url)
    return Starlette(
        routes=[
            *(Route(path, onvif, methods=["POST"]) for path in PATHS.values()),
            Route(SNAPSHOT_PATH, _snapshot_endpoint(device, DigestGate(user, password, "nirecap"))),
            *room_routes(device, views),
        ]
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


def _onvif_endpoint(service: OnvifService, rtsp_url: str) -> Callable[[Request], Awaitable[Response]]:
    async def onvif(request: Request) -> Response:
        content = await _bounded_body(request)
        if content is None:
            return PlainTextResponse(f"a request has at most {MAX_BODY} bytes", 413, {"connection": "close"})
        host = request.headers.get("host", "")
        answer = service.answer(content, advertised(host, request.scope["server"][1], rtsp_url))
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
