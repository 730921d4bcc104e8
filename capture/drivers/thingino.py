"""The driver for Wyze and other cameras with thingino firmware: the commands of its own web page, with an API key.

/x/json-imp.cgi sets, /x/json-heartbeat-slow.cgi tells. Lamps and colour follow the day/night command by themselves.
"""

from nirecap.errors import CameraError
from nirecap.vocabulary import Mode

from ..camera import CameraState
from . import CameraSettings
from .foreign import plain
from .http_camera import Dialect, HttpCamera
from .http_client import HttpClient, KeyHeader

COMMANDS = "/x/json-imp.cgi"
HEARTBEAT = "/x/json-heartbeat-slow.cgi"
AUTO_WORDS = {"1": "1", "true": "1", "0": "0", "false": "0"}
"""Firmware writes a truth as a number, a word, or either in quotes."""


def read(client: HttpClient, channel: str) -> CameraState:
    """Return the mode, and whether the camera changes it by itself."""
    told = client.get(HEARTBEAT).json()
    mode, auto = (told.get("daynight_mode"), told.get("daynight_enabled")) if isinstance(told, dict) else (None, None)
    state = {"daynight": plain(mode), "auto": AUTO_WORDS.get(plain(auto).lower(), "")}
    if state["daynight"] not in ("day", "night") or not state["auto"]:
        raise CameraError(
            f"{client.where} tells no day/night mode ({plain(mode)!r}, auto {plain(auto)!r}); "
            "update thingino, or try the driver onvif"
        )
    return state


def write(client: HttpClient, channel: str, settings: CameraState) -> None:
    """Send one command for each setting."""
    for name, value in settings.items():
        answer = client.post(COMMANDS, {"cmd": name, "val": int(value) if value.isdecimal() else value})
        told = answer.json()
        if not isinstance(told, dict) or told.get("result") != "success":
            raise answer.refusal(f"{name} {value}: {answer.text}")


DIALECT = Dialect(
    maker="Wyze",
    modes={
        Mode.DAY: {"auto": "0", "daynight": "day"},
        Mode.NIGHT: {"auto": "0", "daynight": "night"},
        Mode.AUTO: {"auto": "1"},
    },
    read=read,
    write=write,
    stream="/ch0",
    user="thingino",
    login=lambda settings: KeyHeader("X-API-Key", settings.api_key),
    moved_by_auto=frozenset({"daynight"}),
    night_advice="let thingino's photosensing control color, IR cut filter and IR lamps",
)


def connect(settings: CameraSettings) -> HttpCamera:
    """Return the camera of `settings`; user and password are the stream's, the API key is for the commands."""
    return HttpCamera(settings, DIALECT)
