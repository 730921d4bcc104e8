"""The web application of the preview: the page, the state of the watch as JSON, pictures, and the switch."""

import secrets
import time
from dataclasses import asdict
from pathlib import Path
from typing import Any

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, Response
from starlette.routing import Route

from nirecap.vocabulary import Mode

from .judge import Switch
from .picture import Picture
from .watch import Watch

PAGE = Path(__file__).with_name("page.html")
POLICY = (
    "default-src 'none'; script-src 'nonce-{nonce}'; style-src 'nonce-{nonce}'; img-src 'self' data:; "
    "connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
MODES = (Mode.DAY, Mode.NIGHT)


def web_app(watch: Watch) -> Starlette:
    """Return the ASGI application that shows `watch`; it lets everyone in, as `Gate` guards it."""

    async def page(_request: Request) -> Response:
        nonce = secrets.token_urlsafe(16)
        content = PAGE.read_text(encoding="utf-8").replace("{nonce}", nonce)
        return HTMLResponse(content, headers={"content-security-policy": POLICY.format(nonce=nonce)})

    async def state(_request: Request) -> Response:
        return JSONResponse(state_of(watch))

    def picture(request: Request) -> Response:  # not async: encoding takes milliseconds, in a thread of its own
        shown = watch.now.pictures.get(request.path_params["mode"])
        return Response(shown.jpeg, media_type="image/jpeg") if shown else Response(status_code=404)

    async def switch(request: Request) -> Response:
        if (mode := request.path_params["mode"]) not in MODES:
            return Response(status_code=404)
        watch.command(Mode(mode))
        return Response(status_code=202)

    return Starlette(
        routes=[
            Route("/", page),
            Route("/state", state),
            Route("/picture/{mode}", picture),
            Route("/mode/{mode}", switch, methods=["POST"]),
        ]
    )


def state_of(watch: Watch) -> dict[str, Any]:
    """Return all that the page shows, as JSON can say it; times in seconds, places as shares of the picture."""
    now = watch.now
    return {
        "camera": watch.camera.name,
        "live": now.live,
        "shows": now.shows,
        "settled": now.settled,
        "fps": round(now.fps, 1),
        "trouble": watch.trouble,
        "request": watch.request.text,
        "switch": _switch(watch.switch),
        "pictures": {mode: _picture(picture) for mode, picture in now.pictures.items()},
    }


def _switch(switch: Switch | None) -> dict[str, Any] | None:
    if switch is None:
        return None
    so_far = time.monotonic() - switch.at if switch.seconds is None else switch.seconds
    return {"mode": switch.mode, "seconds": round(so_far, 1), "done": switch.seconds is not None}


def _picture(picture: Picture) -> dict[str, Any]:
    frame, look = picture.frame, picture.sight.look
    return {
        "id": f"{frame.arrived_at:.3f}",
        "age": round(max(0.0, time.time() - frame.arrived_at), 2),
        "width": frame.video.width,
        "height": frame.video.height,
        "mean": round(look.mean, 1),
        "chroma": round(look.chroma, 1),
        "detail": round(look.detail, 1),
        "sharpness": round(picture.sharpness, 2),
        "corners": round(picture.sight.evenness.corners, 2),
        "histogram": picture.sight.histogram,
        "spot": asdict(picture.sight.spot) if picture.sight.spot else None,
        "concerns": [asdict(concern) for concern in picture.concerns],
    }
