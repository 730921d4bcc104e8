"""What the tests that shoot with every driver share: the vendors, their servers, and a judge of what was shot."""

import importlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from types import ModuleType

from nirecap.capture.drivers import connect
from nirecap.capture.goal import Goal
from nirecap.capture.picture import contradiction, look_at
from nirecap.capture.plan import Step, steps_of
from nirecap.capture.records import ShotRecord
from nirecap.capture.settle import Patience
from nirecap.capture.shoot import Shooting
from nirecap.capture.sim.device import Device
from nirecap.capture.store import Collection
from nirecap.images import read_image
from nirecap.vocabulary import Plan, Role

from .served import Served

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
    return importlib.import_module(f".{vendor}", __package__)


@contextmanager
def serving(vendor: str, *quirks: str) -> Iterator[Served]:
    with server_of(vendor).serve(frozenset(quirks)) as served:
        yield served


class RoomLight:
    """The lamp of the simulated room; something may happen when it is switched on."""

    def __init__(self, device: Device, happens: Callable[[], None] = lambda: None) -> None:
        self.device, self.happens = device, happens

    def is_on(self) -> bool:
        return self.device.room_lit

    def turn(self, on: bool) -> None:
        self.device.room_lit = on
        if on:
            self.happens()


def shoot_triplets(served: Served, folder: Path, count: int) -> tuple[list[ShotRecord], list[str]]:
    """Shoot into a new collection; return its shots and what was said."""
    said: list[str] = []
    collection = Collection(folder, create=True)
    with connect(served.settings) as camera:
        patience = Patience(timeout_s=4.0)
        shooting = Shooting(camera, RoomLight(served.device), Plan.TRIPLET, patience=patience, say=said.append)
        shooting.run(collection, Goal(collection, count))
    return list(collection.shots()), said


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
