"""Read answers of ONVIF cameras: elements out of order, missing or empty, and text that nobody vouches for."""

import datetime as dt
from collections.abc import Iterable
from urllib.parse import SplitResult, urlsplit, urlunsplit

from lxml import etree

from nirecap.errors import CameraError


def plain(text: object, limit: int = 120) -> str:
    r"""Return at most `limit` characters of foreign text on one line, without control characters; None is "".

    >>> plain("a\x1b[31m\nb")
    'a [31m b'
    """
    if text is None:
        return ""
    return "".join(char if char.isprintable() else " " for char in str(text)[:limit]).strip()


def field(answer: object, *path: str) -> str:
    """Follow element or attribute names down an answer of zeep and return the text there, "" where there is none."""
    for name in path:
        answer = _child(answer, name)
    return plain(answer.text if isinstance(answer, etree._Element) else answer, limit=2000)


def number(text: str) -> int:
    """Return a count that a camera gave, 0 for anything that is not one.

    >>> number("1280"), number(""), number("-1"), number("9" * 5000)
    (1280, 0, 0, 0)
    """
    return int(text) if text.isdecimal() and len(text) < 10 else 0


def items(answer: object) -> list[object]:
    """Return the members of an answer that is a list, none for an empty answer."""
    return answer if isinstance(answer, list) else []


def split_address(address: str) -> SplitResult:
    """Split a URL that a camera advertises.

    Raises:
        CameraError: it is not a URL.
    """
    try:
        parts = urlsplit(address)
        _ = parts.port  # parsed when read
    except ValueError:
        raise CameraError("the camera advertises an address that is none; its firmware may be at fault") from None
    return parts


def place(host: str, port: int) -> str:
    """Return host and port as a URL holds them.

    >>> place("porch.lan", 80), place("fe80::1", 80)
    ('porch.lan:80', '[fe80::1]:80')
    """
    return f"[{host}]:{port}" if ":" in host else f"{host}:{port}"


def readdressed(parts: SplitResult, scheme: str, netloc: str) -> str:
    """Return an advertised address moved to another scheme and place; only its path and query stay.

    >>> readdressed(split_address("http:@evil.example/x?y=1"), "http", "porch.lan:80")
    'http://porch.lan:80/@evil.example/x?y=1'
    """
    path = parts.path if parts.path.startswith("/") else f"/{parts.path}"
    return urlunsplit((scheme, netloc, path, parts.query, ""))


def utc_of(answer: object) -> dt.datetime | None:
    """Return the UTC time in an answer to GetSystemDateAndTime; None where it is missing or impossible."""
    date = [number(field(answer, "UTCDateTime", "Date", name)) for name in ("Year", "Month", "Day")]
    time = [number(field(answer, "UTCDateTime", "Time", name)) for name in ("Hour", "Minute", "Second")]
    try:
        return dt.datetime(*date, *time, tzinfo=dt.UTC)  # type: ignore[misc,arg-type]
    except ValueError:
        return None


def _child(answer: object, name: str) -> object:
    parsed = getattr(answer, name, None)
    if parsed is not None:
        return parsed
    # what stands out of schema order zeep leaves unparsed
    unparsed: Iterable[etree._Element] = (
        answer if isinstance(answer, etree._Element) else getattr(answer, "_raw_elements", None) or ()
    )
    return next((element for element in unparsed if str(element.tag).rpartition("}")[2] == name), None)
