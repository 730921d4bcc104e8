"""ScaleMap: denoise I so that its gradients are those of N, each scaled as a smooth map says.

Yan, Shen, Xu, Zhuo, Zhang, Zhang and Jia, "Cross-Field Joint Image Restoration via Scale Map", ICCV 2013; the map s and
the image are found in turn by iteratively reweighted least squares. It does not brighten.
"""

from dataclasses import dataclass

import numpy as np

from nirecap.errors import UsageMistake

from ..method import Facts, Image, Method, Plane, Sees
from .anchor import Anchored, anchored_facts
from .gradients import Matrix, Vector, diagonal, difference_matrices, solve

EXPONENT = 0.9
"""alpha of rho(x) = |x|^alpha."""
EPSILON = 0.004
"""The least |dG|."""
EPSILON_PHI = 0.003
"""Keeps phi finite where a term is fulfilled."""
ETA = 0.5
"""How far s may change across edges of G; the result hardly depends on it."""
TOLERANCE, ITERATIONS = 1e-3, 500
"""Of the linear systems. Not finer: to stop early is part of the method, the exact solutions are noisier."""


class ScaleMap(Method):
    """Each channel of I is restored by itself, with N as the guide G."""

    facts = Facts("ScaleMap", Sees.LOW | Sees.NIRE, licence="Apache-2.0", source="Yan et al., ICCV 2013", trained=False)

    def __init__(self, *, strength: float = 10, smoothness: float = 0.5, rounds: int = 5) -> None:
        """Set it up; the defaults are the authors' for RGB and NIR.

        Args:
            strength: lambda; the larger, the closer to I.
            smoothness: beta, of the scale map.
            rounds: how often map and image are found; the more, the less noise.

        Raises:
            UsageMistake: a value is not above 0.
        """
        if min(strength, smoothness, rounds) <= 0:
            raise UsageMistake(f"ScaleMap needs values above 0; not {strength}, {smoothness} and {rounds}")
        self.strength, self.smoothness, self.rounds = strength, smoothness, rounds

    def enhance(self, low: Image, nire: Plane | None) -> Image:
        """Return the restored image, as dark as I."""
        if nire is None:
            raise UsageMistake("ScaleMap needs the NIR image; nire is None")
        guide = Guide.of(nire, self.smoothness)
        channels = [self._restore(channel.ravel(), guide) for channel in np.moveaxis(low.astype(np.float64), 2, 0)]
        return np.stack(channels, axis=1).reshape(low.shape).clip(0, 1).astype(np.float32)

    def _restore(self, noisy: Vector, guide: "Guide") -> Vector:
        image, scale = noisy, np.ones_like(noisy)
        for _ in range(self.rounds):
            fidelity = self.strength * phi(image - noisy)
            scale = guide.scale_map(image, scale)
            image = guide.image(scale, image, noisy, fidelity)
        return image


def anchored(
    *, exposure: float | None = None, strength: float = 10, smoothness: float = 0.5, rounds: int = 5
) -> Anchored:
    """Return ScaleMap with one gain after it, to the mean of the training references or to `exposure`."""
    method = ScaleMap(strength=strength, smoothness=smoothness, rounds=rounds)
    return Anchored(method, anchored_facts(method.facts), exposure)


def phi(values: Vector) -> Vector:
    """Return the weights that make x^2 stand for rho(x), from the values of the round before."""
    return 1 / (np.abs(values) ** (2 - EXPONENT) + EPSILON_PHI)


@dataclass(frozen=True, eq=False)
class Guide:
    """What the systems take from G."""

    slopes: tuple[Matrix, Matrix]
    """P C of each direction: differences of the image over those of G, to be equal to s."""
    smoothness: Matrix
    """beta L."""

    @classmethod
    def of(cls, nire: Plane, smoothness: float) -> "Guide":
        """Return the guide for a NIR image, H x W, 0 to 1."""
        plane = nire.ravel().astype(np.float64)
        c_x, c_y = difference_matrices(nire.shape)
        g_x, g_y = c_x @ plane, c_y @ plane
        total = g_x**2 + g_y**2 + 2 * ETA**2
        a_11, a_22, a_12 = (g_y**2 + ETA**2) / total, (g_x**2 + ETA**2) / total, -g_x * g_y / total
        across = c_x.T @ diagonal(a_12) @ c_y
        anisotropic = c_x.T @ diagonal(a_11) @ c_x + c_y.T @ diagonal(a_22) @ c_y + across + across.T
        return cls((_over(g_x) @ c_x, _over(g_y) @ c_y), smoothness * anisotropic)

    def scale_map(self, image: Vector, scale: Vector) -> Vector:
        """Return the map s that fits the image, starting from `scale`."""
        found = [slope @ image for slope in self.slopes]
        weights = [phi(scale - values) for values in found]
        system = diagonal(weights[0] + weights[1]) + self.smoothness
        right_side = weights[0] * found[0] + weights[1] * found[1]
        return solve(system, right_side, scale, TOLERANCE, ITERATIONS)

    def image(self, scale: Vector, image: Vector, noisy: Vector, fidelity: Vector) -> Vector:
        """Return the channel that fits the map s and, by `fidelity`, the noisy channel, starting from `image`."""
        system, right_side = diagonal(fidelity), fidelity * noisy
        for slope in self.slopes:
            weights = phi(scale - slope @ image)
            system = system + slope.T @ diagonal(weights) @ slope
            right_side = right_side + slope.T @ (weights * scale)
        return solve(system, right_side, image, TOLERANCE, ITERATIONS)


def _over(gradient: Vector) -> Matrix:
    """Return P: one over the gradient, which is never taken for less than `EPSILON`."""
    return diagonal(np.where(gradient < 0, -1, 1) / np.maximum(np.abs(gradient), EPSILON))
