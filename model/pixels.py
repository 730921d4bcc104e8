"""What the network and its losses do to images without having learnt it: tensors in, tensors out."""

import math

import torch
import torch.nn.functional as F  # noqa: N812 - as everybody calls it
from torch import Tensor

LUMA = (0.299, 0.587, 0.114)
DARKEST = 0.02
"""Added to N before it is divided by, so that noise in black stays small."""
FLAT = 5e-4
"""Variance up to which a guide is flat: that of noise of 6 levels of 255."""


def precise(x: Tensor) -> Tensor:
    """Return at least float32: images stay exact where autocast lets convolutions work in bfloat16."""
    return x.to(torch.promote_types(x.dtype, torch.float32))


def luma(image: Tensor) -> Tensor:
    """Return the grey image, (B, 1, H, W), of an RGB one, (B, 3, H, W)."""
    weights = image.new_tensor(LUMA).view(1, 3, 1, 1)
    return (image * weights).sum(1, keepdim=True)


def differences(image: Tensor) -> tuple[Tensor, Tensor]:
    """Return the forward differences in x and y, of the size of the image (B, C, H, W); 0 at the far edges.

    >>> dx, dy = differences(torch.tensor([[[[1.0, 3.0], [4.0, 4.0]]]]))
    >>> dx.tolist(), dy.tolist()
    ([[[[2.0, 0.0], [0.0, 0.0]]]], [[[[3.0, 1.0], [0.0, 0.0]]]])
    """
    dx = F.pad(image[..., :, 1:] - image[..., :, :-1], (0, 1, 0, 0))
    dy = F.pad(image[..., 1:, :] - image[..., :-1, :], (0, 0, 0, 1))
    return dx, dy


def trusted_differences(trust: Tensor) -> tuple[Tensor, Tensor]:
    """Return how far forward differences can be trusted, where pixels can as `trust` says: as the worse of their two.

    >>> dx, dy = trusted_differences(torch.tensor([[[[1.0, 1.0, 0.0]]]]))
    >>> dx.tolist(), dy.tolist()
    ([[[[1.0, 0.0, 0.0]]]], [[[[1.0, 1.0, 0.0]]]])
    """
    right, below = F.pad(trust[..., :, 1:], (0, 1, 0, 0), value=1), F.pad(trust[..., 1:, :], (0, 0, 0, 1), value=1)
    return torch.minimum(trust, right), torch.minimum(trust, below)


def slope(image: Tensor) -> Tensor:
    """Return |grad|, (B, 1, H, W), of the luma of an RGB image; its own gradient is 0 where the image is flat."""
    dx, dy = differences(luma(image))
    return (dx**2 + dy**2 + 1e-12).sqrt()


def blur(image: Tensor, sigma: float) -> Tensor:
    """Return an image (B, C, H, W) blurred by a Gaussian of `sigma` pixels; unchanged for 0.

    Beyond its edges it is taken to go on as it ends, so that a flat image stays flat.
    """
    if not sigma:
        return image
    radius, channels = math.ceil(3 * sigma), int(image.shape[1])
    bell = [math.exp(-0.5 * (step / sigma) ** 2) for step in range(-radius, radius + 1)]
    row = [[[weight / sum(bell) for weight in bell]]]
    kernel = torch.tensor([row] * channels, dtype=image.dtype, device=image.device)  # (C, 1, 1, 2 radius + 1)
    with torch.autocast(image.device.type, enabled=False):
        for sides, turned in (((radius, radius, 0, 0), kernel), ((0, 0, radius, radius), kernel.transpose(2, 3))):
            image = F.conv2d(F.pad(image, sides, mode="replicate"), turned, groups=channels)
    return image


def guided(image: Tensor, guide: Tensor, sigma: float) -> Tensor:
    """Return an image (B, C, H, W) with the structure of a guide (B, 1, H, W), in float32.

    Each neighbourhood of the result is the line `slope * guide + offset` that fits the image there best; where the
    guide is flat, or has structure that the image does not share, the image is blurred. Without its detail, noise goes
    too. He et al., "Guided Image Filtering", IEEE TPAMI 2013, eq. 5 to 8, with Gaussian windows of `sigma` pixels.
    """
    image, guide = precise(image), precise(guide)
    mean, level = blur(image, sigma), blur(guide, sigma)
    slopes = (blur(image * guide, sigma) - mean * level) / (blur(guide * guide, sigma) - level * level + FLAT)
    return blur(slopes, sigma) * guide + blur(mean - slopes * level, sigma)


def even_lamp(nire: Tensor, grid: int) -> Tensor:
    """Return N (B, 1, H, W) as under a lamp that lights all of the view alike; unchanged for a grid of 0.

    N is divided by its mean over `grid` x `grid` cells, interpolated, and keeps its own mean about.
    """
    if not grid:
        return nire
    cells = shrunk(nire, grid, grid)
    light = F.interpolate(cells, nire.shape[-2:], mode="bilinear", align_corners=False)
    return (nire * (cells.mean((-2, -1), keepdim=True) + DARKEST) / (light + DARKEST)).clamp(0, 1)


def shrunk(image: Tensor, height: int, width: int) -> Tensor:
    """Return an image (B, C, H, W) resampled to `height` x `width`, at most its own, by triangles as wide as the step.

    It is what `interpolate` does with `antialias`, in products of matrices, which every runtime of ONNX knows.
    """
    rows, columns = image.shape[-2:]
    with torch.autocast(image.device.type, enabled=False):
        return _triangles(image, rows, height) @ image @ _triangles(image, columns, width).T


def _triangles(image: Tensor, size: int, smaller: int) -> Tensor:
    """Return (smaller, size): how much each pixel counts for each that is left."""
    step = max(size / smaller, 1)
    centres = (torch.arange(smaller, dtype=image.dtype, device=image.device) + 0.5) * (size / smaller)
    pixels = torch.arange(size, dtype=image.dtype, device=image.device) + 0.5
    weights = (1 - (pixels[None] - centres[:, None]).abs() / step).clamp(min=0)
    return weights / weights.sum(1, keepdim=True)


def reduced(image: Tensor, side: int) -> Tensor:
    """Return an image (B, C, H, W) shrunk to a longer side of `side`; unchanged where it is no larger, or for 0."""
    height, width = image.shape[-2:]
    longer = (height + width + abs(height - width)) // 2  # the maximum, in steps that an export for any size can follow
    if not side or (longer <= side and not _followed()):
        return image
    aim = (longer + side - abs(longer - side)) // 2  # the minimum, likewise
    return shrunk(image, *(max(1, (2 * length * aim + longer) // (2 * longer)) for length in (height, width)))


def padded(image: Tensor, multiple: int, least: int = 0) -> Tensor:
    """Return an image (B, C, H, W) continued at its right and lower edges until both sides are multiples >= `least`.

    It is mirrored, or its last pixels are repeated where it is too small for that.

    >>> padded(torch.zeros(1, 3, 5, 33), 16).shape
    torch.Size([1, 3, 16, 48])
    """
    bottom, right = (max(side + -side % multiple, least) - side for side in image.shape[-2:])
    for sides, side in (((0, right, 0, 0), image.shape[-1]), ((0, 0, 0, bottom), image.shape[-2])):
        if any(sides) or _followed():
            image = F.pad(image, sides, mode="reflect" if max(sides) < side else "replicate")
    return image


def _followed() -> bool:
    """Tell whether an export follows what is done: one for any size must not settle on that of its example."""
    return bool(torch.jit.is_tracing())  # type: ignore[attr-defined,no-untyped-call]
