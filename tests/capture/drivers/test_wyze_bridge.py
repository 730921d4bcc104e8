"""The Wyze driver behind docker-wyze-bridge."""

from dataclasses import replace

import pytest

from nirecap.capture.drivers import CameraSettings, connect
from nirecap.capture.drivers.http_client import Refused
from nirecap.errors import UsageMistake
from nirecap.vocabulary import Mode

from ..vendors.served import PASSWORD
from ..vendors.web_camera import Told
from ..vendors.wyze_bridge import QUIRKS, WyzeBridge, serve


@pytest.mark.parametrize(("mode", "number"), [(Mode.DAY, 2), (Mode.NIGHT, 1), (Mode.AUTO, 3)])
def test_numbers(mode: Mode, number: int) -> None:
    with serve() as served, connect(served.settings) as camera:
        camera.set_mode(mode)
        assert served.state() == number
        assert served.camera.asked[-1].target == f"/api/front-door/night_vision/{number}"


def test_name_and_password_serve_as_well() -> None:
    with serve() as served, connect(replace(served.settings, api_key="", password=PASSWORD)) as camera:
        assert camera.state() == {"night_vision": "3"}


def test_camera_that_the_bridge_does_not_know() -> None:
    with serve() as served:
        options = {**served.settings.options, "camera": "back door/../x"}
        with pytest.raises(Refused, match=r"Could not find camera \[back%20door%2F..%2Fx\]"):
            connect(replace(served.settings, options=options)).open()


def test_camera_that_does_not_answer_the_bridge() -> None:
    assert "times-out-once" in QUIRKS
    with serve(frozenset({"times-out-once"})) as served, connect(served.settings) as camera:
        for mode in (Mode.DAY, Mode.NIGHT):
            camera.set_mode(mode)
        with pytest.raises(Refused, match="refused /api/front-door/night_vision/2: timed out"):
            camera.set_mode(Mode.DAY)


def test_answers_of_another_shape(monkeypatch: pytest.MonkeyPatch) -> None:
    with serve() as served:
        for body in ["{}", "[]", "5", '{"status": "success", "value": null}', '{"status": "success"}']:
            monkeypatch.setattr(WyzeBridge, "answer", lambda self, asked, body=body: Told(body))
            with pytest.raises(Refused, match="night_vision"):
                connect(served.settings).open()


def test_settings_that_are_missing() -> None:
    for options in [{}, {"firmware": "stock"}, {"firmware": "wyze-bridge"}]:
        with pytest.raises(UsageMistake, match=r"firmware, one of wyze-bridge|option camera"):
            connect(CameraSettings("wyze", "porch", "192.0.2.1", options=options))
