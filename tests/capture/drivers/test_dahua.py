"""The Dahua driver: day/night in every profile that the camera has."""

import pytest

from nirecap.capture.drivers import connect
from nirecap.capture.drivers.http_client import Refused
from nirecap.vocabulary import Mode

from ..vendors.dahua import QUIRKS, DahuaCamera, serve

PROFILES = {
    "": {"VideoInDayNight[0][0].Mode": "Brightness", "VideoInDayNight[0][1].Mode": "Brightness"}
    | {"VideoInDayNight[0][2].Mode": "Color"},
    "two-profiles": {"VideoInDayNight[0][0].Mode": "Brightness", "VideoInDayNight[0][1].Mode": "Brightness"},
    "older": {
        "VideoInOptions[0].DayNightColor": "1",
        "VideoInOptions[0].NightOptions.DayNightColor": "1",
        "VideoInOptions[0].NormalOptions.DayNightColor": "0",
    },
}


@pytest.mark.parametrize("quirk", PROFILES)
def test_each_profile_is_switched_and_gets_its_own_back(quirk: str) -> None:
    with serve(frozenset({quirk})) as served, connect(served.settings) as camera:
        before, held = camera.state(), served.state()
        assert before == PROFILES[quirk]
        camera.set_mode(Mode.NIGHT)
        night = "2" if quirk == "older" else "BlackWhite"
        assert camera.state() == dict.fromkeys(before, night)
        assert served.device.ir_cut == "OFF"
        assert camera.restore(before)
        assert served.state() == held


@pytest.mark.parametrize("quirk", QUIRKS[1:])
def test_the_profile_that_is_followed_is_among_them(quirk: str) -> None:
    with serve(frozenset({quirk})) as served, connect(served.settings) as camera:
        for mode in (Mode.NIGHT, Mode.NIGHT, Mode.DAY):
            camera.set_mode(mode)
        assert served.device.ir_cut == "ON"


def test_describes_itself() -> None:
    with serve() as served, connect(served.settings) as camera:
        info = camera.describe()
    assert (info.manufacturer, info.model) == ("Dahua", "IPC-HDW2431T-AS")
    assert info.firmware == "2.800.0000000.15.R,build:2021-05-13"


def test_camera_with_neither_table() -> None:
    with serve() as served:
        assert isinstance(served.camera, DahuaCamera)
        served.camera.config.clear()
        with pytest.raises(Refused, match=r"refused .*name=VideoInOptions: HTTP 400 Error Bad Request!"):
            connect(served.settings).open()
