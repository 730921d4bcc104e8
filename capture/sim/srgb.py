"""The sRGB transfer curve (IEC 61966-2-1), between linear light and display values, both 0 to 1."""

import numpy as np
from numpy.typing import ArrayLike, NDArray


def decode_srgb(values: ArrayLike) -> NDArray[np.float32]:
    """Turn display values (any shape, 0 to 1) into linear light.

    >>> round(float(decode_srgb(0.5)), 3)
    0.214
    """
    display = np.asarray(values, dtype=np.float32)
    return np.where(display <= 0.04045, display / 12.92, ((display + 0.055) / 1.055) ** 2.4).astype(np.float32)


def encode_srgb(light: ArrayLike) -> NDArray[np.float32]:
    """Turn linear light (any shape, clipped to 0 to 1) into display values.

    >>> round(float(encode_srgb(decode_srgb(0.5))), 3)
    0.5
    """
    linear = np.clip(np.asarray(light, dtype=np.float32), 0, 1)
    return np.where(linear <= 0.0031308, linear * 12.92, 1.055 * linear ** (1 / 2.4) - 0.055).astype(np.float32)
