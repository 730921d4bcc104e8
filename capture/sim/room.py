"""The room in which the simulated camera stands, switched over HTTP as a smart plug is: by GET or POST, openly."""

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from .device import Device

ROOM_PATH = "/room"
_METHODS = ["GET", "POST"]


def room_routes(device: Device, views: int) -> list[Route]:
    """Return the room's controls; each answers with the state of camera and room, and how many views there are."""

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

    return [
        Route(f"{ROOM_PATH}/state", state),
        Route(f"{ROOM_PATH}/light/on", light_on, methods=_METHODS),
        Route(f"{ROOM_PATH}/light/off", light_off, methods=_METHODS),
        Route(f"{ROOM_PATH}/scene/next", next_scene, methods=_METHODS),
    ]
