"""`kill -9` at random moments: what stands in a journal is whole, the rest is swept, and the next run goes on."""

import os
import random
import signal
import sys
import time
from pathlib import Path
from subprocess import PIPE, Popen

import requests

from nirecap.capture.sim.addresses import CameraAddresses
from nirecap.capture.sim.process import SimulatedCameraProcess
from nirecap.capture.store import Collection

from .command_line import (
    children,
    damaged,
    journaled,
    leftovers,
    lines_of,
    nirecap,
    runs,
    started,
    wait_until,
)

KILLS = int(os.environ.get("NIRECAP_KILLS", "5"))
"""Kills of a whole run of `shoot`; each takes some seconds."""
WRITERS, ROUNDS = 5, 10
"""Processes that do nothing but write shots, all at once; all are killed, so many times."""
DEVICE = ("--size", "320x192", "--fps", "30", "--transition", "0.05")
SPAN_S = 4.0
"""Kills fall into so many seconds after a run began its first shot: about two shots."""

WRITER = """
import sys
from datetime import UTC, datetime
from pathlib import Path
from nirecap.capture.records import ShotRecord
from nirecap.capture.store import Collection
from nirecap.vocabulary import Plan, Role

content = bytes(300_000)
with Collection(Path(sys.argv[1]), create=True).start_session("writer", {}) as session:
    print("writing", flush=True)
    while True:
        shot = session.begin_shot()
        images = {role: shot.save(role, ".png", content + role.encode(), (640, 480)) for role in Plan.QUAD.roles}
        record = ShotRecord(shot.shot, session.id, "s", Plan.QUAD, "writer", datetime.now(UTC), images)
        session.finish_shot(record)
"""


def arguments(camera: CameraAddresses, collection: Path, target: int) -> tuple[str | Path, ...]:
    reached = ("--host", camera.host, "--port", str(camera.http_port))
    return ("shoot", "--camera", "onvif", *reached, "--plan", "pair", "--target", str(target), collection)


def swept(said: list[str]) -> set[str]:
    """Return what a run says it swept away, without why."""
    begin = "swept away: "
    return {line.removeprefix(begin).partition(": ")[0] for line in said if line.startswith(begin)}


def begun(shoot: tuple[str | Path, ...], collection: Path) -> Popen[str]:
    """Start a run and return when it begins its first shot, or ends without one."""

    def first_shots() -> set[Path]:
        return set(collection.glob("sessions/*/0001"))

    before = first_shots()
    run = started(*shoot)
    wait_until(lambda: first_shots() - before or run.poll() is not None, 0.005)
    return run


def test_killed_runs_lose_no_finished_shot_and_the_last_one_finishes(tmp_path: Path) -> None:
    collection, chance = tmp_path / "night", random.Random(20)
    target, left, caught = 2 * KILLS, set[str](), 0
    with SimulatedCameraProcess(*DEVICE) as camera:
        shoot = arguments(camera, collection, target)
        for _ in range(KILLS):
            run = begun(shoot, collection)
            time.sleep(chance.uniform(0, SPAN_S))
            ended_by_itself = run.poll() is not None
            os.kill(run.pid, signal.SIGKILL)
            said = lines_of(run.communicate()[0])
            assert swept(said) == left
            assert damaged(collection) == []
            left = leftovers(collection)
            caught += bool(left)
            assert not ended_by_itself or len(journaled(collection)) == target
        code, said = nirecap(*shoot)
    assert caught > KILLS // 2
    assert code == 0
    assert swept(said) == left
    assert len(journaled(collection)) == target
    assert damaged(collection) == []
    assert leftovers(collection) == set()
    assert len(Collection(collection)) == target


def test_settings_that_a_killed_run_owes_are_put_back_by_the_next(tmp_path: Path) -> None:
    with SimulatedCameraProcess(*DEVICE) as camera, requests.Session() as room:

        def setting() -> str:
            return str(room.get(f"{camera.room}/state", timeout=10).json()["ir_cut"])

        run = started(*arguments(camera, tmp_path / "night", 9))
        wait_until(lambda: setting() != "AUTO" or run.poll() is not None)
        os.kill(run.pid, signal.SIGKILL)
        run.communicate()
        assert setting() != "AUTO"
        code, said = nirecap(*arguments(camera, tmp_path / "night", 1))
        assert code == 0
        assert "onvif: an earlier run left its settings changed; they will be put back to IrCutFilter AUTO" in said
        assert said[-1].rpartition("; next")[0].endswith("camera as before")
        assert setting() == "AUTO"
        assert not any("an earlier run" in line for line in nirecap(*arguments(camera, tmp_path / "night", 2))[1])


def test_killed_run_leaves_no_simulated_camera_and_the_next_goes_on_with_the_views(tmp_path: Path) -> None:
    options = (f"--option={name.removeprefix('--')}={value}" for name, value in zip(*[iter(DEVICE)] * 2, strict=True))
    shoot = ("shoot", "--camera", "sim", *options, "--plan", "pair", "--target", "2", tmp_path / "night")
    run = started(*shoot)
    wait_until(lambda: journaled(tmp_path / "night") or run.poll() is not None)
    cameras = children(run.pid)
    os.kill(run.pid, signal.SIGKILL)
    run.communicate()
    assert len(cameras) == 1
    wait_until(lambda: not runs(cameras[0]))
    assert nirecap(*shoot)[0] == 0
    shots = journaled(tmp_path / "night")
    assert len(shots) == len({shot["scene"] for shot in shots}) == 2
    assert leftovers(tmp_path / "night") == set()


def test_killed_writers_lose_no_finished_shot(tmp_path: Path) -> None:
    collection, chance, caught = tmp_path / "night", random.Random(50), 0
    for _ in range(ROUNDS):
        writers = [Popen([sys.executable, "-c", WRITER, collection], stdout=PIPE) for _ in range(WRITERS)]
        for writer in writers:
            with writer:
                assert writer.stdout is not None
                assert writer.stdout.readline() == b"writing\n"
                time.sleep(chance.uniform(0, 0.06))
                writer.kill()
        assert damaged(collection) == []
        left = leftovers(collection)
        caught += sum("/" in name for name in left)
        assert {line.partition(": ")[0] for line in Collection(collection).leftovers} == left
        assert leftovers(collection) == set()
    assert caught > WRITERS * ROUNDS // 2
    assert len(Collection(collection)) == len(journaled(collection)) > 0
