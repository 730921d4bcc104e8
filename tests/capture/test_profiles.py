"""The built-in profiles: each leads to a driver that is there, and asks all that it needs."""

import re

import pytest

from nirecap.capture.choose_camera import OPTIONS, Told, settings_of
from nirecap.capture.configuration import OwnCamera
from nirecap.capture.drivers import DRIVERS, connect
from nirecap.capture.profiles import built_in, find_profile, known_names

ANSWERS = {
    "host": "127.0.0.1",
    "port": "8080",
    "user": "me",
    "stream_url": "rtsp://127.0.0.1/live",
    "server": "ws://127.0.0.1:3000",
    "serial": "T8400N00000000AA",
    "camera": "front-door",
}
PROFILES = pytest.mark.parametrize("name", built_in())


def answered(name: str) -> OwnCamera:
    """Return the camera of a person who answers every question of a profile."""
    answers = {asked: ANSWERS[asked] for asked in built_in()[name].asks}
    options = {asked: answer for asked, answer in answers.items() if asked not in OPTIONS}
    return OwnCamera(
        name,
        host=answers.get("host", ""),
        port=int(answers["port"]) if "port" in answers else None,
        user=answers.get("user", ""),
        stream_url=answers.get("stream_url", ""),
        options=options,
    )


@pytest.fixture(autouse=True)
def secrets(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NIRECAP_PASSWORD", "s3cret")
    monkeypatch.setenv("NIRECAP_API_KEY", "k3y")


@PROFILES
def test_the_driver_is_there(name: str) -> None:
    assert built_in()[name].driver in DRIVERS


@PROFILES
def test_who_answers_every_question_has_all_that_the_driver_needs(name: str) -> None:
    settings = settings_of("porch", Told(answered(name)))
    assert settings.name == "porch"
    connect(settings).close()


@PROFILES
def test_tells_what_to_do_first_and_what_to_beware_of(name: str) -> None:
    profile = built_in()[name]
    for text in (profile.prepare, profile.warns):
        assert re.fullmatch(r"[A-Z].*\.|[A-Z].*\]\.?", text)
    assert not profile.title.endswith(".")


def test_the_families_that_people_ask_for_are_there() -> None:
    wanted = ["eufy", "wyze-v2", "ordro", "onvif", "hikvision", "axis", "dahua", "amcrest", "reolink", "tapo", "sim"]
    assert all(find_profile(name) for name in wanted)


def test_no_name_means_two_profiles() -> None:
    assert len(known_names()) == len(set(known_names()))
