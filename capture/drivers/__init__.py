"""One file for each kind of camera; a driver is imported when its camera is used."""

import importlib
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from nirecap.errors import UsageMistake

from ..camera import Camera

DRIVERS = {"sim": "sim", "onvif": "onvif", "manual": "manual"}
"""Name of each driver and of its file in this folder; the file has a function `connect(settings)`."""


@dataclass(frozen=True)
class CameraSettings:
    """What a driver may need to reach its camera."""

    driver: str
    name: str
    host: str = ""
    port: int = 80
    user: str = "admin"
    password: str = field(default="", repr=False)
    stream_url: str = field(default="", repr=False)
    """Where a camera without remote control streams; may hold credentials."""
    ask: Callable[[str], None] = print
    """Asks the person at the camera and returns when it is done."""
    scenes: Path | None = None
    """Folder of registered scenes for the simulated camera; None for the drawn ones."""
    simulate: tuple[str, ...] = ()
    """Further options of `nirecap simulate`."""
    first_view: int = 0
    """The view that the simulated camera begins with, so that a later run goes on where one stopped."""


def connect(settings: CameraSettings) -> Camera:
    """Return the camera of `settings`, not yet open.

    Raises:
        UsageMistake: no driver has that name, or it lacks a setting.
    """
    if settings.driver not in DRIVERS:
        raise UsageMistake(f"no camera driver is called {settings.driver!r}; there are {', '.join(DRIVERS)}")
    module = importlib.import_module(f".{DRIVERS[settings.driver]}", __name__)
    camera: Camera = module.connect(settings)
    return camera
