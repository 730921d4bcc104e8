"""LIME: the brightest channel, smoothed but for the edges of objects, is the illumination; divide by it.

Guo, Li and Ling, "LIME: Low-Light Image Enhancement via Illumination Map Estimation", IEEE TIP 2017.
"""

import cv2
import numpy as np
from numpy.typing import NDArray

from nirecap.errors import UsageMistake

from ..method import Facts, Image, Method, Plane, Sees
from .anchor import Anchored, anchored_facts
from .gradients import diagonal, difference_matrices, solve_exactly

EPSILON = 1e-3
"""Keeps quotients finite; also the darkest illumination."""

Map = NDArray[np.float64]
"""A quantity for each pixel, H x W."""


class Lime(Method):
    """Illumination by the sped-up solver, or by the exact one; without the denoising that may follow."""

    facts = Facts("LIME", Sees.LOW, licence="Apache-2.0", source="Guo et al., IEEE TIP 2017", trained=False)

    def __init__(self, *, gamma: float = 0.8, alpha: float = 0.15, exact: bool = False) -> None:
        """Set it up.

        Args:
            gamma: exponent of the illumination, 0 to 1; below 1 it brightens less.
            alpha: how smooth the illumination is to be.
            exact: solve the problem with its absolute values (ADMM, alpha about .08) instead of the quadratic one.

        Raises:
            UsageMistake: a value has no meaning.
        """
        if not 0 <= gamma <= 1 or not alpha > 0:
            raise UsageMistake(f"LIME needs gamma in [0, 1] and alpha above 0; not {gamma} and {alpha}")
        self.gamma, self.alpha, self.exact = gamma, alpha, exact

    def enhance(self, low: Image, nire: Plane | None) -> Image:
        """Return R = I / T^gamma."""
        brightest = low.max(axis=2).astype(np.float64)
        illumination = (exact_illumination if self.exact else sped_up)(brightest, self.alpha)
        return np.asarray(low / np.clip(illumination, EPSILON, 1)[..., None] ** self.gamma, np.float32).clip(0, 1)


def anchored(
    *, exposure: float | None = None, gamma: float = 0.8, alpha: float = 0.15, exact: bool = False
) -> Anchored:
    """Return LIME with one gain after it, to the mean of the training references or to `exposure`."""
    return Anchored(Lime(gamma=gamma, alpha=alpha, exact=exact), anchored_facts(Lime.facts), exposure)


def structure_weights(gradient: Map, size: int = 5, sigma: float = 2) -> Map:
    """Return W of one direction (strategy III): low where differences add up, high where they cancel or are none.

    W(x) = sum_y G(x, y) / (|sum_y G(x, y) dT(y)| + eps), sums over a window of `size` x `size`, zero outside the image.
    """
    offsets = np.arange(size) - size // 2
    window = np.exp(-(offsets**2) / (2 * sigma**2))

    def total(values: Map) -> Map:
        return np.asarray(cv2.sepFilter2D(values, -1, window, window, borderType=cv2.BORDER_CONSTANT), np.float64)

    return total(np.ones_like(gradient)) / (np.abs(total(gradient)) + EPSILON)


def _differences(plane: Map) -> tuple[Map, Map]:
    right, down = np.zeros_like(plane), np.zeros_like(plane)
    right[:, :-1], down[:-1] = np.diff(plane, axis=1), np.diff(plane, axis=0)
    return right, down


def sped_up(brightest: Map, alpha: float) -> Map:
    """Minimise |T - T0|^2 + alpha sum w (dT)^2 with w = W / (|dT0| + eps): one sparse linear system."""
    system = diagonal(np.ones(brightest.size))
    for matrix, gradient in zip(difference_matrices(brightest.shape), _differences(brightest), strict=True):
        weights = structure_weights(gradient) / (np.abs(gradient) + EPSILON)
        system = system + alpha * matrix.T @ diagonal(weights.ravel()) @ matrix
    return solve_exactly(system, brightest.ravel()).reshape(brightest.shape)


def exact_illumination(
    brightest: Map, alpha: float, iterations: int = 50, penalty: float = 0.8, growth: float = 1.25
) -> Map:
    """Minimise |T - T0|^2 + alpha |W o dT|_1 by ADMM; borders are periodic, so that T is found by FFT."""
    axes = (1, 0)
    weights = [alpha * structure_weights(_ahead(brightest, axis)) for axis in axes]
    impulse = np.zeros_like(brightest)
    impulse[0, 0] = 1
    smoothness = sum(np.abs(np.fft.rfft2(_ahead(impulse, axis))) ** 2 for axis in axes)
    gradients = multipliers = [np.zeros_like(brightest) for _ in axes]
    illumination = brightest
    for _ in range(iterations):
        targets = [g - z / penalty for g, z in zip(gradients, multipliers, strict=True)]
        pull = sum(np.roll(t, 1, axis) - t for t, axis in zip(targets, axes, strict=True))
        spectrum = np.fft.rfft2(2 * brightest + penalty * pull) / (2 + penalty * smoothness)
        illumination = np.fft.irfft2(spectrum, brightest.shape)
        found = [_ahead(illumination, axis) for axis in axes]
        wanted = [f + z / penalty for f, z in zip(found, multipliers, strict=True)]
        gradients = [np.sign(v) * np.maximum(np.abs(v) - w / penalty, 0) for v, w in zip(wanted, weights, strict=True)]
        multipliers = [z + penalty * (f - g) for z, f, g in zip(multipliers, found, gradients, strict=True)]
        penalty *= growth
    return illumination


def _ahead(plane: Map, axis: int) -> Map:
    return np.roll(plane, -1, axis) - plane
