import struct

from hypothesis import given, settings
from hypothesis import strategies as st

from nirecap.capture.sim.rtp import CLOCK_RATE, MAX_PAYLOAD, PAYLOAD_TYPE, RtpSender, packetise

NAL_UNITS = st.builds(
    lambda header, body: bytes([header]) + body,
    st.builds(lambda importance, kind: importance << 5 | kind, st.integers(0, 3), st.integers(1, 23)),
    st.binary(max_size=200),
)


def depacketise(payloads: list[bytes]) -> list[bytes]:
    """Read RFC 6184 sections 5.6 and 5.8 again, from the receiver's side."""
    units: list[bytes] = []
    fragments: bytes | None = None
    for payload in payloads:
        if payload[0] & 0x1F != 28:
            assert fragments is None
            units.append(payload)
            continue
        start, end, reserved = payload[1] & 0x80, payload[1] & 0x40, payload[1] & 0x20
        assert not reserved and not (start and end) and len(payload) > 2
        if start:
            assert fragments is None
            fragments = bytes([payload[0] & 0xE0 | payload[1] & 0x1F])
        fragments += payload[2:]
        if end:
            units.append(fragments)
            fragments = None
    assert fragments is None
    return units


@settings(max_examples=200, deadline=None)
@given(st.lists(NAL_UNITS, max_size=6), st.integers(4, 64))
def test_a_receiver_gets_back_every_unit(units: list[bytes], max_payload: int) -> None:
    payloads = packetise(units, max_payload)
    assert depacketise(payloads) == units
    assert all(len(payload) <= max_payload for payload in payloads)


def test_units_at_the_limit_are_not_fragmented() -> None:
    whole = bytes([0x65]) + bytes(MAX_PAYLOAD - 1)
    assert packetise([whole]) == [whole]
    assert len(packetise([whole + b"x"])) == 2


def headers(packets: list[bytes]) -> list[tuple[int, ...]]:
    return [struct.unpack("!BBHII", packet[:12]) for packet in packets]


def test_headers_number_packets_across_the_wrap_and_mark_the_end_of_a_picture() -> None:
    sender = RtpSender()
    sender.next_sequence = 65534
    first = headers(sender.packets([b"a", b"b", b"c"], captured_at=1000.0))
    second = headers(sender.packets([b"d"], captured_at=1000.5))
    assert [header[2] for header in first + second] == [65534, 65535, 0, 1]
    assert [header[1] for header in first] == [PAYLOAD_TYPE, PAYLOAD_TYPE, PAYLOAD_TYPE | 0x80]
    assert {header[0] for header in first} == {0x80}
    assert {header[4] for header in first + second} == {sender.ssrc}
    assert len({header[3] for header in first}) == 1
    assert (second[0][3] - first[0][3]) % 2**32 == CLOCK_RATE // 2


@given(st.floats(1.0e9, 4.0e9), st.floats(0, 3600))
def test_reports_let_a_receiver_date_pictures(captured_at: float, later: float) -> None:
    sender = RtpSender()
    report = sender.report(captured_at)
    (packet,) = headers(sender.packets([b"x"], captured_at + later))
    ntp, timestamp = struct.unpack("!QI", report[8:20])
    dated = ntp / 2**32 - 2_208_988_800 + (packet[3] - timestamp) % 2**32 / CLOCK_RATE
    wrap = (dated - captured_at - later) % 2**32  # NTP seconds begin again in 2036
    assert min(wrap, 2**32 - wrap) < 1e-3


def test_reports_count_and_are_whole_compound_packets() -> None:
    sender = RtpSender()
    sender.packets([b"abc", b"de"], 5.0)
    report = sender.report(5.0)
    assert struct.unpack("!II", report[20:28]) == (2, 5)
    kinds = []
    while report:
        kinds.append(report[1])
        report = report[4 * (1 + int.from_bytes(report[2:4])) :]
    assert kinds == [200, 202]


def test_senders_start_anywhere() -> None:
    assert len({(sender.ssrc, sender.next_sequence) for sender in [RtpSender() for _ in range(5)]}) == 5
