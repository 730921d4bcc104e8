"""The driver for Axis cameras: the IR-cut filter through VAPIX, digest login.

VAPIX, Parameter management: /axis-cgi/param.cgi with action=list and action=update; an error is text in a success.
"""

from nirecap.vocabulary import Mode

from ..camera import CameraState
from . import CameraSettings
from .http_camera import Dialect, HttpCamera
from .http_client import HttpClient

PARAMETERS = "/axis-cgi/param.cgi"
FILTER = "DayNight.IrCutFilter"
DONE = "OK"


def read(client: HttpClient, channel: str) -> CameraState:
    """Return the parameter of the filter: yes (in the light path), no, or auto."""
    return _listed(client, f"ImageSource.I{int(channel) - 1}.{FILTER}")


def write(client: HttpClient, channel: str, settings: CameraState) -> None:
    """Update parameters; the channel is part of their names."""
    updates = "&".join(f"{name}={value}" for name, value in settings.items())
    answer = client.get(f"{PARAMETERS}?action=update&{updates}")
    if answer.text.strip() != DONE:
        raise answer.refusal(answer.text)


def identify(client: HttpClient) -> tuple[str, str]:
    """Return model and firmware."""
    told = _listed(client, "Brand.ProdNbr,Properties.Firmware.Version")
    return told.get("Brand.ProdNbr", ""), told.get("Properties.Firmware.Version", "")


DIALECT = Dialect(
    maker="Axis",
    modes={
        Mode.DAY: {FILTER: "yes"},
        Mode.NIGHT: {FILTER: "no"},
        Mode.AUTO: {FILTER: "auto"},
    },
    read=read,
    write=write,
    stream="/axis-media/media.amp?camera={channel}",
    user="root",
    identify=identify,
    night_advice="let the camera's IR illumination follow the day/night mode",
)


def connect(settings: CameraSettings) -> HttpCamera:
    """Return the Axis camera of `settings`."""
    return HttpCamera(settings, DIALECT)


def _listed(client: HttpClient, group: str) -> dict[str, str]:
    """Return parameters by name.

    Raises:
        Refused: the camera has none of them.
    """
    answer = client.get(f"{PARAMETERS}?action=list&group={group}")
    pairs = [line.partition("=") for line in answer.text.splitlines() if not line.startswith("#")]
    listed = {name.removeprefix("root."): value.strip() for name, equals, value in pairs if equals}
    if not listed:
        raise answer.refusal(answer.text)
    return listed
