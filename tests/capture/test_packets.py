"""The packets that are kept with a frame: the camera's own, and a file that any player opens."""

import io
import shutil
import subprocess
import time
from pathlib import Path

import av
import numpy as np
import pytest

from nirecap.capture import packets
from nirecap.capture.frame import Frame
from nirecap.capture.sim.rtsp import session_description
from nirecap.capture.stream import Stream

from .rtsp_servers import FPS, GOP, Show
from .vendors.served import PASSWORD, USER, running_device


def pictures(file: bytes) -> list[np.ndarray]:
    with av.open(io.BytesIO(file)) as container:
        return [video.to_ndarray(format="rgb24") for video in container.decode(video=0)]


def place_of(frame: Frame, file: bytes) -> int:
    """Return which picture of the file is the frame."""
    wanted = frame.video.to_ndarray(format="rgb24")
    return next(place for place, seen in enumerate(pictures(file)) if np.array_equal(seen, wanted))


def test_the_file_shows_the_very_frame_of_a_simulated_camera(tmp_path: Path) -> None:
    with running_device() as (_, rtsp):
        url = rtsp.url.replace("//", f"//{USER}:{PASSWORD.replace('@', '%40').replace('/', '%2F')}@")
        with Stream(url, label="cam") as stream:
            first, later = stream.next(after=-1), stream.next(after=20)
            for frame in (first, later):
                file = stream.packets_around(frame)
                assert file
                place_of(frame, file)
    if shutil.which("ffprobe"):
        path = tmp_path / "frame.mkv"
        path.write_bytes(file)
        command = ["ffprobe", "-v", "error", "-show_streams", path]
        probed = subprocess.run(command, capture_output=True, text=True, check=False)
        assert (probed.returncode, probed.stderr) == (0, "")
        assert "codec_name=h264" in probed.stdout


def test_the_file_begins_with_the_key_frame_before_and_goes_on() -> None:
    with Show() as show:
        with Stream(show.server.url, label="cam") as stream:
            frame = stream.next(after=3)
            time.sleep(3 * GOP)
        file = stream.packets_around(frame)  # the stream is closed, several key frames later
        assert file
        assert len(pictures(file)) <= round(FPS * GOP) + 1
        assert pictures(file)[0].shape == frame.pixels.shape
        assert place_of(frame, file) < FPS * GOP


def test_a_camera_that_announces_no_parameter_sets_is_kept_too() -> None:
    with Show() as show:
        show.server._sdp = session_description(show.server._encoder, FPS).split(";sprop-parameter-sets")[0] + "\r\n"
        with Stream(show.server.url, label="cam") as stream:
            frame = stream.next(after=2)
            file = stream.packets_around(frame)
    assert file
    place_of(frame, file)


def test_what_is_too_much_between_key_frames_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(packets, "MAX_BYTES", 10_000)  # less than the key frame alone
    with Show() as show, Stream(show.server.url, label="cam") as stream:
        frame = stream.next(after=5)
        assert stream.packets_around(frame) is None
        assert frame.packets is not None
        assert not frame.packets._packets
