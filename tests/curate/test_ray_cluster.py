"""Curating on a Ray cluster of this computer."""

import importlib.util
import os
import shutil
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from nirecap.curate.ray_cluster import look_at_there
from nirecap.errors import CollectionError, WorkersLost

from .many_shots import many_shots

SHOTS = 40
ABSENT = importlib.util.find_spec("ray") is None
needs_ray = pytest.mark.skipif(ABSENT, reason="ray is not installed; pip install 'nirecap[ray]'")


@pytest.fixture(scope="module")
def night(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return many_shots(tmp_path_factory.mktemp("made") / "night", SHOTS, (320, 192)).path


@pytest.fixture(scope="module")
def cluster() -> Iterator[str]:
    """A head with two workers' worth of processors, on loopback."""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    command = [str(Path(sys.executable).with_name("ray")), "start", "--head", "--block", f"--port={port}"]
    command += ["--node-ip-address=127.0.0.1", "--num-cpus=2", "--include-dashboard=false", "--disable-usage-stats"]
    command += ["--object-store-memory=100000000"]
    environment = {**os.environ, "RAY_USAGE_STATS_ENABLED": "0"}
    head = subprocess.Popen(
        command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, start_new_session=True
    )
    assert head.stdout is not None
    for line in head.stdout:
        if "Ray runtime started" in line:
            break
    yield f"127.0.0.1:{port}"
    head.send_signal(signal.SIGTERM)  # which ends what it started
    head.communicate(timeout=60)


def curate(out: Path, *options: str) -> "subprocess.CompletedProcess[str]":
    command = [sys.executable, "-m", "nirecap", "curate", str(out), *options]
    return subprocess.run(command, capture_output=True, text=True, timeout=120, check=False)


@needs_ray
def test_a_cluster_writes_the_identical_manifest(night: Path, cluster: str, tmp_path: Path) -> None:
    here, there = (Path(shutil.copytree(night, tmp_path / name)) for name in ("here", "there"))
    assert curate(here, "--workers", "2").returncode == 0
    done = curate(there, "--ray", cluster)
    assert done.returncode == 0, done.stderr
    assert f"{SHOTS} shots examined" in done.stdout
    one, other = (pq.read_table(out / "metadata.parquet") for out in (here, there))
    assert one.num_rows == SHOTS
    assert [name for name in one.schema.names if not one[name].equals(other[name])] == []
    assert one.schema.equals(other.schema, check_metadata=True)
    assert f"0 shots examined, {SHOTS} known" in curate(there, "--ray", cluster).stdout


@needs_ray
def test_no_cluster_is_one_clear_line(night: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    done = curate(night, "--ray", f"127.0.0.1:{port}")
    assert done.returncode == 2
    assert f"no Ray cluster answers at 127.0.0.1:{port}" in done.stderr
    assert done.stderr.count("\n") == 1


def test_node_without_the_collection_says_so(tmp_path: Path) -> None:
    with pytest.raises(CollectionError, match="every node must reach it by that path"):
        look_at_there(tmp_path / "nowhere", [], "")


def test_node_with_other_checks_says_so(night: Path) -> None:
    with pytest.raises(WorkersLost, match="other versions of nirecap"):
        look_at_there(night, [], "other checks")
