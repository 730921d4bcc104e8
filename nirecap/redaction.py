"""Text for a person without this run's secrets: what Python tells of a failure, and the words of a camera.

Messages of our own hold none. What libraries raise may hold an address with its login, and a device may repeat what it
was sent.
"""

import html
import json
import re
from urllib.parse import quote, quote_plus

HIDDEN = "***"
SHORTEST = 4
"""Of a shorter secret each occurrence would be one in a word, and hiding it would tell it."""
# bounded, as a device may have written what is searched
_LOGIN = re.compile(r"(://)\S{1,300}@")
_PARAMETER = re.compile(r"([?&;]\w{0,20}(?:pass|pwd|key|token|secret|credential)\w{0,20}=)[^&#\s'\"<>]+", re.IGNORECASE)
_HEADER = re.compile(r"(authorization['\"]?\s{0,3}[:=]\s{0,3}['\"]?\w{1,20}\s)[^'\"\r\n<>]+", re.IGNORECASE)
_secrets: set[str] = set()


def keep_secret(*secrets: str) -> None:
    """Have `redacted` hide these from now on, also as addresses, pages, reprs and JSON write them."""
    for secret in secrets:
        if len(secret) >= SHORTEST:
            in_address = {quote(secret), quote(secret, safe=""), quote_plus(secret)}
            _secrets.update({secret, html.escape(secret), repr(secret)[1:-1], json.dumps(secret)[1:-1], *in_address})


def redacted(text: str) -> str:
    """Return the text with this run's secrets hidden, and all logins of addresses.

    >>> redacted("no route to rtsp://me:hunter2@porch.lan/live?token=0123")
    'no route to rtsp://***@porch.lan/live?token=***'
    """
    for secret in sorted(_secrets, key=len, reverse=True):
        text = text.replace(secret, HIDDEN)
    return without_logins(text)


def without_logins(text: str) -> str:
    """Return the text with the logins and tokens hidden that addresses and headers in it hold, whosever they are.

    >>> without_logins("Authorization: Basic bWU6aHVudGVyMg==")
    'Authorization: Basic ***'
    """
    text = _LOGIN.sub(rf"\1{HIDDEN}@", text)
    return _HEADER.sub(rf"\1{HIDDEN}", _PARAMETER.sub(rf"\1{HIDDEN}", text))
