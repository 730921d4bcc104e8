"""H.264 over RTP: packetisation (RFC 6184), packet headers and sender reports (RFC 3550)."""

import secrets
import struct
from collections.abc import Iterable, Sequence

CLOCK_RATE = 90_000
"""Ticks per second of H.264's RTP timestamps."""

PAYLOAD_TYPE = 96
MAX_PAYLOAD = 1400
"""Bytes; with RTP, UDP and IP headers it fits the 1500 of an Ethernet frame."""

_NTP_EPOCH = 2_208_988_800  # seconds from 1900 to 1970
_FU_A = 28
_MARKER = 0x80
_CNAME = b"nirecap"


def packetise(nal_units: Iterable[bytes], max_payload: int = MAX_PAYLOAD) -> list[bytes]:
    """Turn NAL units into RTP payloads: whole where they fit, fragments (FU-A) where not.

    >>> [payload.hex() for payload in packetise([bytes.fromhex("6501020304")], max_payload=4)]
    ['7c850102', '7c450304']
    """
    return [payload for unit in nal_units for payload in _payloads(unit, max_payload)]


def _payloads(unit: bytes, max_payload: int) -> list[bytes]:
    if len(unit) <= max_payload:
        return [unit]
    indicator, kind = unit[0] & 0xE0 | _FU_A, unit[0] & 0x1F
    step = max_payload - 2
    starts = range(1, len(unit), step)
    ends = [
        0x80,
        *[0] * (len(starts) - 2),
        0x40,
    ]  # start bit, end bit: more than one fragment, as the unit was too long
    return [bytes((indicator, end | kind)) + unit[at : at + step] for at, end in zip(starts, ends, strict=True)]


class RtpSender:
    """Number and time-stamp the packets that one receiver gets; its stream has no gap that the network did not make."""

    def __init__(self) -> None:
        self.ssrc = secrets.randbits(32)
        self.next_sequence = secrets.randbits(16)
        self._first_timestamp = secrets.randbits(32)
        self._packets = 0
        self._octets = 0

    def packets(self, payloads: Sequence[bytes], captured_at: float) -> list[bytes]:
        """Prefix the payloads of one picture with RTP headers; the last carries the marker."""
        timestamp = self._timestamp(captured_at)
        packets = []
        for left, payload in zip(range(len(payloads) - 1, -1, -1), payloads, strict=True):
            kind = PAYLOAD_TYPE | (0 if left else _MARKER)
            packets.append(struct.pack("!BBHII", 0x80, kind, self.next_sequence, timestamp, self.ssrc) + payload)
            self.next_sequence = (self.next_sequence + 1) % 2**16
        self._packets += len(payloads)
        self._octets += sum(map(len, payloads))
        return packets

    def report(self, captured_at: float) -> bytes:
        """Return a sender report with source description that ties the RTP clock to `captured_at` (Unix seconds)."""
        ntp = round((captured_at + _NTP_EPOCH) * 2**32) % 2**64
        counts = (self._packets % 2**32, self._octets % 2**32)
        sender = struct.pack("!BBHIQIII", 0x80, 200, 6, self.ssrc, ntp, self._timestamp(captured_at), *counts)
        item = struct.pack("!BB", 1, len(_CNAME)) + _CNAME
        item += bytes(4 - len(item) % 4)
        return sender + struct.pack("!BBHI", 0x81, 202, 1 + len(item) // 4, self.ssrc) + item

    def _timestamp(self, captured_at: float) -> int:
        return (self._first_timestamp + round(captured_at * CLOCK_RATE)) % 2**32
