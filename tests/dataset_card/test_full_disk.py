"""A full disk, a small tmpfs in a mount namespace of its own: one clear line, and the version before is whole."""

import subprocess
import sys
from pathlib import Path

import pytest

from nirecap.files import sha256_of

from .small_collections import make_collection, night_of

ON_SMALL_DISK = """
mount -t tmpfs -o size="$1" none "$2" || exit
cp -a "$3" "$2/set"
"$4" -m nirecap publish "$5" "$2/set"
code=$?
cp -a "$2" "$6"
exit $code
"""
"""Arguments: size, mount point, version before, python, collection, folder that the disk is copied to in the end."""


def files_of(folder: Path) -> dict[str, str]:
    return {path.relative_to(folder).as_posix(): sha256_of(path) for path in folder.rglob("*") if path.is_file()}


def test_full_disk_leaves_the_version_before_whole(tmp_path: Path) -> None:
    if subprocess.run(["unshare", "--mount", "true"], capture_output=True, check=False).returncode:
        pytest.skip("mounting a small disk needs the privilege to unshare the mount namespace")
    make_collection(tmp_path / "first", night_of(2))
    make_collection(tmp_path / "night", night_of(12))
    (tmp_path / "disk").mkdir()
    first = [sys.executable, "-m", "nirecap", "publish", tmp_path / "first", tmp_path / "before"]
    subprocess.run(first, capture_output=True, check=True)
    room = sum(path.stat().st_size for path in (tmp_path / "before").rglob("*") if path.is_file()) + 300_000
    arguments = [room, tmp_path / "disk", tmp_path / "before", sys.executable, tmp_path / "night", tmp_path / "after"]
    script = ["unshare", "--mount", "bash", "-c", ON_SMALL_DISK, "bash", *map(str, arguments)]
    done = subprocess.run(script, capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert done.stderr.count("\n") == 1
    assert "the disk is full" in done.stderr
    assert files_of(tmp_path / "after") == {f"set/{name}": it for name, it in files_of(tmp_path / "before").items()}
