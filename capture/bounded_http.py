"""HTTP to one device: bounded in size and in time, to no other host and through no proxy."""

import io
import threading
import time
from collections.abc import Mapping
from concurrent.futures import Future

import requests
from requests.adapters import HTTPAdapter

MAX_BYTES = 256 * 1024
"""Answers of real devices take tens of kilobytes; reading XML can take time that grows with the square."""


class TooLarge(requests.RequestException):
    """An answer went on after its bound."""


def session_to(origin: str, limit_s: float, *, max_bytes: int = MAX_BYTES) -> requests.Session:
    """Return a session that reaches nothing but `origin`, such as `http://192.168.1.20:80`.

    Args:
        origin: scheme, host and port, without a path.
        limit_s: how long one exchange may last in all, however slowly the answer drips.
        max_bytes: how much one answer may hold.

    Requests raise `requests.RequestException`: `TooLarge`, `requests.Timeout`, `InvalidSchema` for another address.
    """
    session = requests.Session()
    session.trust_env = False  # neither a proxy nor a .netrc
    session.headers["Accept-Encoding"] = "identity"  # what is compressed has no bounded size
    session.headers["Connection"] = "close"  # small devices are bad at keep-alive
    session.adapters.clear()
    session.mount(f"{origin}/", _BoundedAdapter(limit_s, max_bytes))
    return session


class _BoundedAdapter(HTTPAdapter):
    def __init__(self, limit_s: float, max_bytes: int) -> None:
        super().__init__()
        self._limit_s = limit_s
        self._max_bytes = max_bytes

    def send(
        self,
        request: requests.PreparedRequest,
        stream: bool = False,
        timeout: float | tuple[float, float] | tuple[float, None] | None = None,
        verify: bool | str = True,
        cert: bytes | str | tuple[bytes | str, bytes | str] | None = None,
        proxies: Mapping[str, str] | None = None,
    ) -> requests.Response:
        """Exchange in a thread of its own: name look-up and headers that drip know no time-out that would end them."""
        exchange: Future[requests.Response] = Future()
        deadline = time.monotonic() + self._limit_s
        send = super().send

        def work() -> None:
            try:
                response = send(request, stream=True, timeout=self._limit_s, verify=verify, cert=cert)
                response.raw = io.BytesIO(_body(response, deadline, self._max_bytes))
                exchange.set_result(response)
            except Exception as error:
                exchange.set_exception(error)

        threading.Thread(target=work, name="http exchange", daemon=True).start()
        try:
            return exchange.result(self._limit_s)
        except TimeoutError:
            raise requests.Timeout(f"no whole answer in {self._limit_s:g} s") from None


def _body(response: requests.Response, deadline: float, max_bytes: int) -> bytes:
    body = bytearray()
    with response:
        while piece := response.raw.read1(65536, decode_content=False):
            body += piece
            if len(body) > max_bytes:
                raise TooLarge(f"an answer of more than {max_bytes} bytes")
            if time.monotonic() > deadline:
                raise requests.Timeout("the answer drips")
    return bytes(body)
