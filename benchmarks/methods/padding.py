"""Networks that want sizes of a multiple get them by reflection; no image is ever resized."""

import numpy as np
from numpy.typing import NDArray

Picture = NDArray[np.float32]


def pad_to_multiple(image: Picture, multiple: int) -> Picture:
    """Return the image, H x W or H x W x C, continued below and on the right by reflection.

    >>> pad_to_multiple(np.array([[1.0, 2.0, 3.0]], np.float32), 2).tolist()
    [[1.0, 2.0, 3.0, 2.0], [1.0, 2.0, 3.0, 2.0]]
    """
    more = [(0, -length % multiple) for length in image.shape[:2]]
    return np.pad(image, [*more, *[(0, 0)] * (image.ndim - 2)], mode="reflect")
