"""The live picture against a real server, through a proxy that loses packets, and against what is no camera at all."""

import logging
import os
import socket
import threading
import time
import traceback
from contextlib import closing
from functools import partial
from itertools import islice
from pathlib import Path

import av
import numpy as np
import pytest
from av.video.reformatter import ColorRange, Colorspace
from numpy.typing import NDArray

from nirecap.capture.frame import Frame, changed_share, following
from nirecap.capture.live_video import LiveVideo
from nirecap.capture.settle import Patience, settle
from nirecap.capture.sim.device import Device, DeviceConfig
from nirecap.capture.sim.rtsp import RtspServer, session_description
from nirecap.capture.sim.scene import open_scenes
from nirecap.capture.stream import Stream, source_of
from nirecap.errors import CameraError, LoginRefused, NotSettled, StreamError
from nirecap.vocabulary import Mode

from .rtsp_servers import BLOCK, FPS, HEIGHT, WIDTH, Line, Loss, Show, described, rtsp, serving


def failure(port: int, login: str = "", timeout_s: float = 2.0, error: type[CameraError] = StreamError) -> str:
    url = f"rtsp://{login}127.0.0.1:{port}/live"
    with pytest.raises(error) as caught, Stream(url, label="cam", timeout_s=timeout_s):
        pass
    assert not [thread for thread in threading.enumerate() if thread.name == "stream cam"]
    assert "\n" not in str(caught.value)
    return "".join(traceback.format_exception(caught.value)) if login else str(caught.value)


def test_the_newest_frame_is_fresh_after_the_reader_idled() -> None:
    with Show() as show, Stream(show.server.url, label="cam") as stream:
        time.sleep(3)
        frame = stream.next(after=-1)
        age = time.time() - show.captured_at[show.number(frame.pixels)]
        assert age < 0.6
        following = stream.next(after=frame.number)
        assert following.number > frame.number
        assert following.damage == ""


def test_times_are_the_capture_times() -> None:
    with Show() as show, Stream(show.server.url, label="cam") as stream:
        stream.next(after=0)
        for frame in stream.frames(1.0):
            true = show.captured_at[show.number(frame.pixels)]
            assert frame.captured_at == pytest.approx(true, abs=0.002)
            assert true < frame.arrived_at < true + 1


@pytest.mark.parametrize("reports", [True, False])
def test_times_are_those_of_arrival_where_the_camera_does_not_tell_or_is_an_hour_slow(reports: bool) -> None:
    with Show() as show:
        show.captured_at = _Slow()
        with (
            serving(Line(show.port, reports=reports)) as port,
            Stream(f"rtsp://127.0.0.1:{port}/live", label="cam") as stream,
        ):
            assert all(frame.captured_at == frame.arrived_at for frame in stream.frames(0.5))


class _Slow(list[float]):
    def append(self, now: float) -> None:
        super().append(now - 3600)


def test_a_server_that_dies_is_an_error() -> None:
    with Show() as show, Stream(show.server.url, label="cam", timeout_s=2) as stream:
        stream.next(after=-1)
        show.server.stop()
        with pytest.raises(StreamError, match="cam: the stream ended; check"):
            list(stream.frames(5))


def test_a_server_that_freezes_is_an_error_within_the_time_out() -> None:
    with Show() as show:
        line = Line(show.port)
        with serving(line) as port, Stream(f"rtsp://127.0.0.1:{port}/live", label="cam", timeout_s=1) as stream:
            stream.next(after=-1)
            line.frozen.set()
            start = time.monotonic()
            with pytest.raises(StreamError, match="cam: "):
                list(stream.frames(8))
            assert time.monotonic() - start < 4
            start = time.monotonic()
        assert time.monotonic() - start < 4


def test_a_wrong_password_is_named_and_appears_nowhere(
    caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str]
) -> None:
    with Show(user="bob", password="right") as show, caplog.at_level(logging.DEBUG):
        for word in ("libav", "libav.rtsp", "libav.tcp"):
            caplog.set_level(logging.DEBUG, word)
        said = failure(show.port, "bob:sesame@", error=LoginRefused)
        assert "cam: login refused for the stream (401); check user name and password" in said
        assert "sesame" not in said + caplog.text + "".join(capfd.readouterr())
        with Stream(f"rtsp://bob:right@127.0.0.1:{show.port}/live", label="cam") as stream:
            assert stream.next(after=-1).damage == ""


def test_what_holds_the_login_does_not_show_it() -> None:
    for scheme in ("rtsp", "http", "https"):
        url = f"{scheme}://bob:sesame@127.0.0.1/live"
        stream = Stream(url, label="cam")
        assert "sesame" not in repr([stream, source_of(url, 1), vars(stream)])


def test_a_closed_port_is_refused() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    said = failure(port, "bob:sesame@")
    assert "cam: can't be read (Connection refused); check" in said
    assert "sesame" not in said


def test_what_is_no_rtsp_is_refused(capfd: pytest.CaptureFixture[str]) -> None:
    def http(connection: socket.socket) -> None:
        connection.recv(4096)
        connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhi")

    def garbage(connection: socket.socket) -> None:
        connection.recv(4096)
        connection.sendall(np.random.default_rng(1).bytes(100_000))

    def hangs_up(connection: socket.socket) -> None:
        connection.recv(4096)

    for talk in (http, garbage, hangs_up):
        with serving(talk) as port:
            assert failure(port).startswith("cam: ")
    assert capfd.readouterr() == ("", "")


def test_a_server_that_never_answers_is_given_up() -> None:
    with serving(rtsp({})) as port:
        start = time.monotonic()
        assert "cam: gave no whole answer in 1 s; check" in failure(port, timeout_s=1)
        assert time.monotonic() - start < 4


def test_closing_does_not_wait_longer_than_the_time_out() -> None:
    with serving(rtsp({})) as port:
        stream = Stream(f"rtsp://127.0.0.1:{port}/live", label="cam", timeout_s=1)

        def open_in_vain() -> None:
            with pytest.raises(StreamError):
                stream.open()

        opening = threading.Thread(target=open_in_vain)
        opening.start()
        time.sleep(0.3)
        start = time.monotonic()
        stream.close()
        assert time.monotonic() - start < 3
        opening.join()


@pytest.mark.parametrize("lines", [(), ("m=audio 0 RTP/AVP 0", "a=control:t")])
def test_a_stream_without_video_is_refused(lines: tuple[str, ...]) -> None:
    transport = "Transport: RTP/AVP/TCP;unicast;interleaved=0-1"
    answers = described(*lines) | {
        "SETUP": f"200 OK\r\nSession: 1\r\n{transport}\r\n\r\n",
        "PLAY": "200 OK\r\nSession: 1\r\n\r\n",
    }
    with serving(rtsp(answers)) as port:
        assert "cam: holds no video; check" in failure(port)


def open_files() -> int:
    return sum(1 for _ in Path("/proc/self/fd").iterdir())


def test_opening_again_and_again_leaks_nothing() -> None:
    with Show(gop_s=0.1) as show:
        with Stream(show.server.url, label="cam"):
            pass
        threads, files = threading.active_count(), open_files()
        for _ in range(20):
            with Stream(show.server.url, label="cam"):
                pass
        time.sleep(0.3)  # the server's side
        assert threading.active_count() <= threads
        assert open_files() <= files


def watch(show: Show, loss: Loss, seconds: float) -> list[tuple[Frame, float]]:
    """Return frames with the mean error of each against what was sent."""
    with serving(Line(show.port, loss)) as port, Stream(f"rtsp://127.0.0.1:{port}/live", label="cam") as stream:
        frames = list(stream.frames(seconds))
    errors = []
    for frame in frames:
        sent = show.original(show.number(frame.pixels)).astype(float)
        errors.append(float(np.abs(frame.pixels - sent).mean()))
    return list(zip(frames, errors, strict=True))


@pytest.mark.parametrize(
    "loss",
    [Loss(lambda place: place == 3), Loss(lambda place: place == 3, spoil=True), Loss(lambda place: place == 7)],
    ids=["lost", "spoilt", "lost just before a key frame"],
)
def test_damage_lasts_until_the_next_key_frame(loss: Loss) -> None:
    with Show() as show:
        watched = watch(show, loss, 0.9)
    assert all(error < 4 for frame, error in watched if not frame.damage)
    assert any(frame.damage for frame, _ in watched)
    assert any(frame.video.key_frame for frame, _ in watched)
    assert not any(frame.damage for frame, _ in watched if frame.video.key_frame)


@pytest.mark.parametrize("spoil", [False, True])
def test_a_damaged_key_frame_does_not_heal(spoil: bool) -> None:
    with Show() as show:
        watched = watch(show, Loss(lambda place: place == 0, spoil, nth=1), 1.0)
    assert all(frame.damage for frame, _ in watched[5:])
    assert sum(frame.video.key_frame for frame, _ in watched) >= 2


def test_a_damaged_picture_never_settles() -> None:
    with Show() as show:
        with (
            serving(Line(show.port, Loss(lambda place: place == 0, nth=1))) as port,
            Stream(f"rtsp://127.0.0.1:{port}/live", label="cam") as stream,
            pytest.raises(NotSettled, match="damaged"),
        ):
            settle(stream, Mode.NIGHT, Patience(timeout_s=1.5), after=stream.next(after=-1))
        with Stream(show.server.url, label="cam") as stream:
            assert settle(stream, Mode.NIGHT, Patience(), after=stream.next(after=-1)).frame.damage == ""


def test_the_damage_of_one_stream_is_not_that_of_another() -> None:
    with Show() as show, serving(Line(show.port, Loss(lambda place: place % 3 == 1))) as port:
        with (
            Stream(f"rtsp://127.0.0.1:{port}/live", label="bad") as bad,
            Stream(show.server.url, label="good") as good,
        ):
            damage = set()
            for frame in good.frames(1.2):
                assert frame.damage == ""
                damage.add(bad.next(after=-1).damage)
        assert damage - {""}


def exp_golomb(*values: int) -> str:
    return "".join(f"{value + 1:b}".rjust(2 * (value + 1).bit_length() - 1, "0") for value in values)


def huge_sps(width: int, height: int) -> bytes:
    """A sequence parameter set (H.264 7.3.2.1.1): Baseline, level 6.2, of this size."""
    head = f"{66:08b}{0:08b}{62:08b}"
    bits = head + exp_golomb(0, 0, 2, 1) + "0" + exp_golomb(width // 16 - 1, height // 16 - 1) + "1100" + "1"
    bits += "0" * (-len(bits) % 8)
    return b"\x67" + int(bits, 2).to_bytes(len(bits) // 8)


def test_an_absurd_size_is_refused_in_bounded_memory() -> None:
    with Show() as show:
        encoder = show.server._encoder
        encoder.parameter_sets = (huge_sps(16_000, 16_000), encoder.parameter_sets[1])
        show.server._sdp = session_description(encoder, FPS)
        before = resident()
        assert failure(show.port, timeout_s=0.5).startswith("cam: ")
        assert resident() - before < 200e6


def resident() -> float:
    return int(Path("/proc/self/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")


def test_colours_come_through() -> None:
    bars = ((200, 60, 60), (60, 200, 60), (60, 60, 200), (128, 128, 128))
    with Show() as show:
        show.scene[BLOCK : HEIGHT // 2] = np.repeat(np.array(bars, np.uint8), WIDTH // 4, axis=0)
        with Stream(show.server.url, label="cam") as stream:
            frame = stream.next(after=3)
    for rgb in (frame.pixels, frame.small):
        height, width = rgb.shape[:2]
        seen = rgb[height // 4, width // 8 :: width // 4].astype(float)
        assert np.abs(seen - bars).max() < 6


@pytest.mark.parametrize("pixel_format", ["yuv420p", "yuvj420p"])
def test_colour_tags_are_obeyed_and_both_sizes_agree(pixel_format: str, capfd: pytest.CaptureFixture[str]) -> None:
    av.logging.set_level(av.logging.WARNING)
    plain = np.full((720, 1280, 3), (200, 60, 120), np.uint8)
    for tag, matrix in ((1, Colorspace.ITU709), (5, Colorspace.ITU601), (2, Colorspace.ITU601)):
        full = ColorRange.JPEG if pixel_format == "yuvj420p" else ColorRange.MPEG
        video = av.VideoFrame.from_ndarray(plain, format="rgb24").reformat(
            format=pixel_format, dst_colorspace=matrix, dst_color_range=full
        )
        video.colorspace, video.color_range = tag, full
        frame = Frame(0, 0.0, 0.0, "", video)
        assert np.abs(frame.pixels - plain.astype(int)).max() <= 6
        assert np.abs(frame.small - frame.pixels[::4, ::4].astype(int)).max() <= 1
    assert capfd.readouterr().err == ""


def test_grey_stays_grey_and_is_not_darkened() -> None:
    planes = np.full((1080, 1280), 128, np.uint8)
    for luma in (16, 20, 40, 100, 200, 235):
        planes[:720] = luma
        frame = Frame(0, 0.0, 0.0, "", av.VideoFrame.from_ndarray(planes, format="yuv420p"))
        for rgb in (frame.pixels, frame.small):
            assert np.ptp(rgb) == 0
            assert abs(float(rgb.mean()) - (luma - 16) * 255 / 219) <= 1


def shown(level: int, changed_rows: int = 0) -> av.VideoFrame:
    planes = np.full((270, 200), level, np.uint8)  # 200 is no width that a decoder leaves unpadded
    planes[:changed_rows, ::5] += 1
    return av.VideoFrame.from_ndarray(planes, format="yuv420p")


def alive_after(*pictures: av.VideoFrame) -> bool:
    frame: Frame | None = None
    for video in pictures:
        frame = following(frame, video)
    assert frame is not None
    assert frame.number == len(pictures) - 1
    return frame.alive


def test_a_picture_lives_while_most_frames_differ() -> None:
    assert alive_after(*(shown(60, rows) for rows in (0, 32, 0, 32, 0, 32, 0)))
    assert not alive_after(*(shown(60) for _ in range(9)))
    assert not alive_after(*(shown(level) for level in (60, 60, 60, 90, 60, 60, 60)))  # a burst of an encoder
    assert not alive_after(shown(60), shown(61))


def test_another_format_is_another_picture() -> None:
    assert changed_share(shown(60), shown(60).reformat(100, 90)) == 1.0
    assert changed_share(shown(60), shown(60)) == 0.0
    assert changed_share(shown(60), shown(60, 90)) == pytest.approx(0.5, abs=0.05)


@pytest.mark.parametrize("lit", [False, True])
@pytest.mark.parametrize("gop_seconds", [1.0, 4.0])
def test_a_frozen_sensor_behind_a_running_encoder_is_told_from_a_live_one(gop_seconds: float, lit: bool) -> None:
    device = Device(open_scenes(None), DeviceConfig(width=320, height=180, fps=15.0, transition_s=0.1))
    device.ir_cut, device.room_lit = "ON", lit
    server = RtspServer(320, 180, 15.0, gop_seconds=gop_seconds)
    frozen: list[NDArray[np.uint8]] = []
    device.on_frame.append(lambda picture, at: server.push(frozen[0] if frozen else picture, at))
    server.start()
    device.start()
    try:
        with Stream(server.url, label="cam") as stream:
            list(stream.frames(2.0))
            lived_from = stream.next(after=-1).arrived_at
            assert stream.lived_on(lived_from) is None  # not yet
            list(stream.frames(4.0))
            assert stream.lived_on(lived_from)
            frozen.append(device.latest()[0])
            list(stream.frames(1.0))  # an encoder refines what it is given again and again
            stood_from = stream.next(after=-1).arrived_at
            list(stream.frames(4.0))
            assert stream.lived_on(stood_from) is False
            assert stream.lived_on(lived_from)
    finally:
        device.stop()
        server.stop()


def test_a_video_device_that_is_not_there_is_named() -> None:
    with (
        pytest.raises(
            StreamError, match=r"cam: can't be read \(No such file or directory\); check that the camera is on"
        ),
        Stream("/dev/video987", label="cam"),
    ):
        pass


def test_video_without_a_network_is_read_alike() -> None:
    test_picture = partial(av.open, "testsrc=size=320x180:rate=15", format="lavfi")
    with closing(LiveVideo(test_picture).frames(threading.Event())) as frames:
        seen = list(islice(frames, 20))
    assert [frame.number for frame in seen] == list(range(20))
    assert all(frame.damage == "" and frame.captured_at == frame.arrived_at for frame in seen)
    assert seen[0].pixels.shape == (180, 320, 3)
