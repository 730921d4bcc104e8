"""The simulated camera: boots the device of `capture/sim` and drives it as any ONVIF camera."""

from typing import Any
from urllib.parse import urlsplit

import requests

from nirecap.errors import CameraError

from ..bounded_http import session_to
from ..lights import Light, UrlLight
from ..sim.process import DEFAULT_PASSWORD, SimulatedCameraProcess
from . import CameraSettings
from .onvif import OnvifCamera

USER = "admin"
TIMEOUT_S = 30.0


class SimCamera(OnvifCamera):
    """A simulated device in a process of its own, behind the ordinary ONVIF driver; its room has views and a light.

    Args:
        name: what messages and records call it.
        options: of `nirecap simulate`.
        first_view: the view that it begins with.
    """

    def __init__(self, name: str, options: tuple[str, ...], first_view: int = 0) -> None:
        self._process = SimulatedCameraProcess(*options, "--first-view", str(first_view), user=USER)
        self._room = self._origin = ""
        self._turned = False
        super().__init__(name, "127.0.0.1", 0, USER, DEFAULT_PASSWORD)

    def open(self) -> None:
        """Boot the device, then connect as to any camera."""
        addresses = self._process.start()
        self._room = addresses.room
        self._origin = urlsplit(addresses.room)._replace(path="").geturl()
        super().__init__(self.name, addresses.host, addresses.http_port, USER, DEFAULT_PASSWORD)
        super().open()

    def close(self) -> None:
        """Disconnect and switch the device off."""
        super().close()
        self._process.close()

    def reconnect(self) -> None:
        """Connect anew to the device, which goes on meanwhile."""
        super().close()
        super().open()

    def light(self) -> Light:
        """Return the lamp of the simulated room."""
        return UrlLight(f"{self._room}/light/on", f"{self._room}/light/off")

    def views(self) -> int:
        """Return how many views the room has."""
        return int(self.truth()["views"])

    def next_view(self) -> str:
        """Turn to the next view, from the second call on, and return its name."""
        truth = self._ask("scene/next") if self._turned else self.truth()
        self._turned = True
        return str(truth["scene"])

    def truth(self) -> dict[str, Any]:
        """Return what the device knows of itself, as no real camera tells."""
        return self._ask("state")

    def _ask(self, path: str) -> dict[str, Any]:
        try:
            with session_to(self._origin, TIMEOUT_S) as session:
                answer = session.get(f"{self._room}/{path}")
                answer.raise_for_status()
                state: dict[str, Any] = answer.json()
        except requests.RequestException as error:
            raise CameraError(f"{self.name}: the simulated room does not answer ({type(error).__name__})") from None
        return state


def connect(settings: CameraSettings) -> SimCamera:
    """Return the simulated camera of `settings`; its options are those of `nirecap simulate`."""
    options = dict(settings.options)
    first_view = int(options.pop("first-view", 0))
    return SimCamera(settings.name, tuple(f"--{name}={value}" for name, value in options.items()), first_view)
