"""Ctrl-C and SIGTERM in the middle of a shot, with every driver: the run ends by itself and the camera is as before."""

import os
import signal
from pathlib import Path
from subprocess import PIPE, Popen
from threading import Thread
from urllib.parse import quote

import pytest

from nirecap.capture.configuration import PATH_VARIABLE, OwnCamera, as_toml
from nirecap.capture.drivers import CameraSettings
from nirecap.capture.logins import without_login

from .command_line import journaled, leftovers, started, wait_until
from .vendors.eufy import SERIAL
from .vendors.served import Served
from .vendors.shooting import VENDORS, serving

PROFILES = {"wyze_bridge": "wyze-v2-bridge"}
"""Of the vendors whose servers are not called like them."""
FURTHER = {"eufy": {"serial": SERIAL}}
"""Options that a profile asks for and its driver could do without."""


def own_camera(vendor: str, settings: CameraSettings) -> tuple[OwnCamera, str]:
    """Return what the owner would write down, and the password to give apart from it."""
    address, user, password = without_login(settings.stream_url)
    address = address.replace("{user}", quote(user, safe=""))  # may differ from the one who commands
    options = {**settings.options, **FURTHER.get(vendor, {})}
    camera = OwnCamera(PROFILES.get(vendor, vendor), settings.host, settings.port, settings.user, address, options)
    return camera, password or settings.password


def begun(vendor: str, served: Served, folder: Path, monkeypatch: pytest.MonkeyPatch) -> Popen[str]:
    camera, password = own_camera(vendor, served.settings)
    (folder / "cameras.toml").write_text(as_toml("porch", camera))
    monkeypatch.setenv(PATH_VARIABLE, str(folder / "cameras.toml"))
    monkeypatch.setenv("NIRECAP_API_KEY", served.settings.api_key)
    return started(
        "shoot", "--camera", "porch", "--plan", "pair", "--target", "9", folder / "night", password=password, stdin=PIPE
    )


class Listener(Thread):
    """Reads what a run says, and does what it asks of the operator."""

    def __init__(self, run: Popen[str], served: Served) -> None:
        super().__init__(name="operator")
        self.run_, self.served = run, served
        self.said: list[str] = []
        self.start()

    def run(self) -> None:
        assert self.run_.stdin and self.run_.stdout
        for line in self.run_.stdout:
            self.said.append(line.rstrip())
            if "press Enter" in line:
                self.served.settings.ask(line)
                self.run_.stdin.write("\n")
                self.run_.stdin.flush()


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM], ids=lambda number: number.name)
@pytest.mark.parametrize("vendor", VENDORS)
def test_stopped_in_the_middle_puts_everything_back(
    vendor: str, number: signal.Signals, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with serving(vendor) as served:
        before = served.state()
        with begun(vendor, served, tmp_path, monkeypatch) as run:
            heard = Listener(run, served)
            device = served.device  # it starts in AUTO at night
            wait_until(lambda: run.poll() is not None or device.truth()["filter_in"])
            wait_until(lambda: run.poll() is not None or not device.truth()["filter_in"])
            assert run.poll() is None, heard.said
            os.kill(run.pid, number)
            heard.join(60)
            assert run.wait(60) == 130, heard.said
        assert served.state() == before
    assert "stopped by you; the shot in hand is dropped" in heard.said
    if vendor == "manual":  # nobody but the operator can put it back
        assert sum("switch it back by hand" in line for line in heard.said) == 1
    else:
        assert heard.said[-1] == "0 shots taken; camera as before"
    assert journaled(tmp_path / "night") == []
    assert leftovers(tmp_path / "night") == set()
