"""A thin adapter over onvif-zeep: its WSDLs and its login token, with nothing believed that a camera answers.

`onvif.ONVIFCamera` itself is left alone: its constructor subscribes to events on the camera, finds services in
GetCapabilities only, calls whatever address the camera advertises, flattens every fault to one text, and
reads answers with the limits of the XML parser off.
"""

import datetime as dt
import logging
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from functools import cache
from pathlib import Path

import requests
import urllib3
import zeep
import zeep.exceptions
from requests.auth import HTTPDigestAuth
from zeep.proxy import ServiceProxy
from zeep.wsdl import Document

from nirecap.errors import CameraError, LoginRefused
from nirecap.redaction import redacted

from ..bounded_http import MAX_BYTES, TooLarge, session_to
from .foreign import place, plain, readdressed, split_address
from .onvif_answers import field, items, utc_of


@contextmanager
def _own_logging_kept() -> Iterator[None]:
    handlers, level = logging.root.handlers[:], logging.root.level
    yield
    logging.root.handlers[:] = handlers
    logging.root.setLevel(level)


with _own_logging_kept():  # importing onvif-zeep sets up the program's root logger
    import onvif
    from onvif.client import UsernameDigestTokenDtDiff
    from onvif.definition import SERVICES

logging.getLogger("zeep").setLevel(logging.CRITICAL)  # else it prints a traceback for every value that it can't read

SETTINGS = zeep.Settings(strict=False, forbid_dtd=True, forbid_entities=True, forbid_external=True)
"""Lenient with the order of elements, strict with everything that makes XML an attack."""
WSDL_FOLDER = Path(onvif.__file__).parents[1] / "wsdl"
DEVICE, MEDIA, IMAGING = "devicemgmt", "media", "imaging"
"""The services used here, as onvif-zeep calls them."""
LOGIN_SUBCODES = {"NotAuthorized", "FailedAuthentication", "InvalidSecurity", "InvalidSecurityToken"}
"""Fault subcodes that mean a wrong user or password (ONVIF Core, generic faults; WS-Security 1.1, section 12)."""


class OnvifFault(CameraError):
    """The camera understood and refused; `subcode` is ONVIF's word for why, such as `ActionNotSupported`."""

    def __init__(self, message: str, subcode: str) -> None:
        super().__init__(message)
        self.subcode = subcode


class OnvifClient:
    """ONVIF calls to one camera at the address that the user gave, and to no other.

    Args:
        host: name or IP address.
        port: of the ONVIF service.
        user: account on the camera; many keep ONVIF users apart from the others.
        password: appears in no message, log or repr.
        timeout_s: how long one exchange may last in all.
    """

    def __init__(self, host: str, port: int, user: str, password: str, *, timeout_s: float = 10.0) -> None:
        self.where = place(host, port)
        self.clock_offset_s: float | None = None
        """Camera clock minus ours in seconds, to half a second; None where it does not tell."""
        self._user = user
        self._timeout_s = timeout_s
        self._token = UsernameDigestTokenDtDiff(user, password, use_digest=True)
        self._session = session_to(f"http://{self.where}", timeout_s)
        self._session.auth = HTTPDigestAuth(user, password)  # for cameras that challenge in HTTP, as Profile T does
        self._transport = _Transport(self._session, timeout_s, self.where, user)
        self._addresses = {SERVICES[DEVICE]["ns"]: f"http://{self.where}/onvif/device_service"}

    def connect(self) -> object:
        """Read the clock, find the services and log in; return the answer to GetDeviceInformation.

        Raises:
            LoginRefused: wrong user or password.
            CameraError: unreachable, silent, or not an ONVIF device.
        """
        self._read_clock()
        self._find_services()
        return self.call(DEVICE, "GetDeviceInformation")  # the only call of these that needs a login

    def close(self) -> None:
        """Let go of connections."""
        self._session.close()

    def offers(self, service: str) -> bool:
        """Tell whether the camera advertises `service`."""
        return SERVICES[service]["ns"] in self._addresses

    def call(self, service: str, operation: str, **parameters: object) -> object:
        """Call an operation and return the answer for `field` and `items` to read, None for an empty one.

        Raises:
            LoginRefused: wrong user or password.
            OnvifFault: refused for another reason.
            CameraError: no such service, no answer in time, or an answer that is not ONVIF.
        """
        return self._ask(service, operation, parameters, self._token)

    def _ask(
        self, service: str, operation: str, parameters: dict[str, object], token: UsernameDigestTokenDtDiff | None
    ) -> object:
        proxy = self._proxy(service, token)
        try:
            return getattr(proxy, operation)(**parameters)
        except CameraError:
            raise
        except IndexError:
            return None  # zeep on an empty Body, which some firmware sends for whatever it does not know
        except zeep.exceptions.Fault as fault:
            raise self._refusal(operation, fault) from None
        except (requests.RequestException, urllib3.exceptions.HTTPError) as error:
            raise CameraError(self._failure(operation, error)) from None
        except Exception as error:  # zeep raises anything from KeyError to ValueError on a hostile answer
            what = f"unreadable XML ({type(error).__name__})"
            raise CameraError(f"{self.where} answered {operation} with {what}; check that it is a camera") from None

    def _proxy(self, service: str, token: UsernameDigestTokenDtDiff | None) -> ServiceProxy:
        if not self.offers(service):
            raise CameraError(f"{self.where} has no ONVIF {service} service; another driver may suit this camera")
        namespace, binding = SERVICES[service]["ns"], SERVICES[service]["binding"]
        client = zeep.Client(  # type: ignore[no-untyped-call]
            _wsdl(service), wsse=token, transport=self._transport, settings=SETTINGS
        )
        proxy: ServiceProxy = client.create_service(  # type: ignore[no-untyped-call]
            f"{{{namespace}}}{binding}", self._addresses[namespace]
        )
        return proxy

    def _read_clock(self) -> None:
        """Ask without a token, which would have to hold the very time that is asked for."""
        try:
            now = utc_of(self._ask(DEVICE, "GetSystemDateAndTime", {}, token=None))
        except (LoginRefused, OnvifFault):
            now = None
        if now is not None:
            half_a_tick = dt.timedelta(seconds=0.5)  # the camera tells whole seconds
            self._token.dt_diff = now + half_a_tick - dt.datetime.now(dt.UTC)
            self.clock_offset_s = self._token.dt_diff.total_seconds()

    def _find_services(self) -> None:
        """Merge both listings: some devices name their services in one only."""
        capabilities = self._listing("GetCapabilities", Category=["All"])
        for name in (MEDIA, IMAGING):
            self._learn(SERVICES[name]["ns"], field(capabilities, name.title(), "XAddr"))
        for service in items(self._listing("GetServices", IncludeCapability=False)):
            self._learn(field(service, "Namespace"), field(service, "XAddr"))

    def _listing(self, operation: str, **parameters: object) -> object:
        try:
            return self.call(DEVICE, operation, **parameters)
        except OnvifFault:
            return None

    def _learn(self, namespace: str, address: str) -> None:
        """Keep the path of an advertised address, under the host and port that the user gave."""
        with suppress(CameraError):  # what has no readable address counts as not offered
            if address:
                self._addresses[namespace] = readdressed(split_address(address), "http", self.where)

    def _refusal(self, operation: str, fault: zeep.exceptions.Fault) -> CameraError:
        subcodes = [str(name).rpartition("}")[2] for name in fault.subcodes or []]
        if LOGIN_SUBCODES.intersection(subcodes):
            return _login_refused(self.where, self._user)
        subcode = plain(subcodes[-1] if subcodes else fault.code) or "no reason"
        reason = f"{subcode} ({plain(redacted(str(fault.message or '')))})"
        return OnvifFault(f"{self.where} refused {operation}: {reason}; the firmware may not support it", subcode)

    def _failure(self, operation: str, error: Exception) -> str:
        if isinstance(error, requests.Timeout | urllib3.exceptions.TimeoutError):
            silence = f"{self.where} gave no whole answer to {operation} in {self._timeout_s:g} s"
            return f"{silence}; check address and ONVIF port, and that the camera is on and not hung"
        if isinstance(error, TooLarge):
            return f"{self.where} answered {operation} with more than {MAX_BYTES} bytes; check that it is a camera"
        return f"can't reach a camera at {self.where}; check the address, the port, and that the camera is on"


@cache
def _wsdl(service: str) -> Document:
    transport = zeep.Transport()  # type: ignore[no-untyped-call]
    path = str(WSDL_FOLDER / SERVICES[service]["wsdl"])
    return Document(path, transport, settings=SETTINGS)  # type: ignore[arg-type]  # zeep says type[Transport]


class _Transport(zeep.Transport):
    """Posts, follows no redirect, and tells what is not ONVIF from what zeep should read."""

    def __init__(self, session: requests.Session, timeout_s: float, where: str, user: str) -> None:
        super().__init__(  # type: ignore[no-untyped-call]
            timeout=timeout_s, operation_timeout=timeout_s, session=session
        )
        self._where = where
        self._user = user

    def post(self, address: str, message: bytes, headers: dict[str, str]) -> requests.Response:
        """Send one envelope; zeep calls this.

        Raises:
            LoginRefused: refused in HTTP.
            CameraError: a redirect, or no envelope in the answer.
        """
        response = self.session.post(
            address, data=message, headers=headers, timeout=self.operation_timeout, allow_redirects=False
        )
        status = response.status_code
        if status in (401, 403):
            raise _login_refused(self._where, self._user)
        if 300 <= status < 400:
            raise CameraError(f"{self._where} redirects elsewhere (HTTP {status}); give the camera's own address")
        if b"Envelope" not in response.content:
            remedy = "check the port (often 80, 8000, 8080 or 2020) and that ONVIF is on in the camera's settings"
            raise CameraError(f"{self._where} does not speak ONVIF (HTTP {status}); {remedy}")
        return response


def _login_refused(where: str, user: str) -> LoginRefused:
    return LoginRefused(f"{where} refused user {user!r}; check name and password of the camera's ONVIF account")
