"""Every driver against a server that speaks its vendor's protocol, with each misbehaviour that real firmware shows."""

import importlib
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from types import ModuleType

import pytest

from nirecap.capture.drivers import connect
from nirecap.capture.goal import Goal
from nirecap.capture.picture import contradiction, look_at
from nirecap.capture.plan import Step, steps_of
from nirecap.capture.records import ShotRecord
from nirecap.capture.settle import Patience
from nirecap.capture.shoot import Shooting
from nirecap.capture.sim.device import Device
from nirecap.capture.store import Collection
from nirecap.capture.wishes import Stopped
from nirecap.images import read_image
from nirecap.vocabulary import Plan, Role

from .command_line import leftovers
from .vendors.served import Served

VENDORS = (
    "onvif",
    "manual",
    "eufy",
    "tapo",
    "wyze_bridge",
    "thingino",
    "dafang",
    "hikvision",
    "axis",
    "dahua",
    "reolink",
)


def server_of(vendor: str) -> ModuleType:
    return importlib.import_module(f".vendors.{vendor}", __package__)


QUIRKS = [(vendor, quirk) for vendor in VENDORS for quirk in ("", *server_of(vendor).QUIRKS)]


class RoomLight:
    """The lamp of the simulated room."""

    def __init__(self, device: Device, failure: BaseException | None = None) -> None:
        self.device, self.failure = device, failure

    def is_on(self) -> bool:
        return self.device.room_lit

    def turn(self, on: bool) -> None:
        self.device.room_lit = on
        if on and self.failure:
            raise self.failure


@contextmanager
def serving(vendor: str, *quirks: str) -> Iterator[Served]:
    with ExitStack() as running:
        yield running.enter_context(server_of(vendor).serve(frozenset(quirks)))


def wrong(collection: Path, shot: ShotRecord) -> list[str]:
    """Say which images of a triplet are not in the mode, or the light, of their role."""
    assert shot.bracket is not None
    files = {Step(role): record for role, record in shot.images.items()} | {steps_of(shot.plan)[-1]: shot.bracket}
    looks = {step: look_at(read_image(collection / record.file)) for step, record in files.items()}
    said = [f"{step.stem}: {why}" for step, look in looks.items() if (why := contradiction(look, step.mode))]
    lit = looks[Step(Role.REFERENCE)].mean
    return said + [
        f"{step.stem} is lit" for step, look in looks.items() if step.role is Role.LOW and look.mean > lit / 1.25
    ]


@pytest.mark.parametrize(("vendor", "quirk"), QUIRKS)
def test_three_triplets_in_the_right_mode_and_everything_as_before(vendor: str, quirk: str, tmp_path: Path) -> None:
    said: list[str] = []
    collection = Collection(tmp_path, create=True)
    with serving(vendor, *filter(None, [quirk])) as served:
        before = served.state()
        with connect(served.settings) as camera:
            patience = Patience(timeout_s=6.0)
            shooting = Shooting(camera, RoomLight(served.device), Plan.TRIPLET, patience=patience, say=said.append)
            shooting.run(collection, Goal(collection, 3))
        after = served.state()
        lit = served.device.room_lit
    shots = list(collection.shots())
    assert [wrong(tmp_path, shot) for shot in shots] == [[], [], []]
    assert after == before or any("not verified" in line for line in said)
    assert not lit


@pytest.mark.parametrize(
    "failure", [KeyboardInterrupt(), RuntimeError("a bug")], ids=lambda failure: type(failure).__name__
)
@pytest.mark.parametrize("vendor", VENDORS)
def test_failure_in_the_middle_puts_everything_back(vendor: str, failure: BaseException, tmp_path: Path) -> None:
    collection = Collection(tmp_path, create=True)
    with serving(vendor) as served:
        before = served.state()
        with connect(served.settings) as camera:
            light = RoomLight(served.device, failure)
            with pytest.raises(type(failure)):
                Shooting(camera, light, Plan.TRIPLET).run(collection, Goal(collection, 1))
        assert served.state() == before
        assert not served.device.room_lit
    assert leftovers(tmp_path) == set()


@pytest.mark.parametrize("vendor", VENDORS)
def test_dead_stream_puts_everything_back(vendor: str, tmp_path: Path) -> None:
    """The camera goes on answering while its picture stands still for ever."""
    collection = Collection(tmp_path, create=True)
    with serving(vendor) as served:
        before = served.state()
        with connect(served.settings) as camera:

            def say(line: str) -> None:
                if "failed" in line:
                    shooting.wishes.stop()

            shooting = Shooting(camera, None, Plan.PAIR, say=say)
            progress = served.device.on_frame.clear  # after the first shot
            with pytest.raises(Stopped):
                shooting.run(collection, Goal(collection, 3), progress)
        assert shooting.summary.causes == {"stream broke": 1}
        assert served.state() == before
    assert len(collection) == 1
