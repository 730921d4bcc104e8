"""The Tapo driver against a control port of the tests, and that port against pytapo as it comes."""

import sys
import time
import traceback
from collections.abc import Callable
from dataclasses import replace

import pytest

pytest.importorskip("pytapo", reason="the extra nirecap[tapo] is not installed")

from pytapo import Tapo

from nirecap.capture.drivers import CameraSettings, connect
from nirecap.capture.drivers import tapo as driver
from nirecap.capture.settle import Patience, settle
from nirecap.errors import CameraError, LoginRefused, UsageMistake
from nirecap.vocabulary import Mode

from ..vendors.served import PASSWORD, USER
from ..vendors.tapo import QUIRKS, STOK, served_control

NOBODY_THERE = 9
pytestmark = pytest.mark.filterwarnings("ignore:Unverified HTTPS request")  # pytapo switches it off outside of tests


@pytest.mark.parametrize("quirk", ["", *QUIRKS])
def test_modes_reach_the_camera_and_are_put_back(quirk: str) -> None:
    with served_control(frozenset({quirk} - {""})) as (served, _), connect(served.settings) as camera:
        before, held_before = camera.state(), served.state()
        for mode, word in ((Mode.NIGHT, "OFF"), (Mode.DAY, "ON"), (Mode.AUTO, "AUTO"), (Mode.NIGHT, "OFF")):
            camera.set_mode(mode)
            assert served.device.ir_cut == word
        assert camera.restore(before)
        assert served.state() == held_before


def test_modes_are_seen_in_the_picture() -> None:
    with served_control() as (served, _), connect(served.settings) as camera, camera.stream() as stream:
        for mode in (Mode.DAY, Mode.NIGHT):
            camera.set_mode(mode)
            settle(stream, mode, Patience(), after=stream.next(after=-1))


@pytest.mark.parametrize("quirk", ["", "old-login"])
def test_pytapo_as_it_comes_understands_the_server(quirk: str) -> None:
    with served_control(frozenset({quirk} - {""})) as (served, control):
        tapo = Tapo("127.0.0.1", USER, PASSWORD, controlPort=served.settings.port, isKLAP=False)
        tapo.setDayNightMode("on")
        assert (control.inf_type, tapo.getDayNightMode()) == ("on", "on")
        tapo.close()
        tapo.asyncHandler._loop.close()


@pytest.mark.parametrize("quirk", ["", "old-login"])
def test_a_wrong_password_is_refused(quirk: str) -> None:
    with served_control(frozenset({quirk} - {""})) as (served, control):
        camera = connect(replace(served.settings, password="wr0ng-pass"))
        assert_told(camera.open, LoginRefused, "refused the login; check user and password of its camera account")
        assert len(control.logins) <= 4  # the camera locks the account after ten


def test_the_newest_login_goes_through_the_same_session() -> None:
    with served_control(frozenset({"newest-login"})) as (served, control):
        assert_told(connect(served.settings).open, LoginRefused, "refused the login")
        assert [login["sub_method"] for login in control.logins] == ["discover", "pake_register", "pake_register"]


def test_a_locked_camera_says_for_how_long() -> None:
    with served_control(frozenset({"locked"})) as (served, _):
        assert_told(connect(served.settings).open, CameraError, "Temporary Suspension: Try again in 1800 seconds")


def test_privacy_mode_is_told() -> None:
    with served_control(frozenset({"privacy-mode"})) as (served, _), connect(served.settings) as camera:
        assert_told(lambda: camera.set_mode(Mode.NIGHT), CameraError, "Privacy mode is ON")


def test_a_redirect_is_not_followed() -> None:
    with served_control() as (other, reached):
        elsewhere = f"https://127.0.0.1:{other.settings.port}/"
        with served_control(frozenset({"redirect"}), elsewhere) as (served, _):
            assert_told(connect(served.settings).open, CameraError, "no Tapo camera answers at 127.0.0.1")
        assert reached.logins == []
        assert reached.requests == 0


def test_an_answer_without_end_is_cut_off() -> None:
    with served_control(frozenset({"endless"})) as (served, _):
        start = time.monotonic()
        assert_told(connect(served.settings).open, CameraError, "TooLarge")
        assert time.monotonic() - start < 10


def test_a_proxy_in_the_environment_is_not_used(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("https_proxy", f"http://127.0.0.1:{NOBODY_THERE}")
    monkeypatch.delenv("no_proxy", raising=False)
    with served_control() as (served, _), connect(served.settings) as camera:
        assert camera.state() == {"inf_type": "auto"}


def test_nobody_there() -> None:
    settings = CameraSettings("tapo", "attic", "127.0.0.1", port=NOBODY_THERE, user=USER, password=PASSWORD)
    assert_told(connect(settings).open, CameraError, "no Tapo camera answers at 127.0.0.1")


def test_it_tells_who_it_is_and_says_nothing_aloud(capfd: pytest.CaptureFixture[str]) -> None:
    with served_control() as (served, _), connect(served.settings) as camera:
        info = camera.describe()
    assert (info.driver, info.manufacturer, info.model, info.firmware) == (
        "tapo",
        "TP-Link",
        "C200",
        "1.4.1 Build 250101",
    )
    assert capfd.readouterr() == ("", "")


def test_the_owners_account_commands_where_it_is_given() -> None:
    with served_control() as (served, _):
        owner = replace(served.settings, user="viewer", password="other", api_key=PASSWORD)
        with connect(owner) as camera:
            assert camera.state() == {"inf_type": "auto"}


def test_closing_twice_and_before_opening() -> None:
    with served_control() as (served, _):
        camera = connect(served.settings)
        camera.close()
        with camera:
            pass
        camera.close()
        with pytest.raises(CameraError, match="open it first"):
            camera.state()


def test_what_it_needs() -> None:
    with pytest.raises(UsageMistake, match="needs --host ADDRESS and --user NAME"):
        connect(CameraSettings("tapo", "attic", "127.0.0.1"))


def test_without_the_extra_it_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delitem(sys.modules, driver.__name__)
    monkeypatch.setitem(sys.modules, "pytapo", None)
    with pytest.raises(UsageMistake, match=r"pip install nirecap\[tapo\]"):
        connect(CameraSettings("tapo", "attic", "127.0.0.1"))


def assert_told(work: Callable[[], object], kind: type[CameraError], message: str) -> None:
    with pytest.raises(kind) as caught:
        work()
    assert message in str(caught.value)
    everything = "".join(traceback.format_exception(caught.value))
    assert not any(secret in everything for secret in (PASSWORD, STOK, "wr0ng-pass"))
