"""One file for each kind of camera; a driver is imported when its camera is used.

An installed package adds a driver by an entry point of the group `nirecap.drivers` that names its module.
"""

import importlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from importlib.metadata import entry_points
from types import ModuleType

from nirecap.errors import UsageMistake
from nirecap.redaction import keep_secret

from ..camera import Camera

DRIVERS = {
    "sim": "sim",
    "onvif": "onvif",
    "manual": "manual",
    "eufy": "eufy",
    "tapo": "tapo",
    "wyze": "wyze",
    "hikvision": "hikvision",
    "axis": "axis",
    "dahua": "dahua",
    "reolink": "reolink",
}
"""Name of each driver and of its file in this folder; the file has a function `connect(settings)`."""
PLUGINS = "nirecap.drivers"
"""Entry point group of drivers that other packages bring."""


@dataclass(frozen=True)
class CameraSettings:
    """What a driver may need to reach its camera."""

    driver: str
    name: str
    """What messages, records and the manifest call the camera."""
    host: str = ""
    port: int | None = None
    """None: the one that is usual for the driver."""
    user: str = ""
    password: str = field(default="", repr=False)
    api_key: str = field(default="", repr=False)
    """Second secret of cameras whose control and stream have different logins."""
    stream_url: str = field(default="", repr=False)
    """Where the picture is, if the driver can't find out by itself; may hold credentials."""
    options: Mapping[str, str] = field(default_factory=dict)
    """Further settings; each driver's file says which it knows. Never a secret."""
    ask: Callable[[str], None] = print
    """Asks the person at the camera and returns when it is done."""


def connect(settings: CameraSettings) -> Camera:
    """Return the camera of `settings`, not yet open.

    Raises:
        UsageMistake: no driver has that name, or it lacks a setting.
    """
    keep_secret(settings.password, settings.api_key)
    camera: Camera = _module(settings.driver).connect(settings)
    return camera


def _module(driver: str) -> ModuleType:
    if driver in DRIVERS:
        return importlib.import_module(f".{DRIVERS[driver]}", __name__)
    plugins = entry_points(group=PLUGINS)
    if driver not in plugins.names:
        known = ", ".join(sorted({*DRIVERS, *plugins.names}))
        raise UsageMistake(f"no camera driver is called {driver!r}; there are {known}")
    module = plugins[driver].load()
    if not isinstance(module, ModuleType):
        raise UsageMistake(f"the installed driver {driver!r} names no module; its entry point must be a module")
    return module
