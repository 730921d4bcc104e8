"""Every driver when something breaks in the middle of a run: the camera and the light are put back as they were."""

from pathlib import Path

import pytest

from nirecap.capture.drivers import connect
from nirecap.capture.goal import Goal
from nirecap.capture.shoot import Shooting
from nirecap.capture.store import Collection
from nirecap.capture.wishes import Stopped
from nirecap.vocabulary import Plan

from .command_line import leftovers
from .vendors.shooting import VENDORS, RoomLight, serving


def fail() -> None:
    raise RuntimeError("a bug")


@pytest.mark.parametrize("vendor", VENDORS)
def test_exception_in_the_middle_puts_everything_back(vendor: str, tmp_path: Path) -> None:
    collection = Collection(tmp_path, create=True)
    with serving(vendor) as served:
        before = served.state()
        with connect(served.settings) as camera:
            light = RoomLight(served.device, fail)
            with pytest.raises(RuntimeError, match="a bug"):
                Shooting(camera, light, Plan.TRIPLET).run(collection, Goal(collection, 1))
        assert served.state() == before
        assert not served.device.room_lit
    assert leftovers(tmp_path) == set()


@pytest.mark.parametrize("vendor", VENDORS)
def test_dead_stream_puts_everything_back(vendor: str, tmp_path: Path) -> None:
    """The camera goes on answering while its picture has ended for ever."""
    collection = Collection(tmp_path, create=True)
    with serving(vendor) as served:
        before = served.state()
        with connect(served.settings) as camera:

            def say(line: str) -> None:
                if "failed" in line:
                    shooting.wishes.stop()

            light = RoomLight(served.device, served.device.stop)
            shooting = Shooting(camera, light, Plan.TRIPLET, say=say)
            with pytest.raises(Stopped):
                shooting.run(collection, Goal(collection, 1))
        assert served.state() == before
        assert not served.device.room_lit
    assert shooting.summary.causes == {"stream broke": 1}
    assert leftovers(tmp_path) == set()
