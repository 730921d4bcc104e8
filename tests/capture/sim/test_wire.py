"""Damage on the way to the players: what is lost, what is garbled, and until when it is said to show."""

import numpy as np

from nirecap.capture.sim.rtsp_delivery import Picture
from nirecap.capture.sim.wire import FLIPPED, GARBLED, HEADERS, LOST, Wire, damage


def picture(keyframe: bool = False, packets: int = 10, captured_at: float = 5.0) -> Picture:
    return Picture([bytes([number % 256]) * 1000 for number in range(packets)], keyframe, captured_at)


def test_shares_of_lost_and_garbled_packets() -> None:
    whole = picture(packets=2000)
    arrived = damage(whole, np.random.default_rng(0), must_lose=False)
    garbled = [(one, other) for one, other in zip(whole.payloads, arrived.payloads, strict=True) if one != other]
    assert abs(len(arrived.lost) / 2000 - LOST) < 0.04
    assert abs(len(garbled) / 2000 - GARBLED) < 0.04
    flips = [np.mean([a != b for a, b in zip(one, other, strict=True)]) for one, other in garbled]
    assert abs(np.mean(flips) - FLIPPED) < 0.005
    assert all(one[:HEADERS] == other[:HEADERS] for one, other in garbled)


def test_the_first_picture_of_a_burst_loses_a_packet_whatever_chance_says() -> None:
    for seed in range(50):
        assert damage(picture(packets=1), np.random.default_rng(seed), must_lose=True).lost == {0}


def test_damage_is_noted_until_the_next_whole_key_frame() -> None:
    noted = []
    wire = Wire(lambda at, damaged: noted.append((at, damaged)), clock_skew_s=0, seed=0)
    wire.carry(picture(captured_at=1))
    with wire.damaging():
        assert wire.carry(picture(captured_at=2)).lost
    for keyframe, at in ((False, 3), (True, 4), (False, 5)):
        whole = picture(keyframe, captured_at=at)
        assert wire.carry(whole) == whole
    assert noted == [(1, False), (2, True), (3, True), (4, False), (5, False)]


def test_players_are_told_the_cameras_clock_and_the_note_ours() -> None:
    noted = []
    wire = Wire(lambda at, _: noted.append(at), clock_skew_s=100, seed=0)
    assert wire.carry(picture(captured_at=5)).captured_at == 105
    assert noted == [5]


def test_equal_seeds_damage_alike() -> None:
    arrived = []
    for seed in (1, 1, 2):
        wire = Wire(lambda at, damaged: None, clock_skew_s=0, seed=seed)
        with wire.damaging():
            arrived.append([wire.carry(picture()) for _ in range(5)])
    assert arrived[0] == arrived[1] != arrived[2]
