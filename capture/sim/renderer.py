"""Pictures at video rate: what two frames have in common is kept, the noise comes from a bank."""

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from nirecap.images import Pixels

from .daynight import Path
from .exposure import meter_view, metered_exposure
from .light import Light, light_on_sensor
from .optics import Optics
from .scene import Scene
from .sensor import Roots, grey, look_up, noise_field, roots, tone_table

SLACK = 64
"""The bank is this many pixels larger than the picture; each frame takes its noise from a random place in it."""


@dataclass(frozen=True)
class View:
    """All that decides the light on the sensor but the scene."""

    path: Path
    lamp: float
    """Share of the lamp's full light, 0 to 1."""
    lux: float


class SceneLights:
    """One scene's light, split into that of the room at 1 lux and that of the lamp; a view is a mixture of the two."""

    def __init__(self, scene: Scene, optics: Optics) -> None:
        self.name = scene.name
        self._optics = optics
        self._room = {at: light_on_sensor(scene, optics, filter_in=at, lamp=False, lux=1) for at in (True, False)}
        self._lamp = {at: light_on_sensor(scene, optics, filter_in=at, lamp=True, lux=0) for at in (True, False)}
        self._metered_room = {at: meter_view(light) for at, light in self._room.items()}
        self._metered_lamp = {at: meter_view(light) for at, light in self._lamp.items()}

    def light(self, view: View) -> Light:
        """Return the light of a view, H x W x 3, or H x W where the picture is grey."""
        at = view.path.filter_in
        mixed = cv2.addWeighted(self._room[at], view.lux, self._lamp[at], view.lamp, 0)
        light = np.asarray(mixed, np.float32)
        return light if view.path.colour else grey(light)

    def exposure_goal(self, view: View) -> float:
        """Return the exposure, seconds times gain, that auto-exposure ends at."""
        at = view.path.filter_in
        light = self._metered_room[at] * view.lux + self._metered_lamp[at] * view.lamp
        return metered_exposure(light.astype(np.float32), self._optics)


class Renderer:
    """Develops frame after frame; the same pictures as `sensor.develop`, for one thread."""

    def __init__(self, width: int, height: int, optics: Optics, rng: np.random.Generator) -> None:
        self._size = (height, width)
        self._optics = optics
        self._rng = rng
        self._banks = {
            colour: noise_field(rng, height + SLACK, width + SLACK, optics, colour=colour) for colour in (True, False)
        }
        self._light: tuple[SceneLights, View, Light] | None = None
        self._still: tuple[Light, float, Roots, NDArray[np.uint8]] | None = None

    def frame(self, lights: SceneLights, view: View, exposure: float) -> Pixels:
        """Return one frame, a fresh array H x W x 3."""
        still, table = self._without_noise(self._light_of(lights, view), exposure, colour=view.path.colour)
        picture = look_up(still + self._noise(colour=view.path.colour), table)
        return picture if view.path.colour else np.asarray(cv2.cvtColor(picture, cv2.COLOR_GRAY2RGB), np.uint8)

    def _light_of(self, lights: SceneLights, view: View) -> Light:
        if self._light is None or self._light[0] is not lights or self._light[1] != view:
            self._light = (lights, view, lights.light(view))
        return self._light[2]

    def _without_noise(self, light: Light, exposure: float, *, colour: bool) -> tuple[Roots, NDArray[np.uint8]]:
        if self._still is None or self._still[0] is not light or self._still[1] != exposure:
            table = tone_table(exposure, self._optics, colour=colour)
            self._still = (light, exposure, roots(light, exposure, self._optics), table)
        return self._still[2:]

    def _noise(self, *, colour: bool) -> Roots:
        top, left = self._rng.integers(SLACK, size=2)
        height, width = self._size
        return self._banks[colour][top : top + height, left : left + width]
