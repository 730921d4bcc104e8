"""The driver for Dahua cameras and those of its makers' brands, such as Amcrest and Lorex: digest login.

Dahua HTTP API, configManager.cgi with action=getConfig and action=setConfig. The camera has profiles (day, night,
general) and follows one of them, so the filter is switched in all.
"""

from urllib.parse import quote

from nirecap.vocabulary import Mode

from ..camera import CameraState
from . import CameraSettings
from .http_camera import Dialect, HttpCamera
from .http_client import HttpClient, Refused

CONFIG = "/cgi-bin/configManager.cgi"
INFO = "/cgi-bin/magicBox.cgi"
TABLES = {"VideoInDayNight": ".Mode", "VideoInOptions": ".DayNightColor"}
"""Tables of the configuration and how the setting ends; older firmware has only the second."""
DONE = "OK"


def read(client: HttpClient, channel: str) -> CameraState:
    """Return the day/night mode of every profile."""
    usual, older = TABLES
    try:
        return _profiles(client, usual, channel)
    except Refused:
        return _profiles(client, older, channel)


def write(client: HttpClient, channel: str, settings: CameraState) -> None:
    """Set modes; channel and profile are part of their names."""
    updates = "&".join(f"{name}={quote(value)}" for name, value in settings.items())
    answer = client.get(f"{CONFIG}?action=setConfig&{updates}")
    if answer.text.strip() != DONE:
        raise answer.refusal(answer.text)


def identify(client: HttpClient) -> tuple[str, str]:
    """Return model and firmware."""
    model = client.get(f"{INFO}?action=getDeviceType").text
    firmware = client.get(f"{INFO}?action=getSoftwareVersion").text
    return model.partition("=")[2].strip(), firmware.partition("=")[2].strip()


DIALECT = Dialect(
    maker="Dahua",
    modes={
        Mode.DAY: {"Mode": "Color", "DayNightColor": "0"},
        Mode.NIGHT: {"Mode": "BlackWhite", "DayNightColor": "2"},
        Mode.AUTO: {"Mode": "Brightness", "DayNightColor": "1"},
    },
    read=read,
    write=write,
    stream="/cam/realmonitor?channel={channel}&subtype=0",
    identify=identify,
    night_advice="set the camera's IR light to auto (Camera, Conditions, Illuminator)",
)


def connect(settings: CameraSettings) -> HttpCamera:
    """Return the Dahua camera of `settings`."""
    return HttpCamera(settings, DIALECT)


def _profiles(client: HttpClient, table: str, channel: str) -> CameraState:
    """Return the settings of one table.

    Raises:
        Refused: this firmware does not have it.
    """
    answer = client.get(f"{CONFIG}?action=getConfig&name={table}")
    pairs = [line.strip().removeprefix("table.").partition("=") for line in answer.text.splitlines()]
    start = f"{table}[{int(channel) - 1}]"
    found = {name: value for name, _, value in pairs if name.startswith(start) and name.endswith(TABLES[table])}
    if not found:
        raise answer.refusal(answer.text)
    return found
