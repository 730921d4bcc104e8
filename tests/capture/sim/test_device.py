import json
import threading
import time
from collections.abc import Callable, Iterator

import numpy as np
import pytest

from nirecap.capture.sim.device import Device, DeviceConfig
from nirecap.capture.sim.scene import Scene
from nirecap.errors import CameraError, UsageMistake
from nirecap.images import Pixels

SIZE = (160, 90)
PATIENCE = 20.0
"""Seconds after which something that should happen at once has failed."""


class Walls:
    """Two scenes, each one even colour."""

    def __len__(self) -> int:
        return 2

    def name(self, index: int) -> str:
        return f"wall_{index}"

    def scene(self, index: int, width: int | None = None, height: int | None = None) -> Scene:
        rng = np.random.default_rng(index)
        shape = (height or 90, width or 160)
        visible = rng.uniform(0.05, 0.5, 3).astype(np.float32) * np.ones((*shape, 1), np.float32)
        return Scene(self.name(index), visible, visible.mean(axis=2), np.full(shape, 2.0, np.float32))


@pytest.fixture
def device() -> Iterator[Device]:
    config = DeviceConfig(width=SIZE[0], height=SIZE[1], fps=30, transition_s=0.4, exposure_time_constant_s=0.05)
    device = Device(Walls(), config)
    device.start()
    yield device
    device.stop()


def wait_for(condition: Callable[[], bool]) -> None:
    give_up = time.monotonic() + PATIENCE
    while not condition():
        assert time.monotonic() < give_up, "it did not happen"
        time.sleep(0.01)


def switch(device: Device, word: str) -> dict[str, float]:
    """Command a mode, wait until it is settled, and return that transition's truth."""
    device.ir_cut = word
    wait_for(lambda: bool(device.truth()["settled"]))
    return dict(device.truth()["transitions"][-1])


def is_purple(picture: Pixels) -> bool:
    red, green, blue = picture.mean(axis=(0, 1))
    return bool((red + blue) / 2 > 1.1 * green)


def test_first_picture_is_there_when_start_returns(device: Device) -> None:
    picture, captured_at = device.latest()
    assert (picture.shape, picture.dtype) == ((90, 160, 3), np.uint8)
    assert 0 <= time.time() - captured_at < PATIENCE


def test_truth_of_a_switch_is_in_order_and_takes_its_time(device: Device) -> None:
    switched = switch(device, "ON")
    assert switched["switched_at"] - switched["commanded_at"] == pytest.approx(0.4)
    assert switched["settled_at"] >= switched["switched_at"]
    assert json.loads(json.dumps(device.truth()))["ir_cut"] == "ON"


def test_frames_of_a_switch_show_what_the_log_says(device: Device) -> None:
    switch(device, "ON")
    frames: list[tuple[Pixels, float]] = []
    device.on_frame.append(lambda rgb, captured_at: frames.append((rgb, captured_at)))
    night = switch(device, "OFF")
    wait_for(lambda: device.latest()[1] > night["settled_at"])
    truths = {truth.captured_at: truth for truth in device.frames()}
    shown = [(rgb, truths[captured_at]) for rgb, captured_at in frames if captured_at in truths]
    purple = [rgb for rgb, truth in shown if truth.colour and not truth.filter_in]
    grey = [rgb for rgb, truth in shown if not truth.colour]
    assert len(purple) >= 2
    assert len(grey) >= 1
    assert all(is_purple(rgb) for rgb in purple)
    assert all(np.ptp(rgb, axis=2).max() == 0 for rgb in grey)


def test_frames_arrive_in_the_order_of_their_times_at_the_rate_asked_for(device: Device) -> None:
    times: list[float] = []
    device.on_frame.append(lambda _, captured_at: times.append(captured_at))
    wait_for(lambda: len(times) > 30)
    steps = np.diff(times)
    assert (steps > 0).all()
    assert np.median(steps) > 0.9 / 30


def test_a_viewer_that_dawdles_costs_frames_and_no_catching_up(device: Device) -> None:
    times: list[float] = []

    def dawdle_once(_: Pixels, captured_at: float) -> None:
        times.append(captured_at)
        if len(times) == 1:
            time.sleep(1)

    device.on_frame.append(dawdle_once)
    wait_for(lambda: len(times) > 12)
    steps = np.diff(times)
    assert steps[0] >= 0.95
    assert np.median(steps[1:]) > 0.5 / 30


def test_auto_follows_the_room(device: Device) -> None:
    device.room_lit = True
    wait_for(lambda: bool(device.truth()["filter_in"] and device.truth()["settled"]))
    assert not device.truth()["lamp"]
    device.room_lit = False
    wait_for(lambda: bool(not device.truth()["colour"] and device.truth()["settled"]))


def test_lit_room_is_brighter(device: Device) -> None:
    switch(device, "ON")
    wait_for(lambda: device.frames()[-1].exposure_settled)
    dark = device.latest()[0].mean()
    device.room_lit = True
    wait_for(lambda: device.frames()[-1].room_lit and device.frames()[-1].exposure_settled)
    assert device.latest()[0].mean() > dark + 30


def test_next_scene_turns_and_comes_round(device: Device) -> None:
    names = []
    for _ in range(3):
        names.append(device.scene_name)
        device.next_scene()
        wait_for(lambda: device.frames()[-1].scene == device.scene_name)
    assert names == ["wall_0", "wall_1", "wall_0"]


def test_stop_ends_the_thread_and_start_begins_again(device: Device) -> None:
    with pytest.raises(CameraError, match="already"):
        device.start()
    device.stop()
    device.stop()
    assert not any(thread.name == "simulated camera" for thread in threading.enumerate())
    before = device.latest()[1]
    device.start()
    wait_for(lambda: device.latest()[1] > before)


def test_a_broken_render_thread_is_heard_of(device: Device, caplog: pytest.LogCaptureFixture) -> None:
    def broken(_: Pixels, __: float) -> None:
        raise ValueError("no more paper")

    device.on_frame.append(broken)
    wait_for(lambda: device.truth()["failure"] is not None)
    with pytest.raises(CameraError, match="no more paper"):
        device.latest()
    assert "no more paper" in caplog.text


def test_commands_from_many_threads_leave_a_sane_camera(device: Device) -> None:
    def press(words: tuple[str, ...]) -> None:
        for word in words * 20:
            device.ir_cut = word
            device.room_lit = word == "ON"
            device.truth()

    threads = [threading.Thread(target=press, args=(words,)) for words in (("ON", "OFF"), ("AUTO", "ON"), ("OFF",))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(PATIENCE)
    switch(device, "OFF")
    assert device.truth()["failure"] is None
    assert len(device.truth()["transitions"]) <= 100


def test_no_picture_before_the_start() -> None:
    with pytest.raises(CameraError, match="start it"):
        Device(Walls(), DeviceConfig(width=160, height=90)).latest()


@pytest.mark.parametrize(
    "wrong", [{"width": 161}, {"height": 10_000}, {"fps": 0}, {"fps": float("nan")}, {"transition_s": -1}]
)
def test_impossible_cameras_are_refused(wrong: dict[str, float]) -> None:
    with pytest.raises(UsageMistake, match="can't be simulated"):
        DeviceConfig(**wrong)
