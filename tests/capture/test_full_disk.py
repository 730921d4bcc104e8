"""A full disk, a small tmpfs in a mount namespace of its own: one clear line, and every finished shot intact."""

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from nirecap.capture.sim.process import DEFAULT_PASSWORD, SimulatedCameraProcess
from nirecap.capture.store import Collection
from nirecap.images import encode_png

from .command_line import damaged, journaled, leftovers, lines_of, nirecap

ON_SMALL_DISK = """
mount -t tmpfs -o size="$1" none "$2" || exit
"$3" -m nirecap "${@:5}"
code=$?
cp -a "$2/." "$4"
exit $code
"""
"""Arguments: size, mount point, python, folder that the disk is copied to in the end, those of `nirecap`."""

OnSmallDisk = Callable[..., tuple[int, list[str], Path]]
"""Run `nirecap` on a disk of so many kilobytes; return exit code, what it said and a copy of the collection `night`."""


@pytest.fixture
def on_small_disk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> OnSmallDisk:
    if subprocess.run(["unshare", "--mount", "true"], capture_output=True, check=False).returncode:
        pytest.skip("mounting a small disk needs the privilege to unshare the mount namespace")
    monkeypatch.setenv("NIRECAP_PASSWORD", DEFAULT_PASSWORD)
    disk, copy = tmp_path / "disk", tmp_path / "copy"
    disk.mkdir()
    copy.mkdir()

    def run(kilobytes: int, *arguments: str | Path) -> tuple[int, list[str], Path]:
        script = ["unshare", "--mount", "bash", "-c", ON_SMALL_DISK, "bash"]
        words = [f"{kilobytes}k", disk, sys.executable, copy, *arguments]
        done = subprocess.run([*script, *map(str, words)], cwd=disk.parent, capture_output=True, text=True, check=False)
        return done.returncode, lines_of(done.stdout + done.stderr), copy / "night"

    return run


def assert_full_and_whole(code: int, said: list[str], collection: Path, shots: int) -> None:
    assert code == 1
    assert [line for line in said if line.startswith(("Error", "Traceback"))] == said[-1:]
    assert "the disk is full; finished shots are safe" in said[-1]
    assert 0 < len(journaled(collection)) < shots
    assert damaged(collection) == []
    assert len(Collection(collection)) == len(journaled(collection))
    assert leftovers(collection) == set()


def test_synth_fills_the_disk(on_small_disk: OnSmallDisk) -> None:
    size = ("--size", "320x192", "--workers", "1")
    *outcome, collection = on_small_disk(2000, "synth", *size, "--count", "40", "disk/night")
    assert_full_and_whole(*outcome, collection, 40)
    shots = len(journaled(collection))
    assert nirecap("synth", *size, "--count", "1", collection)[0] == 0
    assert len(journaled(collection)) == shots + 1
    assert damaged(collection) == []


def test_import_fills_the_disk(on_small_disk: OnSmallDisk, tmp_path: Path) -> None:
    source, noise = tmp_path / "camcorder", np.random.default_rng(0)
    source.mkdir()
    for number in range(8):
        for role in ("low", "nire"):
            picture = noise.integers(0, 256, (192, 320, 3), np.uint8)
            (source / f"{number}_{role}.png").write_bytes(encode_png(picture))
    *outcome, collection = on_small_disk(2000, "import", source, "disk/night")
    assert_full_and_whole(*outcome, collection, 8)
    assert nirecap("import", source, collection)[0] == 0
    assert len(journaled(collection)) == 8
    assert damaged(collection) == []


def test_shoot_fills_the_disk_and_puts_the_camera_back(on_small_disk: OnSmallDisk) -> None:
    with SimulatedCameraProcess("--size", "320x192", "--fps", "30", "--transition", "0.05") as camera:
        reached = ("--host", camera.host, "--port", str(camera.http_port))
        shoot = ("shoot", "--camera", "onvif", *reached, "--plan", "pair", "--target", "9", "disk/night")
        *outcome, collection = on_small_disk(600, *shoot)
    assert_full_and_whole(*outcome, collection, 9)
    assert any("camera as before" in line for line in outcome[1])
