import pytest

from nirecap.model.config import PRESETS, preset
from nirecap.model.nearest_preset import likeness, nearest_preset


@pytest.mark.parametrize("name", PRESETS)
def test_every_preset_is_known_again(name: str) -> None:
    assert likeness(preset(name, minutes=3.0, exposure_target=0.4)) == f"Preset `{name}`"
    assert nearest_preset(preset(name, iterations=7, without=("ccl",))) == name
