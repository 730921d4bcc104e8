"""Digest access authentication as cameras speak it over HTTP and RTSP (RFC 7616 with MD5, RFC 2617)."""

import hmac
import re
import secrets
from hashlib import md5

_PARAMETER = re.compile(r'(\w+)\s*=\s*(?:"([^"]*)"|([^\s",]+))')
_MAX_HEADER = 2048


class DigestGate:
    """Challenge clients for one user's password and judge their answers.

    The nonce lives as long as the gate, as on many cameras: an answer can be replayed, but never shows the password.

    >>> gate = DigestGate("admin", "secret", "camera")
    >>> gate.challenge().startswith('Digest realm="camera", nonce="')
    True
    >>> gate.accepts(None, "DESCRIBE")
    False
    """

    def __init__(self, user: str, password: str, realm: str) -> None:
        self._user = user
        self._realm = realm
        self._nonce = secrets.token_hex(16)
        self._secret = _md5(f"{user}:{realm}:{password}")

    def challenge(self) -> str:
        """Return the value of the WWW-Authenticate header; clients may ignore its `qop` (RFC 2617 3.2.2)."""
        return f'Digest realm="{self._realm}", nonce="{self._nonce}", qop="auth", algorithm=MD5'

    def accepts(self, authorization_header: str | None, method: str) -> bool:
        """Tell whether the value of an Authorization header proves the password for a request with this method."""
        scheme, _, rest = (authorization_header or "")[:_MAX_HEADER].partition(" ")
        answer = {key.lower(): quoted or bare for key, quoted, bare in _PARAMETER.findall(rest)}
        expected = {"username": self._user, "realm": self._realm, "nonce": self._nonce}
        if scheme.lower() != "digest" or any(answer.get(key) != value for key, value in expected.items()):
            return False
        if answer.get("algorithm", "MD5").upper() != "MD5" or answer.get("qop", "auth") != "auth":
            return False
        return hmac.compare_digest(self._response(answer, method), answer.get("response", "").lower().encode())

    def _response(self, answer: dict[str, str], method: str) -> bytes:
        """Compute the proof of RFC 7616 3.4.1, or that of RFC 2617 3.2.2.1 for an answer without `qop`."""
        request = _md5(f"{method}:{answer.get('uri', '')}")
        middle = [answer.get("nc", ""), answer.get("cnonce", ""), "auth"] if "qop" in answer else []
        return _md5(":".join([self._secret, self._nonce, *middle, request])).encode()


def _md5(text: str) -> str:
    return md5(text.encode(), usedforsecurity=False).hexdigest()
