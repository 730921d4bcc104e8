"""The driver for Wyze cameras, in each of the three ways in which they can be driven without the maker's cloud.

The option `firmware` says which: `wyze-bridge` (the maker's firmware behind docker-wyze-bridge), `thingino`, `dafang`.
"""

from nirecap.errors import UsageMistake

from . import CameraSettings, dafang, thingino, wyze_bridge
from .http_camera import HttpCamera

FIRMWARES = {
    "wyze-bridge": wyze_bridge.connect,
    "thingino": thingino.connect,
    "dafang": dafang.connect,
}


def connect(settings: CameraSettings) -> HttpCamera:
    """Return the Wyze camera of `settings`.

    Raises:
        UsageMistake: the option `firmware` is missing or names none that there is.
    """
    firmware = settings.options.get("firmware", "")
    if firmware not in FIRMWARES:
        raise UsageMistake(f"a Wyze camera needs the option firmware, one of {', '.join(FIRMWARES)}, not {firmware!r}")
    return FIRMWARES[firmware](settings)
