"""A decoded image with the small copy of it that checks, thumbnails and hashes share."""

from dataclasses import dataclass
from functools import cached_property

import cv2
import numpy as np
from numpy.typing import NDArray

from nirecap.images import Pixels

from .checks.tiles import Tiles, tiles
from .checks.working_size import reduce
from .thumbnail import LONG_SIDE


@dataclass(frozen=True, eq=False)
class Picture:
    """An image of a shot as it was decoded."""

    pixels: Pixels

    @cached_property
    def small(self) -> Pixels:
        """The copy with a longer side of 640 pixels, made once."""
        return reduce(self.pixels)

    @cached_property
    def tiny(self) -> Pixels:
        """The copy with a longer side of 160 pixels, made once."""
        return reduce(self.small, LONG_SIDE)

    @cached_property
    def grey(self) -> NDArray[np.uint8]:
        """The brightness of the small copy, H x W, made once."""
        return np.asarray(cv2.cvtColor(self.small, cv2.COLOR_RGB2GRAY), np.uint8)

    @cached_property
    def tiles(self) -> Tiles:
        """A sample at full resolution, cut once."""
        return tiles(self.pixels)
