"""Commands over HTTP to one camera, and what they come to: an answer to read, a refusal, or nothing."""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial

import requests
import urllib3
from lxml import etree
from requests.auth import AuthBase

from nirecap.errors import CameraError, LoginRefused
from nirecap.redaction import redacted

from ..bounded_http import MAX_BYTES, TooLarge, session_to
from .foreign import plain

DROPPED = (requests.ConnectionError, requests.exceptions.ChunkedEncodingError, urllib3.exceptions.ProtocolError)
"""The connection broke before the answer was whole."""
_TAG = re.compile(r"<[^<>]*>")


class Refused(CameraError):
    """The camera understood and refused; another command may do."""


@dataclass(frozen=True)
class Answer:
    """What a camera answered to a command."""

    where: str
    command: str
    """Path and query, as messages name them."""
    content: bytes

    @property
    def text(self) -> str:
        """The answer as UTF-8 text."""
        return self.content.decode("utf-8", "replace")

    def json(self) -> object:
        """Return what the answer holds as JSON.

        Raises:
            CameraError: it is not JSON.
        """
        try:
            return json.loads(self.content)
        except (ValueError, RecursionError):
            raise self._unreadable("JSON") from None

    def xml(self) -> etree._Element:
        """Return the root of the answer as XML.

        Raises:
            CameraError: it is not XML, or declares a document type, as only attacks do.
        """
        parser = etree.XMLParser(
            resolve_entities=False, load_dtd=False, no_network=True, remove_comments=True, remove_pis=True
        )
        try:
            root = etree.fromstring(self.content, parser)
        except (etree.XMLSyntaxError, ValueError):
            raise self._unreadable("XML") from None
        if root.getroottree().docinfo.internalDTD is not None:
            raise self._unreadable("plain XML")
        return root

    def refusal(self, words: object) -> Refused:
        """Return the error of a camera that answered `words` instead of obeying."""
        # pages of errors repeat what was asked, and how
        told = plain(redacted(" ".join(_TAG.sub(" ", str(words)).split()))) or "no reason"
        return Refused(
            f"{self.where} refused {self.command}: {told}; the firmware may not have it, or the account no right to it"
        )

    def _unreadable(self, wanted: str) -> CameraError:
        return CameraError(
            f"{self.where} answered {self.command} with what is not {wanted}; check address, port and kind of camera"
        )


class HttpClient:
    """Commands to one camera at the address that the user gave, and to no other.

    Args:
        origin: scheme, host and port.
        login: how requests prove who sends them; its secrets appear in no message.
        user: account that messages name.
        limit_s: how long one exchange may last in all.
        verify: whether an https certificate must be one that a known authority signed.
    """

    def __init__(self, origin: str, login: AuthBase, user: str, *, limit_s: float, verify: bool = True) -> None:
        self.where = origin.partition("//")[2]
        self._origin, self._user, self._limit_s = origin, user, limit_s
        self._session = session_to(origin, limit_s)
        self._session.auth = login
        self._session.verify = verify
        if not verify:  # the user has allowed it; urllib3 would warn at every request
            urllib3.disable_warnings(urllib3.exceptions.InsecureRequestWarning)

    def close(self) -> None:
        """Let go of connections."""
        self._session.close()

    def get(self, path: str) -> Answer:
        """Send GET.

        This and its siblings raise:
            LoginRefused: wrong user, password or key.
            Refused: any other HTTP status that is no success.
            CameraError: no whole answer in time, too long a one, or a redirect.
        """
        return self._ask("GET", path)

    def post(self, path: str, message: object) -> Answer:
        """Send POST with `message` as JSON."""
        return self._ask("POST", path, json.dumps(message).encode(), "application/json")

    def put(self, path: str, document: etree._Element) -> Answer:
        """Send PUT with an XML document."""
        content = etree.tostring(document, xml_declaration=True, encoding="UTF-8")
        return self._ask("PUT", path, content, "application/xml")

    def _ask(self, method: str, path: str, content: bytes | None = None, kind: str = "") -> Answer:
        headers = {"Content-Type": kind} if kind else {}
        response = self._exchange(method, path, content, headers)
        status, answer = response.status_code, Answer(self.where, path, response.content)
        if status == requests.codes.unauthorized:
            raise LoginRefused(
                f"{self.where} refused the login of user {self._user!r}; check name, password and API key before "
                "trying again, as cameras lock accounts"
            )
        if 300 <= status < 400:
            raise CameraError(
                f"{self.where} answered with a redirect (HTTP {status}), which is not followed; give the camera's own "
                "address, and the options scheme=https certificate=any if it wants https"
            )
        if status >= 400:
            raise answer.refusal(f"HTTP {status} {answer.text}")
        return answer

    def _exchange(self, method: str, path: str, content: bytes | None, headers: Mapping[str, str]) -> requests.Response:
        """Exchange once, or twice where the connection broke, as small devices break it; a setting may be set twice."""
        send = partial(
            self._session.request, method, self._origin + path, data=content, headers=headers, allow_redirects=False
        )
        try:
            try:
                return send()
            except requests.Timeout:
                raise
            except DROPPED:
                return send()
        except (requests.RequestException, urllib3.exceptions.HTTPError) as error:
            raise CameraError(self._failure(path, error)) from None

    def _failure(self, path: str, error: Exception) -> str:
        if isinstance(error, requests.Timeout | urllib3.exceptions.TimeoutError):
            return (
                f"{self.where} gave no whole answer to {path} in {self._limit_s:g} s; "
                "check address and port, and that the camera is on and not hung"
            )
        if isinstance(error, TooLarge):
            return f"{self.where} answered {path} with more than {MAX_BYTES} bytes; check that it is a camera"
        if isinstance(error, requests.exceptions.SSLError):
            return f"{self.where} has a certificate that nobody vouches for; allow it by the option certificate=any"
        return f"can't reach a camera at {self.where}; check the address, the port, and that the camera is on"


class KeyHeader(AuthBase):
    """An API key in a header of its own."""

    def __init__(self, header: str, key: str) -> None:
        self._header, self._key = header, key

    def __call__(self, request: requests.PreparedRequest) -> requests.PreparedRequest:
        """Sign a request; requests calls this."""
        request.headers[self._header] = self._key.encode()  # type: ignore[assignment]  # any text, not Latin-1 only
        return request
