"""A camera that a person switches: what is asked, and where its picture may come from."""

import pytest

from nirecap.capture.drivers import CameraSettings, connect
from nirecap.errors import UsageMistake
from nirecap.vocabulary import Mode


def settings(stream_url: str, asked: list[str]) -> CameraSettings:
    return CameraSettings("manual", "camcorder", stream_url=stream_url, ask=asked.append)


@pytest.mark.parametrize(
    "url", ["rtsp://bob:sesame@127.0.0.1:8554/live", "http://bob:sesame@127.0.0.1/snap.jpg", "/dev/video0"]
)
def test_any_source_will_do_and_the_operator_is_asked(url: str) -> None:
    asked: list[str] = []
    with connect(settings(url, asked)) as camera:
        for mode in (Mode.DAY, Mode.NIGHT, Mode.AUTO):
            camera.set_mode(mode)
        assert camera.state() == {}
        assert camera.restore({})
        assert camera.stream().label == "camcorder"
    assert [word for request in asked for word in ("OFF", "ON", "AUTO") if f" {word}" in request] == [
        "OFF",
        "ON",
        "AUTO",
    ]


@pytest.mark.parametrize(
    "url",
    ["", "porch", "ftp://sesame@h/x", "rtsp://", "rtsp://sesame@h:99999/x", "http:///x", "/etc/passwd", "rtsp://["],
)
def test_what_is_no_source_is_a_mistake_that_names_those_that_are(url: str) -> None:
    with pytest.raises(UsageMistake) as caught:
        connect(settings(url, []))
    said = str(caught.value)
    assert said == (
        "a camera switched by hand needs --stream rtsp://HOST:PORT/PATH, http://HOST/SNAPSHOT.jpg or /dev/video0"
    )
