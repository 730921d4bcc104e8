"""The driver for TP-Link Tapo cameras: night vision through pytapo, the picture from RTSP.

Settings: host; user and password of the camera account, which is also the stream's; api_key, the password of the
TP-Link account, for firmware that lets nobody else command it; port where it is not 443. pytapo is an extra,
`nirecap[tapo]`.

pytapo's own sessions follow redirects, heed proxies and read without end, and its constructor asks through them; so its
parts are put together here around a session that does not.
"""

import asyncio
import ssl
from collections.abc import Callable, Coroutine
from typing import Any, cast

import requests
from requests.adapters import HTTPAdapter
from urllib3.util.ssl_ import create_urllib3_context

from nirecap.errors import CameraError, LoginRefused, UsageMistake
from nirecap.redaction import redacted
from nirecap.vocabulary import Mode

from ..bounded_http import session_to
from ..camera import Camera, CameraInfo, CameraState
from ..stream import Stream
from . import CameraSettings
from .foreign import place, plain, rtsp_url

try:
    from pytapo import Tapo  # type: ignore[import-untyped]
    from pytapo.logger import Logger  # type: ignore[import-untyped]
    from pytapo.transport.tpap.tpap import legacy_login_offered, tpap_from_discover  # type: ignore[import-untyped]
    from pytapo.transport.transport import Transport  # type: ignore[import-untyped]
except ImportError:
    raise UsageMistake("Tapo cameras need a further package; pip install nirecap[tapo]") from None

WORDS = {Mode.DAY: "off", Mode.NIGHT: "on", Mode.AUTO: "auto"}
"""Of its infrared lamp."""
SETTING = "inf_type"
DEFAULT_PORT = 443
OWNER = "admin"
"""How the owner's TP-Link account is called on the camera."""
LIMIT_S = 8.0
"""For one exchange."""
TRIES = 2
"""A command that is acknowledged and not applied is given again."""
NEEDS_NEW_LOGIN = -40211
"""Answer of newer firmware to the older way to log in."""


class TapoCamera(Camera):
    """A Tapo camera with an account on it.

    Args:
        settings: where it is, and its accounts; passwords appear in no message, log or repr.
    """

    def __init__(self, settings: CameraSettings) -> None:
        self.name = settings.name
        self._settings = settings
        self._tapo: _PinnedTapo | None = None
        self._told: dict[str, Any] = {}

    def open(self) -> None:
        """Log in and see that there is night vision to switch.

        Raises:
            LoginRefused: wrong user or password.
            CameraError: unreachable, locked after failed logins, or without night vision.
        """
        self._tapo = self._guarded(lambda: _PinnedTapo(self._settings))
        told = self._call("getBasicInfo").get("device_info", {}).get("basic_info", {})
        self._told = told if isinstance(told, dict) else {}
        self.state()

    def close(self) -> None:
        """Let go of the connection."""
        if self._tapo is not None:
            self._tapo.transport.session.close()
        self._tapo = None

    def describe(self) -> CameraInfo:
        """Return model and firmware as the camera told when it was opened."""
        return CameraInfo(
            name=self.name,
            driver="tapo",
            manufacturer="TP-Link",
            model=plain(self._told.get("device_model")),
            firmware=plain(self._told.get("sw_version")),
        )

    def set_mode(self, mode: Mode) -> None:
        """Command night vision and return on acknowledgement.

        Raises:
            CameraError: refused or not answered.
        """
        self._apply(WORDS[mode])

    def state(self) -> CameraState:
        """Read the night vision setting: on, off or auto.

        Raises:
            CameraError: the camera tells none.
        """
        value = self._call("getDayNightMode")
        if value not in WORDS.values():
            raise CameraError(f"{self.name} tells no night vision setting ({plain(value)!r}); use --camera manual")
        return {SETTING: value}

    def restore(self, state: CameraState) -> bool:
        """Put the setting back and read it.

        Raises:
            CameraError: refused or not answered.
        """
        return self._apply(state[SETTING])

    def stream(self) -> Stream:
        """Return the larger stream, not yet open."""
        settings = self._settings
        usual = rtsp_url("rtsp://camera:554/stream1", settings.host, settings.user, settings.password)
        return Stream(settings.stream_url or usual, label=self.name)

    def advice(self, mode: Mode) -> str:
        """Name the settings of the app that overrule the command."""
        return "" if mode is Mode.DAY else "in the Tapo app night vision must be infrared, not full colour or spotlight"

    def _apply(self, value: str) -> bool:
        for _ in range(TRIES):
            self._call("setDayNightMode", value)
            if self.state() == {SETTING: value}:
                return True
        return False

    def _call(self, name: str, *arguments: str) -> Any:  # noqa: ANN401  whatever JSON the camera sends
        if self._tapo is None:
            raise CameraError(f"{self.name} is not connected; open it first")
        return self._guarded(lambda: getattr(self._tapo, name)(*arguments))

    def _guarded(self, work: Callable[[], Any]) -> Any:  # noqa: ANN401
        """Do what may raise anything, with tokens in its text."""
        try:
            return work()
        except Exception as error:
            failure = _failure(self.name, self._settings.host, error)
        raise failure


class _PinnedTapo(Tapo):  # type: ignore[misc]
    """pytapo's commands over an exchange that reaches nothing but the camera.

    The constructor of `Tapo` is left out: all it does beyond this is to ask through sessions of its own.
    """

    def __init__(self, settings: CameraSettings) -> None:
        self.transport = _PinnedTransport(settings)
        self.asyncHandler = self.transport.asyncHandler
        self.childID = None
        self.isKLAP = False


class _PinnedTransport(Transport):  # type: ignore[misc]
    def __init__(self, settings: CameraSettings) -> None:
        port = settings.port or DEFAULT_PORT
        origin = f"https://{place(settings.host, port)}"
        self._session = _tls_session(origin)
        offer = self._ask_login(origin, {"sub_method": "discover"})
        old = legacy_login_offered(offer)
        new = tpap_from_discover(offer)
        if new is None and not old and self._refuses_old_login(origin):
            new = {}
        user, password = (OWNER, settings.api_key) if settings.api_key else (settings.user, settings.password)
        super().__init__(
            place(settings.host, port).rpartition(":")[0],
            port,
            user,
            password,
            Logger(printDebugInformation=False, printWarnInformation=False),
            method="pytapo" if new is None else "tpap",
            asyncHandler=_Now(),
            retryStok=False,  # cameras lock accounts after some failed logins
        )
        if new is None:
            self.headers["Accept-Encoding"] = "identity"  # what is compressed has no bounded size
            self.isSecureConnectionCached = old or None  # None: pytapo finds out
        self.tpapInfo = new

    @property
    def session(self) -> requests.Session:
        """The one session; what pytapo would put in its place is dropped."""
        return self._session

    @session.setter
    def session(self, _: object) -> None:
        pass

    def _refuses_old_login(self, origin: str) -> bool:
        probe = {"encrypt_type": "3", "username": OWNER, "cnonce": "0123456789ABCDEF"}
        return self._ask_login(origin, probe).get("error_code") == NEEDS_NEW_LOGIN

    def _ask_login(self, origin: str, params: dict[str, str]) -> dict[str, Any]:
        try:
            answer = self._session.post(f"{origin}/", json={"method": "login", "params": params}, verify=False).json()
        except requests.exceptions.JSONDecodeError:
            return {}
        return answer if isinstance(answer, dict) else {}


class _Now:
    """Runs pytapo's coroutines to their end, without a loop that would have to be closed."""

    hass = None

    def executeAsyncExecutorJob(self, job: Callable[..., Coroutine[Any, Any, Any]], *arguments: Any) -> Any:  # noqa: N802, ANN401
        return asyncio.run(job(*arguments))


def connect(settings: CameraSettings) -> TapoCamera:
    """Return the Tapo camera of `settings`.

    Raises:
        UsageMistake: no host or user was given.
    """
    if not settings.host or not settings.user:
        raise UsageMistake("a Tapo camera needs --host ADDRESS and --user NAME, a camera account made in its app")
    return TapoCamera(settings)


def _tls_session(origin: str) -> requests.Session:
    """Return a bounded session for cameras that sign their own certificates and know old ciphers only."""
    session = session_to(origin, LIMIT_S)
    context = create_urllib3_context(cert_reqs=ssl.CERT_NONE)
    context.set_ciphers("ALL:@SECLEVEL=0")
    cast(HTTPAdapter, session.get_adapter(f"{origin}/")).init_poolmanager(1, 1, ssl_context=context)
    return session


def _failure(name: str, host: str, error: Exception) -> CameraError:
    """Translate what pytapo raises; the text of other libraries' errors holds the session's token."""
    if isinstance(error, requests.RequestException):
        return CameraError(f"{name}: no Tapo camera answers at {host} ({type(error).__name__}); check its address")
    # pytapo raises bare exceptions, whole answers behind the reason
    text = plain(redacted(str(error).partition(", Response:")[0])) if type(error) is Exception else type(error).__name__
    if text == "Invalid authentication data":
        return LoginRefused(
            f"{name}: the camera refused the login; check user and password of its camera account, "
            "or give the password of the TP-Link account as API key"
        )
    return CameraError(f"{name}: the camera refused: {text}; is its privacy mode on, or another app at it?")
