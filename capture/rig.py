"""The camera and the light of its room as one: brought to what a step wants, and back to how they were."""

import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass

from nirecap.errors import CameraError, NirecapError, NotSettled
from nirecap.vocabulary import Mode, Role

from .camera import Camera, CameraState
from .lights import Light
from .picture import Look
from .plan import Step
from .settle import Condition, Patience, Settled, settle
from .stream import Stream

Say = Callable[[str], None]
"""Receives one line for each event worth a person's eye."""
LIT_MEAN = 40.0
"""Levels that a lit reference reaches at least."""
LIT_GAIN = 1.25
"""How much brighter the lit reference is than the low-light picture, at least."""
RESTORE_PAUSES_S = (0.0, 2.0, 5.0)
"""Waits before each attempt to put the settings back; a camera that rebooted needs some seconds."""


@dataclass(frozen=True)
class Command:
    """A switch that was commanded for a picture."""

    what: str
    at: float
    """Unix seconds by our clock."""
    acknowledged_s: float
    """Seconds until the camera, or the light, said yes."""


@dataclass(frozen=True, eq=False)
class Taken:
    """One picture at rest and what led to it."""

    settled: Settled
    commands: tuple[Command, ...]
    exposure: Mapping[str, float]
    """What the camera told of its exposure."""

    @property
    def look(self) -> Look:
        """What the picture shows."""
        return self.settled.look


class Rig:
    """An open camera and, for lit plans, the light of its room.

    Args:
        camera: open.
        light: None for plans without a lit image.
        patience: how to settle.
        say: receives one line for what can't be put back.
        heed: called for every frame that is watched; may raise to give up.
    """

    def __init__(
        self, camera: Camera, light: Light | None, patience: Patience, say: Say, heed: Callable[[], None]
    ) -> None:
        self._camera, self._light, self._patience = camera, light, patience
        self._say, self._heed = say, heed
        self._may_be_lit = False
        """Whether we have to switch the light off in the end; a command that failed may still have been obeyed."""
        self._was_lit: bool | None = None
        self._commands: list[Command] = []
        self.forget()

    def forget(self) -> None:
        """Take nothing for granted: after a failure, or a while unwatched, the camera may be in any mode."""
        self._mode: Mode | None = None
        self._lit: bool | None = None
        self._rest: Settled | None = None

    def look_away(self) -> None:
        """Forget the last picture: the view has changed, the modes have not."""
        self._rest = None

    def take(self, step: Step, stream: Stream, looks: Mapping[Role, Look]) -> Taken:
        """Bring the camera and the light to `step` and return the picture at rest.

        Args:
            step: what is wanted.
            stream: open.
            looks: what the images of this shot so far show, by which the light is judged.

        Raises:
            NotSettled: the picture did not come to it.
            CameraError: a command was refused, or the stream broke.
        """
        self._commands = []
        condition = _light_shows(step, looks)
        if self._rest and (self._mode, self._lit) == (step.mode, step.lit):
            settled = self._settle(stream, step.mode, self._rest, condition)
        else:
            self._command(step, stream)
            settled = self._settle(stream, step.mode, None, condition)
        self._rest = settled
        return Taken(settled, tuple(self._commands), self._camera.exposure())

    def put_back(self, before: CameraState) -> bool | None:
        """Put the light and the camera's settings back, whatever state they are in, and say what can't be verified.

        Returns:
            Whether reading back confirmed the settings; None where the camera has none that could be put back.
        """
        if not before:
            self._say(f"{self._camera.name}: its settings can't be read; switch it back by hand as it was")
        try:
            return self._restore(before) if before else None
        finally:
            self._put_light_back()

    def let_go_of_light(self) -> None:
        """Try to leave the light to others as it was; `put_back` tries again."""
        with suppress(NirecapError):
            self._turn_light_back()

    def _put_light_back(self) -> None:
        try:
            self._turn_light_back()
        except NirecapError as error:
            wanted, else_ = ("on", "off") if self._was_lit else ("off", "on")
            self._say(f"switch the room's light {wanted}, it may still be {else_}: {error}")

    def _turn_light_back(self) -> None:
        was_lit = bool(self._was_lit)
        if self._light is not None and self._may_be_lit is not was_lit:
            self._light.turn(was_lit)
            self._may_be_lit = was_lit
        self._lit = None

    def _settle(self, stream: Stream, mode: Mode, rest: Settled | None, condition: Condition) -> Settled:
        after = rest.frame if rest else stream.next(after=-1)
        look = rest.look if rest else None
        try:
            return settle(stream, mode, self._patience, after=after, rest=look, condition=condition, heed=self._heed)
        except NotSettled as error:
            advice = self._camera.advice(mode)
            raise NotSettled(f"{error}; {advice}" if advice else str(error)) from None

    def _command(self, step: Step, stream: Stream) -> None:
        if self._mode is not step.mode:
            lit_day = step.lit and step.mode is Mode.DAY
            if lit_day:  # only in the dark does the purple of a filter on its way stand out
                self._turn_light(on=False)
            self._timed(str(step.mode), lambda: self._camera.set_mode(step.mode))
            self._mode = step.mode
            if lit_day:
                self._settle(stream, step.mode, None, lambda look: None)
        self._turn_light(on=step.lit)

    def _turn_light(self, *, on: bool) -> None:
        light = self._light
        if light is not None and self._lit is not on:
            if self._was_lit is None:
                self._was_lit = bool(light.is_on())
            self._may_be_lit |= on
            self._timed(f"light {'on' if on else 'off'}", lambda: light.turn(on))
            self._may_be_lit = on
        self._lit = on

    def _timed(self, what: str, command: Callable[[], None]) -> None:
        at, start = time.time(), time.monotonic()
        command()
        self._commands.append(Command(what, at, time.monotonic() - start))

    def _restore(self, before: CameraState) -> bool:
        why = ""
        for pause_s in RESTORE_PAUSES_S:
            time.sleep(pause_s)
            try:
                if why:
                    self._camera.reconnect()
                if self._camera.restore(before):
                    return True
                why = "they read back otherwise"
            except CameraError as error:
                why = str(error)
        was = ", ".join(f"{name} {value}" for name, value in before.items())
        self._say(f"{self._camera.name}: check its settings, it is not verified that they are {was} again: {why}")
        return False


def _light_shows(step: Step, looks: Mapping[Role, Look]) -> Condition:
    """Return the demand that the light of the room is as the step wants; only DAY pictures can prove it."""
    low, reference = looks.get(Role.LOW), looks.get(Role.REFERENCE)
    if step.role is Role.REFERENCE:
        least = max(LIT_MEAN, low.mean * LIT_GAIN if low else 0.0)
        return lambda look: None if look.mean >= least else "too dark: the room's light is not on"
    if step.role is Role.LOW and reference:
        most = reference.mean / LIT_GAIN
        return lambda look: None if look.mean <= most else "too bright: the room's light is still on"
    return lambda look: None
