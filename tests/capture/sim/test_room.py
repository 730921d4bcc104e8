"""The room's controls: open to anyone on this computer, and each says what the state is now."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import pytest
import requests

from nirecap.capture.sim.faults import Fault
from nirecap.capture.sim.room import room_app
from nirecap.errors import UsageMistake
from nirecap.web_server import WebServer


@dataclass
class Room:
    """What the application needs of a device, and of its faults."""

    room_lit: bool = False
    scene: int = 0
    caused: list[tuple[Fault, float | None]] = field(default_factory=list)

    def next_scene(self) -> None:
        self.scene += 1

    def truth(self) -> dict[str, Any]:
        return {"room_lit": self.room_lit, "scene": self.scene}

    def cause(self, fault: Fault, seconds: float | None) -> None:
        if seconds == 9999:
            raise UsageMistake("a fault can't last 9999 s")
        self.caused.append((fault, seconds))


@pytest.fixture
def room() -> Room:
    return Room()


@pytest.fixture
def base(room: Room) -> Iterator[str]:
    with WebServer(room_app(room, 7, room.cause)) as server:
        yield f"http://127.0.0.1:{server.port}/room"


@pytest.mark.parametrize("method", ["GET", "POST"])
def test_room_is_switched_without_a_password(base: str, room: Room, method: str) -> None:
    def ask(path: str) -> dict[str, Any]:
        return requests.request(method, f"{base}/{path}", timeout=10).json()

    assert ask("light/on") == {"room_lit": True, "scene": 0, "views": 7}
    assert ask("light/off") == {"room_lit": False, "scene": 0, "views": 7}
    assert ask("scene/next")["scene"] == 1
    assert ask("fault/freeze") == ask("fault/reboot?seconds=2.5") == {"room_lit": False, "scene": 1, "views": 7}
    assert room.caused == [(Fault.FREEZE, None), (Fault.REBOOT, 2.5)]
    assert requests.get(f"{base}/state", timeout=10).json() == {"room_lit": False, "scene": 1, "views": 7}


@pytest.mark.parametrize(
    ("place", "why"),
    [("flood", "there are stream-drop"), ("freeze?seconds=x", "'x'"), ("freeze?seconds=9999", "9999 s")],
)
def test_impossible_faults_are_refused_in_words(base: str, room: Room, place: str, why: str) -> None:
    answer = requests.post(f"{base}/fault/{place}", timeout=10)
    assert (answer.status_code, why in answer.text, room.caused) == (400, True, [])


def test_other_methods_do_not_exist(base: str) -> None:
    assert requests.post(f"{base}/state", timeout=10).status_code == 405
    assert requests.delete(f"{base}/light/on", timeout=10).status_code == 405
