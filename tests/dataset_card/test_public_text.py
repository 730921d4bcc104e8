"""Names lose what tells where a camera is and which one it is, and nothing else."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nirecap.dataset_card.public_text import LONGEST, public_shot, public_text


@pytest.mark.parametrize(
    "name",
    [
        "porch",
        "Porch 20:15:02",
        "indoor/0001",
        "street_1.2.3",
        "2026-11-22 15:00",
        "night-01-02-03-04",
        "eufy Indoor Cam 2K",
        "house / garden",
        "IMG_20240101_123456",
        "DSC00001234",
        "HIKVISION DS-2CD2043G0",
        "Küche & Flur",
    ],
)
def test_ordinary_names_stay(name: str) -> None:
    assert public_text(name) == name


@pytest.mark.parametrize(
    "secret",
    [
        "192.168.1.20",
        "10.0.0.5:554",
        "rtsp://me:hunter2@porch.lan/live",
        "nas.local:8080",
        "ann@example.org",
        "AA:BB:CC:DD:EE:FF",
        "fe80::1ff",
        "/home/ann/night",
        "~/night/x",
        "C:\\Users\\ann",
        "T8410P1234567890",
        "95270004ABCDEFGH",
        "SN 20190712",
        "serial no. 4711-0815",
    ],
)
def test_private_parts_are_hidden(secret: str) -> None:
    shown = public_text(f"hall {secret} left")
    assert shown.startswith("hall ***")
    assert secret not in shown


@given(st.text(max_size=400))
def test_any_name_becomes_one_short_line_that_stays_the_same(name: str) -> None:
    shown = public_text(name)
    assert len(shown) <= LONGEST
    assert shown.splitlines() in ([], [shown])


def test_shot_of_a_hidden_camera_keeps_its_time() -> None:
    assert public_shot("20261122-201502-nas-local-0a1b/0003", "nas.local") == "20261122-201502-camera-0a1b/0003"
    assert public_shot("20261122-201502-porch-0a1b/0003", "porch") == "20261122-201502-porch-0a1b/0003"
