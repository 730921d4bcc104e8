"""Images as a caller has them, in numpy, and as the network takes them."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from nirecap.errors import UsageMistake

from .pixels import luma

Array = NDArray[Any]
Image = NDArray[np.float32]
"""RGB, H x W x 3, 0 to 1."""
BEYOND = 1e-3
"""How far a float may be out of 0 to 1, where rounding brought it there; it is brought back."""


def inputs(lows: Sequence[Array], nires: Sequence[Array]) -> tuple[Tensor, Tensor]:
    """Return I (B, 3, H, W) and N (B, 1, H, W), float32, 0 to 1.

    Args:
        lows: images H x W x 3, uint8 or floating and from 0 to 1, all of one size.
        nires: the NIR images of the same views, H x W, or H x W x 3 of which the luma is taken.

    Raises:
        UsageMistake: there is none, they are no such images, or differ in number or size.
    """
    if len(lows) != len(nires) or not lows:
        raise UsageMistake(f"{len(lows)} low-light and {len(nires)} NIR images; give as many of each, one at least")
    low = [_tensor("low", image, colours=3) for image in lows]
    nire = [_tensor("nire", image, colours=1) for image in nires]
    sizes = {tuple(image.shape[-2:]) for image in (*low, *nire)}
    if len(sizes) > 1:
        told = " and ".join(f"{width}x{height}" for height, width in sorted(sizes))
        raise UsageMistake(f"low and nire must be of one size, and are {told}; give images of the same camera")
    return torch.cat(low), torch.cat(nire)


def arrays(images: Tensor) -> Image:
    """Return images (B, 3, H, W), 0 to 1, as B x H x W x 3."""
    return np.ascontiguousarray(images.permute(0, 2, 3, 1).float().cpu().numpy())


def levels(image: Image) -> NDArray[np.uint8]:
    """Return an image of 0 to 1 rounded to 0 to 255.

    >>> levels(np.full((1, 1, 3), 0.5, np.float32))
    array([[[128, 128, 128]]], dtype=uint8)
    """
    return np.rint(image * 255).astype(np.uint8)


def _tensor(role: str, image: Array, colours: int) -> Tensor:
    """Return (1, colours, H, W)."""
    if not isinstance(image, np.ndarray):
        raise UsageMistake(f"{role} is no numpy array but {type(image).__name__}; it can't be left out")
    form = image.shape
    grey = colours == 1 and len(form) == 2
    if not (grey or (len(form) == 3 and form[2] == 3)) or 0 in form:
        wanted = "H x W x 3" if colours == 3 else "H x W, or H x W x 3"
        raise UsageMistake(f"{role} must be {wanted}, and is {' x '.join(map(str, form))}")
    tensor = torch.from_numpy(_from_0_to_1(role, image).reshape(1, *form[:2], -1)).permute(0, 3, 1, 2)
    return luma(tensor) if colours < tensor.shape[1] else tensor


def _from_0_to_1(role: str, image: Array) -> Image:
    if image.dtype == np.uint8:
        return np.divide(image, 255, dtype=np.float32, order="C")
    if not np.issubdtype(image.dtype, np.floating):
        raise UsageMistake(f"{role} has levels in {image.dtype}; give uint8, or floats from 0 to 1")
    least, most = float(image.min()), float(image.max())  # both are NaN if any pixel is
    if not (least >= -BEYOND and most <= 1 + BEYOND):
        raise UsageMistake(f"{role} must be from 0 to 1 without NaN, and is from {least:g} to {most:g}")
    return np.clip(image, 0, 1).astype(np.float32, order="C")
