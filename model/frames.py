"""What the network is trained and tested on: images with the NIR image of the same view."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from nirecap.images import Pixels

Grey = NDArray[np.uint8]
"""A NIR image, H x W, 0 to 255."""
Mask = NDArray[np.bool_]
"""Pixels of an image, H x W."""


@dataclass(frozen=True, eq=False)
class Frame:
    """A visible image and the NIR image of the same view: (I, N) in low light, (I_f, N_f) in good light."""

    name: str
    """The shot's id."""
    scene: str
    visible: Pixels
    """I or I_f, H x W x 3, 0 to 255."""
    infrared: Grey
    """N or N_f, H x W, 0 to 255."""
    spoilt: Mask | None = None
    """Where curation found that the infrared image can't be trusted (hot spot, vanished structure); None: nowhere."""


@dataclass(frozen=True, eq=False)
class Triplet:
    """A low-light image, its NIR-enlightened image, and the lit image that a method should come up to."""

    name: str
    scene: str
    low: Pixels
    nire: Grey
    reference: Pixels


@dataclass(frozen=True, eq=False)
class TrainingFrames:
    """Unpaired training images: no frame of `dark` is the lit image of one of `lit`."""

    dark: Sequence[Frame]
    """(I, N)."""
    lit: Sequence[Frame]
    """(I_f, N_f)."""
    fingerprint: str
    """SHA-256, hex, over what the images are; equal data have equal ones."""
    maps: str = ""
    """SHA-256, hex, over the maps of curation, from which `spoilt` is; empty where there are none."""

    @cached_property
    def exposure(self) -> float:
        """Mean of all lit images, 0 to 1: the exposure that every method may aim for."""
        return float(np.mean([frame.visible.mean() for frame in self.lit])) / 255
