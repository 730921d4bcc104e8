"""The Wyze driver on thingino firmware."""

import json

import pytest

from nirecap.capture.drivers import connect
from nirecap.capture.drivers.http_client import Refused
from nirecap.errors import CameraError
from nirecap.vocabulary import Mode

from ..vendors.thingino import KEY, ThinginoCamera, serve
from ..vendors.web_camera import Told


def test_auto_goes_off_before_a_mode_is_set() -> None:
    with serve() as served, connect(served.settings) as camera:
        camera.set_mode(Mode.DAY)
        sent = [json.loads(asked.body) for asked in served.camera.asked if asked.body]
        assert sent == [{"cmd": "auto", "val": 0}, {"cmd": "daynight", "val": "day"}]
        assert {asked.headers["x-api-key"] for asked in served.camera.asked} == {KEY}


def test_auto_that_never_comes_on_is_not_confirmed_and_the_mode_is_put_back() -> None:
    with serve(frozenset({"ignores-auto"})) as served, connect(served.settings) as camera:
        before = camera.state()
        assert before == {"daynight": "night", "auto": "1"}
        camera.set_mode(Mode.DAY)
        assert not camera.restore(before)
        assert camera.state() == {"daynight": "night", "auto": "0"}


def test_truths_in_words() -> None:
    with serve(frozenset({"writes-words"})) as served, connect(served.settings) as camera:
        assert camera.state()["auto"] == "1"
        camera.set_mode(Mode.DAY)
        assert camera.state()["auto"] == "0"


def test_heartbeat_without_a_mode(monkeypatch: pytest.MonkeyPatch) -> None:
    shapes: list[object] = [
        {},
        [],
        {"daynight_mode": "unknown", "daynight_enabled": 1},
        {"daynight_mode": "day"},
        {"daynight_mode": "day", "daynight_enabled": []},
    ]
    with serve() as served:
        for told in shapes:
            monkeypatch.setattr(ThinginoCamera, "answer", lambda self, asked, told=told: Told(json.dumps(told)))
            with pytest.raises(CameraError, match=r"tells no day/night mode .*; update thingino"):
                connect(served.settings).open()


def test_refusals(monkeypatch: pytest.MonkeyPatch) -> None:
    with serve() as served, connect(served.settings) as camera:
        for answer in [
            Told("unknown command", 400),
            Told('{"code": 200, "result": "error", "message": "busy"}'),
            Told("[]"),
        ]:
            monkeypatch.setattr(ThinginoCamera, "answer", lambda self, asked, answer=answer: answer)
            with pytest.raises(Refused, match=r"refused /x/json-imp\.cgi"):
                camera.set_mode(Mode.DAY)
