"""Find ONVIF cameras in the local network by WS-Discovery (OASIS WS-Discovery 1.1: a probe over multicast UDP).

Only the messages of the package `wsdiscovery` are used: its client heeds announcements of anybody too, and one of them
can make it send to a host of the announcer's choice. Here nothing but the probe is ever sent.
"""

import logging
import selectors
import socket
import struct
import time
from collections.abc import Iterator
from contextlib import ExitStack, suppress
from dataclasses import dataclass
from urllib.parse import unquote, urlsplit

from wsdiscovery import QName
from wsdiscovery.actions import NS_ACTION_PROBE_MATCH, ProbeResolveMatch, constructProbe
from wsdiscovery.message import createSOAPMessage, parseSOAPMessage

from nirecap.errors import CameraError

GROUP = ("239.255.255.250", 3702)
CAMERA = QName("http://www.onvif.org/ver10/network/wsdl", "NetworkVideoTransmitter", "dn")
NAME, MODEL = "onvif://www.onvif.org/name/", "onvif://www.onvif.org/hardware/"
"""Scopes in which a camera says what it is (ONVIF Core, 7.3.3.2)."""
REPEAT_S = 0.5
"""Datagrams get lost, so the probe is repeated."""
MAX_DATAGRAM = 65535
MAX_ANSWERS = 1000
MAX_MATCHES = 4
"""In one answer: a camera tells of itself only."""
MAX_TEXT = 60

logging.getLogger("wsdiscovery").addHandler(logging.NullHandler())  # else Python prints what strangers sent


@dataclass(frozen=True)
class FoundCamera:
    """What answered; all but `address` is the word of a stranger, cut short and without control characters."""

    address: str
    """Where the answer came from."""
    port: int | None
    """Of the ONVIF service, as advertised."""
    advertised: str
    """Host of the ONVIF service as advertised; some cameras advertise a wrong one."""
    name: str
    model: str


def discover(seconds: float = 4.0) -> list[FoundCamera]:
    """Ask every network of this computer for cameras and listen for so long.

    Raises:
        CameraError: there is no network to ask.
    """
    probe = constructProbe([CAMERA], [])
    message = createSOAPMessage(probe).encode()
    asked_as = probe.getMessageId().rpartition(":")[2]
    found: dict[FoundCamera, None] = {}
    with ExitStack() as open_sockets:
        sockets = [open_sockets.enter_context(each) for each in _sockets()]
        for address, datagram in _answers(sockets, message, seconds):
            found.update(dict.fromkeys(read_answer(datagram, address, asked_as)))
    return sorted(found, key=lambda camera: tuple(int(part) for part in camera.address.split(".")))


def read_answer(datagram: bytes, address: str, asked_as: str) -> list[FoundCamera]:
    """Return the camera of each match in an answer to the probe `asked_as`; none for anything else.

    Args:
        datagram: from a stranger.
        address: that it came from.
        asked_as: UUID of the probe.
    """
    if b"<!DOCTYPE" in datagram.replace(b"\0", b""):  # has no place in SOAP; entities can grow without end
        return []
    with suppress(Exception):  # the parser raises whatever a stranger makes it raise
        answer = parseSOAPMessage(datagram, address)
        if answer and answer.getAction() == NS_ACTION_PROBE_MATCH and asked_as in answer.getRelatesTo():
            return [_camera(match, address) for match in answer.getProbeResolveMatches()[:MAX_MATCHES]]
    return []


def _camera(match: ProbeResolveMatch, address: str) -> FoundCamera:
    advertised, port = "", None
    for service in match.getXAddrs():
        with suppress(ValueError):
            parts = urlsplit(service)
            found = parts.hostname or "", parts.port or (443 if parts.scheme == "https" else 80)
            if not advertised or found[0] == address:
                advertised, port = found
    scopes = [scope.getValue() for scope in match.getScopes()]
    return FoundCamera(address, port, _plain(advertised), _scope(scopes, NAME), _scope(scopes, MODEL))


def _scope(scopes: list[str], prefix: str) -> str:
    return next((_plain(unquote(scope.removeprefix(prefix))) for scope in scopes if scope.startswith(prefix)), "")


def _plain(text: str) -> str:
    return "".join(character for character in text if character.isprintable())[:MAX_TEXT]


def _sockets() -> list[socket.socket]:
    """Return a socket for each network of this computer, to send to the group there."""
    sockets = []
    for index, name in socket.if_nameindex():
        if name != "lo":
            sender = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
            sender.setblocking(False)
            sender.setsockopt(socket.IPPROTO_IP, socket.IP_MULTICAST_IF, struct.pack("@4s4si", b"", b"", index))
            sockets.append(sender)
    return sockets


def _send(sockets: list[socket.socket], message: bytes) -> None:
    sent = 0
    for sender in sockets:
        with suppress(OSError):  # this network is down
            sent += sender.sendto(message, GROUP)
    if not sent:
        raise CameraError("no network can be asked for cameras; connect this computer to the one they are in")


def _answers(sockets: list[socket.socket], message: bytes, seconds: float) -> Iterator[tuple[str, bytes]]:
    """Send the probe twice and yield what comes back, with the address that it came from."""
    start, received = time.monotonic(), 0
    with selectors.DefaultSelector() as ready:
        for number, each in enumerate(sockets):
            ready.register(each, selectors.EVENT_READ, number)
        for end in (start + REPEAT_S, start + seconds):
            _send(sockets, message)
            while (left := end - time.monotonic()) > 0 and received < MAX_ANSWERS:
                for key, _ in ready.select(left):
                    with suppress(OSError):  # a network that went down
                        datagram, sender = sockets[key.data].recvfrom(MAX_DATAGRAM)
                        received += 1
                        yield sender[0], datagram
