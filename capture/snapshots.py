"""A camera that gives single pictures over HTTP: its snapshot address is fetched again and again."""

import time
from collections.abc import Generator
from threading import Event
from urllib.parse import unquote, urlsplit, urlunsplit

import av
import requests
from requests.auth import AuthBase, HTTPBasicAuth, HTTPDigestAuth

from nirecap.errors import ImageError, LoginRefused, StreamError
from nirecap.images import decode_image

from .bounded_http import TooLarge, session_to
from .frame import Frame, following

MAX_BYTES = 16 * 1024 * 1024
INTERVAL_S = 0.2
"""From one request to the next at least; cheap cameras encode a snapshot for each."""
JPEG = b"\xff\xd8\xff"


class Snapshots:
    """A source of frames fetched one by one; bytes that are the same again are no new frame.

    Args:
        url: http or https, of one picture; may hold credentials, which appear in no message.
        timeout_s: how long one picture may take.
    """

    def __init__(self, url: str, timeout_s: float) -> None:
        parts = urlsplit(url)
        place = parts.netloc.rpartition("@")[2]
        self._origin = f"{parts.scheme}://{place}"
        self._path = urlunsplit(("", "", parts.path or "/", parts.query, ""))
        self._user, self._password = unquote(parts.username or ""), unquote(parts.password or "")
        self._login: AuthBase | None = None
        self._timeout_s = timeout_s

    def frames(self, stopping: Event) -> Generator[Frame]:
        """Yield each new picture until `stopping` is set.

        Raises:
            LoginRefused: wrong user name or password.
            StreamError: no answer, a redirect, too large, or not a picture.
        """
        frame: Frame | None = None
        last: bytes | None = None
        with session_to(self._origin, self._timeout_s, max_bytes=MAX_BYTES) as session:
            while not stopping.is_set():
                asked_at = time.time()
                content = self._fetch(session)
                if content != last:
                    frame = following(
                        frame, _decoded(content), told=asked_at, encoded=content if content.startswith(JPEG) else None
                    )
                    last = content
                    yield frame
                stopping.wait(max(0.0, asked_at + INTERVAL_S - time.time()))

    def _fetch(self, session: requests.Session) -> bytes:
        try:
            response = self._get(session)
            if response.status_code == requests.codes.unauthorized and self._user and not self._login:
                self._login = self._login_for(response)
                response = self._get(session)
        except TooLarge:
            raise StreamError(
                f"sends more than {MAX_BYTES} bytes, so it is not one picture; give a snapshot's address"
            ) from None
        except requests.Timeout:
            raise StreamError(f"gave no whole picture in {self._timeout_s:g} s; check address and camera") from None
        except requests.RequestException as error:  # its text holds the address
            raise StreamError(f"can't be fetched ({type(error).__name__}); check address, port and camera") from None
        _judge(response.status_code)
        return response.content

    def _get(self, session: requests.Session) -> requests.Response:
        return session.get(self._origin + self._path, auth=self._login, allow_redirects=False)

    def _login_for(self, refusal: requests.Response) -> AuthBase:
        """Answer as the camera asks; the password itself only where it knows no digest."""
        digest = "digest" in refusal.headers.get("WWW-Authenticate", "").lower()
        return (HTTPDigestAuth if digest else HTTPBasicAuth)(self._user, self._password)


def _judge(status: int) -> None:
    if status == requests.codes.unauthorized:
        raise LoginRefused("login refused for the picture (401); check user name and password of its account")
    if 300 <= status < 400:
        raise StreamError(
            f"redirects to another address (HTTP {status}), which is not followed; give the address of the picture"
        )
    if status != requests.codes.ok:
        raise StreamError(f"answered HTTP {status} instead of a picture; check the path of its address")


def _decoded(content: bytes) -> av.VideoFrame:
    try:
        pixels = decode_image(content, "what it sends as its picture")
    except ImageError as error:
        raise StreamError(f"{error}; give the address of a snapshot") from None
    return av.VideoFrame.from_ndarray(pixels, format="rgb24")
