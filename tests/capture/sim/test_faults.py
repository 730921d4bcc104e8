"""Each fault as players and clients meet it, and a logbook that tells the truth about every frame."""

import time
from collections.abc import Callable, Iterator
from itertools import islice, pairwise
from pathlib import Path

import av
import numpy as np
import pytest
import requests

from nirecap.capture.sim.faults import FAULTS, Fault, PlannedFault, faults_named, random_faults
from nirecap.capture.sim.quirks import Quirk
from nirecap.capture.sim.server import SimulatedCamera
from nirecap.errors import CameraError, UsageMistake
from nirecap.images import Pixels
from nirecap.vocabulary import Mode

from .device_log import DeviceLog
from .small_camera import driven, pictures, player, small_camera, snapshot, wait_for


@pytest.fixture
def log(tmp_path: Path) -> Path:
    return tmp_path / "log.jsonl"


@pytest.fixture(scope="module")
def common_log(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("camera") / "log.jsonl"


@pytest.fixture(scope="module")
def shared(common_log: Path) -> Iterator[SimulatedCamera]:
    with small_camera(log=common_log) as running:
        yield running


@pytest.fixture
def camera(shared: SimulatedCamera) -> SimulatedCamera:
    """The shared camera, whole, in AUTO in the dark."""
    shared.fault("freeze", seconds=0)  # the faults before are over
    shared.device.ir_cut, shared.device.room_lit = "AUTO", False
    wait_for(lambda: shared.device.truth()["settled"] and not shared.device.truth()["colour"])
    return shared


@pytest.fixture
def truth(camera: SimulatedCamera, common_log: Path) -> Callable[[], DeviceLog]:
    """Read the log of this test, when the faults in it are over."""
    began = time.time()

    def read() -> DeviceLog:
        camera.fault("freeze", seconds=0)
        log = DeviceLog(common_log)
        log.faults = [fault for fault in log.faults if fault["begin"] > began and fault["end"] - fault["begin"] > 0.05]
        return log

    return read


def pushed(camera: SimulatedCamera) -> dict[float, Pixels]:
    """Collect what the device shows from now on, by time."""
    shown: dict[float, Pixels] = {}
    camera.device.on_frame.append(lambda picture, captured_at: shown.__setitem__(captured_at, picture))
    return shown


def psnr(one: Pixels, other: Pixels) -> float:
    return float(10 * np.log10(255**2 / max(np.mean((one.astype(float) - other) ** 2), 1e-9)))


def is_off(camera: SimulatedCamera) -> bool:
    try:
        requests.get(camera.device_service_url, timeout=5)
    except requests.ConnectionError:
        return True
    return False


def test_dropped_stream_ends_and_is_refused_until_it_is_back(camera: SimulatedCamera) -> None:
    with player(camera) as stream:
        frames = stream.decode(video=0)
        next(frames)
        camera.fault("stream-drop", seconds=1)
        assert sum(1 for _ in frames) < 30  # it ends
        with pytest.raises(av.error.ConnectionRefusedError):
            player(camera)
    assert not is_off(camera)
    time.sleep(1.5)
    assert next(pictures(camera, 0))


def test_frozen_picture_stands_while_its_times_run(camera: SimulatedCamera, truth: Callable[[], DeviceLog]) -> None:
    playing = pictures(camera, 10)
    next(playing)
    camera.fault("freeze", seconds=1.5)
    list(islice(playing, 4))  # what was on its way
    seen = list(islice(playing, 10))
    log = truth()
    frames = [log.frame_at(at) for at, _ in seen]
    assert len({frame["captured_at"] for frame in frames}) == len(frames)
    assert len({frame["source_at"] for frame in frames}) == 1
    assert min(psnr(picture, seen[-1][1]) for _, picture in seen) > 45
    (fault,) = log.faults
    assert fault["begin"] <= frames[0]["captured_at"] < frames[-1]["captured_at"] <= fault["end"]


def test_frozen_frames_are_logged_as_what_they_show(camera: SimulatedCamera, truth: Callable[[], DeviceLog]) -> None:
    camera.fault("freeze", seconds=1)
    camera.device.ir_cut = "ON"
    time.sleep(0.6)
    assert camera.device.truth()["colour"]
    wait_for(lambda: camera.device.frames()[-1].colour)
    log = truth()
    (fault,) = log.faults
    during = [frame for frame in log.frames if fault["begin"] <= frame["captured_at"] <= fault["end"]]
    frozen = [frame for frame in during if frame["source_at"] < frame["captured_at"]]
    assert len(frozen) > 5
    assert not any(frame["colour"] or frame["filter_in"] for frame in frozen)
    assert len({frame["source_at"] for frame in frozen}) == 1


def test_reboot_closes_both_ports_and_ends_in_auto_while_the_room_stays(camera: SimulatedCamera) -> None:
    room, ports = camera.addresses.room, (camera.http_port, camera.rtsp_url)
    camera.device.ir_cut = "ON"
    requests.get(f"{room}/light/on", timeout=5)
    with player(camera) as stream:
        frames = stream.decode(video=0)
        next(frames)
        camera.fault("reboot", seconds=1)
        assert sum(1 for _ in frames) < 30
    assert is_off(camera)
    with pytest.raises(av.error.ConnectionRefusedError):
        player(camera)
    assert requests.get(f"{room}/state", timeout=5).json()["room_lit"]
    wait_for(lambda: not is_off(camera))
    assert ports == (camera.http_port, camera.rtsp_url)
    with driven(camera) as driver:
        assert driver.state() == {"IrCutFilter": "AUTO"}
    assert next(pictures(camera, 0))


def test_damage_reaches_players_and_the_log_names_every_frame_that_it_spoils(
    camera: SimulatedCamera, truth: Callable[[], DeviceLog]
) -> None:
    shown = pushed(camera)
    playing = pictures(camera, 6)
    seen = [*islice(playing, 5)]
    camera.fault("damaged-packets", seconds=1)
    seen += islice(playing, 45)
    log = truth()
    judged = [(log.frame_at(at), picture) for at, picture in seen]
    quality = {True: [], False: []}
    for frame, picture in judged:
        if frame["captured_at"] in shown:
            quality[frame["damaged"]].append(psnr(shown[frame["captured_at"]], picture))
    assert len(quality[True]) > 5 and len(quality[False]) > 5
    assert min(quality[False]) > 33
    assert np.median(quality[True]) < 30
    assert not judged[-1][0]["damaged"]


def test_lost_packets_leave_a_gap_that_players_notice(camera: SimulatedCamera) -> None:
    av.logging.set_level(av.logging.WARNING)
    try:
        with av.logging.Capture() as said:
            playing = pictures(camera, 6)
            next(playing)
            camera.fault("damaged-packets", seconds=0.5)
            list(islice(playing, 15))
    finally:
        av.logging.set_level(None)
    assert any("missed" in text for _, _, text in said)


def test_wrong_mode_comes_by_itself_and_goes_again(camera: SimulatedCamera) -> None:
    with driven(camera) as driver:
        driver.set_mode(Mode.DAY)
        wait_for(lambda: camera.device.frames()[-1].filter_in)
        camera.fault("wrong-mode", seconds=1)
        wait_for(lambda: not camera.device.frames()[-1].colour)
        assert np.ptp(snapshot(camera), axis=2).max() == 0
        assert driver.state() == {"IrCutFilter": "ON"}
        driver.set_mode(Mode.DAY)
        wait_for(lambda: camera.device.frames()[-1].filter_in)


def test_lied_commands_read_back_and_stay_undone(camera: SimulatedCamera) -> None:
    with driven(camera) as driver:
        camera.fault("lying-success", seconds=0.5)
        driver.set_mode(Mode.DAY)
        assert driver.state() == {"IrCutFilter": "ON"}
        time.sleep(1)
        assert not camera.device.truth()["filter_in"]
        driver.set_mode(Mode.DAY)
        wait_for(lambda: camera.device.truth()["filter_in"])


def test_room_causes_faults_and_names_mistakes(camera: SimulatedCamera, truth: Callable[[], DeviceLog]) -> None:
    room = camera.addresses.room
    for method, place in (("POST", "freeze?seconds=0.1"), ("GET", "lying-success?seconds=0.1")):
        assert requests.request(method, f"{room}/fault/{place}", timeout=5).json()["ir_cut"] == "AUTO"
    assert "choose 0 to 600" in requests.post(f"{room}/fault/freeze?seconds=1e9", timeout=5).text
    assert [fault["fault"] for fault in truth().faults] == ["freeze", "lying-success"]


def test_plan_is_followed_one_fault_at_a_time(log: Path) -> None:
    plan = (
        PlannedFault(0.1, Fault.FREEZE, 0.4),
        PlannedFault(0.2, Fault.WRONG_MODE, 0.2),
        PlannedFault(60, Fault.REBOOT, 1),
    )
    with small_camera(log=log, plan=plan):
        started = time.time()
        time.sleep(1.2)
    faults = DeviceLog(log).faults
    assert [fault["fault"] for fault in faults] == ["freeze", "wrong-mode"]
    assert faults[0]["begin"] - started < 0.6
    assert all(earlier["end"] <= later["begin"] for earlier, later in pairwise(faults))


@pytest.mark.parametrize("fault", [Fault.REBOOT, Fault.STREAM_DROP, Fault.DAMAGED_PACKETS])
def test_camera_stops_in_the_middle_of_any_fault(log: Path, fault: Fault) -> None:
    with small_camera(log=log) as camera:
        camera.fault(fault, seconds=60)
        began = time.monotonic()
    assert time.monotonic() - began < 10
    assert [line["fault"] for line in DeviceLog(log).faults] == [fault]
    assert is_off(camera)


def test_every_frame_that_players_get_is_in_the_log_with_its_truth(
    camera: SimulatedCamera, truth: Callable[[], DeviceLog]
) -> None:
    seen = []
    for at, picture in pictures(camera, 2):
        if len(seen) == 5:
            camera.device.ir_cut = "ON"
            camera.device.room_lit = True
        seen.append((at, picture))
    log = truth()
    frames = [log.frame_at(at, within_s=0.005) for at, _ in seen]
    numbers = [frame["number"] for frame in frames]
    assert numbers == list(range(numbers[0], numbers[0] + len(seen)))
    assert log.frames[0]["number"] == 0
    grey = [np.ptp(picture, axis=2).mean() < 3 for _, picture in seen]
    assert [not frame["colour"] for frame in frames] == grey
    assert frames[-1]["exposure_settled"] and frames[-1]["room_lit"] and frames[-1]["filter_in"]
    assert not any(frame["damaged"] or frame["source_at"] != frame["captured_at"] for frame in frames)
    assert log.camera == {
        "kind": "camera",
        "width": 320,
        "height": 180,
        "fps": 15,
        "seed": 0,
        "quirks": [],
        "clock_skew_s": 0.0,
    }


def test_log_keeps_to_this_computers_clock_under_skew(log: Path) -> None:
    with small_camera(Quirk.CLOCK_SKEW, log=log) as camera:
        stamps = [at for at, _ in pictures(camera, 0.5)]
    shown = DeviceLog(log)
    assert all(shown.frame_at(at - shown.camera["clock_skew_s"], within_s=0.005) for at in stamps)


def test_log_that_can_not_be_written_is_a_mistake(tmp_path: Path) -> None:
    with pytest.raises(UsageMistake, match="can't be written"):
        small_camera(log=tmp_path / "no/such/folder/log").start()


def test_equal_seeds_plan_equal_faults() -> None:
    plan, again, other = (list(islice(random_faults(10, seed), 200)) for seed in (3, 3, 4))
    assert plan == again != other
    assert {planned.fault for planned in plan} == set(Fault)
    gaps = np.diff([planned.at_s for planned in plan])
    assert gaps.min() >= 0
    assert gaps.mean() == pytest.approx(6, rel=0.25)
    assert all(0.5 <= planned.seconds / FAULTS[planned.fault].seconds <= 1.5 for planned in plan)


def test_plan_keeps_to_the_faults_wanted_and_rate_0_has_none() -> None:
    wanted = faults_named(["reboot,freeze"])
    assert {planned.fault for planned in islice(random_faults(10, 0, wanted), 50)} == {Fault.REBOOT, Fault.FREEZE}
    assert faults_named([]) == tuple(Fault)
    assert not list(random_faults(0, seed=0))


def test_failure_to_come_back_is_heard_of(monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture) -> None:
    def taken() -> None:
        raise CameraError("port 1 can't be opened")

    with small_camera() as camera:
        monkeypatch.setattr(camera._rtsp, "start", taken)
        camera.fault("stream-drop", seconds=0)
        wait_for(lambda: "stream-drop did not go as planned" in caplog.text)
