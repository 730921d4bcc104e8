"""Names without what nobody outside should read: addresses, paths, serial numbers."""

import re

from nirecap.redaction import HIDDEN, without_logins

LONGEST = 120
"""Characters of a name that are published."""
_PRIVATE = re.compile(
    r"""
      \b[a-z][a-z0-9+.-]{1,20}://\S*                                   # an address
    | \b[\w.+-]{1,64}@[\w-]{1,64}(?:\.[\w-]{1,64})+                    # of mail
    | \b(?:[0-9a-f]{2}[:-]){5}[0-9a-f]{2}\b                            # of a network card
    | \b\d{1,3}(?:\.\d{1,3}){3}(?::\d{1,5})?\b                         # of a host
    | (?<![\w:])(?:(?=[0-9a-f:]*::)[0-9a-f:]{3,39}|(?:[0-9a-f]{1,4}:){7}[0-9a-f]{1,4})(?![\w:])
    | \b(?:[\w-]{1,63}\.){1,5}(?:local|lan|home|internal|intranet|corp|arpa|ts\.net)\b(?::\d{1,5})?
    | (?:(?<![\w.])~?|\b[a-z]:)[\\/][^\s\\/]+(?:[\\/][^\s\\/]*)*       # a path that begins at the root or at home
    """,
    re.IGNORECASE | re.VERBOSE,
)
_SERIAL = re.compile(
    r"\b(?![A-Z]{1,8}[0-9]+\b)(?=[A-Z0-9]*[A-Z])(?=(?:[A-Z]*[0-9]){5})[A-Z0-9]{10,}\b"
    r"|\b(?:S/?N|(?i:serial(?: ?n(?:o|umber)\.?)?))[ :#=-]{0,3}[A-Za-z0-9-]*[0-9]{4}[A-Za-z0-9-]*"
)
"""Letters and digits mixed; letters followed by digits alone are how cameras name their files."""
_SESSION = re.compile(r"(\d{8}-\d{6})-(.{1,60})-([0-9a-f]{4}/.*)")
_NO_TEXT = re.compile(r"[\x00-\x1f\x7f-\x9f\u200b-\u200f\u2028-\u202e\u2066-\u2069\ufeff]+")


def public_text(text: str) -> str:
    """Return one line of at most `LONGEST` characters with addresses, paths and serial numbers hidden.

    >>> public_text("porch DSC00001234")
    'porch DSC00001234'
    >>> public_text("T8410P1234567890 at 192.168.1.20, /home/ann/night")
    '*** at ***, ***'
    """
    line = " ".join(_NO_TEXT.sub(" ", text[: 8 * LONGEST]).split())
    return _SERIAL.sub(HIDDEN, _PRIVATE.sub(HIDDEN, without_logins(line)))[:LONGEST]


def public_shot(shot: str, camera: str) -> str:
    """Return the id of a shot, without the camera's part in it where the camera's name is hidden.

    >>> public_shot("20261122-201502-192-168-1-20-0a1b/0003", "192.168.1.20")
    '20261122-201502-camera-0a1b/0003'
    """
    found = _SESSION.match(shot)
    if found and any(public_text(name) != name for name in (camera, found[2].replace("-", "."), found[2].upper())):
        shot = f"{found[1]}-camera-{found[3]}"
    return public_text(shot)
