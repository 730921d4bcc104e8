"""Every driver against a server that speaks its vendor's protocol, with each misbehaviour that real firmware shows.

What goes wrong on our side, or for ever, is in test_failing_drivers.py and test_stopped_drivers.py.
"""

import os
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from nirecap.capture.sim.quirks import Quirk

from .vendors.shooting import VENDORS, server_of, serving, shoot_triplets, wrong

TRIPLETS = int(os.environ.get("NIRECAP_TRIPLETS", "1"))
"""Shot with each quirk; one shows most of those that come with the number of commands."""
NEEDS_MORE = {("onvif", Quirk.LYING_SUCCESS): 3}
NOT_RESTORED = {("thingino", "ignores-auto"), ("onvif", Quirk.AUTO_IGNORED)}
"""The camera does not go back to how it was, and one line says so."""
AT_ONCE = 5
"""Cameras with which a test shoots; most of the time passes with waiting for them."""


def failures(vendor: str, quirk: str, folder: Path) -> list[str]:
    """Shoot triplets with one quirk, "" for none; return all that is not as it should be."""
    count = max(TRIPLETS, NEEDS_MORE.get((vendor, quirk), 0))
    with serving(vendor, *filter(None, [quirk])) as served:
        before = served.state()
        shots, said = shoot_triplets(served, folder, count)
        restored, lit = served.state() == before, served.device.room_lit
    unverified = [line for line in said if "it is not verified that they are" in line]
    found = [line for line in said if "frozen" in line] + [why for shot in shots for why in wrong(folder, shot)]
    if len(shots) != count:
        found.append(f"{len(shots)} shots instead of {count}")
    if lit:
        found.append("the light is on")
    if (vendor, quirk) in NOT_RESTORED:
        return found if len(unverified) == 1 else [*found, "nothing said of settings that are not as before"]
    return [*found, *unverified] if restored else [*found, "settings not as before"]


@pytest.mark.parametrize("vendor", VENDORS)
def test_triplets_in_the_right_mode_and_everything_as_before(vendor: str, tmp_path: Path) -> None:
    quirks = ["", *server_of(vendor).QUIRKS]
    with ThreadPoolExecutor(AT_ONCE) as pool:
        found = pool.map(lambda quirk: failures(vendor, quirk, tmp_path / (quirk or "none")), quirks)
        assert {quirk: why for quirk, why in zip(quirks, found, strict=True) if why} == {}
