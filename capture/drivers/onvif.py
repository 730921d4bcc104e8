"""The driver for ONVIF cameras: the IR-cut filter through Imaging, the picture through Media and RTSP.

Only the filter is commanded. The IR lamp is left to the camera, which lights it when the filter leaves the light path;
the commands for lamps that ONVIF has are rare in practice and are often acknowledged without effect.
"""

import time
from dataclasses import dataclass

from nirecap.errors import CameraError, UsageMistake
from nirecap.vocabulary import Mode

from ..camera import Camera, CameraInfo, CameraState
from ..stream import Stream
from . import CameraSettings
from .foreign import plain, rtsp_url
from .onvif_answers import field, items, number, real
from .onvif_client import IMAGING, MEDIA, OnvifClient

FILTER = {Mode.DAY: "ON", Mode.NIGHT: "OFF", Mode.AUTO: "AUTO"}
"""ONVIF names the place of the filter: ON is in the light path."""
SETTING = "IrCutFilter"
DEFAULT_PORT = 80
DEFAULT_USER = "admin"
LONGEST_EXPOSURE_US, HIGHEST_GAIN_DB = 60e6, 200.0
EXPOSURE_COSTS_S = 0.2
"""A camera that takes longer to tell its exposure is not asked for it: it would delay every image."""
BY_HAND = "use --camera manual and switch it by hand"


@dataclass(frozen=True)
class _View:
    """A media profile and the video source that it shows, by their tokens."""

    profile: str
    source: str


class OnvifCamera(Camera):
    """A camera that speaks ONVIF (Profile S or T with the Media service).

    Args:
        name: what messages and records call it.
        host: name or IP address; no other host is ever contacted.
        port: of the ONVIF service, often 80, 8000, 8080 or 2020.
        user: account on the camera.
        password: appears in no message, log or repr.
    """

    def __init__(self, name: str, host: str, port: int, user: str, password: str) -> None:
        self.name = name
        self._host = host
        self._user = user
        self._password = password
        self._client = OnvifClient(host, port, user, password)
        self._device: object = None
        self._view = _View("", "")
        self._tells_exposure = True

    def open(self) -> None:
        """Connect, log in, choose the largest picture and see that there is a filter to switch.

        Raises:
            LoginRefused: wrong user or password.
            CameraError: unreachable, not ONVIF, or without media profile, imaging service or IR-cut filter.
        """
        self._device = self._client.connect()
        if not self._client.offers(IMAGING):
            raise CameraError(f"{self.name} has no imaging service, so ONVIF can't switch it; {BY_HAND}")
        self._view = _largest_view(self.name, self._client.call(MEDIA, "GetProfiles"))
        self._tells_exposure = True
        self.state()

    def close(self) -> None:
        """Let go of connections."""
        self._client.close()

    def describe(self) -> CameraInfo:
        """Return maker, model and firmware as the camera told when it was opened."""
        return CameraInfo(
            name=self.name,
            driver="onvif",
            manufacturer=plain(field(self._device, "Manufacturer")),
            model=plain(field(self._device, "Model")),
            firmware=plain(field(self._device, "FirmwareVersion")),
            clock_offset_s=self._client.clock_offset_s,
        )

    def set_mode(self, mode: Mode) -> None:
        """Command the filter and return on acknowledgement.

        Raises:
            CameraError: refused or not answered.
        """
        self._set_filter(FILTER[mode])

    def state(self) -> CameraState:
        """Read the filter's setting: ON, OFF or AUTO.

        Raises:
            CameraError: the camera names none.
        """
        value = field(self._settings(), SETTING).upper()
        if value not in FILTER.values():
            raise CameraError(f"{self.name} tells no setting of an IR-cut filter ({plain(value)!r}); {BY_HAND}")
        return {SETTING: value}

    def exposure(self) -> dict[str, float]:
        """Return shutter time and gain where the camera tells; one that does not, or is slow to, is not asked again.

        Source: ONVIF Imaging Service Specification, ExposureTime in microseconds and Gain in dB.
        """
        if not self._tells_exposure:
            return {}
        start = time.monotonic()
        try:
            told = _exposure_of(self._settings())
        except CameraError:
            told = {}
        self._tells_exposure = bool(told) and time.monotonic() - start < EXPOSURE_COSTS_S
        return told

    def restore(self, state: CameraState) -> bool:
        """Put the filter's setting back and read it.

        Raises:
            CameraError: refused or not answered.
        """
        self._set_filter(state[SETTING])
        return self.state() == state

    def stream(self) -> Stream:
        """Return the stream of the largest profile, not yet open.

        Raises:
            CameraError: the camera names no RTSP address.
        """
        setup = {"Stream": "RTP-Unicast", "Transport": {"Protocol": "RTSP"}}
        answer = self._client.call(MEDIA, "GetStreamUri", StreamSetup=setup, ProfileToken=self._view.profile)
        return Stream(rtsp_url(field(answer, "Uri"), self._host, self._user, self._password), label=self.name)

    def _settings(self) -> object:
        return self._client.call(IMAGING, "GetImagingSettings", VideoSourceToken=self._view.source)

    def _set_filter(self, value: str) -> None:
        # GetOptions is not asked first: cheap firmware leaves the modes out of it, and the picture is the judge
        self._client.call(
            IMAGING,
            "SetImagingSettings",
            VideoSourceToken=self._view.source,
            ImagingSettings={SETTING: value},
            ForcePersistence=False,
        )


def connect(settings: CameraSettings) -> OnvifCamera:
    """Return the ONVIF camera of `settings`.

    Raises:
        UsageMistake: no host was given.
    """
    if not settings.host:
        raise UsageMistake("an ONVIF camera needs --host ADDRESS")
    port = settings.port or DEFAULT_PORT
    return OnvifCamera(settings.name, settings.host, port, settings.user or DEFAULT_USER, settings.password)


def _largest_view(name: str, profiles: object) -> _View:
    """Return the profile with most pixels, the first of equals, that shows a video source."""
    source = ("VideoSourceConfiguration", "SourceToken")
    showing = [profile for profile in items(profiles) if field(profile, *source)]
    if not showing:
        raise CameraError(f"{name} has no media profile with a video source; make one in the camera's own settings")
    largest = max(showing, key=_pixels)
    return _View(profile=field(largest, "token"), source=field(largest, *source))


def _pixels(profile: object) -> int:
    resolution = ("VideoEncoderConfiguration", "Resolution")
    return number(field(profile, *resolution, "Width")) * number(field(profile, *resolution, "Height"))


def _exposure_of(settings: object) -> dict[str, float]:
    """Return what imaging settings tell that can be: cameras fill in zeros for what they do not know."""
    time_us = real(field(settings, "Exposure", "ExposureTime"))
    gain_db = real(field(settings, "Exposure", "Gain"))
    if not 0 < time_us <= LONGEST_EXPOSURE_US:
        return {}
    return {"exposure_s": time_us / 1e6} | ({"gain_db": gain_db} if 0 <= gain_db <= HIGHEST_GAIN_DB else {})
