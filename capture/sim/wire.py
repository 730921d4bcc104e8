"""The way of encoded pictures to the players, on which packets can be lost or garbled."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace

import numpy as np

from .rtsp_delivery import Picture

LOST, GARBLED = 0.2, 0.2
"""Shares of the packets of a damaged picture; besides, the first picture loses a packet in any case."""
FLIPPED = 0.02
"""Share of a garbled packet's bytes that are changed."""
HEADERS = 2
"""Bytes at the front of a packet that stay, so that it is still taken for the part of a picture that it was."""


class Wire:
    """Carry pictures, note each, and damage them while told to.

    Args:
        note: gets the time of each picture, and whether players now see damage: since the last whole key frame
            something was lost or garbled.
        clock_skew_s: added to the times that players are told.
        seed: of the damage.
    """

    def __init__(self, note: Callable[[float, bool], None], clock_skew_s: float, seed: int) -> None:
        self._note, self._clock_skew_s = note, clock_skew_s
        self._rng = np.random.default_rng(seed)
        self._damaging = self._must_lose = self._damaged = False

    @contextmanager
    def damaging(self) -> Iterator[None]:
        """Lose and garble packets of every picture while the context lasts."""
        self._must_lose = self._damaging = True
        try:
            yield
        finally:
            self._damaging = False

    def carry(self, picture: Picture) -> Picture:
        """Return what arrives of a picture, and note it."""
        arrived = picture
        if self._damaging:
            arrived, self._must_lose = damage(picture, self._rng, must_lose=self._must_lose), False
        self._damaged = arrived != picture or (self._damaged and not picture.keyframe)
        self._note(picture.captured_at, self._damaged)
        return replace(arrived, captured_at=picture.captured_at + self._clock_skew_s)


def damage(picture: Picture, rng: np.random.Generator, *, must_lose: bool) -> Picture:
    """Return a picture of which packets are lost, one at least if `must_lose`, and others garbled."""
    chance = rng.random(len(picture.payloads))
    if must_lose:
        chance[rng.integers(len(chance))] = 0
    payloads = [
        _garbled(payload, rng) if LOST <= at < LOST + GARBLED else payload
        for payload, at in zip(picture.payloads, chance, strict=True)
    ]
    return replace(picture, payloads=payloads, lost=frozenset(np.flatnonzero(chance < LOST).tolist()))


def _garbled(payload: bytes, rng: np.random.Generator) -> bytes:
    content = np.frombuffer(payload, np.uint8).copy()
    hit = rng.random(len(content)) < FLIPPED
    hit[:HEADERS] = False
    content[hit] ^= rng.integers(1, 256, int(hit.sum()), dtype=np.uint8)
    return content.tobytes()
