"""Every driver of a maker's HTTP commands, against a server that speaks them and moves a simulated device."""

import re
import socket
import time
import traceback
from collections.abc import Iterator
from dataclasses import replace
from threading import Thread

import pytest

from nirecap.capture.camera import Camera
from nirecap.capture.drivers import CameraSettings, connect
from nirecap.errors import CameraError, LoginRefused, UsageMistake
from nirecap.vocabulary import Mode

from ..vendors import axis, dafang, dahua, hikvision, reolink, thingino, wyze_bridge
from ..vendors.web_camera import WebServed

SERVERS = {
    "wyze_bridge": wyze_bridge.serve,
    "thingino": thingino.serve,
    "dafang": dafang.serve,
    "hikvision": hikvision.serve,
    "axis": axis.serve,
    "dahua": dahua.serve,
    "reolink": reolink.serve,
}
STREAMS = {
    wyze_bridge.WyzeBridge: "/front-door",
    thingino.ThinginoCamera: "/ch0",
    dafang.DafangCamera: "/unicast",
    hikvision.HikvisionCamera: "/Streaming/Channels/101",
    axis.AxisCamera: "/axis-media/media.amp?camera=1",
    dahua.DahuaCamera: "/cam/realmonitor?channel=1&subtype=0",
    reolink.ReolinkCamera: "/h264Preview_01_main",
}
SOON_S = 5.0


@pytest.fixture(scope="module", params=SERVERS)
def served(request: pytest.FixtureRequest) -> Iterator[WebServed]:
    with SERVERS[request.param]() as served:
        yield served


@pytest.fixture
def camera(served: WebServed) -> Iterator[Camera]:
    with connect(served.settings) as camera:
        yield camera


def shows(served: WebServed, mode: Mode) -> bool:
    """Tell whether the device itself comes to a mode, lamp included."""
    deadline = time.monotonic() + SOON_S
    day = mode is Mode.DAY
    while time.monotonic() < deadline:
        truth = served.device.truth()
        if not truth["in_transit"] and (truth["filter_in"], truth["colour"], truth["lamp"]) == (day, day, not day):
            return True
        time.sleep(0.02)
    return False


class TestEveryMaker:
    def test_each_mode_moves_the_device_and_restore_puts_all_back(self, served: WebServed, camera: Camera) -> None:
        before, held = camera.state(), served.state()
        for mode in (Mode.DAY, Mode.NIGHT, Mode.DAY):
            camera.set_mode(mode)
            assert shows(served, mode)
        assert camera.state() != before
        assert camera.restore(before)
        assert shows(served, Mode.NIGHT)  # the room is dark
        assert camera.state() == before
        assert served.state() == held
        assert served.device.ir_cut == "AUTO"

    @pytest.mark.parametrize("mode", [Mode.DAY, Mode.NIGHT])
    def test_manual_settings_are_put_back_as_well(self, served: WebServed, camera: Camera, mode: Mode) -> None:
        served.device.room_lit = mode is Mode.NIGHT  # AUTO would choose the other
        camera.set_mode(mode)
        assert shows(served, mode)
        before, held = camera.state(), served.state()
        camera.set_mode(Mode.AUTO)
        assert served.device.ir_cut == "AUTO"
        assert camera.restore(before)
        assert served.state() == held
        assert shows(served, mode)
        camera.set_mode(Mode.AUTO)
        served.device.room_lit = False

    def test_state_is_text_that_a_session_can_keep(self, camera: Camera) -> None:
        state = camera.state()
        assert state
        assert all(isinstance(word, str) for pair in state.items() for word in pair)

    def test_reconnecting(self, camera: Camera) -> None:
        before = camera.state()
        camera.close()
        camera.close()
        camera.open()
        assert camera.state() == before

    def test_wrong_secret_is_tried_once_and_never_told(self, served: WebServed) -> None:
        tried = served.camera.logins_refused
        wrong = "Wr0ng-distinctive%/@?"
        camera = connect(replace(served.settings, password=wrong, api_key=wrong if served.settings.api_key else ""))
        with pytest.raises(LoginRefused, match="before trying again") as caught:
            camera.open()
        camera.close()
        assert served.camera.logins_refused == tried + 1
        told = "".join(traceback.format_exception(caught.value)) + repr(camera) + repr(vars(camera))
        assert wrong not in told
        assert "Wr0ng-distinctive" not in told

    def test_a_command_that_got_lost_is_noticed_when_restoring_and_sent_again(
        self, served: WebServed, camera: Camera
    ) -> None:
        before, held = camera.state(), served.state()
        camera.set_mode(Mode.DAY)
        served.camera.loses_next(1)
        assert camera.restore(before)
        assert served.state() == held

    def test_lying_success_is_not_confirmed(self, served: WebServed, camera: Camera) -> None:
        before = camera.state()
        camera.set_mode(Mode.NIGHT)
        served.camera.loses_next(100)
        camera.set_mode(Mode.DAY)
        assert not camera.restore(before)
        served.camera.loses_next(0)
        assert camera.restore(before)

    def test_stream_is_asked_for_where_the_maker_has_it(self, served: WebServed) -> None:
        asked: list[str] = []
        with socket.create_server(("127.0.0.1", 0)) as listener:
            options = {**served.settings.options, "rtsp_port": str(listener.getsockname()[1])}
            camera = connect(replace(served.settings, stream_url="", options=options))
            thread = Thread(target=lambda: asked.append(first_line(listener)))
            thread.start()
            with pytest.raises(CameraError):
                camera.stream().open()
            thread.join(SOON_S)
        path = STREAMS[type(served.camera)]
        assert [re.sub(r":\d+", "", line) for line in asked] == [f"OPTIONS rtsp://127.0.0.1{path} RTSP/1.0"]

    def test_not_there(self, served: WebServed) -> None:
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            camera = connect(replace(served.settings, port=free.getsockname()[1]))
            with pytest.raises(CameraError, match=r"can't reach a camera at 127\.0\.0\.1:\d+; check the address"):
                camera.open()

    def test_no_host(self, served: WebServed) -> None:
        with pytest.raises(UsageMistake, match="--host"):
            connect(replace(served.settings, host=""))


def first_line(listener: socket.socket) -> str:
    connection, _ = listener.accept()
    with connection:
        return connection.recv(4096).decode().splitlines()[0]


@pytest.mark.parametrize(
    ("option", "value"),
    [
        ("channel", "0"),
        ("channel", "one"),
        ("channel", "²"),
        ("rtsp_port", "99999"),
        ("scheme", "ftp"),
        ("certificate", "no"),
    ],
)
def test_options_that_there_are_not(option: str, value: str) -> None:
    settings = CameraSettings("hikvision", "porch", "192.0.2.1", options={option: value})
    with pytest.raises(UsageMistake, match=option):
        connect(settings)


def test_another_channel_is_another_path() -> None:
    with hikvision.serve() as served:
        camera = connect(replace(served.settings, options={"channel": "2"}))
        with pytest.raises(CameraError, match=r"refused /ISAPI/Image/channels/2/.*notSupport"):
            camera.open()
