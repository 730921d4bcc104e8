"""The driver for Wyze cameras with the maker's firmware, through docker-wyze-bridge.

Its REST API (wiki, Camera Commands and Authentication): /api/CAMERA/night_vision, followed by a value to set it.
An error is a success in HTTP.
"""

from urllib.parse import quote

from requests.auth import AuthBase, HTTPBasicAuth

from nirecap.errors import UsageMistake
from nirecap.vocabulary import Mode

from ..camera import CameraState
from . import CameraSettings
from .foreign import plain
from .http_camera import Dialect, HttpCamera
from .http_client import HttpClient, KeyHeader

NIGHT_VISION = "night_vision"
ON, OFF, AUTO = "1", "2", "3"


def read(client: HttpClient, camera: str) -> CameraState:
    """Return the setting of night vision."""
    value = plain(_ask(client, f"/api/{camera}/{NIGHT_VISION}"))
    return {NIGHT_VISION: value}


def write(client: HttpClient, camera: str, settings: CameraState) -> None:
    """Set night vision."""
    for name, value in settings.items():
        _ask(client, f"/api/{camera}/{name}/{value}")


def login(settings: CameraSettings) -> AuthBase:
    """Return the login by API key, or by name and password where there is none."""
    if settings.api_key:
        return KeyHeader("api", settings.api_key)
    return HTTPBasicAuth(settings.user.encode(), settings.password.encode())


def stream_login(settings: CameraSettings) -> tuple[str, str]:
    """Return the stream's own login, which the bridge makes of the API key."""
    return ("wb", settings.api_key) if settings.api_key else (settings.user, settings.password)


DIALECT = Dialect(
    maker="Wyze",
    modes={
        Mode.DAY: {NIGHT_VISION: OFF},
        Mode.NIGHT: {NIGHT_VISION: ON},
        Mode.AUTO: {NIGHT_VISION: AUTO},
    },
    read=read,
    write=write,
    stream="/{channel}",
    rtsp_port=8554,
    port=5000,
    user="wbadmin",
    login=login,
    stream_login=stream_login,
    limit_s=25.0,  # the bridge itself waits ten seconds for a camera, and ten for its answer
)


def connect(settings: CameraSettings) -> HttpCamera:
    """Return the camera of `settings`; its option `camera` is the name that the bridge gives it.

    Raises:
        UsageMistake: no name was given.
    """
    camera = settings.options.get("camera", "")
    if not camera:
        raise UsageMistake("a camera behind docker-wyze-bridge needs the option camera, its name in the bridge's page")
    return HttpCamera(settings, DIALECT, quote(camera, safe=""))


def _ask(client: HttpClient, path: str) -> object:
    """Return the value in the bridge's answer.

    Raises:
        Refused: the bridge has no such camera, or it did not answer the bridge.
    """
    answer = client.get(path)
    told = answer.json()
    if not isinstance(told, dict) or told.get("status") != "success" or told.get("value") is None:
        words = told.get("response") or told.get("error") if isinstance(told, dict) else told
        raise answer.refusal(words or "the camera did not answer the bridge")
    return told["value"]
