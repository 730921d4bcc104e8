"""Lit frames turned into low light by the optics of the simulated camera, for training with a truth.

`lit_scene` says what the frame is taken for. What lamp, sensor and camera then make of it is drawn far more widely than
in the fixed recipes, as a network shall bear cameras that nobody modelled.
"""

from dataclasses import dataclass, replace

import cv2
import numpy as np

from nirecap.capture.sim.exposure import meter_view, metered_exposure
from nirecap.capture.sim.light import Light, Part, light_on_sensor
from nirecap.capture.sim.optics import Levels, Optics, Span, random_optics
from nirecap.capture.sim.scene import Scene
from nirecap.capture.sim.sensor import develop, noise_field
from nirecap.capture.sim.srgb import encode_srgb
from nirecap.dataset_card.training_set import Cut, cut_out
from nirecap.images import Pixels

from .frames import Frame, Grey
from .lit_scene import Guess, guess, scene_of_part, small_scene
from .other_cameras import Camera, draw_camera, more_noise, processed, toned

WIDE = Levels(
    dim_lux=Span(0.1, 2.5, logarithmic=True),
    room_infrared=Span(0.01, 0.6, logarithmic=True),
    lamp_lux=Span(20, 400, logarithmic=True),
    beam_exponent=Span(0, 6),
    field_of_view=Span(55, 115),
    filter_leak=Span(0.001, 0.03, logarithmic=True),
    glass_shift=Span(-2.5, 2.5),
    glass_zoom=Span(-0.002, 0.004),
    glass_blur=Span(0, 1.5),
    highest_gain=Span(4, 24, logarithmic=True),
    electrons_per_lux_second=Span(900, 4000, logarithmic=True),
    read_noise=Span(1, 8),
    noise_kept=Span(0.2, 1.1),
    grain=Span(0.3, 1.1),
    target_mean=Span(80, 150),
    hot_spots=0.3,
    hot_spot_radius=Span(0.006, 0.05, logarithmic=True),
)
"""Circumstances of darkened frames; compare `capture/recipes.py`."""
FULL_WELL = Span(4000, 20_000, logarithmic=True)
ERROR = Span(0.65, 1.6, logarithmic=True)
"""By how much auto-exposure misses."""
DARKEST = 5.0
"""Least mean level of I, 0 to 255, before its camera gives it other tones."""
MARGIN = 8
"""Pixels around a crop, of which some come into N when the filter's glass leaves."""
SAMPLES = 4
"""Pictures that a shrunk one is the mean of, each with noise of its own: about what shrinking leaves of it."""


@dataclass(frozen=True, eq=False)
class Darkened:
    """A lit frame, or a crop of it, as a camera would see it at night."""

    low: Pixels
    """I, H x W x 3, 0 to 255."""
    nire: Grey
    """N, H x W, 0 to 255."""
    whole: Pixels | None
    """I of the whole frame, shrunk, where it was asked for."""


@dataclass(frozen=True, eq=False)
class Night:
    """Under what one frame is darkened."""

    optics: Optics
    view: Guess
    low_camera: Camera
    nire_camera: Camera
    low_exposure: float
    nire_exposure: float


def darken(
    frame: Frame, rng: np.random.Generator, cut: Cut | None = None, whole: tuple[int, int] | None = None
) -> Darkened:
    """Turn a lit frame into low light; equal frames, generator states and cuts give equal images.

    Lamp and exposure are those of the whole frame, whatever is cut out of it.

    Args:
        frame: (I_f, N_f).
        rng: of everything that is drawn.
        cut: the crop to be made; None: the whole frame.
        whole: height and width of a small copy of I of the whole frame, to be made too.
    """
    height, width = frame.infrared.shape
    cut = cut or Cut(0, 0, width, height)
    night = draw_night(frame, rng)
    left, top = max(0, cut.x - MARGIN), max(0, cut.y - MARGIN)
    right, bottom = min(width, cut.x + cut.width + MARGIN), min(height, cut.y + cut.height + MARGIN)
    scene = scene_of_part(frame, night.view, left, top, right - left, bottom - top)
    part = Part(width, height, left, top)
    inner = replace(cut, x=cut.x - left, y=cut.y - top)
    return Darkened(
        low=cut_out(_low(scene, part, night, rng), inner),
        nire=cut_out(_nire(scene, part, night, rng), inner),
        whole=_whole(frame, night, whole, rng) if whole else None,
    )


def draw_night(frame: Frame, rng: np.random.Generator) -> Night:
    """Draw the circumstances, and let auto-exposure settle on a small copy of the frame."""
    view = guess(frame, rng)
    small = small_scene(frame, view)
    low_camera, nire_camera = draw_camera(rng), draw_camera(rng)
    optics = replace(random_optics(rng, WIDE), full_well=FULL_WELL.draw(rng))
    optics = _with_light(small, optics, low_camera)
    return Night(
        optics=optics,
        view=view,
        low_camera=low_camera,
        nire_camera=nire_camera,
        low_exposure=_exposure(_low_light(small, optics, low_camera), optics) * ERROR.draw(rng),
        nire_exposure=_exposure(_nire_light(small, optics), optics) * ERROR.draw(rng),
    )


def _with_light(small: Scene, optics: Optics, camera: Camera) -> Optics:
    """Return optics whose room is lit enough for something to be seen in I, however dark its things are."""
    light = _low_light(small, optics, camera)
    level = float(np.mean(encode_srgb(light * np.float32(_sensitivity(light, optics))))) * 255
    return replace(optics, dim_lux=optics.dim_lux * (DARKEST / level) ** 2.2) if level < DARKEST else optics


def _low(scene: Scene, part: Part, night: Night, rng: np.random.Generator) -> Pixels:
    light = _low_light(scene, night.optics, night.low_camera, part)
    height, width = scene.infrared.shape
    noise = more_noise(noise_field(rng, height, width, night.optics, colour=True), night.low_camera, rng)
    return processed(develop(light, night.low_exposure, night.optics, colour=True, noise=noise), night.low_camera)


def _nire(scene: Scene, part: Part, night: Night, rng: np.random.Generator) -> Grey:
    light = _nire_light(scene, night.optics, part)
    height, width = scene.infrared.shape
    noise = more_noise(noise_field(rng, height, width, night.optics, colour=False), night.nire_camera, rng)
    developed = develop(light, night.nire_exposure, night.optics, colour=False, noise=noise)
    return np.ascontiguousarray(processed(developed, night.nire_camera)[..., 1])


def _whole(frame: Frame, night: Night, size: tuple[int, int], rng: np.random.Generator) -> Pixels:
    """Return I of the whole frame, shrunk: without what its camera does to details."""
    small = small_scene(frame, night.view, max(size))
    light = _low_light(small, night.optics, night.low_camera)
    height, width = small.infrared.shape
    mean = np.zeros((height, width, 3), np.uint16)
    for _ in range(SAMPLES):
        noise = noise_field(rng, height, width, night.optics, colour=True)
        mean += develop(light, night.low_exposure, night.optics, colour=True, noise=noise)
    picture = toned(np.rint(mean / SAMPLES).astype(np.uint8), night.low_camera)
    return np.asarray(cv2.resize(picture, size[::-1], interpolation=cv2.INTER_AREA), np.uint8)


def _low_light(scene: Scene, optics: Optics, camera: Camera, part: Part | None = None) -> Light:
    light = light_on_sensor(scene, optics, filter_in=True, lamp=False, lux=optics.dim_lux, part=part)
    return light * np.array(camera.cast, np.float32)


def _nire_light(scene: Scene, optics: Optics, part: Part | None = None) -> Light:
    return light_on_sensor(scene, optics, filter_in=False, lamp=True, lux=optics.dim_lux, part=part)


def _sensitivity(light: Light, optics: Optics) -> float:
    """Return the gain from light to 1, white, that auto-exposure chooses."""
    return _exposure(light, optics) * optics.electrons_per_lux_second / optics.full_well


def _exposure(light: Light, optics: Optics) -> float:
    return metered_exposure(meter_view(light), optics)
