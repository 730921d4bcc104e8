"""The watch without a browser: it switches, waits for pixels, and survives what a camera does."""

import threading

import cv2
import numpy as np
import pytest
import requests

from nirecap.capture.preview.watch import PAUSES_S, Request, Watch
from nirecap.capture.preview.web_app import state_of
from nirecap.capture.stream import Stream
from nirecap.errors import CameraError, LoginRefused, StreamError
from nirecap.vocabulary import Mode

from ..command_line import wait_until
from .conftest import TOKEN, Preview


def kinds(preview: Preview, mode: Mode) -> set[str]:
    picture = preview.watch.now.pictures.get(mode)
    return {concern.kind for concern in picture.concerns} if picture else set()


def test_switch_is_done_when_the_pixels_show_it(preview: Preview) -> None:
    wait_until(lambda: preview.watch.now.settled)
    assert preview.watch.now.live is Mode.NIGHT
    preview.watch.command(Mode.DAY)
    switch = preview.watch.switch
    assert switch is not None
    wait_until(lambda: switch.seconds is not None)
    assert (switch.seconds or 0) >= 0.2
    assert preview.device.truth()["settled"]
    assert preview.watch.now.shows == "day"


def test_state_and_pictures_are_served(preview: Preview) -> None:
    wait_until(lambda: preview.watch.now.settled)
    session = requests.Session()
    session.get(preview.address, timeout=10)
    state = session.get(f"{preview.base}/state", timeout=10).json()
    assert (state["camera"], state["live"], state["shows"], state["trouble"]) == ("porch", "night", "night", "")
    assert 10 < state["fps"] < 30
    assert state["pictures"]["night"]["age"] < 5
    jpeg = session.get(f"{preview.base}/picture/night", timeout=10).content
    assert cv2.imdecode(np.frombuffer(jpeg, np.uint8), cv2.IMREAD_COLOR).shape == (180, 320, 3)
    assert session.get(f"{preview.base}/picture/day", timeout=10).status_code == requests.codes.not_found
    assert session.post(f"{preview.base}/mode/auto", timeout=10).status_code == requests.codes.not_found
    assert session.get(f"{preview.base}/mode/day", timeout=10).status_code == requests.codes.method_not_allowed
    assert TOKEN not in session.get(f"{preview.base}/", timeout=10).text


def test_refused_switch_is_told(preview: Preview, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(mode: Mode) -> None:
        raise CameraError("it is busy")

    monkeypatch.setattr(preview.watch.camera, "set_mode", refuse)
    wait_until(lambda: preview.watch.now.settled)
    preview.watch.command(Mode.DAY)
    wait_until(lambda: "refused" in kinds(preview, Mode.DAY))


def test_slow_switch_does_not_hold_the_picture_up(preview: Preview, monkeypatch: pytest.MonkeyPatch) -> None:
    obeyed = threading.Event()
    monkeypatch.setattr(preview.watch.camera, "set_mode", lambda mode: obeyed.wait(60))
    wait_until(lambda: preview.watch.now.settled)
    preview.watch.command(Mode.DAY)
    seen = {preview.watch.now.pictures[Mode.NIGHT].frame.number}

    def moved() -> bool:
        if picture := preview.watch.now.pictures.get(Mode.DAY):
            seen.add(picture.frame.number)
        return len(seen) > 5

    wait_until(moved)
    obeyed.set()


def test_lost_stream_is_found_again_in_the_mode_that_was_commanded(
    preview: Preview, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("nirecap.capture.preview.watch.PAUSES_S", (0.3,))
    preview.watch.command(Mode.DAY)
    wait_until(lambda: preview.watch.now.settled and preview.watch.now.shows == "day")
    whole = Stream.next

    def broken(self: Stream, after: int, timeout_s: float | None = None) -> None:
        raise StreamError("porch: the stream ended")

    monkeypatch.setattr(Stream, "next", broken)
    wait_until(lambda: "the stream ended" in state_of(preview.watch)["trouble"])
    preview.device.ir_cut = "OFF"  # as a camera that rebooted
    monkeypatch.setattr(Stream, "next", whole)
    wait_until(lambda: not preview.watch.trouble and preview.watch.now.settled and preview.watch.now.shows == "day")
    assert preview.device.ir_cut == "ON"


class Unopenable:
    """A camera whose stream fails in one way."""

    name = "porch"

    def __init__(self, error: Exception) -> None:
        self.error, self.asked = error, 0

    def stream(self) -> Stream:
        self.asked += 1
        raise self.error


def test_refused_login_is_tried_once() -> None:
    camera = Unopenable(LoginRefused("porch: login refused"))
    watch = Watch(camera, Request())  # type: ignore[arg-type]
    watch.start()
    wait_until(lambda: "login refused" in watch.trouble)
    threading.Event().wait(1.5 * PAUSES_S[0])
    watch.stop()
    assert camera.asked == 1


def test_bug_ends_the_watch_and_is_told() -> None:
    watch = Watch(Unopenable(RuntimeError("a bug")), Request())  # type: ignore[arg-type]
    watch.start()
    with pytest.raises(RuntimeError, match="a bug"):
        watch.wait()
    watch.stop()


def test_request_of_the_driver_stands_until_the_pixels_show_it(preview: Preview) -> None:
    wait_until(lambda: preview.watch.now.settled)
    preview.watch.command(Mode.DAY)
    preview.watch.request.ask("Switch night vision OFF")
    wait_until(lambda: preview.watch.now.shows == "day" and not state_of(preview.watch)["request"])
