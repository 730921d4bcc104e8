"""The driver for Eufy cameras: night vision through eufy-security-ws, the picture from the camera's own RTSP stream.

Settings: host, user and password are those of the RTSP stream, port where it is not 554. Options: `server`, the address
of eufy-security-ws, and `serial`, which of its cameras (needed only where it has several).

Which settings a model has stands in the device properties of eufy-security-client. Most, such as the Indoor Cam 2K
(T8400), know nothing but `autoNightvision`: night can't be forced, the camera goes there when it finds the room dark.
"""

import json
import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from nirecap.errors import CameraError, UsageMistake
from nirecap.vocabulary import Mode

from ..camera import Camera, CameraInfo, CameraState
from ..stream import Stream
from . import CameraSettings
from .eufy_ws import EufyServer
from .foreign import place, plain, rtsp_url

DEFAULT_SERVER = "ws://127.0.0.1:3000"
DEFAULT_PORT = 554
TRIES = 2
"""A command that is acknowledged and not applied is given again."""
APPLY_S = 3.0
"""How long to wait for a setting to read back; some models never tell, so this is no failure."""
POLL_S = 0.25


@dataclass(frozen=True)
class NightVision:
    """The setting by which a model switches, and its word for each mode."""

    setting: str
    words: Mapping[Mode, bool | int]
    needs_dark: bool = True


AUTOMATIC = NightVision("autoNightvision", {Mode.DAY: False, Mode.NIGHT: True, Mode.AUTO: True})
INFRARED = NightVision("nightvision", {Mode.DAY: 0, Mode.NIGHT: 1, Mode.AUTO: 1})
"""Off, black and white; 2 would be colour by a white lamp."""
FORCED = NightVision("nightvision", {Mode.DAY: 0, Mode.NIGHT: 3, Mode.AUTO: 1}, needs_dark=False)
"""Off, auto and on, as the Indoor Cam S350 has them."""


class EufyCamera(Camera):
    """A Eufy camera that a running eufy-security-ws commands.

    Args:
        settings: the camera's host and the login of its RTSP stream.
        server: carries the commands.
    """

    night_needs_dark = True

    def __init__(self, settings: CameraSettings, server: EufyServer) -> None:
        self.name = settings.name
        self._settings = settings
        self._server = server
        self._serial = settings.options.get("serial", "")
        self._night = AUTOMATIC

    def open(self) -> None:
        """Connect to the server, find the camera and what switches it, and see that it streams.

        Raises:
            CameraError: the server is unreachable or does not know the camera, or that lacks night vision or RTSP.
        """
        self._serial = the_one(self._server.connect(), self._serial)
        metadata = self._server.ask("device.get_properties_metadata", serialNumber=self._serial).get("properties")
        self._night = night_vision(metadata if isinstance(metadata, dict) else {}, self.name)
        self.night_needs_dark = self._night.needs_dark
        self.state()
        self.stream()

    def close(self) -> None:
        """Let go of the server."""
        self._server.close()

    def describe(self) -> CameraInfo:
        """Return model and firmware as the server tells them."""
        told = self._properties()
        return CameraInfo(
            name=self.name,
            driver="eufy",
            manufacturer="Eufy",
            model=plain(told.get("model")),
            firmware=plain(told.get("softwareVersion")),
        )

    def set_mode(self, mode: Mode) -> None:
        """Set night vision; wait a little until it reads back, as the server acknowledges before the camera obeys.

        Raises:
            CameraError: refused or not answered.
        """
        self._apply(self._night.words[mode])

    def state(self) -> CameraState:
        """Read the night vision setting.

        Raises:
            CameraError: the camera does not tell it.
        """
        value = self._value()
        if not isinstance(value, bool | int):
            raise CameraError(
                f"{self.name} does not tell its {self._night.setting}; wake it in the Eufy app, then try again"
            )
        return {self._night.setting: json.dumps(value)}

    def restore(self, state: CameraState) -> bool:
        """Put the setting back and read it.

        Raises:
            CameraError: refused or not answered.
        """
        return self._apply(json.loads(state[self._night.setting]))

    def stream(self) -> Stream:
        """Return the camera's RTSP stream, not yet open.

        Raises:
            CameraError: it is switched off.
        """
        url = self._settings.stream_url or rtsp_address(self._properties(), self._settings)
        return Stream(url, label=self.name)

    def advice(self, mode: Mode) -> str:
        """Say what brings a camera to night that can't be sent there."""
        if mode is Mode.DAY:
            return ""
        dark = "darken the room, it goes to night only in the dark; " if self._night.needs_dark else ""
        return f"{dark}night vision must be infrared in the Eufy app, not colour or spotlight"

    def _apply(self, value: bool | int) -> bool:
        for _ in range(TRIES):
            self._server.ask("device.set_property", serialNumber=self._serial, name=self._night.setting, value=value)
            if self._reads_back(value):
                return True
        return False

    def _reads_back(self, value: bool | int) -> bool:
        deadline = time.monotonic() + APPLY_S
        while self._value() != value:
            if time.monotonic() > deadline:
                return False
            time.sleep(POLL_S)
        return True

    def _value(self) -> object:
        return self._properties().get(self._night.setting)

    def _properties(self) -> dict[str, Any]:
        told = self._server.ask("device.get_properties", serialNumber=self._serial).get("properties")
        properties = told if isinstance(told, dict) else {}
        # old servers tell with each value when it came
        return {name: value.get("value") if isinstance(value, dict) else value for name, value in properties.items()}


def connect(settings: CameraSettings) -> EufyCamera:
    """Return the Eufy camera of `settings`.

    Raises:
        UsageMistake: no host was given, or the server's address is none.
    """
    if not settings.host and not settings.stream_url:
        raise UsageMistake("a Eufy camera needs --host ADDRESS, its own, where its RTSP stream is")
    return EufyCamera(settings, EufyServer(settings.options.get("server") or DEFAULT_SERVER))


def rtsp_address(told: Mapping[str, Any], settings: CameraSettings) -> str:
    """Return where the picture is, with the login; `told` are the camera's properties.

    Raises:
        CameraError: the stream is off, or what the server advertises is no RTSP address.

    >>> rtsp_address({"rtspStream": True, "rtspStreamUrl": ""}, CameraSettings("eufy", "porch", "10.0.0.9"))
    'rtsp://10.0.0.9:554/live0'
    """
    if told.get("rtspStream") is False:
        raise CameraError(
            f"{settings.name}: its RTSP stream is off; in the Eufy app open its settings, Storage, NAS (RTSP), "
            "switch it on and choose user and password there"
        )
    # once RTSP was switched on under its eyes, the server knows port and path
    usual = f"rtsp://{place(settings.host, settings.port or DEFAULT_PORT)}/live0"
    return rtsp_url(str(told.get("rtspStreamUrl") or usual), settings.host, settings.user, settings.password)


def the_one(known: list[str], wanted: str) -> str:
    """Return the serial number that is meant: the wanted one, or the only one there is.

    Raises:
        CameraError: not known, or several and none named.

    >>> the_one(["T8400P1"], ""), the_one(["T8400P1", "T8010N2"], "T8400P1")
    ('T8400P1', 'T8400P1')
    """
    if wanted in known:
        return wanted
    if not wanted and len(known) == 1:
        return known[0]
    what = f"does not know the camera {plain(wanted, 40)}" if wanted else f"knows {len(known)} devices"
    raise CameraError(f"eufy-security-ws {what}; give the right one of these as `serial`: {', '.join(known[:20])}")


def night_vision(properties: Mapping[str, Any], name: str) -> NightVision:
    """Return what switches a camera with these properties (their metadata by name).

    Raises:
        CameraError: nothing that is known.

    >>> night_vision({"nightvision": {"states": {"0": "Off", "1": "Auto", "3": "On"}}}, "porch").words[Mode.NIGHT]
    3
    """
    if "autoNightvision" in properties:
        return AUTOMATIC
    metadata = properties.get("nightvision")
    states = metadata.get("states") if isinstance(metadata, dict) else None
    if not isinstance(states, dict) or not {"0", "1"} <= states.keys():
        raise CameraError(
            f"{name} has no night vision that eufy-security-ws can switch; use --camera manual and the Eufy app"
        )
    return FORCED if "3" in states else INFRARED
