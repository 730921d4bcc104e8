"""The Reolink driver: login by token, objects sent back whole, picture and lamp."""

import json
import traceback

import pytest

from nirecap.capture.drivers import connect
from nirecap.capture.drivers.http_client import Refused
from nirecap.errors import CameraError, LoginRefused
from nirecap.vocabulary import Mode

from ..vendors.reolink import MAX_SESSIONS, QUIRKS, ReolinkCamera, serve
from ..vendors.web_camera import Asked, Told


def logins(camera: ReolinkCamera) -> int:
    return sum(json.loads(asked.body)[0]["cmd"] == "Login" for asked in camera.asked)


@pytest.mark.parametrize("quirk", ["", *QUIRKS[1:]])
def test_picture_and_lamp(quirk: str) -> None:
    with serve(frozenset({quirk})) as served, connect(served.settings) as camera:
        before = camera.state()
        assert before == ({} if quirk == "no-lamp" else {"IrLights.state": "Auto"}) | {"Isp.dayNight": "Auto"}
        camera.set_mode(Mode.NIGHT)
        assert (served.device.ir_cut, served.device.ir_lamp) == (
            "AUTO" if quirk == "loses-a-command" else "OFF",
            "AUTO",
        )


def test_nothing_else_of_the_object_changes() -> None:
    with serve() as served, connect(served.settings) as camera:
        assert isinstance(served.camera, ReolinkCamera)
        was = dict(served.camera.objects["Isp"])
        camera.set_mode(Mode.DAY)
        assert served.camera.objects["Isp"] == was | {"dayNight": "Color"}
        assert served.camera.objects["IrLights"] == {"channel": 0, "state": "Off"}


def test_one_login_serves_and_is_given_back() -> None:
    with serve() as served:
        assert isinstance(served.camera, ReolinkCamera)
        for _ in range(2 * MAX_SESSIONS):
            with connect(served.settings) as camera:
                camera.set_mode(Mode.DAY)
        assert logins(served.camera) == 2 * MAX_SESSIONS
        assert served.camera.tokens == {}


def test_expired_token_is_renewed() -> None:
    with serve(frozenset({"token-expires"})) as served, connect(served.settings) as camera:
        assert isinstance(served.camera, ReolinkCamera)
        for mode in (Mode.DAY, Mode.NIGHT, Mode.DAY):
            camera.set_mode(mode)
        assert served.device.ir_cut == "ON"
        assert 2 < logins(served.camera) < 8


def test_camera_that_asks_for_a_login_for_ever(monkeypatch: pytest.MonkeyPatch) -> None:
    real = ReolinkCamera.answer

    def forgetful(self: ReolinkCamera, asked: Asked) -> Told:
        self.tokens = {}
        return real(self, asked)

    with serve() as served:
        monkeypatch.setattr(ReolinkCamera, "answer", forgetful)
        with pytest.raises(Refused, match=r"please login first \(-6\)"), connect(served.settings):
            pass
        assert len(served.camera.asked) < 10


def test_no_session_free_is_no_wrong_password() -> None:
    with serve() as served:
        assert isinstance(served.camera, ReolinkCamera)
        served.camera.tokens = {str(number): 0 for number in range(MAX_SESSIONS)}
        with pytest.raises(CameraError, match="no session free") as caught:
            connect(served.settings).open()
    assert not isinstance(caught.value, LoginRefused)


def test_token_is_told_nowhere(monkeypatch: pytest.MonkeyPatch) -> None:
    with serve() as served, connect(served.settings) as camera:
        assert isinstance(served.camera, ReolinkCamera)
        (token,) = served.camera.tokens
        monkeypatch.setattr(ReolinkCamera, "answer", lambda self, asked: Told("gone", 404))
        with pytest.raises(Refused) as caught:
            camera.set_mode(Mode.DAY)
        assert token not in "".join(traceback.format_exception(caught.value))


def test_answers_of_another_shape(monkeypatch: pytest.MonkeyPatch) -> None:
    with serve() as served:
        for body in [
            "[]",
            "{}",
            "[1]",
            '[{"code": 0}]',
            '[{"code": 0, "value": {"Isp": {}}}]',
            '[{"code": 0, "value": 5}]',
        ]:
            monkeypatch.setattr(ReolinkCamera, "answer", lambda self, asked, body=body: Told(body))
            with pytest.raises(Refused):
                connect(served.settings).open()


def test_refusal_in_a_success_of_http() -> None:
    with serve(frozenset({"refuses-once"})) as served, connect(served.settings) as camera:
        camera.set_mode(Mode.DAY)
        with pytest.raises(Refused, match=r"param error \(-4\)"):
            camera.set_mode(Mode.NIGHT)


def test_describes_itself() -> None:
    with serve() as served, connect(served.settings) as camera:
        info = camera.describe()
    assert (info.manufacturer, info.model, info.firmware) == ("Reolink", "RLC-410W", "v3.0.0.136")
