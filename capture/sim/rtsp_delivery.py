"""Pictures on their way to one RTSP client: the transport that it chose, and what is lost when it is slow."""

import re
import time
from asyncio import DatagramTransport, StreamWriter
from collections.abc import Callable
from dataclasses import dataclass

from .rtp import RtpSender

MAX_BACKLOG = 512 * 1024
"""Bytes waiting for a slow TCP client; beyond it whole pictures are lost, up to the next keyframe."""

REPORT_SECONDS = 2.0
"""From one sender report to the next; the first goes ahead of the first picture."""

UdpSockets = tuple[DatagramTransport, DatagramTransport]
"""The server's RTP and RTCP sockets, on an even port and the next."""

_TRANSPORT = re.compile(r"RTP/AVP(?P<lower>/TCP|/UDP)?(?P<parameters>(?:;[^;,]*)*)", re.IGNORECASE)
_PAIR = re.compile(r";(interleaved|client_port)=(\d{1,5})-(\d{1,5})(?=;|$)", re.IGNORECASE)


@dataclass(frozen=True)
class Picture:
    """One encoded picture, packetised once for all clients."""

    payloads: list[bytes]
    keyframe: bool
    captured_at: float
    """Unix seconds."""
    lost: frozenset[int] = frozenset()
    """Indices of the payloads that are lost on the way: they have a sequence number and never arrive."""


@dataclass(frozen=True)
class Route:
    """Where the packets of one client go."""

    header: str
    """The Transport header of the answer to SETUP."""
    rtp: Callable[[bytes], None]
    rtcp: Callable[[bytes], None]


def choose_route(offers: str, writer: StreamWriter, udp: UdpSockets) -> Route | None:
    """Take the first offer of a Transport header that can be served; UDP goes to the client's own address only."""
    for offer in offers.split(","):
        transport = _TRANSPORT.fullmatch(offer.strip())
        if transport is None or ";multicast" in offer.lower():
            continue
        pair = _PAIR.search(transport["parameters"])
        if (transport["lower"] or "").upper() == "/TCP":
            channels = (int(pair[2]), int(pair[3])) if pair and pair[1].lower() == "interleaved" else (0, 1)
            if max(channels) <= 255:
                return _interleaved(channels, writer)
        elif pair and pair[1].lower() == "client_port":
            ports = (int(pair[2]), int(pair[3]))
            if min(ports) > 0 and max(ports) <= 65535:
                return _datagrams(ports, writer.get_extra_info("peername")[0], udp)
    return None


def _interleaved(channels: tuple[int, int], writer: StreamWriter) -> Route:
    def send(channel: int) -> Callable[[bytes], None]:
        prefix = bytes((0x24, channel))
        return lambda packet: writer.write(prefix + len(packet).to_bytes(2) + packet)

    rtp, rtcp = channels
    return Route(f"RTP/AVP/TCP;unicast;interleaved={rtp}-{rtcp}", send(rtp), send(rtcp))


def _datagrams(ports: tuple[int, int], host: str, udp: UdpSockets) -> Route:
    def send(socket: DatagramTransport, port: int) -> Callable[[bytes], None]:
        return lambda packet: socket.sendto(packet, (host, port))

    rtp, rtcp = ports
    server = "-".join(str(socket.get_extra_info("sockname")[1]) for socket in udp)
    header = f"RTP/AVP;unicast;client_port={rtp}-{rtcp};server_port={server}"
    return Route(header, send(udp[0], rtp), send(udp[1], rtcp))


class Receiver:
    """One client that was set up: begins at a keyframe, loses whole pictures when it can't keep up, never waits."""

    def __init__(self, route: Route, backlog: Callable[[], int]) -> None:
        self.route = route
        self.sender = RtpSender()
        self._backlog = backlog
        self._playing = False
        self._awaits_keyframe = True
        self._report_due = 0.0

    def play(self) -> None:
        """Send pictures, from the next keyframe on."""
        self._awaits_keyframe = self._awaits_keyframe or not self._playing
        self._playing = True

    def pause(self) -> None:
        """Send nothing until `play`."""
        self._playing = False

    def deliver(self, picture: Picture) -> None:
        """Send a picture, behind a sender report when one is due, unless the client has to miss it."""
        if not self._playing:
            return
        if self._backlog() > MAX_BACKLOG:
            self._awaits_keyframe = True
        elif picture.keyframe or not self._awaits_keyframe:
            self._awaits_keyframe = False
            self._send(picture)

    def _send(self, picture: Picture) -> None:
        if time.monotonic() >= self._report_due:
            self._report_due = time.monotonic() + REPORT_SECONDS
            self.route.rtcp(self.sender.report(picture.captured_at))
        for index, packet in enumerate(self.sender.packets(picture.payloads, picture.captured_at)):
            if index not in picture.lost:
                self.route.rtp(packet)
