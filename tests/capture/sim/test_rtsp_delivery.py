from types import SimpleNamespace
from typing import Any

import pytest

from nirecap.capture.sim.rtsp_delivery import MAX_BACKLOG, Picture, Receiver, Route, choose_route

KEYFRAME, FOLLOWING = True, False


class Client:
    """A receiver whose packets and backlog are in our hands."""

    def __init__(self) -> None:
        self.packets: list[bytes] = []
        self.reports: list[bytes] = []
        self.backlog = 0
        self.receiver = Receiver(Route("", self.packets.append, self.reports.append), lambda: self.backlog)

    def offer(self, *keyframes: bool) -> list[int]:
        """Deliver pictures named 0, 1, ... and return the names of those that came through."""
        self.packets.clear()
        for name, keyframe in enumerate(keyframes):
            self.receiver.deliver(Picture([bytes([name])], keyframe, captured_at=name))
        return [packet[12] for packet in self.packets]


@pytest.fixture
def client() -> Client:
    return Client()


def test_a_player_begins_at_a_keyframe(client: Client) -> None:
    assert client.offer(KEYFRAME, FOLLOWING) == []
    client.receiver.play()
    assert client.offer(FOLLOWING, KEYFRAME, FOLLOWING) == [1, 2]
    client.receiver.play()  # again, as some players do
    assert client.offer(FOLLOWING) == [0]


def test_a_paused_player_begins_again_at_a_keyframe(client: Client) -> None:
    client.receiver.play()
    client.offer(KEYFRAME)
    client.receiver.pause()
    assert client.offer(FOLLOWING) == []
    client.receiver.play()
    assert client.offer(FOLLOWING, KEYFRAME) == [1]


def test_a_slow_player_loses_whole_pictures_up_to_a_keyframe_and_no_sequence_number(client: Client) -> None:
    client.receiver.play()
    client.offer(KEYFRAME)
    before = client.receiver.sender.next_sequence
    client.backlog = MAX_BACKLOG + 1
    assert client.offer(FOLLOWING, KEYFRAME, FOLLOWING) == []
    client.backlog = 0
    assert client.offer(FOLLOWING, FOLLOWING, KEYFRAME, FOLLOWING) == [2, 3]
    assert (client.receiver.sender.next_sequence - before) % 2**16 == 2


def test_a_report_comes_with_the_first_picture_and_not_with_every_one(client: Client) -> None:
    client.receiver.play()
    client.offer(KEYFRAME, *[FOLLOWING] * 10)
    assert len(client.reports) == 1


def peers() -> tuple[Any, Any, list[Any]]:
    sent: list[Any] = []

    def socket(port: int) -> SimpleNamespace:
        return SimpleNamespace(
            get_extra_info=lambda _: ("127.0.0.1", port), sendto=lambda data, to: sent.append((port, to, data))
        )

    writer = SimpleNamespace(get_extra_info=lambda _: ("127.0.0.9", 5), write=sent.append)
    return writer, (socket(7000), socket(7001)), sent


def test_datagrams_go_to_the_players_own_address_whatever_it_asks_for() -> None:
    writer, udp, sent = peers()
    route = choose_route("RTP/AVP;unicast;destination=127.0.0.2;client_port=4000-4001", writer, udp)
    route.rtp(b"x")
    route.rtcp(b"y")
    assert sent == [(7000, ("127.0.0.9", 4000), b"x"), (7001, ("127.0.0.9", 4001), b"y")]
    assert route.header == "RTP/AVP;unicast;client_port=4000-4001;server_port=7000-7001"


def test_the_first_transport_that_can_be_served_is_taken() -> None:
    writer, udp, sent = peers()
    route = choose_route("RTP/AVP;multicast, RAW/RAW/UDP;unicast,RTP/AVP/TCP;unicast;interleaved=2-3", writer, udp)
    route.rtcp(b"report")
    assert sent == [b"$\x03\x00\x06report"]
    assert route.header == "RTP/AVP/TCP;unicast;interleaved=2-3"


@pytest.mark.parametrize(
    "offers",
    [
        "",
        "RTP/AVP;multicast;client_port=4000-4001",
        "RTP/AVP;unicast",
        "RTP/AVP;unicast;client_port=0-1",
        "RTP/AVP;unicast;client_port=65535-65536",
        "RTP/AVP/TCP;unicast;interleaved=254-256",
        "RTP/SAVP;unicast;client_port=4000-4001",
    ],
)
def test_other_transports_are_refused(offers: str) -> None:
    writer, udp, _ = peers()
    assert choose_route(offers, writer, udp) is None
