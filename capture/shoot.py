"""Take shots: steps of a plan, each verified in pixels, each image on disk before the shot counts."""

import time
from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager, nullcontext, suppress
from dataclasses import asdict, dataclass
from datetime import datetime

from pydantic import JsonValue

from nirecap.errors import CameraError, CollectionError, UsageMistake
from nirecap.vocabulary import Plan, Role

from .camera import Camera, CameraState
from .disk_space import shortage
from .endurance import Endurance
from .goal import Goal
from .lights import Light
from .plan import needs_light
from .records import ShotRecord
from .rig import Rig, Say
from .settle import Patience
from .shot import Order, TakenShot, take_shot
from .store import Collection, Session
from .stream import PROOF_S, Stream
from .summary import Summary
from .wishes import Skipped, Stopped, Wishes

Pace = Callable[[float | None], float | None]
"""Given the seconds since the last shot began (None before the first), the seconds to wait; None ends the run."""
GIVE_UP_AFTER_S = 600.0
"""A run that had worked ends when nothing has worked for so long."""
LONGEST_NAP_S = 30.0
"""The pace is asked again so often: a computer's clock may be set, and a computer may sleep."""
STREAM_STAYS_OPEN_S = 5.0
"""Over longer waits between shots the stream is closed, and the camera's mode afterwards is taken as unknown."""
CLAIM_PAUSE_S = 0.5
"""While other cameras take the last shots, it is asked so often whether one of them failed."""


def without_pause(_since: float | None) -> float | None:
    """Begin each shot as soon as the last has ended."""
    return 0.0


@dataclass(frozen=True)
class _Work:
    """What a run adds to."""

    session: Session
    collection: Collection
    goal: Goal
    progress: Callable[[], None]


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
        self._pace, self._keep_packets = pace, keep_packets
        self._facts, self._turn = facts or {}, turn or nullcontext()
        self._patience = patience or Patience()
        self._endurance = Endurance(give_up_after_s)
        self._rig = Rig(camera, light, self._patience, say, self.wishes.heed)
        self._view: str | None = None
        """The view that is being shot; after a failure it is tried again."""
        self._began: float | None = None
        """When the last shot began that did not fail, by the clock that never jumps."""
        self._last: ShotRecord | None = None
        self._replacing: ShotRecord | None = None
        """The shot that is taken again; after a failure that is tried again."""
        self._unproven: TakenShot | None = None

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
            progress: called after each, but for one in the place of another.

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
                self._take_all(_Work(session, collection, goal, progress))
            finally:
                self.summary.restored = self._rig.put_back(before)
                if self.summary.restored is not False:
                    collection.settle_debt(self.camera.name)
                session.note({"settings_restored": self.summary.restored, "failures": [*self.summary.failures]})
        return self.summary

    def _before(self, collection: Collection) -> CameraState:
        """Return the settings to put back: those from before a run that could not do it, if there was one."""
        now, owed = self.camera.state(), collection.owed_to(self.camera.name)
        if owed.keys() != now.keys():  # nothing is owed, or it was another camera that had this name
            return now
        if owed != now:
            was = ", ".join(f"{name} {value}" for name, value in owed.items())
            self._say(f"{self.camera.name}: an earlier run left its settings changed; they will be put back to {was}")
        return owed

    def _take_all(self, work: _Work) -> None:
        while not work.goal.reached and self._due(within_s=float("inf")):
            try:
                with self.camera.stream() as stream:
                    self._rig.forget()
                    try:
                        self._take_while_due(work, stream)
                        self._prove(stream)
                    finally:  # a shot that was taken is not lost, whatever ended the stream
                        self._finish(work, stream)
            except CameraError as error:
                self._recover(error, work.goal)

    def _take_while_due(self, work: _Work, stream: Stream) -> None:
        """Take the shot that is due, and those that are due soon after it."""
        due = True
        while due:
            if lack := shortage(work.collection.path):
                raise CollectionError(lack)
            replaced = self._to_be_replaced(work, stream)
            if replaced or work.goal.claim():
                self._take_one(work, stream, replaced)
            else:
                self._prove(stream)
                self._finish(work, stream)
                if work.goal.reached:
                    return
                self.wishes.wait(CLAIM_PAUSE_S)
            due = self._due(within_s=STREAM_STAYS_OPEN_S)

    def _to_be_replaced(self, work: _Work, stream: Stream) -> ShotRecord | None:
        """Return the last shot if a person wants it again and the camera still looks there."""
        if self.wishes.take_again() and self._view is None:
            self._prove(stream)
            self._finish(work, stream)
            self._replacing = self._last
        return self._replacing

    def _due(self, *, within_s: float) -> bool:
        """Wait until the next shot is due; False when the run is to end, or when it is not due within `within_s`."""
        while not self.wishes.quitting:
            wait_s = 0.0 if self._replacing else self._pace(self._since_last_s())
            if wait_s is None or wait_s > within_s:
                return False
            if wait_s <= 0 or self.wishes.wait(min(wait_s, LONGEST_NAP_S)):
                return True
        return False

    def _since_last_s(self) -> float | None:
        return None if self._began is None else time.monotonic() - self._began

    def _take_one(self, work: _Work, stream: Stream, replaced: ShotRecord | None) -> None:
        """Take the shot that was claimed, or one in the place of `replaced`; give the claim back if that fails."""
        taken = False
        try:
            with self._turn:
                self._take(work, stream, replaced)
            taken = True
            self._endurance.worked()
        except Skipped:
            self._view = self._replacing = None
            self._began = time.monotonic()
            self._rig.forget()
            self.summary.skipped += 1
            self._say("skipped")
        finally:
            if not (taken or replaced):
                work.goal.release(finished=False)

    def _take(self, work: _Work, stream: Stream, replaced: ShotRecord | None) -> None:
        """Take a shot, finish the one before when that is proven, and leave this one to be proven."""
        began = time.monotonic()
        try:
            self.wishes.heed()  # the turn may have been long in coming
            order = self._order(work.session, replaced)
            folder = work.session.begin_shot()
            shot = take_shot(
                folder,
                order,
                self._rig,
                stream,
                note=self.wishes.take_note,
                each=lambda: self._finish(work, stream, only_if_proven=True),
            )
        except (CameraError, Skipped):
            self._rig.let_go_of_light()  # before another camera has its turn
            raise
        try:
            self._prove(stream)
            self._finish(work, stream)
        except BaseException:
            folder.drop()
            raise
        self._unproven = shot
        self._view = self._replacing = None
        self._began = began

    def _order(self, session: Session, replaced: ShotRecord | None) -> Order:
        scene = replaced.scene if replaced else self._turn_to_view() or self._scene or session.id
        return Order(
            session=session.id,
            scene=scene,
            plan=self.plan,
            camera=self.camera.name,
            replaces=replaced.shot if replaced else None,
            must_live=self._patience.must_live,
            keep_packets=self._keep_packets,
        )

    def _turn_to_view(self) -> str | None:
        if self._view is None and (view := self.camera.next_view()):
            self._view = view
            self._rig.look_away()
        return self._view

    def _proof(self, stream: Stream) -> bool | None:
        """Tell whether the last image of the shot that was taken is not frozen; None while that is open."""
        if self._unproven is None or not self._patience.must_live:
            return True
        return stream.lived_on(self._unproven.last_arrived_at)

    def _prove(self, stream: Stream) -> None:
        """Wait until it can be told whether the last image is frozen, or will not be: a stream may break."""
        with suppress(CameraError):  # whoever reads the stream next is told
            for _ in stream.frames(2 * PROOF_S):
                if self._proof(stream) is not None or self.wishes.stopping:
                    return

    def _finish(self, work: _Work, stream: Stream, *, only_if_proven: bool = False) -> None:
        """Write the journal line of the shot that was taken, without its last image unless that is proven."""
        proof = self._proof(stream)
        if self._unproven is None or (only_if_proven and proof is None):
            return
        shot, self._unproven = self._unproven, None
        record = shot.record if proof else shot.without_bracket()
        written = False
        try:
            work.session.finish_shot(record)
            written = True
        except BaseException:  # Ctrl-C may come when the line is there
            written = not shot.folder.drop()
            raise
        finally:
            if record.replaces is None:
                work.goal.release(finished=written)
            if written:
                self._last = record
                self.summary.finished(shot.images, shot.seconds, replaced=record.replaces is not None)
        now = datetime.now().astimezone()
        self._say(f"{now:%H:%M:%S} {self.camera.name}: {record.shot} ({record.scene}), {shot.seconds:.1f} s")
        if record.replaces is None:
            work.progress()

    def _recover(self, error: CameraError, goal: Goal) -> None:
        """Count a failed shot, wait a while that grows with each in a row, and connect anew while a shot is wanted.

        Raises:
            CameraError: the failure itself, where trying again is of no use.
            Stopped: the run is to end now.
        """
        failure: CameraError | None = error
        while failure:
            self._rig.forget()
            self.summary.failed(failure)
            pause_s = self._endurance.pause_after(failure)
            when = f" in {pause_s:.0f} s" if pause_s else ""
            self._say(f"{self.camera.name}: shot failed, trying again{when}: {failure}")
            self.wishes.wait(pause_s)
            if self.wishes.stopping:
                raise Stopped
            if goal.reached or not self._goes_on:
                return
            failure = self._failed_to_connect()

    @property
    def _goes_on(self) -> bool:
        """Whether a further shot will come due."""
        return not self.wishes.quitting and self._pace(self._since_last_s()) is not None

    def _failed_to_connect(self) -> CameraError | None:
        try:
            self.camera.reconnect()
        except CameraError as failure:
            return failure
        return None


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
