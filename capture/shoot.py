"""Take shots: steps of a plan, each verified in pixels, each image on disk before the shot counts."""

import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime

from pydantic import JsonValue

from nirecap.errors import CameraError, LoginRefused, NirecapError, UsageMistake
from nirecap.images import encode_png
from nirecap.vocabulary import Mode, Plan, Role

from .camera import Camera, CameraState
from .lights import Light
from .picture import Look
from .plan import Step, needs_light, steps_of
from .records import ImageRecord, ShotRecord
from .settle import Condition, Patience, Settled, settle
from .store import Collection, Session, ShotFolder
from .stream import Stream

Say = Callable[[str], None]
"""Receives one line for each event worth a person's eye."""
FAILURES_IN_A_ROW = 3
"""A run ends when so many shots fail one after another."""
LIT_MEAN = 40.0
"""Levels that a lit reference reaches at least."""
LIT_GAIN = 1.25
"""How much brighter the lit reference is than the low-light picture, at least."""


@dataclass
class Summary:
    """What a run came to."""

    taken: int = 0
    failures: list[str] = field(default_factory=list)
    restored: bool | None = None
    """Whether reading back confirmed the settings from before; None where there are none to put back."""
    seconds: list[float] = field(default_factory=list)
    """Seconds of each finished shot."""


class Shooting:
    """A run of shots with one open camera into one collection.

    Args:
        camera: open.
        light: the room's light; None for plans without a lit image.
        plan: what each shot takes.
        scene: name of the view; None for the one the camera names, else the session's id.
        patience: how to settle.
        say: receives one line for each event.

    Raises:
        UsageMistake: the plan needs a light and there is none.
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
    ) -> None:
        if needs_light(plan) and light is None:
            raise UsageMistake(
                f"plan {plan} has a lit image and no light was named; "
                "give --light ask, or --light-on URL and --light-off URL"
            )
        self._camera, self._light, self._plan = camera, light, plan
        self._scene, self._patience, self._say = scene, patience or Patience(), say
        self._mode: Mode | None = None
        self._lit: bool | None = None
        self._may_be_lit = False
        """Whether we have to switch the light off in the end; a command that failed may still have been obeyed."""
        self._view: str | None = None
        """The view that is being shot; after a failure it is tried again."""
        self._rest: Settled | None = None
        """The last picture at rest, while nothing was commanded since."""
        self.summary = Summary()

    def run(
        self,
        collection: Collection,
        count: int,
        progress: Callable[[], None] = lambda: None,
        *,
        target: int | None = None,
    ) -> Summary:
        """Take `count` shots, then put the camera and the light back, whatever happens.

        Args:
            collection: to add them to.
            count: of shots.
            progress: called after each.
            target: end earlier when the collection has so many shots, as others may be adding to it.

        Raises:
            LoginRefused: wrong user name or password; tried once, as cameras lock accounts.
            CameraError: several shots failed one after another and the run ended.
            OSError: the disk is full; finished shots are safe.
        """
        before = self._camera.state()
        facts: dict[str, JsonValue] = {
            "camera": asdict(self._camera.describe()),
            "plan": str(self._plan),
            "settings_before": dict(before),
        }

        def wanted() -> bool:
            return self.summary.taken < count and (target is None or len(collection) < target)

        with collection.start_session(self._camera.name, facts) as session:
            try:
                self._take_all(session, wanted, progress)
            finally:
                self._put_back(before)
                session.note({"settings_restored": self.summary.restored, "failures": list(self.summary.failures)})
        return self.summary

    def _take_all(self, session: Session, wanted: Callable[[], bool], progress: Callable[[], None]) -> None:
        failed_in_a_row = 0
        while wanted():
            try:
                with self._camera.stream() as stream:  # a stream that failed once is opened anew
                    while wanted():
                        self._take(session, stream)
                        failed_in_a_row = 0
                        progress()
            except CameraError as error:
                self._mode = self._lit = self._rest = None
                failed_in_a_row += 1
                self.summary.failures.append(str(error))
                if isinstance(error, LoginRefused) or failed_in_a_row >= FAILURES_IN_A_ROW:
                    raise
                self._say(f"shot failed, trying again: {error}")

    def _take(self, session: Session, stream: Stream) -> None:
        start = time.monotonic()
        if self._view is None and (view := self._camera.next_view()):
            self._view, self._rest = view, None  # another picture
        scene = self._view or self._scene or session.id
        shot = session.begin_shot()
        taken: dict[Step, Settled] = {}
        try:
            with ThreadPoolExecutor(1) as disk:  # images reach the disk while the camera switches
                saving = {}
                for step in steps_of(self._plan):
                    taken[step] = self._step(step, stream, taken)
                    saving[step] = disk.submit(_save, shot, step, taken[step])
            session.finish_shot(
                ShotRecord(
                    shot=shot.shot,
                    session=session.id,
                    scene=scene,
                    plan=self._plan,
                    camera=self._camera.name,
                    taken_at=datetime.now(UTC),
                    images={step.role: image.result() for step, image in saving.items() if not step.bracket},
                    bracket=next(image.result() for step, image in saving.items() if step.bracket),
                    details={"steps": [_what_was_seen(step, settled) for step, settled in taken.items()]},
                )
            )
        except BaseException:
            if not shot.drop():  # it was finished when Ctrl-C came
                self.summary.taken += 1
            raise
        self._view = None
        self.summary.taken += 1
        self.summary.seconds.append(time.monotonic() - start)

    def _step(self, step: Step, stream: Stream, taken: dict[Step, Settled]) -> Settled:
        condition = _light_shows(step, {other.role: settled.look for other, settled in taken.items()})
        if self._rest and (self._mode, self._lit) == (step.mode, step.lit):
            settled = settle(
                stream, step.mode, self._patience, after=self._rest.frame, rest=self._rest.look, condition=condition
            )
        else:
            self._command(step, stream)
            settled = settle(stream, step.mode, self._patience, after=stream.next(after=-1), condition=condition)
        self._rest = settled
        return settled

    def _command(self, step: Step, stream: Stream) -> None:
        if self._mode is not step.mode:
            lit_day = step.lit and step.mode is Mode.DAY
            if lit_day:  # only in the dark does the purple of a filter on its way stand out
                self._turn_light(on=False)
            self._camera.set_mode(step.mode)
            self._mode = step.mode
            if lit_day:
                settle(stream, step.mode, self._patience, after=stream.next(after=-1))
        self._turn_light(on=step.lit)

    def _turn_light(self, *, on: bool) -> None:
        if self._light is not None and self._lit is not on:
            self._may_be_lit |= on
            self._light.turn(on)
            self._may_be_lit = on
        self._lit = on

    def _put_back(self, before: CameraState) -> None:
        if before:
            self._restore(before)
        try:
            if self._light is not None and self._may_be_lit:
                self._light.turn(False)
        except NirecapError as error:
            self._say(f"switch the room's light off, it may still be on: {error}")

    def _restore(self, before: CameraState) -> None:
        self.summary.restored, why = False, "they read back otherwise"
        try:
            self.summary.restored = self._camera.restore(before)
        except CameraError as error:
            why = str(error)
        if not self.summary.restored:
            was = ", ".join(f"{name} {value}" for name, value in before.items())
            self._say(f"{self._camera.name}: check its settings, it is not verified that they are {was} again: {why}")


def _light_shows(step: Step, looks: dict[Role, Look]) -> Condition:
    """Return the demand that the light of the room is as the step wants; only DAY pictures can prove it."""
    low, reference = looks.get(Role.LOW), looks.get(Role.REFERENCE)
    if step.role is Role.REFERENCE:
        least = max(LIT_MEAN, low.mean * LIT_GAIN if low else 0.0)
        return lambda look: None if look.mean >= least else "too dark: the room's light is not on"
    if step.role is Role.LOW and reference:
        most = reference.mean / LIT_GAIN
        return lambda look: None if look.mean <= most else "too bright: the room's light is still on"
    return lambda look: None


def _save(shot: ShotFolder, step: Step, settled: Settled) -> ImageRecord:
    pixels = settled.frame.pixels
    height, width = pixels.shape[:2]
    return shot.save(step.stem, ".png", encode_png(pixels), (width, height), captured_at=settled.frame.captured_at)


def _what_was_seen(step: Step, settled: Settled) -> JsonValue:
    return {
        "image": step.stem,
        "mode": str(step.mode),
        "settled_s": round(settled.seconds, 3),
        "arrived_at": round(settled.frame.arrived_at, 3),
        **{name: round(value, 3) for name, value in asdict(settled.look).items()},
    }
