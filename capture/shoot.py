"""Take shots: steps of a plan, each verified in pixels, each image on disk before the shot counts."""

import re
import time
from collections.abc import Callable, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import AbstractContextManager, nullcontext
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime

from pydantic import JsonValue

from nirecap.errors import CameraError, CollectionError, LoginRefused, StreamError, UsageMistake
from nirecap.vocabulary import Plan, Role

from .camera import Camera, CameraState
from .disk_space import shortage
from .goal import Goal
from .lights import Light
from .plan import Step, needs_light, steps_of
from .records import ImageRecord, ShotRecord
from .rig import Rig, Say, Taken
from .saving import save_picture, what_was_seen
from .settle import Patience
from .store import Collection, Session, ShotFolder
from .stream import PROOF_S, Stream
from .summary import Summary
from .wishes import Skipped, Wishes

Pace = Callable[[float | None], float | None]
"""Given the seconds since the last shot began (None before the first), the seconds to wait; None ends the run."""
FAILURES_IN_A_ROW = 3
"""A run whose first shots fail alike ends after so many: something is set up wrongly."""
GIVE_UP_AFTER_S = 600.0
"""A run that had worked ends when nothing has worked for so long."""
LONGEST_BACK_OFF_S = 60.0
LONGEST_NAP_S = 30.0
"""The pace is asked again so often: a computer's clock may be set, and a computer may sleep."""
STREAM_STAYS_OPEN_S = 5.0
"""Over longer waits between shots the stream is closed, and the camera's mode afterwards is taken as unknown."""


def without_pause(_since: float | None) -> float | None:
    """Begin each shot as soon as the last has ended."""
    return 0.0


class Shooting:
    """A run of shots with one open camera into one collection.

    Args:
        camera: open.
        light: the room's light; None for plans without a lit image.
        plan: what each shot takes.
        scene: name of the view; None for the one the camera names, else the session's id.
        patience: how to settle.
        say: receives one line for each event.
        pace: when the next shot begins.
        give_up_after_s: end a run that had worked when nothing has worked for so long; infinite for whole nights.
        keep_packets: whether to keep the encoded packets around each picture.
        facts: further facts for `session.json`; no secret.
        turn: held during each shot, for cameras that must not shoot at the same time.

    Raises:
        UsageMistake: the plan needs a light and there is none, or a lit night picture that the camera can't take.
    """

    def __init__(
        self,
        camera: Camera,
        light: Light | None,
        plan: Plan,
        *,
        scene: str | None = None,
        patience: Patience | None = None,
        say: Say = lambda line: None,
        pace: Pace = without_pause,
        give_up_after_s: float = GIVE_UP_AFTER_S,
        keep_packets: bool = False,
        facts: Mapping[str, JsonValue] | None = None,
        turn: AbstractContextManager[object] | None = None,
    ) -> None:
        _check_plan(plan, camera, light)
        self.wishes = Wishes()
        self.summary = Summary()
        self.camera, self.plan, self._scene, self._say = camera, plan, scene, say
        self._pace, self._give_up_after_s, self._keep_packets = pace, give_up_after_s, keep_packets
        self._facts, self._turn = facts or {}, turn or nullcontext()
        self._patience = patience or Patience()
        self._rig = Rig(camera, light, self._patience, say, self.wishes.heed)
        self._view: str | None = None
        """The view that is being shot; after a failure it is tried again."""
        self._began: float | None = None
        self._last: ShotRecord | None = None
        self._unproven: _Unproven | None = None
        self._failed_in_a_row, self._worked_at = 0, time.monotonic()

    def run(
        self,
        collection: Collection,
        goal: Goal,
        progress: Callable[[], None] = lambda: None,
    ) -> Summary:
        """Take shots until the goal is reached, then put the camera and the light back, whatever happens.

        Args:
            collection: to add them to.
            goal: how many; may be shared with other cameras.
            progress: called after each.

        Raises:
            LoginRefused: wrong user name or password; tried once, as cameras lock accounts.
            CameraError: the first shots failed one after another, or all for too long.
            CollectionError: the disk is nearly full; finished shots are safe.
            OSError: the disk is full; finished shots are safe.
            Stopped: `wishes.stop` was called.
        """
        before = self._before(collection)
        facts: dict[str, JsonValue] = {
            "camera": asdict(self.camera.describe()),
            "plan": str(self.plan),
            "settings_before": dict(before),
            **self._facts,
        }
        with collection.start_session(self.camera.name, facts) as session:
            collection.owe(self.camera.name, before)
            try:
                self._take_all(session, collection, goal, progress)
            finally:
                self.summary.restored = self._rig.put_back(before)
                if self.summary.restored is not False:
                    collection.settle_debt(self.camera.name)
                session.note({"settings_restored": self.summary.restored, "failures": [*self.summary.failures]})
        return self.summary

    def _before(self, collection: Collection) -> CameraState:
        """Return the settings to put back: those from before a run that was killed, if there was one."""
        owed = collection.owed_to(self.camera.name)
        if owed:
            was = ", ".join(f"{name} {value}" for name, value in owed.items())
            self._say(f"{self.camera.name}: an earlier run was killed; its settings will be put back to {was}")
        return owed or self.camera.state()

    def _take_all(self, session: Session, collection: Collection, goal: Goal, progress: Callable[[], None]) -> None:
        while not goal.reached and self._due(within_s=float("inf")):
            try:
                with self.camera.stream() as stream:
                    self._rig.forget()
                    try:
                        self._take_while_due(session, stream, collection, goal, progress)
                        self._wait_for_proof()
                    finally:  # a shot that was taken is not lost, whatever ended the stream
                        self._finish(session, stream, goal, progress)
            except CameraError as error:
                self._recover(error)

    def _take_while_due(
        self, session: Session, stream: Stream, collection: Collection, goal: Goal, progress: Callable[[], None]
    ) -> None:
        while self._due(within_s=STREAM_STAYS_OPEN_S):
            if lack := shortage(collection.path):
                raise CollectionError(lack)
            replaced = None
            if self.wishes.take_again():
                self._wait_for_proof()
                self._finish(session, stream, goal, progress)
                replaced = self._last
            if not (replaced or goal.claim()):
                return
            taken = None
            try:
                with self._turn:
                    taken = self._take(session, stream, replaced, lambda: self._finish(session, stream, goal, progress))
                self._failed_in_a_row, self._worked_at = 0, time.monotonic()
            except Skipped:
                self._view = None
                self._rig.forget()
                self.summary.skipped += 1
                self._say("skipped")
            finally:
                self._unproven = taken
                if taken is None and not replaced:
                    goal.release(finished=False)

    def _due(self, *, within_s: float) -> bool:
        """Wait until the next shot is due; False when the run is to end, or when it is not due within `within_s`."""
        while not self.wishes.quitting:
            wait_s = self._pace(None if self._began is None else time.monotonic() - self._began)
            if wait_s is None or wait_s > within_s:
                return False
            if wait_s <= 0 or self.wishes.wait(min(wait_s, LONGEST_NAP_S)):
                return True
        return False

    def _take(
        self, session: Session, stream: Stream, replaced: ShotRecord | None, begun: Callable[[], None]
    ) -> "_Unproven":
        """Take all images of a shot; `begun` is called when the first is there."""
        self._began = start = time.monotonic()
        scene = replaced.scene if replaced else self._turn_to_view() or self._scene or session.id
        shot = session.begin_shot()
        taken: dict[Step, Taken] = {}
        try:
            with ThreadPoolExecutor(1) as disk:  # images reach the disk while the camera switches
                saving: dict[Step, Future[ImageRecord]] = {}
                for step in steps_of(self.plan):
                    looks = {other.role: image.look for other, image in taken.items()}
                    taken[step] = self._rig.take(step, stream, looks)
                    packets = stream.packets_around(taken[step].settled.frame) if self._keep_packets else None
                    saving[step] = disk.submit(save_picture, shot, step, taken[step].settled.frame, packets)
                    if len(taken) == 1:
                        begun()
            self._refuse_frozen(stream, [image for step, image in taken.items() if not step.bracket])
            record = ShotRecord(
                shot=shot.shot,
                session=session.id,
                scene=scene,
                plan=self.plan,
                camera=self.camera.name,
                taken_at=datetime.now(UTC),
                images={step.role: image.result() for step, image in saving.items() if not step.bracket},
                bracket=next(image.result() for step, image in saving.items() if step.bracket),
                note=self.wishes.take_note() or None,
                replaces=replaced.shot if replaced else None,
                details={"steps": [what_was_seen(step, image) for step, image in taken.items()]},
            )
        except BaseException:
            shot.drop()
            raise
        self._view = None
        return _Unproven(record, shot, taken, time.monotonic() - start)

    def _refuse_frozen(self, stream: Stream, images: list[Taken]) -> None:
        """Raise where the picture stood still soon after an image was taken.

        Raises:
            StreamError: it did, and may have done so before.
        """
        if any(self._froze_after(stream, image.settled.frame.arrived_at) for image in images):
            raise StreamError(f"{stream.label}: the picture froze while a shot was taken; check the camera's network")

    def _froze_after(self, stream: Stream, arrived_at: float) -> bool:
        return self._patience.must_live and stream.froze_after(arrived_at)

    def _wait_for_proof(self) -> None:
        if self._unproven:
            time.sleep(max(0.0, self._unproven.last_arrived_at + PROOF_S - time.time()))

    def _finish(self, session: Session, stream: Stream, goal: Goal, progress: Callable[[], None]) -> None:
        """Write the journal line of the shot that was taken, without its last image where the picture froze then."""
        unproven, self._unproven = self._unproven, None
        if unproven is None:
            return
        self._last = unproven.record
        if self._froze_after(stream, unproven.last_arrived_at):
            self._last = unproven.without_bracket()
        try:
            session.finish_shot(self._last)
        except BaseException:
            if unproven.shot.drop():
                raise
        finally:
            if self._last.replaces is None:
                goal.release(finished=True)
        self.summary.finished(unproven.taken, unproven.seconds, replaced=self._last.replaces is not None)
        self._say_taken(self._last)
        progress()

    def _turn_to_view(self) -> str | None:
        if self._view is None and (view := self.camera.next_view()):
            self._view = view
            self._rig.look_away()
        return self._view

    def _say_taken(self, shot: ShotRecord) -> None:
        now = datetime.now().astimezone()
        self._say(f"{now:%H:%M:%S} {self.camera.name}: {shot.shot} ({shot.scene}), {self.summary.seconds[-1]:.1f} s")

    def _recover(self, error: CameraError) -> None:
        """Count a failed shot, wait a while that grows with each in a row, and connect anew.

        Raises:
            CameraError: the failure itself, where trying again is of no use.
        """
        self._rig.forget()
        self.summary.failed(error)
        self._failed_in_a_row += 1
        alike = {_head(message) for message in self.summary.failures[-FAILURES_IN_A_ROW:]}
        never_worked = not self.summary.taken and self._failed_in_a_row >= FAILURES_IN_A_ROW and len(alike) == 1
        patience_over = time.monotonic() - self._worked_at > self._give_up_after_s
        if isinstance(error, LoginRefused) or never_worked or patience_over:
            raise error
        pause_s = min(LONGEST_BACK_OFF_S, 2.0 ** (self._failed_in_a_row - 1)) if self._failed_in_a_row > 1 else 0.0
        when = f" in {pause_s:.0f} s" if pause_s else ""
        self._say(f"{self.camera.name}: shot failed, trying again{when}: {error}")
        self.wishes.wait(pause_s)
        self.wishes.heed()
        try:
            self.camera.reconnect()
        except CameraError as further:
            self._recover(further)


def _head(message: str) -> str:
    """Return what a message says before its numbers and its remedy."""
    return re.split(r"[;,(]", message, maxsplit=1)[0]


@dataclass(frozen=True)
class _Unproven:
    """A shot that is taken and not yet in the journal: its last image may yet prove to be frozen."""

    record: ShotRecord
    shot: ShotFolder
    taken: Mapping[Step, Taken]
    seconds: float

    @property
    def last_arrived_at(self) -> float:
        """When its last image arrived, in Unix seconds by our clock."""
        return max(image.settled.frame.arrived_at for image in self.taken.values())

    def without_bracket(self) -> ShotRecord:
        """Drop the last image, which only measures motion, and return the record without it."""
        self.shot.discard(self.record.bracket)
        return replace(self.record, bracket=None)


def _check_plan(plan: Plan, camera: Camera, light: Light | None) -> None:
    if needs_light(plan) and light is None:
        raise UsageMistake(
            f"plan {plan} has a lit image and no light was named; "
            "give --light ask, or --light-on URL and --light-off URL"
        )
    if camera.night_needs_dark and Role.REFERENCE_NIRE in plan.roles:
        raise UsageMistake(
            f"{camera.name} switches to night only in the dark, so it can't take a lit night picture; "
            "choose --plan pair or --plan triplet"
        )
