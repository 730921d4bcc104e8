"""Programs that nobody here wrote play the stream."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

SECONDS = 60
"""Time-out of one program."""

CV2_READS = """
import sys, cv2, numpy
capture = cv2.VideoCapture(sys.argv[1], cv2.CAP_FFMPEG)
pictures = [capture.read()[1][:, :, ::-1] for _ in range(10)]
sys.stdout.buffer.write(numpy.ascontiguousarray(pictures).tobytes())
"""


def program(name: str) -> str:
    """Find a program or skip."""
    return shutil.which(name) or pytest.skip(f"{name} is not installed")


def output_of(*command: str, **environment: str) -> bytes:
    result = subprocess.run(
        command,
        capture_output=True,
        timeout=SECONDS,
        env=os.environ | environment,
        check=False,
        stdin=subprocess.DEVNULL,
    )
    assert result.returncode == 0, result.stderr.decode()
    return result.stdout


def pictures_in(raw: bytes, numbers: Any) -> NDArray[np.uint8]:
    return np.frombuffer(raw, np.uint8).reshape(-1, numbers.height, numbers.width, 3)


def assert_right(pictures: NDArray[np.uint8], numbers: Any) -> None:
    """The pictures follow one another, and their colours are those that were pushed."""
    shown = [numbers.number(rgb) for rgb in pictures]
    assert len(shown) >= 5
    assert shown == list(range(shown[0], shown[0] + len(shown)))
    expected = np.array([125.0, 137.5, 125.0])  # means of the ramps of the scene
    assert np.abs(pictures[:, 20:].mean(axis=(0, 1, 2)) - expected).max() < 6  # GStreamer's own conversion is 3 darker


@pytest.mark.parametrize("transport", ["tcp", "udp"])
def test_ffprobe_names_the_stream(numbers: Any, transport: str) -> None:
    wanted = ["-rtsp_transport", transport, "-show_streams", "-of", "json"]
    (stream,) = json.loads(output_of(program("ffprobe"), "-v", "error", *wanted, numbers.server.url))["streams"]
    assert (stream["codec_name"], stream["width"], stream["height"]) == ("h264", numbers.width, numbers.height)
    assert stream["profile"] == "Constrained Baseline"
    assert stream["color_range"] == "tv"


@pytest.mark.parametrize("transport", ["tcp", "udp"])
def test_ffmpeg_sees_the_pictures(numbers: Any, transport: str) -> None:
    source = ["-rtsp_transport", transport, "-i", numbers.server.url]
    target = ["-frames:v", "10", "-fps_mode", "passthrough", "-f", "rawvideo", "-pix_fmt", "rgb24", "-"]
    assert_right(pictures_in(output_of(program("ffmpeg"), "-v", "error", *source, *target), numbers), numbers)


def test_ffmpeg_is_refused_without_the_password(show_numbers: Any) -> None:
    with show_numbers(user="admin", password="s3cret") as stream:
        command = [program("ffprobe"), "-v", "error", stream.server.url.replace("rtsp://", "rtsp://admin:wrong@")]
        refused = subprocess.run(command, capture_output=True, timeout=SECONDS, check=False)
    assert refused.returncode != 0
    assert b"401 Unauthorized" in refused.stderr


@pytest.mark.parametrize("transport", ["tcp", "udp"])
def test_opencv_sees_the_pictures(numbers: Any, transport: str) -> None:
    raw = output_of(
        sys.executable, "-c", CV2_READS, numbers.server.url, OPENCV_FFMPEG_CAPTURE_OPTIONS=f"rtsp_transport;{transport}"
    )
    assert_right(pictures_in(raw, numbers), numbers)


@pytest.mark.parametrize("protocols", ["tcp", "udp"])
def test_gstreamer_sees_the_pictures(show_numbers: Any, tmp_path: Path, protocols: str) -> None:
    launch = program("gst-launch-1.0")
    for element in ("rtspsrc", "rtph264depay", "h264parse", "avdec_h264"):
        if subprocess.run([program("gst-inspect-1.0"), element], capture_output=True, check=False).returncode:
            pytest.skip(f"GStreamer has no {element}")
    with show_numbers(user="admin", password="s3cret") as stream:
        login = ["user-id=admin", "user-pw=s3cret", f"protocols={protocols}"]
        source = ["rtspsrc", f"location={stream.server.url}", *login, "!", "rtph264depay", "!", "h264parse"]
        shown = ["avdec_h264", "!", "identity", "eos-after=11", "!", "videoconvert", "!", "video/x-raw,format=RGB"]
        raw = tmp_path / "pictures.raw"
        output_of(launch, "-q", *source, "!", *shown, "!", "filesink", f"location={raw}")
        assert_right(pictures_in(raw.read_bytes(), stream), stream)
