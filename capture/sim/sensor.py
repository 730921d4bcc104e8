"""From light to an 8-bit picture: electrons, Poisson-Gaussian noise, gain and the sRGB curve.

Noise is added where it is the same everywhere. The Anscombe root y = 2 sqrt(electrons + read_noise^2) of a pixel with
shot and read noise has a standard deviation of 1 (Starck, Murtagh & Bijaoui 1998, the generalised transform), so a
picture is that root plus one field of unit noise, looked up in a table that undoes the root, applies gain and encodes.
"""

import cv2
import numpy as np
from numpy.typing import NDArray

from nirecap.images import Pixels

from .light import Light
from .optics import Optics
from .srgb import encode_srgb

Roots = NDArray[np.int16]
"""Anscombe roots, or noise to add to them, in steps of 1 / STEPS."""

STEPS = 64
BRIGHTEST = 30_000
"""Roots end here, far over white at any gain, so that noise added in 16 bits does not wrap."""
GREY_WEIGHTS = (0.299, 0.587, 0.114)
"""Rec. 601 luma, as cv2.COLOR_RGB2GRAY has it."""


def shutter_and_gain(exposure: float, optics: Optics) -> tuple[float, float]:
    """Split an exposure (seconds times gain) as cameras do: shutter up to its longest, gain for the rest.

    >>> shutter_and_gain(0.2, Optics(longest_shutter=0.1))
    (0.1, 2.0)
    """
    shutter = min(exposure, optics.longest_shutter)
    return shutter, exposure / shutter


def develop(light: Light, exposure: float, optics: Optics, *, colour: bool, noise: Roots) -> Pixels:
    """Turn light (H x W x 3, lux) into an RGB picture, H x W x 3; night mode's grey is repeated three times.

    Args:
        light: from `light_on_sensor`.
        exposure: shutter times gain, seconds; from `metered_exposure`.
        optics: the sensor.
        colour: False for night mode, the luma of the three channels.
        noise: from `noise_field` for the same `colour`; H x W x 3 with colour, H x W without.
    """
    seen = light if colour else grey(light)
    picture = look_up(roots(seen, exposure, optics) + noise, tone_table(exposure, optics, colour=colour))
    return picture if colour else np.repeat(picture[..., None], 3, axis=2)


def noise_field(rng: np.random.Generator, height: int, width: int, optics: Optics, *, colour: bool) -> Roots:
    """Draw noise for `develop`, a bit smeared: H x W x 3 with colour, H x W for the quieter mean of three channels."""
    shape = (height, width, 3) if colour else (height, width)
    field = rng.standard_normal(shape, dtype=np.float32)
    kernel = cv2.getGaussianKernel(5, optics.grain, cv2.CV_32F)
    strength = STEPS * _spread(optics, colour) / np.square(kernel).sum()
    return np.asarray(np.rint(cv2.sepFilter2D(field, -1, kernel, kernel) * strength), np.int16)


def roots(light: Light, exposure: float, optics: Optics) -> Roots:
    """Return the Anscombe roots of the electrons that light (any shape, lux) frees during the shutter."""
    shutter, _ = shutter_and_gain(exposure, optics)
    rate, offset = np.float32(shutter * optics.electrons_per_lux_second), np.float32(optics.read_noise**2)
    values = np.empty(light.shape, np.int16)
    for band in _bands(light):
        steps = np.sqrt(light[band] * rate + offset) * np.float32(2 * STEPS)
        values[band] = np.minimum(steps, BRIGHTEST)
    return values


def tone_table(exposure: float, optics: Optics, *, colour: bool) -> NDArray[np.uint8]:
    """Return the 8-bit value of every root from 0 to white; the inverse root keeps the mean (E[(y/2)^2] has var/4)."""
    _, gain = shutter_and_gain(exposure, optics)
    offset = optics.read_noise**2 + _spread(optics, colour) ** 2 / 4
    white = int(np.ceil(2 * STEPS * np.sqrt(optics.full_well / gain + offset)))
    electrons = np.square(np.arange(white + 1) / (2 * STEPS)) - offset
    return np.rint(255 * encode_srgb(electrons * gain / optics.full_well)).astype(np.uint8)


def look_up(noisy: Roots, table: NDArray[np.uint8]) -> Pixels:
    """Return the table's value at each root; roots under it are black, roots over it white."""
    picture = np.empty(noisy.shape, np.uint8)
    for band in _bands(noisy):
        np.take(table, noisy[band], out=picture[band], mode="clip")
    return picture


def grey(light: Light) -> Light:
    """Return the luma of light, H x W x 3 to H x W."""
    return np.asarray(cv2.cvtColor(light, cv2.COLOR_RGB2GRAY), np.float32)


def _bands(image: Light | Roots) -> list[slice]:
    """Cut an image into rows that stay in the processor's cache while several steps go over them; twice as fast."""
    return [slice(top, top + 16) for top in range(0, len(image), 16)]


def _spread(optics: Optics, colour: bool) -> float:
    return optics.noise_kept * (1.0 if colour else float(np.linalg.norm(GREY_WEIGHTS)))
