"""The driver for Wyze and Xiaomi cameras with Dafang Hacks firmware: the commands of its own web page, basic login.

/cgi-bin/action.cgi with cmd=..._on, ..._off, ..._status; an unknown command is a success in HTTP.
"""

from requests.auth import HTTPBasicAuth

from nirecap.vocabulary import Mode

from ..camera import CameraState
from . import CameraSettings
from .http_camera import Dialect, HttpCamera
from .http_client import Answer, HttpClient

ACTION = "/cgi-bin/action.cgi?cmd="
SWITCHES = {
    ("night_mode", "ON"): "night_mode_on",
    ("night_mode", "OFF"): "night_mode_off",
    ("auto_night_mode", "ON"): "auto_night_mode_start",
    ("auto_night_mode", "OFF"): "auto_night_mode_stop",
}
NO_SUCH = "Unsupported command"


def read(client: HttpClient, channel: str) -> CameraState:
    """Return whether night mode is on, and whether the camera switches it by itself."""
    return {name: _status(client, name) for name in ("night_mode", "auto_night_mode")}


def write(client: HttpClient, channel: str, settings: CameraState) -> None:
    """Send one command for each setting."""
    for setting in settings.items():
        _ask(client, SWITCHES[setting])


DIALECT = Dialect(
    maker="Wyze",
    modes={
        Mode.DAY: {"auto_night_mode": "OFF", "night_mode": "OFF"},
        Mode.NIGHT: {"auto_night_mode": "OFF", "night_mode": "ON"},
        Mode.AUTO: {"auto_night_mode": "ON"},
    },
    read=read,
    write=write,
    stream="/unicast",
    rtsp_port=8554,
    user="root",
    login=lambda settings: HTTPBasicAuth(settings.user.encode(), settings.password.encode()),
    moved_by_auto=frozenset({"night_mode"}),
    night_advice="see that ir_led_off is not set in the camera's autonight.conf",
)


def connect(settings: CameraSettings) -> HttpCamera:
    """Return the camera of `settings`."""
    return HttpCamera(settings, DIALECT)


def _status(client: HttpClient, name: str) -> str:
    answer = _ask(client, f"{name}_status")
    if (name, answer.text.strip()) not in SWITCHES:
        raise answer.refusal(answer.text)
    return answer.text.strip()


def _ask(client: HttpClient, command: str) -> Answer:
    answer = client.get(ACTION + command)
    if NO_SUCH in answer.text:
        raise answer.refusal(answer.text)
    return answer
