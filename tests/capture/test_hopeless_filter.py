"""The ONVIF driver against a simulated camera whose filter never comes to one of the modes."""

from pathlib import Path

import pytest

from nirecap.capture.drivers import connect
from nirecap.capture.goal import Goal
from nirecap.capture.settle import Patience
from nirecap.capture.shoot import Shooting
from nirecap.capture.sim.quirks import Quirk
from nirecap.capture.store import Collection
from nirecap.errors import NotSettled
from nirecap.vocabulary import Plan

from .command_line import leftovers
from .vendors.shooting import serving


@pytest.mark.parametrize(("quirk", "seen"), [(Quirk.PURPLE_MODE, "purple"), (Quirk.STUCK_FILTER, "still monochrome")])
def test_hopeless_filter_is_told_as_it_looks_and_everything_put_back(quirk: Quirk, seen: str, tmp_path: Path) -> None:
    collection = Collection(tmp_path, create=True)
    with serving("onvif", quirk) as served:
        before = served.state()
        with connect(served.settings) as camera:
            shooting = Shooting(camera, None, Plan.PAIR, patience=Patience(timeout_s=2.0))
            with pytest.raises(NotSettled, match=f"no settled day picture in 2 s, last seen: {seen}"):
                shooting.run(collection, Goal(collection, 1))
        assert served.state() == before
    assert shooting.summary.restored is True
    assert shooting.summary.causes == {"picture not settled": 3}
    assert leftovers(tmp_path) == set()
