"""Which light the command line and the user's file mean, and what is said where they mean none."""

from pathlib import Path

import pytest

from nirecap.capture.choose_light import choose_light
from nirecap.capture.lights import HomeAssistantLight, OperatorLight, UrlLight
from nirecap.errors import UsageMistake

SECRET = "t0ken-of-the-lamp"
OWN = """
[lights.study]
kind = "home-assistant"
url = "http://127.0.0.1:8123"
entity = "light.study"

[lights.plug]
kind = "url"
on = "http://127.0.0.1:9/cm?password={token}&cmnd=Power%20On"
off = "http://127.0.0.1:9/cm?password={token}&cmnd=Power%20Off"
"""


@pytest.fixture(autouse=True)
def own_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "cameras.toml").write_text(OWN)
    monkeypatch.setenv("NIRECAP_CAMERAS", str(tmp_path / "cameras.toml"))
    monkeypatch.delenv("NIRECAP_LIGHT_TOKEN", raising=False)


def unasked(question: str) -> None:
    raise AssertionError(question)


def test_no_name_is_no_light() -> None:
    assert choose_light("", "", "", unasked) is None


def test_ask_is_the_person_who_is_told_what_to_do() -> None:
    asked: list[str] = []
    light = choose_light("ask", "", "", asked.append)
    assert isinstance(light, OperatorLight)
    light.turn(True)
    light.turn(False)
    assert ["ON" in asked[0], "OFF" in asked[1]] == [True, True]


def test_pair_of_urls_is_a_light() -> None:
    assert isinstance(choose_light("", "http://127.0.0.1:9/on", "http://127.0.0.1:9/off", unasked), UrlLight)


@pytest.mark.parametrize(("name", "kind"), [("study", HomeAssistantLight), ("plug", UrlLight)])
def test_light_of_the_file_takes_its_secret_from_the_environment(
    name: str, kind: type, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(f"NIRECAP_LIGHT_TOKEN_{name.upper()}", SECRET)
    light = choose_light(name, "", "", unasked)
    assert isinstance(light, kind)
    assert SECRET not in repr(light)


@pytest.mark.parametrize(
    ("given", "said"),
    [
        (("", "http://127.0.0.1/on", ""), "both --light-on and --light-off"),
        (("", "", "http://127.0.0.1/off"), "both --light-on and --light-off"),
        (("ask", "http://127.0.0.1/on", "http://127.0.0.1/off"), "either --light or --light-on"),
        (("", "ftp://127.0.0.1/on", "ftp://127.0.0.1/off"), "must be like http://"),
        (("studio", "", ""), "did you mean 'study'?"),
        (("aks", "", ""), "did you mean 'ask'?"),
        (("zzz", "", ""), "--light ask"),
        (("plug", "", ""), "NIRECAP_LIGHT_TOKEN_PLUG"),
    ],
)
def test_mistakes_name_the_remedy(given: tuple[str, str, str], said: str) -> None:
    with pytest.raises(UsageMistake) as mistake:
        choose_light(*given, unasked)
    assert said in str(mistake.value)


def test_no_message_holds_a_login() -> None:
    with pytest.raises(UsageMistake) as mistake:
        choose_light("", f"ftp://user:{SECRET}@127.0.0.1/on", f"ftp://user:{SECRET}@127.0.0.1/off", unasked)
    assert SECRET not in str(mistake.value)
