"""From a name to a driver's settings: what wins, what is asked, what is kept, and what is a mistake."""

from pathlib import Path

import pytest

from nirecap.capture import choose_camera, passwords
from nirecap.capture.choose_camera import Given, camera_settings
from nirecap.capture.configuration import OwnCamera, read_configuration, save_camera
from nirecap.capture.drivers import CameraSettings
from nirecap.errors import UsageMistake


@pytest.fixture(autouse=True)
def path(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("NIRECAP_CAMERAS", str(tmp_path / "cameras.toml"))
    monkeypatch.setenv("NIRECAP_PASSWORD", "p@ss")
    for module in (choose_camera, passwords):
        monkeypatch.setattr(module, "attended", lambda: False)
    return tmp_path / "cameras.toml"


@pytest.fixture
def person(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Answers to give, in their order; an empty one takes what is offered."""
    answers: list[str] = []
    monkeypatch.setattr(choose_camera, "attended", lambda: True)
    monkeypatch.setattr(choose_camera, "question", lambda _text, default="": answers.pop(0) or default)
    return answers


def settings(name: str, given: Given | None = None) -> CameraSettings:
    return camera_settings(name, given or Given(), print)


def test_a_profile_needs_no_file(path: Path) -> None:
    found = settings("onvif", Given(host="192.168.1.20"))
    assert (found.driver, found.name, found.host, found.port, found.user) == (
        "onvif",
        "onvif",
        "192.168.1.20",
        80,
        "admin",
    )
    assert found.password == "p@ss"
    found = settings("manual", Given(stream_url="rtsp://192.168.1.20:8554/live"))
    assert (found.driver, found.stream_url, found.password) == ("manual", "rtsp://192.168.1.20:8554/live", "")
    assert not path.exists()


def test_an_alias_is_as_good() -> None:
    found = settings("amcrest", Given(host="cam.lan"))
    assert (found.driver, found.name) == ("dahua", "amcrest")


def test_given_wins_over_own_over_profile() -> None:
    save_camera("onvif", OwnCamera("onvif", host="own.lan", port=8000))
    own = settings("onvif")
    assert (own.host, own.port, own.user) == ("own.lan", 8000, "admin")
    given = settings("onvif", Given(host="given.lan", user="me", options={"a": "1"}))
    assert (given.host, given.port, given.user, given.options) == ("given.lan", 8000, "me", {"a": "1"})


def test_options_and_secrets_of_profile_and_own_come_together(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NIRECAP_API_KEY_YARD", "k3y")
    save_camera("yard", OwnCamera("wyze", host="bridge.lan", options={"camera": "yard"}))
    found = settings("yard")
    assert found.options == {"firmware": "wyze-bridge", "camera": "yard"}
    assert (found.api_key, found.password) == ("k3y", "")


def test_placeholders_are_filled() -> None:
    own = OwnCamera("manual", host="cam.lan", user="me", stream_url="rtsp://{user}:{password}@{host}/live")
    save_camera("shed", own)
    assert settings("shed").stream_url == "rtsp://me:p%40ss@cam.lan/live"


def test_a_login_in_a_given_address_is_used_and_kept_nowhere(person: list[str], path: Path) -> None:
    found = settings("manual", Given(stream_url="rtsp://me:h1dden@cam.lan/live"))
    assert found.stream_url == "rtsp://me:h1dden@cam.lan/live"
    person += ["rtsp://me:h1dden@cam.lan/live"]
    asked = settings("manual")
    assert asked.stream_url == "rtsp://me:h1dden@cam.lan/live"
    assert read_configuration().cameras["manual"].stream_url == "rtsp://{user}:{password}@cam.lan/live"
    assert "h1dden" not in path.read_text()
    assert "h1dden" not in repr(found) + repr(asked)


def test_what_is_missing_is_asked_once_and_kept(person: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    person += ["192.168.1.30", "me", "", "T8400N1"]
    found = settings("eufy")
    assert (found.host, found.user) == ("192.168.1.30", "me")
    assert found.options == {"server": "ws://127.0.0.1:3000", "serial": "T8400N1"}
    told = capsys.readouterr().err
    assert "First: Run eufy-security-ws" in told
    assert "eufy is kept in" in told
    assert settings("eufy") == found  # and nothing is left to ask


def test_with_nobody_to_ask_the_message_says_how_to_tell() -> None:
    with pytest.raises(UsageMistake) as mistake:
        settings("eufy", Given(host="cam.lan", user="me"))
    assert "--option serial=VALUE" in str(mistake.value)
    assert "nirecap cameras add eufy" in str(mistake.value)
    with pytest.raises(UsageMistake, match="onvif needs --host ADDRESS"):
        settings("onvif")


def test_an_unknown_name_gets_the_nearest() -> None:
    save_camera("porch", OwnCamera("onvif", host="h"))
    with pytest.raises(UsageMistake, match="did you mean porch"):
        settings("proch")
    with pytest.raises(UsageMistake, match="did you mean hikvision"):
        settings("hikvison")
    save_camera("hall", OwnCamera("onfiv", host="h"))
    with pytest.raises(UsageMistake, match="'onvif'"):
        settings("hall")


@pytest.mark.parametrize("host", ["http://me:h1dden@cam.lan", "cam.lan:8080", "me@cam.lan"])
def test_a_host_is_an_address_alone_and_is_not_repeated(host: str) -> None:
    with pytest.raises(UsageMistake, match="the address alone") as mistake:
        settings("onvif", Given(host=host))
    assert "cam.lan" not in str(mistake.value)
    assert settings("onvif", Given(host="fe80::1")).host == "fe80::1"


def test_an_answer_that_can_not_work_is_not_kept(person: list[str], path: Path) -> None:
    person += ["cam.lan:8080", "80", "me"]
    with pytest.raises(UsageMistake, match="the address alone"):
        settings("onvif")
    assert not path.exists()


def test_a_secret_that_some_models_want_is_taken_where_it_is_and_not_missed(monkeypatch: pytest.MonkeyPatch) -> None:
    given = Given(host="cam.lan", user="me")
    monkeypatch.delenv("NIRECAP_API_KEY", raising=False)
    assert settings("tapo", given).api_key == ""
    monkeypatch.setenv("NIRECAP_API_KEY_TAPO", "cl0ud")
    assert (settings("tapo", given).api_key, settings("tapo", given).password) == ("cl0ud", "p@ss")


def test_an_option_is_no_place_for_a_secret() -> None:
    with pytest.raises(UsageMistake, match="option token holds a secret") as mistake:
        settings("sim", Given(options={"token": "h1dden"}))
    assert "h1dden" not in str(mistake.value)


def test_a_port_is_a_number(person: list[str]) -> None:
    person += ["cam.lan", "eighty"]
    with pytest.raises(UsageMistake, match="'eighty' is no number"):
        settings("onvif")
