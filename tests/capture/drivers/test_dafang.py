"""The Wyze driver on Dafang Hacks firmware."""

import pytest

from nirecap.capture.drivers import connect
from nirecap.capture.drivers.http_client import Refused
from nirecap.vocabulary import Mode

from ..vendors.dafang import DafangCamera, serve


@pytest.mark.parametrize(
    ("mode", "commands"),
    [
        (Mode.DAY, ["auto_night_mode_stop", "night_mode_off"]),
        (Mode.NIGHT, ["auto_night_mode_stop", "night_mode_on"]),
        (Mode.AUTO, ["auto_night_mode_start"]),
    ],
)
def test_commands_in_their_order(mode: Mode, commands: list[str]) -> None:
    with serve() as served, connect(served.settings) as camera:
        served.camera.asked.clear()
        camera.set_mode(mode)
        assert [asked.parameters["cmd"] for asked in served.camera.asked] == commands


def test_firmware_without_night_mode(monkeypatch: pytest.MonkeyPatch) -> None:
    real = DafangCamera._obey
    monkeypatch.setattr(DafangCamera, "_obey", lambda self, command: real(self, command.replace("night_mode", "x")))
    with serve() as served, pytest.raises(Refused, match="Unsupported command 'x_status' Back"):
        connect(served.settings).open()


def test_status_that_is_none(monkeypatch: pytest.MonkeyPatch) -> None:
    with serve() as served:
        for word in ["", "on", "<html>"]:
            monkeypatch.setattr(DafangCamera, "_obey", lambda self, command, word=word: word)
            with pytest.raises(Refused, match=r"refused /cgi-bin/action\.cgi.cmd=night_mode_status"):
                connect(served.settings).open()
