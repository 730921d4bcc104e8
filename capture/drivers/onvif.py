"""The driver for ONVIF cameras: the IR-cut filter through Imaging, the picture through Media and RTSP.

Only the filter is commanded. The IR lamp is left to the camera, which lights it when the filter leaves the light path;
the commands for lamps that ONVIF has are rare in practice and are often acknowledged without effect.
"""

from dataclasses import dataclass
from urllib.parse import quote

from nirecap.errors import CameraError, UsageMistake
from nirecap.vocabulary import Mode

from ..camera import Camera, CameraInfo, CameraState
from ..stream import Stream
from . import CameraSettings
from .onvif_answers import field, items, number, place, plain, readdressed, split_address
from .onvif_client import IMAGING, MEDIA, OnvifClient

FILTER = {Mode.DAY: "ON", Mode.NIGHT: "OFF", Mode.AUTO: "AUTO"}
"""ONVIF names the place of the filter: ON is in the light path."""
SETTING = "IrCutFilter"
DEFAULT_PORT = 80
DEFAULT_USER = "admin"
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
        settings = self._client.call(IMAGING, "GetImagingSettings", VideoSourceToken=self._view.source)
        value = field(settings, SETTING).upper()
        if value not in FILTER.values():
            raise CameraError(f"{self.name} tells no setting of an IR-cut filter ({plain(value)!r}); {BY_HAND}")
        return {SETTING: value}

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


def rtsp_url(advertised: str, host: str, user: str, password: str) -> str:
    """Put the user's host and the login into an RTSP address that a camera advertises; its port and path stay.

    Raises:
        CameraError: the address is not RTSP.

    >>> rtsp_url("rtsp://10.0.0.9:8554/live?channel=1", "porch.lan", "admin", "p@ss")
    'rtsp://admin:p%40ss@porch.lan:8554/live?channel=1'
    """
    parts = split_address(advertised)
    if parts.scheme != "rtsp":
        raise CameraError(
            f"{host} advertises {plain(parts.scheme) or 'no'} address as its stream; switch RTSP on in it"
        )
    login = f"{quote(user, safe='')}:{quote(password, safe='')}@" if user else ""
    return readdressed(parts, "rtsp", login + place(host, parts.port or 554))


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
