"""What every test needs: no network, and the way to the real images where they are."""

import os
from pathlib import Path

import pytest

os.environ["HF_HUB_OFFLINE"] = "1"  # before anything imports `datasets`

collect_ignore = ["capture/gst_rtsp_server.py"]  # a program for the system's Python, which has the GStreamer bindings
SHARED = Path(__file__).parents[2] / "shared" / "data"


@pytest.fixture(scope="session")
def shared_scenes() -> Path:
    """The folder of real registered scenes; skips where there is none."""
    folder = SHARED / "scenes"
    if not folder.is_dir():
        pytest.skip("no real scenes in ../shared/data/scenes")
    return folder
