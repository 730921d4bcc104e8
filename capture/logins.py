"""Logins in addresses and settings: put in, taken out, and found where they must not be."""

import re
from collections.abc import Iterator, Mapping
from urllib.parse import quote, unquote

SECRET_NAME = re.compile(
    r"pass(word|wd|phrase|code)?|pwd|api|api_?key|(access_?)?token|secret|credentials?", re.IGNORECASE
)
"""Names of settings, and of parameters in addresses, that hold a secret."""
PLACEHOLDER = re.compile(r"\{(\w+)\}")
LOGIN = re.compile(r"(?P<scheme>^\w+://)(?P<user>[^:/?#]*):(?P<password>.*)@")
"""Up to the last @, as people forget to quote what is in a password."""
PARAMETER = re.compile(r"[?&](?P<name>[^=&#]+)=(?P<value>[^&#]+)")


def filled(pattern: str, values: Mapping[str, str]) -> str:
    """Put values in the place of their {names}, quoted unless it is the host; the name of no value stays as it is.

    >>> filled("rtsp://{user}:{password}@porch.lan/{live}", {"user": "me", "password": "p@ss/word"})
    'rtsp://me:p%40ss%2Fword@porch.lan/{live}'
    """

    def value(match: re.Match[str]) -> str:
        name = match[1]
        if name not in values:
            return match[0]
        if name == "host":
            return f"[{values[name]}]" if ":" in values[name] else values[name]
        return quote(values[name], safe="")

    return PLACEHOLDER.sub(value, pattern)


def without_login(address: str) -> tuple[str, str, str]:
    """Return an address with placeholders for its login, and the user name and password that it held ("" for none).

    >>> without_login("rtsp://me:p%40ss@porch.lan/live")
    ('rtsp://{user}:{password}@porch.lan/live', 'me', 'p@ss')
    """
    login = LOGIN.match(address)
    if not login or PLACEHOLDER.fullmatch(login["password"]):
        return address, "", ""
    placeholders = f"{login['scheme']}{{user}}:{{password}}@"
    return placeholders + address[login.end() :], unquote(login["user"]), unquote(login["password"])


def secrets_in(table: Mapping[str, object], path: str = "") -> Iterator[str]:
    """Yield the dotted names of entries that hold a secret: by their name, or in an address.

    >>> list(secrets_in({"porch": {"password": "x", "stream_url": "rtsp://me:x@porch.lan/"}, "pwd": {"host": "h"}}))
    ['porch.password', 'porch.stream_url']
    """
    for name, value in table.items():
        if isinstance(value, Mapping):
            yield from secrets_in(value, f"{path}{name}.")
        elif SECRET_NAME.fullmatch(name) or (isinstance(value, str) and holds_secret(value)):
            yield f"{path}{name}"


def holds_secret(address: str) -> bool:
    """Tell whether an address holds a password or a token rather than a placeholder for it.

    >>> holds_secret("http://lamp.lan/cm?user=me&password=x"), holds_secret("http://lamp.lan/cm?password={token}")
    (True, False)
    """
    login = LOGIN.match(address.strip())
    found = [
        parameter["value"] for parameter in PARAMETER.finditer(address) if SECRET_NAME.fullmatch(parameter["name"])
    ]
    if login:
        found.append(login["password"])
    return any(value and not PLACEHOLDER.fullmatch(value) for value in found)
