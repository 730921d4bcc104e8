"""What cameras do to their pictures after the sensor, drawn widely, so that a network bears those nobody modelled."""

from dataclasses import dataclass
from typing import Literal

import cv2
import numpy as np
from numpy.typing import NDArray

from nirecap.capture.sim.compression import Compression, CompressionLevels, compressed
from nirecap.capture.sim.optics import Span
from nirecap.capture.sim.sensor import STEPS, Roots
from nirecap.images import Pixels

Smoothing = Literal["none", "gaussian", "median", "bilateral", "chroma"]
Table = NDArray[np.uint8]
"""New level of each level, 256."""

SMOOTHINGS: tuple[Smoothing, ...] = ("none", "gaussian", "median", "bilateral", "chroma")
HOW_OFTEN = (0.4, 0.2, 0.1, 0.15, 0.15)
BLOTCH = 4
"""Side of a blotch of coloured noise, pixels."""
GAMMA = Span(0.75, 1.35, logarithmic=True)
CONTRAST = Span(-0.3, 0.5)
BLACK = Span(-0.01, 0.015)
SATURATION = Span(0.4, 1.15)
CAST = Span(0.8, 1.25, logarithmic=True)
SOFTNESS = Span(1.1, 1.8)
BLOTCHES, BANDING = Span(0, 0.6), Span(0, 0.4)
ENCODERS = CompressionLevels(0.4, Span(25, 95), Span(16, 34))


@dataclass(frozen=True)
class Camera:
    """How one camera makes its picture of what the sensor saw."""

    cast: tuple[float, float, float]
    """Gains of R, G, B by which its white balance is wrong."""
    blotches: float
    """Coloured noise of low frequency, as a share of the sensor's."""
    banding: float
    """Noise that is the same along a row, as a share of the sensor's."""
    smoothing: Smoothing
    strength: float
    """Of the smoothing, 0 to 1."""
    softness: float
    """How far the picture was shrunk and enlarged again; 1 for not at all."""
    saturation: float
    """Share of its colour that it keeps; over 1 is more."""
    gamma: float
    """Exponent over the sRGB curve; under 1 lifts the dark."""
    contrast: float
    """Depth of an S-curve; negative flattens."""
    black: float
    """Level, 0 to 1, that is added to all, or cut off where it is negative."""
    encoder: Compression | None


def draw_camera(rng: np.random.Generator) -> Camera:
    """Draw a camera, each fault in some and no fault in some.

    >>> draw_camera(np.random.default_rng(3)) == draw_camera(np.random.default_rng(3))
    True
    """
    red, green, blue = (CAST.draw(rng) for _ in range(3))
    return Camera(
        cast=(red, green, blue),
        blotches=BLOTCHES.draw(rng) * _chance(rng, 0.3),
        banding=BANDING.draw(rng) * _chance(rng, 0.2),
        smoothing=SMOOTHINGS[rng.choice(len(SMOOTHINGS), p=HOW_OFTEN)],
        strength=float(rng.random()),
        softness=SOFTNESS.draw(rng) ** _chance(rng, 0.2),
        saturation=SATURATION.draw(rng) ** _chance(rng, 0.7),
        gamma=GAMMA.draw(rng),
        contrast=CONTRAST.draw(rng),
        black=BLACK.draw(rng) * _chance(rng, 0.5),
        encoder=ENCODERS.draw(rng) if rng.random() < 0.7 else None,
    )


def more_noise(noise: Roots, camera: Camera, rng: np.random.Generator) -> Roots:
    """Add blotches and banding to the sensor's noise, H x W x 3 or H x W."""
    added = noise.astype(np.float32)
    height, width = noise.shape[:2]
    if camera.blotches:
        coarse = rng.standard_normal((height // BLOTCH + 2, width // BLOTCH + 2, *noise.shape[2:]), dtype=np.float32)
        field = np.asarray(cv2.resize(coarse, (width, height), interpolation=cv2.INTER_LINEAR), np.float32)
        added += field.reshape(noise.shape) * np.float32(STEPS * camera.blotches)
    if camera.banding:
        rows = rng.standard_normal((height, *(1,) * (noise.ndim - 1)), dtype=np.float32)
        added += rows * np.float32(STEPS * camera.banding)
    return np.asarray(np.rint(added), np.int16)


def processed(picture: Pixels, camera: Camera) -> Pixels:
    """Return what a camera sends of a developed picture, H x W x 3; a grey one stays grey until it is encoded."""
    picture = toned(_softened(_smoothed(picture, camera), camera.softness), camera)
    return compressed(picture, camera.encoder) if camera.encoder else picture


def toned(picture: Pixels, camera: Camera) -> Pixels:
    """Return a picture, H x W x 3, with the colour and the tones that a camera gives it."""
    if camera.saturation != 1:
        luma = cv2.cvtColor(cv2.cvtColor(picture, cv2.COLOR_RGB2GRAY), cv2.COLOR_GRAY2RGB)
        picture = np.asarray(cv2.addWeighted(picture, camera.saturation, luma, 1 - camera.saturation, 0), np.uint8)
    return np.asarray(cv2.LUT(picture, tone_table(camera)), np.uint8)


def tone_table(camera: Camera) -> Table:
    """Return the new level of each level, 0 to 255: gamma, then an S-curve, then the black level."""
    level = (np.arange(256) / 255) ** camera.gamma
    level = level + camera.contrast * level * (1 - level) * (2 * level - 1)
    return np.asarray(np.rint(np.clip(level + camera.black, 0, 1) * 255), np.uint8)


def _chance(rng: np.random.Generator, share: float) -> int:
    return int(rng.random() < share)


def _smoothed(picture: Pixels, camera: Camera) -> Pixels:
    """Reduce noise in one of the ways that cameras have."""
    strength = camera.strength
    if camera.smoothing == "gaussian":
        return np.asarray(cv2.GaussianBlur(picture, (0, 0), 0.4 + 0.8 * strength), np.uint8)
    if camera.smoothing == "median":
        return np.asarray(cv2.medianBlur(picture, 3), np.uint8)
    if camera.smoothing == "bilateral":
        return np.asarray(cv2.bilateralFilter(picture, 5, 10 + 40 * strength, 1 + strength), np.uint8)
    if camera.smoothing == "chroma":
        luma, red, blue = cv2.split(cv2.cvtColor(picture, cv2.COLOR_RGB2YCrCb))
        red, blue = (cv2.GaussianBlur(plane, (0, 0), 1 + 3 * strength) for plane in (red, blue))
        return np.asarray(cv2.cvtColor(cv2.merge([luma, red, blue]), cv2.COLOR_YCrCb2RGB), np.uint8)
    return picture


def _softened(picture: Pixels, factor: float) -> Pixels:
    """Shrink a picture and enlarge it again, as a camera does whose stream is smaller than its picture."""
    if factor <= 1:
        return picture
    height, width = picture.shape[:2]
    size = max(1, round(width / factor)), max(1, round(height / factor))
    small = cv2.resize(picture, size, interpolation=cv2.INTER_AREA)
    return np.asarray(cv2.resize(small, (width, height), interpolation=cv2.INTER_LINEAR), np.uint8)
