"""Cameras that are switched by their maker's own HTTP commands: one class, and a table of what differs."""

from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from urllib.parse import quote

from requests.auth import AuthBase, HTTPDigestAuth

from nirecap.errors import CameraError, UsageMistake
from nirecap.vocabulary import Mode

from ..camera import Camera, CameraInfo, CameraState
from ..stream import Stream
from . import CameraSettings
from .foreign import place
from .http_client import HttpClient

DEFAULT_PORTS = {"http": 80, "https": 443}
RESTORE_TRIES = 2
"""Cheap firmware loses a command now and then."""


def _digest(settings: CameraSettings) -> AuthBase:
    return HTTPDigestAuth(settings.user, settings.password)


def _own_login(settings: CameraSettings) -> tuple[str, str]:
    return settings.user, settings.password


@dataclass(frozen=True)
class Dialect:
    """How the cameras of one maker are spoken to. The channel that functions get is a number from 1, as text."""

    maker: str
    modes: Mapping[Mode, Mapping[str, str]]
    """The settings that make each mode, in the order to write them; an end of dotted names stands for all with it."""
    read: Callable[[HttpClient, str], CameraState]
    """Returns the settings that a session changes, those of AUTO last; raises CameraError where there are none."""
    write: Callable[[HttpClient, str, CameraState], None]
    """Sets settings, in their order."""
    stream: str
    """Path of the RTSP stream, a format of `channel`."""
    rtsp_port: int = 554
    port: int | None = None
    """None: the usual one of http or https."""
    user: str = "admin"
    login: Callable[[CameraSettings], AuthBase] = _digest
    stream_login: Callable[[CameraSettings], tuple[str, str]] = _own_login
    """Returns user and password of the stream."""
    limit_s: float = 10.0
    """Seconds that one command may take."""
    moved_by_auto: frozenset[str] = frozenset()
    """Settings that the camera itself changes while it is in AUTO."""
    identify: Callable[[HttpClient], tuple[str, str]] = lambda client: ("", "")
    """Returns model and firmware."""
    leave: Callable[[HttpClient], None] = lambda client: None
    """Logs out."""
    night_advice: str = ""
    """What a person can do where the picture does not come to NIGHT."""


class HttpCamera(Camera):
    """A camera that is switched by HTTP commands in its maker's dialect.

    Args:
        settings: host, account and options: `channel` (from 1), `rtsp_port`, `scheme` (http or https), and
            `certificate=any` to accept the certificate that a camera has signed itself.
        dialect: of its maker.
        channel: which camera of the device; None for the option's.

    Raises:
        UsageMistake: a setting is missing or none that there is.
    """

    def __init__(self, settings: CameraSettings, dialect: Dialect, channel: str | None = None) -> None:
        self.name = settings.name
        self._settings = replace(settings, user=settings.user or dialect.user)
        self._dialect = dialect
        self._channel = channel or str(_whole(settings, "channel", 1))
        self._rtsp_port = _whole(settings, "rtsp_port", dialect.rtsp_port)
        self._client = _client(self._settings, dialect)
        self._names: tuple[str, ...] = ()
        self._about = "", ""

    def open(self) -> None:
        """Log in, see that there are settings to switch, and ask who the camera is.

        Raises:
            LoginRefused: wrong user, password or key; tried once, as cameras lock accounts.
            CameraError: unreachable, or without such settings.
        """
        self._names = tuple(self.state())
        with suppress(CameraError):
            self._about = self._dialect.identify(self._client)

    def close(self) -> None:
        """Log out and let go of connections."""
        if self._names:
            with suppress(CameraError):
                self._dialect.leave(self._client)
        self._names = ()
        self._client.close()

    def describe(self) -> CameraInfo:
        """Return maker, model and firmware as the camera told when it was opened."""
        model, firmware = self._about
        return CameraInfo(self.name, self._settings.driver, self._dialect.maker, model, firmware)

    def set_mode(self, mode: Mode) -> None:
        """Write the settings of a mode and return on acknowledgement.

        Raises:
            CameraError: refused or not answered.
        """
        words = self._dialect.modes[mode].items()
        self._write({name: word for end, word in words for name in self._names if f".{name}".endswith(f".{end}")})

    def state(self) -> CameraState:
        """Read the settings that `set_mode` changes, in the camera's own words.

        Raises:
            CameraError: the camera has none, or does not answer.
        """
        return self._dialect.read(self._client, self._channel)

    def restore(self, state: CameraState) -> bool:
        """Put the settings back and read them, twice where need be.

        Raises:
            CameraError: refused or not answered.
        """
        for _ in range(RESTORE_TRIES):
            self._write(state)
            if self._lasting(self.state()) == self._lasting(state):
                return True
        return False

    def stream(self) -> Stream:
        """Return the stream, not yet open."""
        url = self._settings.stream_url or self._stream_url()
        return Stream(url, label=self.name)

    def advice(self, mode: Mode) -> str:
        """Return what has to be set on the camera itself for its night picture."""
        return self._dialect.night_advice if mode is Mode.NIGHT else ""

    def _write(self, settings: CameraState) -> None:
        self._dialect.write(self._client, self._channel, settings)

    def _lasting(self, state: CameraState) -> CameraState:
        """Return the settings without those that AUTO, where it is on, changes as it likes."""
        in_auto = self._dialect.modes[Mode.AUTO].items() <= state.items()
        moved = self._dialect.moved_by_auto if in_auto else frozenset()
        return {name: value for name, value in state.items() if name not in moved}

    def _stream_url(self) -> str:
        user, password = self._dialect.stream_login(self._settings)
        login = f"{quote(user, safe='')}:{quote(password, safe='')}@" if user else ""
        path = self._dialect.stream.format(channel=self._channel)
        return f"rtsp://{login}{place(self._settings.host, self._rtsp_port)}{path}"


def _client(settings: CameraSettings, dialect: Dialect) -> HttpClient:
    scheme = settings.options.get("scheme", "http")
    certificate = settings.options.get("certificate", "signed")
    if not settings.host:
        raise UsageMistake(f"a camera of the driver {settings.driver} needs its address, --host ADDRESS")
    if scheme not in DEFAULT_PORTS or certificate not in ("signed", "any"):
        raise UsageMistake("the option scheme is http or https, and the option certificate is signed or any")
    default = DEFAULT_PORTS[scheme] if scheme == "https" or dialect.port is None else dialect.port
    return HttpClient(
        f"{scheme}://{place(settings.host, settings.port or default)}",
        dialect.login(settings),
        settings.user,
        limit_s=dialect.limit_s,
        verify=certificate == "signed",
    )


def _whole(settings: CameraSettings, option: str, default: int) -> int:
    """Return an option that is a whole number from 1."""
    text = settings.options.get(option, str(default))
    if not (text.isascii() and text.isdecimal() and 1 <= int(text[:6]) <= 65535):
        raise UsageMistake(f"the option {option} is a whole number from 1, not {text!r}")
    return int(text)
