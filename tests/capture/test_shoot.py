"""Shooting with the real simulated camera: what a shot holds, what is put back, and how failures end."""

import json
import os
import signal
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from nirecap.capture.drivers.onvif_client import MEDIA
from nirecap.capture.drivers.sim import SimCamera
from nirecap.capture.endurance import FAILURES_IN_A_ROW
from nirecap.capture.goal import Goal
from nirecap.capture.lights import Light
from nirecap.capture.picture import contradiction, look_at
from nirecap.capture.plan import Step, steps_of
from nirecap.capture.settle import Patience
from nirecap.capture.shoot import Shooting
from nirecap.capture.sim.process import DEFAULT_PASSWORD
from nirecap.capture.store import Collection
from nirecap.capture.stream import Stream
from nirecap.errors import CameraError, NirecapError, NotSettled, StreamError, UsageMistake
from nirecap.images import read_image
from nirecap.progress import shots
from nirecap.vocabulary import Mode, Plan, Role

from .command_line import children, damaged, journaled, leftovers, lines_of, nirecap, runs, started, wait_until
from .drivers.scripted_camera import ScriptedCamera, services, stream_uri

DEVICE = {"size": "320x192", "transition": "0.1", "fps": "30"}
AS_OPTIONS = tuple(word for name, value in DEVICE.items() for word in (f"--{name}", value))
SIMULATED = ("--camera", "sim", *(word for name, value in DEVICE.items() for word in ("--option", f"{name}={value}")))
STREAM_SETUP = {"Stream": "RTP-Unicast", "Transport": {"Protocol": "RTSP"}}
NOBODY = 9
"""The discard port, where nobody listens."""


@pytest.fixture(scope="module")
def shared_camera() -> Iterator[SimCamera]:
    with SimCamera("sim", AS_OPTIONS) as camera:
        yield camera


@pytest.fixture
def camera(shared_camera: SimCamera) -> Iterator[SimCamera]:
    """The shared camera in AUTO in the dark; whatever a test leaves behind is put right."""
    shared_camera.restore({"IrCutFilter": "AUTO"})
    shared_camera.light().turn(False)
    yield shared_camera
    shared_camera.light().turn(False)


@pytest.fixture
def collection(tmp_path: Path) -> Collection:
    return Collection(tmp_path / "night", create=True)


@pytest.fixture
def scripted() -> Iterator[ScriptedCamera]:
    scripted = ScriptedCamera()
    yield scripted
    scripted.stop()


def port_of(camera: SimCamera) -> int:
    return int(camera._client.where.rpartition(":")[2])


def onvif(port: int) -> tuple[str, ...]:
    return ("--camera", "onvif", "--host", "127.0.0.1", "--port", str(port))


class BreakingLight:
    """A light that obeys and then, when it was switched on, fails in the ways given, one after the other."""

    def __init__(self, light: Light, *failures: BaseException) -> None:
        self.light, self.failures = light, list(failures)

    def is_on(self) -> None:
        """It does not tell."""

    def turn(self, on: bool) -> None:
        self.light.turn(on)
        if on and self.failures:
            raise self.failures.pop(0)


class DeadLight:
    """A light that accepts every command and never shines."""

    def is_on(self) -> None:
        """It does not tell."""

    def turn(self, on: bool) -> None:
        pass


@pytest.mark.parametrize("plan", Plan)
def test_shot_holds_what_its_plan_says(camera: SimCamera, collection: Collection, plan: Plan) -> None:
    for _ in range(3):  # on a busy machine a camera stands still at times, and the last image stays unproven
        summary = Shooting(camera, camera.light(), plan).run(collection, Goal(collection, 1))
        assert (summary.taken, summary.failures, summary.restored) == (1, [], True)
        *_, shot = Collection(collection.path).shots()
        if shot.bracket:
            break
    assert shot.scene == camera.truth()["scene"]
    assert tuple(shot.images) == plan.roles
    assert shot.bracket is not None
    taken = {Step(role): record for role, record in shot.images.items()} | {steps_of(plan)[-1]: shot.bracket}
    looks = {step: look_at(read_image(collection.path / record.file)) for step, record in taken.items()}
    assert [contradiction(look, step.mode) for step, look in looks.items()] == [None] * len(taken)
    lit = [look.mean for step, look in looks.items() if step.role is Role.REFERENCE]
    dark = [look.mean for step, look in looks.items() if step.role is Role.LOW]
    assert all(bright > 1.25 * dim for bright in lit for dim in dark)
    seen = json.loads(json.dumps(shot.details["steps"]))
    assert all(0 < image["exposure_s"] < 0.07 and 0 <= image["gain_db"] <= 20 for image in seen)
    moments = [record.captured_at or 0.0 for record in taken.values()]
    assert moments == sorted(set(moments))
    assert damaged(collection.path) == []
    assert camera.state() == {"IrCutFilter": "AUTO"}
    assert not camera.truth()["room_lit"]


@pytest.mark.parametrize(
    ("before", "failures"),
    [
        ("OFF", [KeyboardInterrupt()]),
        ("ON", [RuntimeError("a bug")]),
        ("ON", [CameraError("no answer")] * FAILURES_IN_A_ROW),
        ("AUTO", [UsageMistake("nobody can answer")]),
    ],
)
def test_failure_while_the_room_is_lit_leaves_everything_as_before(
    camera: SimCamera, collection: Collection, before: str, failures: list[BaseException]
) -> None:
    camera.restore({"IrCutFilter": before})
    shooting = Shooting(camera, BreakingLight(camera.light(), *failures), Plan.REFERENCE)
    with pytest.raises(type(failures[0])):
        shooting.run(collection, Goal(collection, 1))
    assert shooting.summary.restored
    assert camera.state() == {"IrCutFilter": before}
    assert not camera.truth()["room_lit"]
    assert leftovers(collection.path) == set()
    assert journaled(collection.path) == []


def test_one_line_says_that_the_camera_could_not_be_put_back(
    camera: SimCamera, collection: Collection, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(camera, "restore", lambda state: False)
    said: list[str] = []
    light = BreakingLight(camera.light(), KeyboardInterrupt())
    shooting = Shooting(camera, light, Plan.REFERENCE, say=said.append)
    with pytest.raises(KeyboardInterrupt):
        shooting.run(collection, Goal(collection, 1))
    assert not shooting.summary.restored
    assert [line for line in said if "IrCutFilter AUTO" in line] == said


def test_light_that_can_not_be_switched_off_is_named_and_the_camera_put_back(
    camera: SimCamera, collection: Collection
) -> None:
    class StuckLight(BreakingLight):
        def turn(self, on: bool) -> None:
            if not self.failures:
                raise CameraError("the plug does not answer")
            super().turn(on)

    said: list[str] = []
    shooting = Shooting(camera, StuckLight(camera.light(), RuntimeError()), Plan.REFERENCE, say=said.append)
    with pytest.raises(RuntimeError):
        shooting.run(collection, Goal(collection, 1))
    assert camera.state() == {"IrCutFilter": "AUTO"}
    assert said == ["switch the room's light off, it may still be on: the plug does not answer"]


def test_refused_stream_ends_the_run_and_leaves_no_session(
    camera: SimCamera, collection: Collection, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(camera, "stream", lambda: Stream(f"rtsp://u:secret@127.0.0.1:{NOBODY}/", label="sim"))
    shooting = Shooting(camera, None, Plan.PAIR)
    with pytest.raises(StreamError, match="can't be read") as failed:
        shooting.run(collection, Goal(collection, 1))
    assert "secret" not in str(failed.value)
    assert len(shooting.summary.failures) == FAILURES_IN_A_ROW
    assert shooting.summary.restored
    assert leftovers(collection.path) == set()


def test_view_whose_shot_failed_is_tried_again(
    camera: SimCamera, collection: Collection, monkeypatch: pytest.MonkeyPatch
) -> None:
    turned: list[str] = []
    turn = camera.next_view
    monkeypatch.setattr(camera, "next_view", lambda: turned.append(turn()) or turned[-1])
    refusals = [CameraError("no answer")]
    command = camera.set_mode

    def refuse_once(mode: Mode) -> None:
        if refusals:
            raise refusals.pop()
        command(mode)

    monkeypatch.setattr(camera, "set_mode", refuse_once)
    said: list[str] = []
    summary = Shooting(camera, None, Plan.PAIR, say=said.append).run(collection, Goal(collection, 1))
    assert summary.failures == ["no answer"]
    assert said[0] == "sim: shot failed, trying again: no answer"
    assert f"({turned[0]})" in said[1]
    assert [shot.scene for shot in collection.shots()] == turned


def test_light_that_never_comes_on_fails_the_shot(camera: SimCamera, collection: Collection) -> None:
    camera.restore({"IrCutFilter": "ON"})
    shooting = Shooting(camera, DeadLight(), Plan.REFERENCE, patience=Patience(timeout_s=1.5))
    with pytest.raises(NotSettled, match="too dark: the room's light is not on"):
        shooting.run(collection, Goal(collection, 1))
    assert journaled(collection.path) == []
    assert leftovers(collection.path) == set()


def test_lit_plan_without_a_light_is_a_usage_mistake(camera: SimCamera) -> None:
    with pytest.raises(UsageMistake, match="--light ask"):
        Shooting(camera, None, Plan.TRIPLET)


def test_camera_that_dies_keeps_the_finished_shots(collection: Collection) -> None:
    said: list[str] = []
    with SimCamera("sim", AS_OPTIONS) as camera:
        shooting = Shooting(camera, None, Plan.PAIR, say=said.append, give_up_after_s=1.0)
        with pytest.raises(CameraError):
            shooting.run(collection, Goal(collection, 3), progress=camera._process.close)
    assert 1 <= shooting.summary.taken == len(journaled(collection.path)) < 3  # the second may just have been taken
    assert damaged(collection.path) == []
    assert leftovers(collection.path) == set()
    assert len([line for line in said if "not verified" in line and "IrCutFilter AUTO" in line]) == 1
    session = json.loads(next(collection.path.glob("sessions/*/session.json")).read_text())
    assert session["settings_before"] == {"IrCutFilter": "AUTO"}
    assert session["settings_restored"] is False


def test_target_counts_what_is_there_and_the_views_go_on(tmp_path: Path) -> None:
    arguments = ("shoot", *SIMULATED, "--plan", "pair", "night", "--target")
    first = nirecap(*arguments, "1", cwd=tmp_path)
    second = nirecap(*arguments, "2", cwd=tmp_path)
    shots = journaled(tmp_path / "night")
    assert (first[0], second[0]) == (0, 0)
    assert second[1][0].startswith("1 shot (pair: low, nire)")
    assert second[1][0].endswith("night, which has 1")
    assert len(shots) == len({shot["scene"] for shot in shots}) == 2
    assert len({shot["session"] for shot in shots}) == 2


def test_target_counts_what_others_add_meanwhile(camera: SimCamera, collection: Collection) -> None:
    others = [Shooting(camera, None, Plan.PAIR)]

    def shoot_elsewhere_once() -> None:
        if others:
            others.pop().run(Collection(collection.path), Goal(collection, 1))

    summary = Shooting(camera, None, Plan.PAIR).run(collection, Goal(collection, 9, target=3), shoot_elsewhere_once)
    assert summary.taken == 2  # the second was under way when the first, and then the other's, were finished
    assert len(journaled(collection.path)) == 3


def test_reached_target_leaves_nothing_to_do(camera: SimCamera, tmp_path: Path) -> None:
    nirecap("synth", "--count", "2", "--size", "128x96", "--workers", "1", tmp_path / "night")
    code, said = nirecap("shoot", *onvif(port_of(camera)), "--target", "2", tmp_path / "night")
    assert code == 0
    assert "has 2 shots already; nothing to do" in said[0]
    assert len(journaled(tmp_path / "night")) == 2


def test_shots_go_into_a_folder_that_was_made_before(camera: SimCamera, tmp_path: Path) -> None:
    (tmp_path / "night").mkdir()
    code, said = nirecap("shoot", *onvif(port_of(camera)), "--dry-run", "night", cwd=tmp_path)
    assert code == 0
    assert said[0].endswith("into night, which has 0")
    assert list((tmp_path / "night").iterdir()) == []


@pytest.mark.parametrize(
    "numbers",
    [
        (signal.SIGINT,),
        (signal.SIGTERM,),
        (signal.SIGHUP,),
        (signal.SIGINT, signal.SIGINT),
        (signal.SIGHUP, signal.SIGTERM, signal.SIGINT),
    ],
)
def test_stopped_run_puts_everything_back(
    camera: SimCamera, tmp_path: Path, numbers: tuple[signal.Signals, ...]
) -> None:
    light = ("--light-on", f"{camera._room}/light/on", "--light-off", f"{camera._room}/light/off")
    run = started("shoot", *onvif(port_of(camera)), *light, "--plan", "reference", tmp_path / "night")
    wait_until(lambda: camera.truth()["room_lit"] or run.poll() is not None)
    for number in numbers:
        os.killpg(run.pid, number)
        time.sleep(0.02)  # the camera is being put back
    said = lines_of(run.communicate()[0])
    assert run.returncode == 130
    assert said[-2] == "stopped by you; the shot in hand is dropped"
    assert said[-1] == "0 shots taken; camera as before"
    assert camera.state() == {"IrCutFilter": "AUTO"}
    assert not camera.truth()["room_lit"]
    assert leftovers(tmp_path / "night") == set()


def test_nothing_added_in_an_empty_folder(tmp_path: Path) -> None:
    """Stopped after its first shot: a round of all views takes a minute."""
    run = started("shoot", "--camera", "sim", cwd=tmp_path)
    captures = tmp_path / "captures"
    wait_until(lambda: journaled(captures) or run.poll() is not None)
    devices = children(run.pid)
    os.killpg(run.pid, signal.SIGINT)
    said = lines_of(run.communicate()[0])
    assert run.returncode == 130
    assert "shots (triplet: low, nire, reference) with sim" in said[0]
    assert said[0].endswith("into captures, which has 0")
    assert said[-1].startswith(f"{shots(len(journaled(captures)))} taken")
    assert said[-1].endswith("camera as before; next: nirecap curate captures")
    assert [runs(device) for device in devices] == [False]
    assert leftovers(captures) == set()
    code, said = nirecap("curate", cwd=tmp_path)
    assert code == 0
    assert said[0] == f"curating captures: {shots(len(journaled(captures)))}"
    assert (captures / "metadata.parquet").is_file()


def assert_one_line(outcome: tuple[int, list[str]], reason: str) -> None:
    code, said = outcome
    assert code == 1
    assert reason in said[-1]
    assert said[-1].startswith("Error: ")
    assert sum(line.startswith(("Error", "Traceback", "  File")) for line in said) == 1
    assert DEFAULT_PASSWORD not in "".join(said).replace("nirecap curate", "")


def test_camera_that_lies_fails_three_times(camera: SimCamera, scripted: ScriptedCamera, tmp_path: Path) -> None:
    """Its answers say success while the picture stays at night."""
    scripted.answers["GetStreamUri"] = stream_uri(rtsp_of(camera))
    code, said = nirecap("shoot", *onvif(scripted.port), "--plan", "pair", "--timeout", "0.5", tmp_path / "night")
    assert code == 1
    assert sum("trying again" in line for line in said) == FAILURES_IN_A_ROW - 1
    assert said[-2] == "0 shots taken, 3 failed (picture not settled 3); camera as before"
    assert "no settled day picture" in said[-1]
    assert "still monochrome" in said[-1]
    assert leftovers(tmp_path / "night") == set()


def rtsp_of(camera: SimCamera) -> str:
    answer = camera._client.call(MEDIA, "GetStreamUri", StreamSetup=STREAM_SETUP, ProfileToken="main")
    return str(answer.Uri)


def test_unreachable_camera_ends_in_one_line(tmp_path: Path) -> None:
    assert_one_line(nirecap("shoot", *onvif(NOBODY), cwd=tmp_path), f"127.0.0.1:{NOBODY}")
    assert list(tmp_path.iterdir()) == []


def test_wrong_password_ends_in_one_line(camera: SimCamera, tmp_path: Path) -> None:
    outcome = nirecap("shoot", *onvif(port_of(camera)), cwd=tmp_path, password="wr0ng-distinctive")
    assert_one_line(outcome, "password")
    assert "wr0ng" not in "".join(outcome[1])
    assert list(tmp_path.iterdir()) == []


def test_camera_without_imaging_service_ends_in_one_line(scripted: ScriptedCamera, tmp_path: Path) -> None:
    scripted.answers["GetServices"] = services(tds="http://127.0.0.1/onvif/device_service")
    assert_one_line(nirecap("shoot", *onvif(scripted.port), cwd=tmp_path), "no imaging service")


@pytest.mark.parametrize("refusal", ["nobody listens", "wrong login"])
def test_refused_stream_ends_in_one_line(
    camera: SimCamera, scripted: ScriptedCamera, tmp_path: Path, refusal: str
) -> None:
    nowhere = refusal == "nobody listens"
    scripted.answers["GetStreamUri"] = stream_uri(f"rtsp://127.0.0.1:{NOBODY}/" if nowhere else rtsp_of(camera))
    outcome = nirecap("shoot", *onvif(scripted.port), cwd=tmp_path, password="wr0ng-distinctive")
    assert_one_line(outcome, "can't be read" if nowhere else "login refused for the stream (401)")
    tried = sum("trying again" in line for line in outcome[1]) + 1
    assert tried == (FAILURES_IN_A_ROW if nowhere else 1)  # cameras lock accounts
    assert ("check that the camera is on" in outcome[1][-1]) is nowhere
    assert "wr0ng" not in "".join(outcome[1])


def test_onvif_without_a_host_is_a_usage_mistake(tmp_path: Path) -> None:
    code, said = nirecap("shoot", "--camera", "onvif", cwd=tmp_path)
    assert code == NirecapError.exit_code + 1
    assert len(said) == 1
    assert "onvif needs --host ADDRESS" in said[0]
    assert "nirecap cameras add onvif" in said[0]
