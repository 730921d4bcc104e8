"""A lit frame as a scene for the simulated camera: its light, its reflectance in NIR, and how far things are away.

I_f is taken for the light that the scene sends. N_f was taken in a lit room through no filter, so it is visible light
and NIR together: N_f = a luma(I_f) + b NIR, in linear light. Nobody knows a, but NIR is nowhere under zero, and that
bounds it; a share of the bound is drawn and taken off. So N_f serves as it is at one end, and as far from the visible
image as it can be at the other. Of an N_f by the lamp alone, as N is, little is taken off, as the bound is low. The
lamp's own fall-off stays in it: in a lit room it is faint. Depth is invented: a plane with bumps.
"""

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from nirecap.capture.sim.optics import Span
from nirecap.capture.sim.scene import Scene
from nirecap.capture.sim.sensor import grey
from nirecap.capture.sim.srgb import decode_srgb
from nirecap.images import Pixels

from .frames import Frame, Grey

Field = NDArray[np.float32]

NEAREST, RATIO = Span(0.8, 2.5, logarithmic=True), Span(1.2, 8)
"""Metres to the nearest place, and how many times as far the farthest is."""
LEAN, BUMPS = 0.5, 0.12
"""Standard deviations: of the plane's direction from downwards, radians, and of the bumps, logarithm of distance."""
TAKEN_OFF = Span(0, 0.9)
"""Share of the most visible light that N_f can hold."""
MOST_TAKEN_OFF = 0.75
"""Of N_f; beyond that little but its noise is left."""
LOWEST = 2.0
"""Percentile of N_f over luma that counts as its least."""
REFLECTANCE = Span(0.2, 0.5)
"""Mean in NIR."""
VANISHED, LOST = Span(0.02, 0.4), Span(0.6, 1)
"""Share of the picture in which N loses structure, in half of the frames, and how much of it."""
SMEAR = Span(2, 6)
"""Gaussian sigma of what is left there, pixels."""
CELLS = 7
"""Sides of the fields that are drawn."""
LINEAR = decode_srgb(np.arange(256) / 255)
"""Light of each level."""
SMALL = 96
"""Longer side of the copy that is looked at first, pixels."""


@dataclass(frozen=True, eq=False)
class Guess:
    """What is drawn of a view, as nobody knows it."""

    taken_off: float
    """Of N_f, in units of its mean, for each of luma(I_f), in units of its own."""
    infrared_gain: float
    """From N_f, linear, to reflectance, before anything is taken off."""
    luma_gain: float
    """From luma(I_f) to reflectance."""
    nearness: Field
    """1 / metres, `CELLS` x `CELLS` over the picture."""
    vanished: Field
    """How much structure N loses, 0 to 1, likewise; negative and more than 1 are cut off between its points."""
    smear: float


def guess(frame: Frame, rng: np.random.Generator) -> Guess:
    """Draw what is not known of a lit frame."""
    visible, infrared = shrunk(frame, SMALL)
    luma, nir = grey(LINEAR[visible]) + np.float32(1e-4), LINEAR[infrared] + np.float32(1e-4)
    bound = float(np.percentile(nir / luma, LOWEST)) * float(luma.mean() / nir.mean())
    share = min(TAKEN_OFF.draw(rng) * bound, MOST_TAKEN_OFF)
    gain = REFLECTANCE.draw(rng) / (1 - share)
    return Guess(
        taken_off=share,
        infrared_gain=gain / float(nir.mean()),
        luma_gain=gain * share / float(luma.mean()),
        nearness=_plane(rng),
        vanished=_spots(rng),
        smear=SMEAR.draw(rng),
    )


def small_scene(frame: Frame, drawn: Guess, longer_side: int = SMALL) -> Scene:
    """Return the whole frame as a small scene."""
    return _scene(frame.name, *shrunk(frame, longer_side), drawn, (0, 0, 1, 1))


def scene_of_part(frame: Frame, drawn: Guess, left: int, top: int, width: int, height: int) -> Scene:
    """Return a part of a frame as a scene, pixel by pixel."""
    rows, columns = frame.infrared.shape
    there = slice(top, top + height), slice(left, left + width)
    place = left / columns, top / rows, (left + width) / columns, (top + height) / rows
    scene = _scene(frame.name, frame.visible[there], frame.infrared[there], drawn, place)
    lost = _sampled(drawn.vanished, place, scene.infrared.shape)
    if lost.max() <= 0:
        return scene
    smeared = np.asarray(cv2.GaussianBlur(scene.infrared, (0, 0), drawn.smear), np.float32)
    infrared = scene.infrared + np.clip(lost, 0, 1) * (smeared - scene.infrared)
    return Scene(scene.name, scene.visible, infrared, scene.depth)


def shrunk(frame: Frame, longer_side: int) -> tuple[Pixels, Grey]:
    """Return I_f and N_f shrunk, as averages of a grid of pixels that is fine enough."""
    step = max(1, max(frame.infrared.shape) // (4 * longer_side))
    visible, infrared = frame.visible[::step, ::step], frame.infrared[::step, ::step]
    scale = min(1.0, longer_side / max(infrared.shape))
    size = max(1, round(infrared.shape[1] * scale)), max(1, round(infrared.shape[0] * scale))
    one, other = (cv2.resize(image, size, interpolation=cv2.INTER_AREA) for image in (visible, infrared))
    return np.asarray(one, np.uint8), np.asarray(other, np.uint8)


def _scene(name: str, visible: Pixels, infrared: Grey, drawn: Guess, place: tuple[float, ...]) -> Scene:
    light = LINEAR[visible]
    reflected = LINEAR[infrared] * np.float32(drawn.infrared_gain) - grey(light) * np.float32(drawn.luma_gain)
    depth = np.asarray(1 / _sampled(drawn.nearness, place, infrared.shape), np.float32)
    return Scene(name, light, np.asarray(np.clip(reflected, 0.002, 1), np.float32), depth)


def _plane(rng: np.random.Generator) -> Field:
    """Draw a plane, whose nearness is linear in the picture and grows roughly downwards, and bumps on it."""
    y, x = np.mgrid[-1 : 1 : CELLS * 1j, -1 : 1 : CELLS * 1j]
    lean = rng.normal(0, LEAN)
    towards = x * np.sin(lean) + y * np.cos(lean)
    share = (towards - towards.min()) / np.ptp(towards)
    farthest = 1 / RATIO.draw(rng)
    nearness = (farthest + (1 - farthest) * share) / NEAREST.draw(rng)
    return np.asarray(nearness * np.exp(rng.normal(0, BUMPS, nearness.shape)), np.float32)


def _spots(rng: np.random.Generator) -> Field:
    """Draw where N loses structure; nowhere in half of the frames."""
    field = rng.standard_normal((CELLS, CELLS))
    share, lost = VANISHED.draw(rng), LOST.draw(rng)
    if rng.random() < 0.5:
        return np.zeros((CELLS, CELLS), np.float32)
    return np.asarray((field - np.quantile(field, 1 - share)) * 2 * lost, np.float32)


def _sampled(field: Field, place: tuple[float, ...], shape: tuple[int, ...]) -> Field:
    """Interpolate a part of a field; `place` is left, top, right, bottom as fractions of it."""
    left, top, right, bottom = place
    across = _weights(left, right, shape[1], field.shape[1])
    down = _weights(top, bottom, shape[0], field.shape[0])
    return np.asarray(down @ field @ across.T, np.float32)


def _weights(start: float, end: float, count: int, cells: int) -> Field:
    places = (start + (np.arange(count) + 0.5) / count * (end - start)) * (cells - 1)
    return np.asarray(np.maximum(0, 1 - np.abs(places[:, None] - np.arange(cells))), np.float32)
