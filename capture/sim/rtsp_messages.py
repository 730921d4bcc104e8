"""RTSP messages (RFC 2326) read from and written to a connection; what a client sends is bounded."""

import re
from asyncio import LimitOverrunError, StreamReader
from dataclasses import dataclass, field
from urllib.parse import urlsplit

MAX_HEAD = 8192
"""Bytes of a request before its body; also the limit of the connection's StreamReader."""

_MAX_BODY = 4096
_REQUEST_LINE = re.compile(r"([A-Z_]{1,32}) (\S{1,1024}) RTSP/(\d\.\d)")
_HEADER = re.compile(r"([!-9;-~]{1,64}):[ \t]*(.*)")
_CSEQ = re.compile(r"\d{1,10}")
_REASONS = {
    200: "OK",
    400: "Bad Request",
    401: "Unauthorized",
    404: "Not Found",
    454: "Session Not Found",
    455: "Method Not Valid in This State",
    461: "Unsupported Transport",
    501: "Not Implemented",
    503: "Service Unavailable",
    505: "RTSP Version Not Supported",
    551: "Option not supported",
}


class BadRequest(Exception):
    """What arrived is not RTSP; answer 400 and close."""


@dataclass(frozen=True)
class Request:
    """One request; header names are lower case."""

    method: str
    uri: str
    version: str
    headers: dict[str, str]

    @property
    def path(self) -> str:
        """The URI's path without a trailing slash."""
        return urlsplit(self.uri).path.rstrip("/")

    @property
    def session(self) -> str | None:
        """The session named by the client, without its parameters."""
        return self.headers["session"].partition(";")[0].strip() if "session" in self.headers else None


@dataclass(frozen=True)
class Response:
    """One answer."""

    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)
    body: str = ""

    def encode(self, cseq: str | None) -> bytes:
        r"""Return the bytes to send.

        >>> Response(454).encode("3")
        b'RTSP/1.0 454 Session Not Found\r\nCSeq: 3\r\n\r\n'
        """
        headers = ({"CSeq": cseq} if cseq else {}) | self.headers
        if self.body:
            headers["Content-Length"] = str(len(self.body.encode()))
        lines = [
            f"RTSP/1.0 {self.status} {_REASONS[self.status]}",
            *(f"{key}: {text}" for key, text in headers.items()),
        ]
        return "\r\n".join([*lines, "", self.body]).encode()


async def read_request(reader: StreamReader) -> Request | None:
    """Read the next request, or None for an interleaved packet, which is skipped: the client's receiver reports.

    Raises:
        BadRequest: not RTSP, or longer than `MAX_HEAD`.
        asyncio.IncompleteReadError: the client closed the connection.
    """
    first = await reader.readexactly(1)
    if first == b"$":
        _, *length = await reader.readexactly(3)
        await reader.readexactly(int.from_bytes(length))
        return None
    if first in b"\r\n":
        return None
    try:
        request = parse_request(first + await reader.readuntil(b"\r\n\r\n"))
        await reader.readexactly(_body_length(request))
    except (LimitOverrunError, ValueError) as error:
        raise BadRequest(str(error)) from None
    return request


def parse_request(head: bytes) -> Request:
    r"""Parse a request line and headers, up to the empty line.

    Raises:
        ValueError: not RTSP, or without a CSeq.

    >>> parse_request(b"PLAY rtsp://h/live/ RTSP/1.0\r\nCSeq: 4\r\nSession: a;timeout=9\r\n\r\n").session
    'a'
    """
    line, *lines = head.decode("latin-1").rstrip("\r\n").split("\r\n")
    start = _REQUEST_LINE.fullmatch(line)
    matches = [_HEADER.fullmatch(text) for text in lines]
    headers = {match[1].lower(): match[2].strip() for match in matches if match}
    if start is None or None in matches or not _CSEQ.fullmatch(headers.get("cseq", "")):
        raise ValueError("not an RTSP request")
    urlsplit(start[2])
    return Request(start[1], start[2], start[3], headers)


def _body_length(request: Request) -> int:
    length = int(request.headers.get("content-length", "0"))
    if not 0 <= length <= _MAX_BODY:
        raise ValueError(f"a body of {length} bytes")
    return length
