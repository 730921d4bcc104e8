"""What every test needs: no network, and the way to the real images where they are."""

import os
import signal
from pathlib import Path

import pytest

# a run in the background, as of CI or nohup, ignores these, and so would every program that the tests start
for number in (signal.SIGINT, signal.SIGHUP):
    if signal.getsignal(number) is signal.SIG_IGN:
        signal.signal(number, signal.SIG_DFL)

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
