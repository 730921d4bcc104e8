from pathlib import Path

import pytest

from nirecap.capture.disk_space import shortage


def test_a_disk_with_room_has_no_shortage(tmp_path: Path) -> None:
    assert shortage(tmp_path, reserve_bytes=1) == ""


@pytest.mark.parametrize("folder", ["", "night", "not/there/yet"])
def test_a_shortage_names_the_folder_what_is_left_and_what_has_to_stay(tmp_path: Path, folder: str) -> None:
    told = shortage(tmp_path / folder, reserve_bytes=10**18)
    assert str(tmp_path / folder) in told
    assert "MB left and 1,000,000,000,000 MB are to stay free" in told
