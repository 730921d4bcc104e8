"""What an ONVIF operation is given: the request, the camera, and the addresses at which the client sees it."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

from ..quirks import Quirks
from .elements import Element
from .soap import OnvifFault


@dataclass(frozen=True)
class Addresses:
    """Where the client that asks can reach the camera."""

    http: str
    """Such as "http://127.0.0.1:8080", without a slash at the end."""
    rtsp: str
    """Of the stream, without user name and password."""


class Switchable(Protocol):
    """What the service needs of a camera; both switches are ON, OFF or AUTO."""

    ir_cut: str
    """ON is in the light path (day)."""
    ir_lamp: str

    @property
    def width(self) -> int:
        """Pixels of a row."""
        ...

    @property
    def height(self) -> int:
        """Rows."""
        ...

    @property
    def fps(self) -> float:
        """Frames per second."""
        ...

    @property
    def exposure(self) -> tuple[float, float]:
        """Shutter time in seconds and gain as a factor."""
        ...


@dataclass(frozen=True)
class Call:
    """One operation that a client may carry out."""

    request: Element
    device: Switchable
    addresses: Addresses
    quirks: Quirks = frozenset()
    clock: Callable[[], float] = time.time
    """The camera's, unix seconds."""

    def text(self, name: str) -> str:
        """Return the text of the request's child with this local name, empty where it is missing."""
        return self.request.findtext(f"{{*}}{name}", "").strip()

    def require_token(self, name: str, expected: str, fault: str) -> None:
        """Refuse a request that names a thing which this camera has not.

        Raises:
            OnvifFault: the token differs, with `fault` as the special subcode.
        """
        if self.text(name) != expected:
            raise invalid(fault, f"{name} {self.text(name)!r} does not exist; this camera has {expected!r}")


Operation = Callable[[Call], Element]
"""Carries out a request and returns the answer's element; raises OnvifFault to refuse."""


def invalid(subcode: str, reason: str) -> OnvifFault:
    """Return the fault for an argument whose value is wrong."""
    return OnvifFault("Sender", ("ter:InvalidArgVal", subcode), reason)
