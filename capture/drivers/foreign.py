"""What devices tell, and nobody vouches for: text and addresses."""

from urllib.parse import SplitResult, quote, urlsplit, urlunsplit

from nirecap.errors import CameraError


def plain(text: object, limit: int = 120) -> str:
    r"""Return at most `limit` characters of foreign text on one line, without control characters; None is "".

    >>> plain("a\x1b[31m\nb")
    'a [31m b'
    """
    if text is None:
        return ""
    return "".join(char if char.isprintable() else " " for char in str(text)[:limit]).strip()


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
