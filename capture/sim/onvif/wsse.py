"""WS-UsernameToken with a password digest (OASIS UsernameToken Profile 1.1, ONVIF Core 5.9.4)."""

import binascii
import hmac
import time
from base64 import b64decode, b64encode
from collections import OrderedDict
from collections.abc import Callable
from datetime import UTC, datetime
from hashlib import sha1

from .elements import Element, qname

FRESH_S = 300.0
"""How far a token's creation time may lie from the camera's clock, in seconds."""
REMEMBERED = 10_000
"""How many used nonces are kept, so that a recorded request can't be sent again."""


class TokenGate:
    """Judge the tokens of one user: the digest proves the password, is fresh, and works once.

    A password in clear text is refused, as ONVIF asks of a camera without TLS. Only tokens that prove the password are
    remembered, so a stranger can't push others out.
    """

    def __init__(self, user: str, password: str, clock: Callable[[], float] = time.time) -> None:
        self._user = user.encode()
        self._password = password.encode()
        self._clock = clock
        self._used: OrderedDict[bytes, None] = OrderedDict()

    def accepts(self, token: Element | None) -> bool:
        """Tell whether a wsse:UsernameToken logs its sender in."""
        if token is None:
            return False
        password = token.find(qname("wsse:Password"))
        if password is None or not password.get("Type", "").endswith("#PasswordDigest"):
            return False
        nonce = _nonce(token.findtext(qname("wsse:Nonce"), ""))
        created = token.findtext(qname("wsu:Created"), "").strip()
        expected = b64encode(sha1(nonce + created.encode() + self._password, usedforsecurity=False).digest())
        proven = hmac.compare_digest(expected, (password.text or "").strip().encode())
        known = hmac.compare_digest(self._user, token.findtext(qname("wsse:Username"), "").strip().encode())
        return proven and known and self._is_fresh(created) and self._is_first_use(nonce)

    def _is_fresh(self, created: str) -> bool:
        moment = _unix_seconds(created)
        return moment is not None and abs(self._clock() - moment) <= FRESH_S

    def _is_first_use(self, nonce: bytes) -> bool:
        if not nonce or nonce in self._used:
            return False
        self._used[nonce] = None
        if len(self._used) > REMEMBERED:
            self._used.popitem(last=False)
        return True


def _nonce(text: str) -> bytes:
    """Decode a nonce; what is not Base64 becomes the empty nonce, which is never accepted."""
    try:
        return b64decode(text.strip(), validate=True)
    except (binascii.Error, ValueError):
        return b""


def _unix_seconds(created: str) -> float | None:
    """Read an xs:dateTime, UTC where it names no zone."""
    try:
        moment = datetime.fromisoformat(created)
        return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp()
    except (ValueError, OverflowError):
        return None
