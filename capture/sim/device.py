"""The simulated camera behind its protocols: a state machine over time and the thread that renders it."""

import logging
import math
import threading
import time
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np

from nirecap.errors import CameraError, UsageMistake
from nirecap.images import Pixels
from nirecap.vocabulary import Mode

from .body import Body, FrameTruth
from .optics import Optics
from .osd import burn_clock
from .quirks import Quirk, Quirks
from .renderer import Renderer, SceneLights
from .scene import SceneSource
from .scene_turner import SceneTurner

FRAMES_REMEMBERED = 2000
SKEW_S = 3 * 3600.0
"""How far the camera's clock is ahead under the quirk `clock-skew`."""
HOT_SPOT = (0.55, 0.4)
"""Where the lamp is mirrored under the quirk `hot-spot`, as fractions of width and height."""

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class DeviceConfig:
    """How the simulated camera is built; the room's light in lux is part of `optics`.

    Raises:
        UsageMistake: a size, rate or time that no such camera has.
    """

    width: int = 1280
    height: int = 720
    """Pixels; even, as H.264 wants them."""
    fps: float = 15.0
    transition_s: float = 1.0
    """Seconds from a switch command to the end of the purple frames; real cameras take 0.3 to 6."""
    exposure_time_constant_s: float = 0.15
    """Seconds in which auto-exposure goes 63 % of its way, in stops."""
    optics: Optics = field(default_factory=Optics)
    seed: int = 0
    """Of the noise."""
    quirks: Quirks = frozenset()
    """Misbehaviours to show."""

    @property
    def clock_skew_s(self) -> float:
        """Camera clock minus that of this computer, seconds."""
        return SKEW_S if Quirk.CLOCK_SKEW in self.quirks else 0.0

    def __post_init__(self) -> None:
        if not all(64 <= side <= 4096 and side % 2 == 0 for side in (self.width, self.height)):
            raise UsageMistake(f"pictures of {self.width}x{self.height} can't be simulated; use even sides, 64 to 4096")
        if not 1 <= self.fps <= 60:
            raise UsageMistake(f"{self.fps} frames/s can't be simulated; choose 1 to 60")
        if not (0 <= self.transition_s <= 60 and 0 < self.exposure_time_constant_s <= 60):
            raise UsageMistake(
                f"a transition of {self.transition_s} s with an exposure time constant of "
                f"{self.exposure_time_constant_s} s can't be simulated; choose up to 60 s, the constant above 0"
            )


class Device:
    """A camera with an IR-cut filter and an IR lamp, in a room with a lamp, looking at one scene after another.

    It starts in AUTO, in the dark, and so at night. `on_frame` holds callbacks that get every frame (RGB, H x W x 3,
    unix seconds) in the render thread, at `fps`; a frame that can't be rendered in time is left out. Properties and
    methods may be used from any thread.
    """

    def __init__(self, scenes: SceneSource, config: DeviceConfig) -> None:
        self._scenes, self._config = scenes, config
        self._optics = config.optics
        if Quirk.HOT_SPOT in config.quirks:
            self._optics = replace(config.optics, hot_spot=HOT_SPOT)
        self.on_frame: list[Callable[[Pixels, float], None]] = []
        self._lock = threading.Lock()
        self._turning = threading.Lock()
        self._stopping = threading.Event()
        self._thread: threading.Thread | None = None
        self._failure: Exception | None = None
        self._latest: tuple[Pixels, FrameTruth] | None = None
        self._freezing = False
        self._frames: deque[FrameTruth] = deque(maxlen=FRAMES_REMEMBERED)
        self._renderer = Renderer(config.width, config.height, self._optics, np.random.default_rng(config.seed))
        self._turner = SceneTurner(self._lights_of)
        self._body = Body(
            self._turner.lights,
            self._optics,
            transition_s=config.transition_s,
            time_constant_s=config.exposure_time_constant_s,
            now=time.time(),
            quirks=config.quirks,
        )

    @property
    def width(self) -> int:
        """Pixels of a row."""
        return self._config.width

    @property
    def height(self) -> int:
        """Rows."""
        return self._config.height

    @property
    def fps(self) -> float:
        """Frames per second."""
        return self._config.fps

    def start(self) -> None:
        """Render the first frame, then go on in a thread until `stop`.

        Raises:
            CameraError: it runs already.
        """
        if self._thread is not None:
            raise CameraError("the simulated camera runs already; stop it first")
        self._stopping.clear()
        self._failure = None
        self._render()
        self._thread = threading.Thread(target=self._run, name="simulated camera", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """End the render thread and wait for it; safe to call twice, but not from an `on_frame` callback."""
        self._stopping.set()
        if self._thread is not None:
            self._thread.join()
            self._thread = None

    @property
    def ir_cut(self) -> str:
        """IR-cut filter in ONVIF's words: ON is in the light path (day), OFF is out (night), AUTO goes by the light.

        Setting it starts the switch and returns; any other word raises `UsageMistake`.
        """
        return self._body.ir_cut

    @ir_cut.setter
    def ir_cut(self, word: str) -> None:
        with self._present() as body:
            body.ir_cut = word

    @property
    def ir_lamp(self) -> str:
        """IR lamp: ON, OFF, or AUTO, on while the filter is out; any other word raises `UsageMistake`."""
        return self._body.ir_lamp

    @ir_lamp.setter
    def ir_lamp(self, word: str) -> None:
        with self._present() as body:
            body.ir_lamp = word

    @property
    def room_lit(self) -> bool:
        """Whether the room's lamp is on."""
        return self._body.room.lit

    @room_lit.setter
    def room_lit(self, lit: bool) -> None:
        with self._present() as body:
            body.room.switch(lit=lit, now=time.time())

    @property
    def exposure(self) -> tuple[float, float]:
        """Shutter time in seconds and gain as a factor; the gain is raised when the shutter can't be open longer."""
        with self._present() as body:
            exposure = body.exposure
        shutter_s = min(exposure, self._optics.longest_shutter)
        return shutter_s, exposure / shutter_s

    @property
    def scene_name(self) -> str:
        """Name of the scene in view."""
        return self._body.lights.name

    def next_scene(self) -> None:
        """Turn to the next scene, after the last one to the first again; returns when it is in view."""
        with self._turning:
            lights = self._turner.turn()
            with self._present() as body:
                body.lights = lights

    def latest(self) -> tuple[Pixels, float]:
        """Return the newest frame (RGB, H x W x 3) and when it was captured, unix seconds.

        Raises:
            CameraError: not started, or rendering failed.
        """
        if self._failure is not None:
            raise CameraError(f"the simulated camera broke down ({self._failure!r}); stop and start it")
        if self._latest is None:
            raise CameraError("the simulated camera has no picture yet; start it")
        picture, shown = self._latest
        return picture, shown.captured_at

    def boot(self) -> None:
        """Forget all settings, as after a cut in the power; the room stays as it is."""
        with self._present() as body:
            body.boot(time.time())

    @contextmanager
    def frozen(self) -> Iterator[None]:
        """Go on with the newest picture while the context lasts; the times of the frames run on."""
        self._freezing = True
        try:
            yield
        finally:
            self._freezing = False

    @contextmanager
    def astray(self) -> Iterator[None]:
        """Go to the other mode and stay there while the context lasts, whatever is commanded."""
        with self._present() as body:
            body.astray = Mode.NIGHT if body.mode is Mode.DAY else Mode.DAY
        try:
            yield
        finally:
            with self._present() as body:
                body.astray = None

    @contextmanager
    def deaf(self) -> Iterator[None]:
        """Keep words for the filter and do nothing about them while the context lasts; nor is it made up for."""
        with self._present() as body:
            body.deaf = True
        try:
            yield
        finally:
            with self._present() as body:
                body.deaf = False

    def frame_at(self, captured_at: float) -> FrameTruth | None:
        """Return what the frame with exactly this time shows; None if it is not among the last 2000."""
        with self._lock:
            return next((truth for truth in reversed(self._frames) if truth.captured_at == captured_at), None)

    def frames(self) -> list[FrameTruth]:
        """Return what the last 2000 frames show, oldest first."""
        with self._lock:
            return list(self._frames)

    def truth(self) -> dict[str, Any]:
        """Return the state of camera and room now, and the last 100 switches, as JSON can say it.

        Keys: scene, ir_cut, ir_lamp, room_lit, filter_in, colour, lamp, in_transit, settled, transitions, failure.
        A transition has `to` (day or night) and, in unix seconds, `commanded_at`, `switched_at` (its purple frames are
        over) and `settled_at` (the first moment seen settled after that); None until then, or if superseded.
        """
        failure = None if self._failure is None else repr(self._failure)
        with self._present() as body:
            return body.truth() | {"failure": failure}

    @contextmanager
    def _present(self) -> Iterator[Body]:
        """Bring the body to the present and hand it out under the lock; a change takes effect at once."""
        with self._lock:
            self._body.advance(time.time())
            yield self._body
            self._body.advance(time.time())

    def _lights_of(self, index: int) -> SceneLights:
        scene = self._scenes.scene(index % len(self._scenes), self.width, self.height)
        return SceneLights(scene, self._optics)

    def _run(self) -> None:
        period = 1 / self.fps
        due = time.monotonic() + period
        try:
            while not self._stopping.wait(max(due - time.monotonic(), 0)):
                self._render()
                due += period * max(1, math.ceil((time.monotonic() - due) / period))
        except Exception as failure:
            self._failure = failure
            log.exception("the simulated camera broke down")

    def _render(self) -> None:
        with self._present() as body:
            lights, view, exposure = body.lights, body.view, body.exposure
            shown = body.frame_truth()
        if self._freezing and self._latest:
            picture, source = self._latest
            shown = replace(source, captured_at=shown.captured_at)
        else:
            picture = self._renderer.frame(lights, view, exposure)
            if Quirk.OSD_CLOCK in self._config.quirks:
                picture = burn_clock(picture, shown.captured_at + self._config.clock_skew_s)
        with self._lock:
            self._frames.append(shown)
            self._latest = picture, shown
        for callback in list(self.on_frame):
            callback(picture, shown.captured_at)
