"""What happens between a shot's last image and its line in the journal, and how a run ends in the meantime."""

import itertools
import math
import threading
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from pathlib import Path

import pytest

import nirecap.capture.shoot
from nirecap.capture.drivers.onvif import OnvifCamera
from nirecap.capture.goal import Goal
from nirecap.capture.records import ShotRecord
from nirecap.capture.shoot import Shooting
from nirecap.capture.sim.server import SimulatedCamera
from nirecap.capture.store import Collection, Session
from nirecap.capture.stream import Stream
from nirecap.errors import CameraError, CollectionError
from nirecap.vocabulary import Plan

from .command_line import damaged, journaled, leftovers
from .sim.small_camera import PASSWORD, small_camera

IMAGES = 3
"""Of a shot of a pair: low, nire and low again."""
AN_HOUR = 3600.0


class WatchedCamera(OnvifCamera):
    """A camera that counts images and streams, and does as a test says after an image."""

    def __init__(self, device: SimulatedCamera) -> None:
        super().__init__("porch", device.host, device.http_port, "admin", PASSWORD)
        self.device = device
        self.after: dict[int, Callable[[], object]] = {}
        """What to do when so many images are at rest."""
        self.images = self.streams = 0

    def exposure(self) -> dict[str, float]:
        self.images += 1
        self.after.get(self.images, lambda: None)()
        return super().exposure()

    def stream(self) -> Stream:
        self.streams += 1
        return super().stream()


@pytest.fixture(scope="module")
def device() -> Iterator[SimulatedCamera]:
    with small_camera() as device:
        yield device


@pytest.fixture
def camera(device: SimulatedCamera) -> Iterator[WatchedCamera]:
    device.device.ir_cut = "AUTO"
    with WatchedCamera(device) as camera:
        yield camera


@pytest.fixture
def collection(tmp_path: Path) -> Collection:
    return Collection(tmp_path / "night", create=True)


@pytest.fixture(autouse=True)
def nothing_half_left(camera: WatchedCamera, collection: Collection) -> Iterator[None]:
    yield
    assert damaged(collection.path) == []
    assert leftovers(collection.path) == set()
    assert list(collection.path.glob("sessions/.owed*")) == []
    assert camera.state() == {"IrCutFilter": "AUTO"}


def shoot(camera: WatchedCamera, collection: Collection, count: int) -> Shooting:
    shooting = Shooting(camera, None, Plan.PAIR)
    shooting.run(collection, Goal(collection, count))
    return shooting


def brackets(collection: Collection) -> list[bool]:
    """Tell for each shot whether its last image was kept, in the journal and on disk."""
    kept = ["bracket" in shot for shot in journaled(collection.path)]
    files = [(collection.path / "sessions" / shot["shot"] / "low_again.png") for shot in journaled(collection.path)]
    assert [file.exists() for file in files] == kept
    return kept


def test_a_picture_that_freezes_during_a_shot_is_refused(camera: WatchedCamera, collection: Collection) -> None:
    camera.after[1] = lambda: camera.device.fault("freeze", 2.0)
    summary = shoot(camera, collection, 1).summary
    assert summary.causes == {"stream broke": 1}
    assert "froze while a shot was taken" in summary.failures[0]
    assert brackets(collection) == [True]


def test_a_freeze_at_the_last_image_costs_that_image_alone(camera: WatchedCamera, collection: Collection) -> None:
    camera.after[IMAGES] = lambda: camera.device.fault("freeze", 2.5)
    assert not shoot(camera, collection, 1).summary.causes
    assert brackets(collection) == [False]


def test_a_stream_that_breaks_before_the_proof_costs_the_last_image_alone(
    camera: WatchedCamera, collection: Collection
) -> None:
    camera.after[IMAGES] = lambda: camera.device.fault("stream-drop", 0.5)
    assert shoot(camera, collection, 2).summary.taken == 2
    assert brackets(collection) == [False, True]


def test_a_run_that_is_to_end_now_does_not_wait_for_the_proof(camera: WatchedCamera, collection: Collection) -> None:
    shooting = Shooting(camera, None, Plan.PAIR)
    camera.after[IMAGES] = shooting.wishes.stop
    shooting.run(collection, Goal(collection, 5))
    assert brackets(collection) == [False]


def test_ctrl_c_before_the_proof_loses_no_shot(
    camera: WatchedCamera, collection: Collection, monkeypatch: pytest.MonkeyPatch
) -> None:
    shooting = Shooting(camera, None, Plan.PAIR)

    def interrupt(stream: object) -> None:
        if shooting._unproven:
            raise KeyboardInterrupt

    monkeypatch.setattr(shooting, "_prove", interrupt)
    with pytest.raises(KeyboardInterrupt):
        shooting.run(collection, Goal(collection, 1))
    assert shooting.summary.taken == 1
    assert brackets(collection) == [False]


def test_ctrl_c_while_the_journal_is_written_counts_the_shot_and_ends_the_run(
    camera: WatchedCamera, collection: Collection, monkeypatch: pytest.MonkeyPatch
) -> None:
    finish = Session.finish_shot

    def interrupted(session: Session, record: ShotRecord) -> None:
        finish(session, record)
        raise KeyboardInterrupt

    monkeypatch.setattr(Session, "finish_shot", interrupted)
    shooting, goal = Shooting(camera, None, Plan.PAIR), Goal(collection, 1)
    with pytest.raises(KeyboardInterrupt):
        shooting.run(collection, goal)
    assert shooting.summary.taken == len(journaled(collection.path)) == 1
    assert goal.reached


def every_hour(since: float | None) -> float:
    return 0.0 if since is None else AN_HOUR - since


def test_again_replaces_the_shot_however_long_the_wait_would_be(camera: WatchedCamera, collection: Collection) -> None:
    shooting = Shooting(camera, None, Plan.PAIR, pace=every_hour, say=lambda _shot_is_finished: wishes.pop()())
    wishes = [shooting.wishes.quit, shooting.wishes.again]
    summary = shooting.run(collection, Goal(collection, None))
    first, second = journaled(collection.path)
    assert second["replaces"] == first["shot"]
    assert (second["scene"], summary.taken, summary.replaced) == (first["scene"], 2, 1)
    assert [shot.shot for shot in collection.shots()] == [second["shot"]]
    assert len(collection) == 1


def test_a_failed_shot_does_not_wait_for_the_next_hour(camera: WatchedCamera, collection: Collection) -> None:
    shooting = Shooting(camera, None, Plan.PAIR, pace=every_hour)
    camera.after[1] = lambda: camera.device.fault("stream-drop", 0.5)
    shooting.run(collection, Goal(collection, 1))
    assert (shooting.summary.taken, [*shooting.summary.causes]) == (1, ["stream broke"])


@pytest.mark.parametrize("end", ["quit", "window closes"])
def test_a_run_ends_while_its_camera_is_gone(
    camera: WatchedCamera, collection: Collection, monkeypatch: pytest.MonkeyPatch, end: str
) -> None:
    def gone() -> None:
        raise CameraError(f"no answer, {next(numbers)}")

    numbers, closed = itertools.count(), threading.Event()

    def say(_line: str) -> None:
        closed.set() if end == "window closes" else shooting.wishes.quit()

    def pace(_since: float | None) -> float | None:
        return None if closed.is_set() else 0.0

    shooting = Shooting(camera, None, Plan.PAIR, say=say, pace=pace, give_up_after_s=math.inf)
    monkeypatch.setattr(camera, "stream", gone)
    with monkeypatch.context() as lost:
        lost.setattr(camera, "reconnect", gone)
        shooting.run(collection, Goal(collection, None))
    assert shooting.summary.causes == {"command failed": 1}


def test_while_another_camera_takes_the_last_shot_the_stream_stays_open(
    camera: WatchedCamera, collection: Collection
) -> None:
    goal = Goal(collection, 1)
    assert goal.claim()  # the other camera, whose shot fails in the end
    other = threading.Timer(1.5, lambda: goal.release(finished=False))
    other.start()
    Shooting(camera, None, Plan.PAIR).run(collection, goal)
    other.join()
    assert camera.streams == 1
    assert len(collection) == 1


def test_the_light_is_out_before_another_camera_has_its_turn(camera: WatchedCamera, collection: Collection) -> None:
    class Light:
        lit = False
        failures = 1

        def is_on(self) -> bool:
            return self.lit

        def turn(self, on: bool) -> None:
            self.lit = camera.device.device.room_lit = on
            if on and self.failures:
                self.failures -= 1
                raise CameraError("the plug does not answer")

    light, left = Light(), list[bool]()

    class Turn(AbstractContextManager[None]):
        def __exit__(self, *_: object) -> None:
            left.append(light.lit)

    Shooting(camera, light, Plan.TRIPLET, turn=Turn()).run(collection, Goal(collection, 1))
    assert left == [False, False]


def test_a_nearly_full_disk_ends_the_run_with_its_shots_safe(
    camera: WatchedCamera, collection: Collection, monkeypatch: pytest.MonkeyPatch
) -> None:
    said = itertools.chain([""], itertools.repeat("the disk has 1 MB left"))
    monkeypatch.setattr(nirecap.capture.shoot, "shortage", lambda folder: next(said))
    shooting = Shooting(camera, None, Plan.PAIR)
    with pytest.raises(CollectionError, match="1 MB left"):
        shooting.run(collection, Goal(collection, 5))
    assert (shooting.summary.taken, shooting.summary.restored) == (1, True)
