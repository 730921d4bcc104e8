"""A similarity of the image plane (shift, rotation, zoom) about the image centre, as complex numbers."""

import cmath
import math
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

Plane = NDArray[np.float32]
"""A float image, H x W."""


@dataclass(frozen=True)
class Motion:
    """Where a point goes, measured from the image centre: z -> turn * z + shift, with z = x + iy.

    Attributes:
        turn: zoom times e^(i rotation).
        shift: dx + i dy in pixels of the image it belongs to.

    >>> Motion(shift=2 + 1j).matrix((5, 5)).tolist()
    [[1.0, -0.0, 2.0], [0.0, 1.0, 1.0]]
    """

    turn: complex = 1 + 0j
    shift: complex = 0j

    @property
    def rotation_deg(self) -> float:
        """Degrees, positive from the x axis towards the y axis (clockwise on the screen)."""
        return math.degrees(cmath.phase(self.turn))

    @property
    def scale(self) -> float:
        """Zoom: above 1 the picture got larger."""
        return abs(self.turn)

    def resized(self, factor: float) -> "Motion":
        """Return the same motion in pixels of the image resized by `factor`; the centre stays the centre."""
        return Motion(self.turn, self.shift * factor)

    def after(self, first: "Motion") -> "Motion":
        """Return the motion that does `first`, then this one."""
        return Motion(self.turn * first.turn, self.turn * first.shift + self.shift)

    def matrix(self, shape: tuple[int, ...]) -> NDArray[np.float64]:
        """Return the 2 x 3 affine for an image of `shape`; integer coordinates are pixel centres."""
        centre = complex(shape[1] - 1, shape[0] - 1) / 2
        offset = centre + self.shift - self.turn * centre
        return np.array([[self.turn.real, -self.turn.imag, offset.real], [self.turn.imag, self.turn.real, offset.imag]])

    def corner_shift(self, shape: tuple[int, ...]) -> float:
        """Return how far the corner of an image of `shape` that moves most is displaced, in pixels."""
        x, y = (shape[1] - 1) / 2, (shape[0] - 1) / 2
        corners = (complex(x, y), complex(-x, y), complex(x, -y), complex(-x, -y))
        return max(abs((self.turn - 1) * corner + self.shift) for corner in corners)

    def unwarp(
        self, moved: NDArray[np.float32], origin: tuple[int, int], shape: tuple[int, int]
    ) -> NDArray[np.float32]:
        """Bring moved planes (n x H x W) back: the result at x is `moved` at this motion of x (bilinear, zero outside).

        Only the window of the result at `origin` (x, y) of `shape` (height, width) is made.
        """
        matrix = self.matrix(moved.shape[1:])
        matrix[:, 2] += matrix[:, :2] @ origin
        flags = cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP
        unwarped = np.empty((len(moved), *shape), np.float32)
        for plane, result in zip(moved, unwarped, strict=True):
            cv2.warpAffine(plane, matrix, shape[::-1], dst=result, flags=flags)
        return unwarped
