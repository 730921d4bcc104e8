"""The Axis driver: VAPIX parameters."""

import pytest

from nirecap.capture.drivers import connect
from nirecap.capture.drivers.http_client import Refused
from nirecap.vocabulary import Mode

from ..vendors.axis import AxisCamera, serve


@pytest.mark.parametrize(("mode", "word"), [(Mode.DAY, "yes"), (Mode.NIGHT, "no"), (Mode.AUTO, "auto")])
def test_words(mode: Mode, word: str) -> None:
    with serve() as served, connect(served.settings) as camera:
        camera.set_mode(mode)
        assert camera.state() == {"ImageSource.I0.DayNight.IrCutFilter": word}
        assert served.camera.asked[-2].parameters == {"action": "update", "ImageSource.I0.DayNight.IrCutFilter": word}


def test_describes_itself() -> None:
    with serve() as served, connect(served.settings) as camera:
        info = camera.describe()
    assert (info.manufacturer, info.model, info.firmware) == ("Axis", "M1065-L", "9.80.3.11")


def test_refusal_in_a_success_of_http() -> None:
    with serve(frozenset({"refuses-once"})) as served, connect(served.settings) as camera:
        camera.set_mode(Mode.DAY)
        camera.set_mode(Mode.NIGHT)
        with pytest.raises(
            Refused, match=r"# Error: Error setting 'root\.ImageSource\.I0\.DayNight\.IrCutFilter' to 'yes'!"
        ):
            camera.set_mode(Mode.DAY)


def test_camera_without_the_filter(monkeypatch: pytest.MonkeyPatch) -> None:
    with serve() as served:
        assert isinstance(served.camera, AxisCamera)
        del served.camera.parameters["root.ImageSource.I0.DayNight.IrCutFilter"]
        with pytest.raises(Refused, match="Error -1 getting param"), connect(served.settings):
            pass
