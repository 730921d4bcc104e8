"""Auto-exposure, and the settled picture that it ends in for each role of a shot."""

import cv2
import numpy as np

from nirecap.images import Pixels
from nirecap.vocabulary import Role

from .light import Light, light_on_sensor
from .optics import Optics
from .scene import Scene
from .sensor import develop, grey, noise_field

SHORTEST_SHUTTER = 1e-4
METER_SIZE = (64, 36)
"""The meter's own picture, width x height: coarse, so that small lights do not darken the room."""
HIGHLIGHTS = 99.0
"""Percentile of the meter's picture that is kept from clipping."""


def expose(scene: Scene, optics: Optics, role: Role, rng: np.random.Generator) -> Pixels:
    """Take the settled picture of a role, H x W x 3: equal arguments and generator states give equal pixels.

    `low` and `reference` see through the filter, `nire` and `reference_nire` without it, by the lamp, in grey.
    """
    day = role in (Role.LOW, Role.REFERENCE)
    lux = optics.lit_lux if role in (Role.REFERENCE, Role.REFERENCE_NIRE) else optics.dim_lux
    light = light_on_sensor(scene, optics, filter_in=day, lamp=not day, lux=lux)
    height, width = scene.infrared.shape
    noise = noise_field(rng, height, width, optics, colour=day)
    return develop(light, metered_exposure(meter_view(light), optics), optics, colour=day, noise=noise)


def meter_view(light: Light) -> Light:
    """Shrink light (H x W x 3) to what the meter looks at, 36 x 64 x 3; linear, so views may be mixed like light."""
    return np.asarray(cv2.resize(light, METER_SIZE, interpolation=cv2.INTER_AREA), np.float32)


def metered_exposure(view: Light, optics: Optics) -> float:
    """Return the exposure, shutter times gain in seconds, that auto-exposure ends at for a `meter_view`.

    It aims for the mean `target_mean`, keeps the highlights under white, and stops at longest shutter times highest
    gain: that is why a dark room stays dark. A power of 1/2.2 stands for the sRGB curve, so the mean is met to 10 %.
    """
    white = optics.full_well / optics.electrons_per_lux_second
    luma = np.maximum(grey(view), 1e-9) / white
    for_mean = (optics.target_mean / 255 / np.mean(luma ** (1 / 2.2))) ** 2.2
    for_highlights = 0.9 / np.percentile(luma, HIGHLIGHTS)
    brightest = optics.longest_shutter * optics.highest_gain
    return float(np.clip(min(for_mean, for_highlights), SHORTEST_SHUTTER, brightest))
