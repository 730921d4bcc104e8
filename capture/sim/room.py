"""The room in which the simulated camera stands, switched over HTTP as a smart plug is: by GET or POST, openly."""

from collections.abc import Callable

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import Route

from nirecap.errors import UsageMistake

from .device import Device
from .faults import Fault, faults_named

ROOM_PATH = "/room"
_METHODS = ["GET", "POST"]


def room_app(device: Device, views: int, cause: Callable[[Fault, float | None], None]) -> Starlette:
    """Return the room's controls; each answers with the state of camera and room, and how many views there are.

    Args:
        device: the camera in the room.
        views: how many there are.
        cause: begins a fault, of the usual length or of so many seconds.
    """

    def state(request: Request) -> Response:
        return JSONResponse({**device.truth(), "views": views})

    def light_on(request: Request) -> Response:
        device.room_lit = True
        return state(request)

    def light_off(request: Request) -> Response:
        device.room_lit = False
        return state(request)

    def next_scene(request: Request) -> Response:
        device.next_scene()
        return state(request)

    def fault(request: Request) -> Response:
        seconds = request.query_params.get("seconds")
        try:
            (named,) = faults_named([request.path_params["name"]])
            cause(named, None if seconds is None else float(seconds))
        except (UsageMistake, ValueError) as mistake:
            return PlainTextResponse(str(mistake), 400)
        return state(request)

    return Starlette(
        routes=[
            Route(f"{ROOM_PATH}/state", state),
            Route(f"{ROOM_PATH}/light/on", light_on, methods=_METHODS),
            Route(f"{ROOM_PATH}/light/off", light_off, methods=_METHODS),
            Route(f"{ROOM_PATH}/scene/next", next_scene, methods=_METHODS),
            Route(f"{ROOM_PATH}/fault/{{name}}", fault, methods=_METHODS),
        ]
    )
