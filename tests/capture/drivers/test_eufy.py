"""The Eufy driver against a server of the tests that speaks eufy-security-ws's protocol, and its misbehaviour."""

import os
import subprocess
import threading
import time
import traceback
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import IO, Any

import pytest

from nirecap.capture.camera import Camera
from nirecap.capture.drivers import CameraSettings, connect
from nirecap.capture.drivers import eufy as driver
from nirecap.capture.drivers.eufy_ws import EufyServer
from nirecap.capture.settle import Patience, settle
from nirecap.errors import CameraError, UsageMistake
from nirecap.vocabulary import Mode

from ..vendors.eufy import FAULTS, QUIRKS, SERIAL, served_peer
from ..vendors.served import PASSWORD

COMPLAINTS = {
    "rtsp-off": "nursery: its RTSP stream is off; in the Eufy app",
    "no-night-vision": "nursery has no night vision that eufy-security-ws can switch; use --camera manual",
    "no-devices": "knows no camera; its log says whether it is logged in",
    "not-allowed": "refused device.set_property: device_property_readonly",
}


@pytest.fixture(autouse=True)
def brisk(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(driver, "APPLY_S", 0.5)
    monkeypatch.setattr(driver, "POLL_S", 0.05)


def soon(condition: Callable[[], bool]) -> bool:
    """Wait for what happens after the driver has returned."""
    deadline = time.monotonic() + 5
    while not condition() and time.monotonic() < deadline:
        time.sleep(0.02)
    return condition()


@pytest.mark.parametrize("quirk", ["", *QUIRKS])
def test_modes_reach_the_camera_and_are_put_back(quirk: str) -> None:
    with served_peer(frozenset({quirk} - {""})) as (served, _), connect(served.settings) as camera:
        before, held_before = camera.state(), served.state()
        camera.set_mode(Mode.DAY)
        assert soon(lambda: served.device.ir_cut == "ON")
        camera.set_mode(Mode.NIGHT)
        assert soon(lambda: served.device.ir_cut in ("OFF", "AUTO"))
        camera.set_mode(Mode.DAY)
        assert camera.restore(before)
        assert soon(lambda: served.state() == held_before)


def test_modes_are_seen_in_the_picture() -> None:
    with served_peer() as (served, _), connect(served.settings) as camera, camera.stream() as stream:
        for mode in (Mode.DAY, Mode.NIGHT):
            camera.set_mode(mode)
            settle(stream, mode, Patience(), after=stream.next(after=-1))


@pytest.mark.parametrize("fault", FAULTS)
def test_what_is_missing_is_told_with_the_remedy(fault: str) -> None:
    with (
        served_peer(frozenset({fault})) as (served, _),
        pytest.raises(CameraError) as caught,
        connect(served.settings) as camera,
    ):
        camera.set_mode(Mode.DAY)
    assert COMPLAINTS[fault] in str(caught.value)
    assert PASSWORD not in "".join(traceback.format_exception(caught.value))


def test_it_tells_who_it_is_without_serial_number() -> None:
    with served_peer() as (served, _), connect(served.settings) as camera:
        info = camera.describe()
    assert (info.driver, info.manufacturer, info.model, info.firmware) == ("eufy", "Eufy", "T8400", "2.2.4.1")
    assert SERIAL not in repr(info)


@pytest.mark.parametrize(
    ("quirk", "words"),
    [
        ("", {Mode.DAY: False, Mode.NIGHT: True, Mode.AUTO: True}),
        ("nightvision-model", {Mode.DAY: 0, Mode.NIGHT: 1, Mode.AUTO: 1}),
        ("forced-night-model", {Mode.DAY: 0, Mode.NIGHT: 3, Mode.AUTO: 1}),
    ],
)
def test_each_model_is_told_in_its_own_words(quirk: str, words: dict[Mode, Any]) -> None:
    with served_peer(frozenset({quirk} - {""})) as (served, peer), connect(served.settings) as camera:
        for mode in words:
            camera.set_mode(mode)
        said = [asked["value"] for asked in peer.asked if asked["command"] == "device.set_property"]
        assert [(type(value), value) for value in said] == [(type(word), word) for word in words.values()]


@pytest.mark.parametrize(("quirk", "needs_dark"), [("", True), ("forced-night-model", False)])
def test_only_a_model_that_can_be_sent_to_night_does_without_the_dark(quirk: str, needs_dark: bool) -> None:
    with served_peer(frozenset({quirk} - {""})) as (served, _), connect(served.settings) as camera:
        assert camera.night_needs_dark is needs_dark
        assert ("darken the room" in camera.advice(Mode.NIGHT)) is needs_dark
        assert camera.advice(Mode.DAY) == ""


def test_of_several_cameras_one_must_be_named() -> None:
    with served_peer(frozenset({"several-cameras"})) as (served, _):
        for serial, message in (("", "knows 3 devices"), ("T8400X", "does not know the camera T8400X")):
            named = {**served.settings.options, "serial": serial}
            with pytest.raises(CameraError, match=f"{message}; give the right one .* as `serial`: .*{SERIAL}"):
                connect(replace(served.settings, options=named)).open()


def test_a_setting_that_never_changes_is_not_confirmed_as_restored() -> None:
    with served_peer() as (served, peer), connect(served.settings) as camera:
        before = camera.state()
        camera.set_mode(Mode.DAY)
        peer.quirks |= {"silent-readback"}
        assert not camera.restore(before)


def test_the_address_of_the_stream_is_the_users() -> None:
    settings = CameraSettings("eufy", "porch", "10.0.0.9", port=8554, user="me", password="p@/")
    advertised = {"rtspStreamUrl": "rtsp://boss:leak@198.51.100.1:8555/live3"}
    assert driver.rtsp_address(advertised, settings) == "rtsp://me:p%40%2F@10.0.0.9:8555/live3"
    assert driver.rtsp_address({}, settings) == "rtsp://me:p%40%2F@10.0.0.9:8554/live0"
    with pytest.raises(CameraError, match="advertises http address"):
        driver.rtsp_address({"rtspStreamUrl": "http://198.51.100.1/"}, settings)


def test_the_user_may_name_the_stream() -> None:
    with served_peer(frozenset({"rtsp-off"})) as (served, _):
        settings = replace(served.settings, stream_url="rtsp://127.0.0.1:9/elsewhere")
        with connect(settings) as camera:
            assert camera.stream().label == "nursery"


def test_a_camera_without_address_is_a_mistake() -> None:
    with pytest.raises(UsageMistake, match="needs --host"):
        connect(CameraSettings("eufy", "porch"))


def test_closing_twice_before_opening_and_reopening() -> None:
    with served_peer() as (served, _):
        camera: Camera = connect(served.settings)
        camera.close()
        for _ in range(2):
            with camera:
                assert camera.state() == {"autoNightvision": "true"}
        camera.close()
        with pytest.raises(CameraError, match="not connected; open the camera first"):
            camera.state()


class TestRealLibrary:
    """The driver against the real eufy-security-client, which eufy-security-ws wraps, over a radio that is made up."""

    @pytest.mark.parametrize(
        ("device_type", "serial", "modes"),
        [
            (30, "T8400P10203040A", [(Mode.DAY, "false"), (Mode.NIGHT, "true")]),  # Indoor Cam 2K
            (31, "T8410P10203040A", [(Mode.DAY, "false"), (Mode.NIGHT, "true")]),  # Indoor Cam Pan & Tilt
            (46, "T8441P10203040A", [(Mode.DAY, "0"), (Mode.NIGHT, "1")]),  # Indoor Outdoor Cam
            (104, "T8416P10203040A", [(Mode.DAY, "0"), (Mode.NIGHT, "3"), (Mode.AUTO, "1")]),  # Indoor Cam S350
        ],
    )
    def test_each_model_takes_the_words_and_is_put_back(
        self, device_type: int, serial: str, modes: list[tuple[Mode, str]], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(driver, "APPLY_S", 10.0)
        with real_library(device_type, serial) as (settings, commands), connect(settings) as camera:
            before = camera.state()
            for mode, value in modes:
                camera.set_mode(mode)
                assert list(camera.state().values()) == [value]
            camera.set_mode(Mode.DAY)
            assert camera.restore(before)
            assert camera.state() == before
            assert len(commands) == len(modes) + 2  # each went to the camera once
            assert camera.describe().model == serial[:5]

    def test_it_refuses_what_it_should(self) -> None:
        with real_library(30, "T8400P10203040A") as (settings, commands):
            server = EufyServer(settings.options["server"])
            (serial,) = server.connect()
            for name, value, code in (
                ("nightvision", 1, "device_invalid_property"),
                ("autoNightvision", "perhaps", "device_invalid_property_value"),
            ):
                with pytest.raises(CameraError, match=f"refused device.set_property: {code}$"):
                    server.ask("device.set_property", serialNumber=serial, name=name, value=value)
            with pytest.raises(CameraError, match="device_not_found"):
                server.ask("device.get_properties", serialNumber="T8400P0")
            server.close()
            assert commands == []


@contextmanager
def real_library(device_type: int, serial: str) -> Iterator[tuple[CameraSettings, list[str]]]:
    """Run a camera of the real library; yields how to reach it and the list of what it sends to the camera."""
    folder = os.environ.get("NIRECAP_EUFY_PEER")
    if not folder:
        pytest.skip("no eufy-security-client: NIRECAP_EUFY_PEER names no folder where npm installed it")
    script = Path(__file__).parents[1] / "vendors" / "eufy_peer" / "serve.js"
    with subprocess.Popen(
        ["node", script, str(device_type), serial], cwd=folder, stdout=subprocess.PIPE, text=True
    ) as node:
        assert node.stdout is not None
        options = {"server": f"ws://127.0.0.1:{node.stdout.readline().strip()}"}
        commands: list[str] = []
        listener = threading.Thread(target=listen, args=[node.stdout, commands])
        listener.start()
        try:
            yield CameraSettings("eufy", "nursery", "127.0.0.1", options=options), commands
        finally:
            node.terminate()
            listener.join()


def listen(lines: IO[str], heard: list[str]) -> None:
    for line in lines:
        heard.append(line)  # noqa: PERF402  extend() would show them only at the end
