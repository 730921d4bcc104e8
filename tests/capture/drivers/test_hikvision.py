"""The Hikvision driver: ISAPI's documents, and what firmware does to them."""

import pytest

from nirecap.capture.drivers import connect
from nirecap.capture.drivers.http_client import Refused
from nirecap.errors import CameraError
from nirecap.vocabulary import Mode

from ..vendors.hikvision import QUIRKS, HikvisionCamera, serve
from ..vendors.web_camera import Asked, Told

LEVELS = {"nightToDayFilterLevel": "2", "nightToDayFilterTime": "30"}


@pytest.mark.parametrize("quirk", ["", *QUIRKS[1:]])
def test_auto_comes_back_with_its_levels(quirk: str) -> None:
    with serve(frozenset({quirk})) as served, connect(served.settings) as camera:
        before = camera.state()
        assert before == {"IrcutFilterType": "auto", **LEVELS}
        for mode in (Mode.DAY, Mode.NIGHT, Mode.NIGHT):
            camera.set_mode(mode)
        assert served.device.ir_cut == "OFF"
        assert camera.restore(before)
        assert served.state() == before


def test_describes_itself_without_serial_number() -> None:
    with serve() as served, connect(served.settings) as camera:
        info = camera.describe()
    assert (info.driver, info.manufacturer, info.model, info.firmware) == (
        "hikvision",
        "Hikvision",
        "DS-2CD2043G0-I",
        "V5.6.3",
    )


def test_refusal_in_a_success_of_http(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(self: HikvisionCamera, asked: Asked) -> Told:
        return self._status(4, "Invalid Operation", "lowPrivilege")

    with serve() as served, connect(served.settings) as camera:
        monkeypatch.setattr(HikvisionCamera, "_set", refuse)
        with pytest.raises(Refused, match="status 4 Invalid Operation lowPrivilege; the firmware"):
            camera.set_mode(Mode.DAY)


def test_what_is_no_filter(monkeypatch: pytest.MonkeyPatch) -> None:
    with serve() as served:
        for body in ["<IrcutFilter/>", "<a><IrcutFilterType>day</IrcutFilterType>", "", "<html/>"]:
            monkeypatch.setattr(HikvisionCamera, "answer", lambda self, asked, body=body: Told(body))
            with pytest.raises(CameraError, match=r"IR-cut filter|not XML"):
                connect(served.settings).open()
