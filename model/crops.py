"""Crops of frames as exact copies of pixels, and as tensors."""

from collections.abc import Sequence
from dataclasses import dataclass, fields
from typing import Self

import cv2
import numpy as np
import torch

from nirecap.dataset_card.training_set import Cut, cut_out
from nirecap.images import Pixels

from .colour_extraction import place_of
from .darken import darken
from .frames import Frame, Grey, Mask


@dataclass(frozen=True, eq=False)
class Crop:
    """A crop of one frame, 0 to 255."""

    visible: Pixels
    infrared: Grey
    trusted: Mask
    """Where the infrared image can be trusted."""
    whole: Pixels
    """The visible image that the crop is from, shrunk."""
    place: torch.Tensor
    """(2, 3): where the crop lies in it, as `place_of` has it."""


@dataclass(frozen=True, eq=False)
class Crops:
    """Crops of several frames: (I, N) or (I_f, N_f)."""

    visible: torch.Tensor
    """(B, 3, H, W), 0 to 1."""
    infrared: torch.Tensor
    """(B, 1, H, W), 0 to 1."""
    trust: torch.Tensor
    """(B, 1, H, W): 1 where the infrared image can be trusted, 0 where curation found it spoilt."""
    whole: torch.Tensor
    """(B, 3, h, w): the visible images that the crops are from, shrunk, 0 to 1."""
    place: torch.Tensor
    """(B, 2, 3): where the crops lie in them."""

    def to(self, device: torch.device) -> Self:
        """Return the same on another device."""
        return type(self)(*(getattr(self, field.name).to(device) for field in fields(self)))

    def first(self, count: int) -> Self:
        """Return the first few of them."""
        return type(self)(*(getattr(self, field.name)[:count] for field in fields(self)))

    def then(self, more: Self) -> Self:
        """Return these and more of one size."""
        pairs = ((getattr(self, field.name), getattr(more, field.name)) for field in fields(self))
        return type(self)(*(torch.cat(pair) for pair in pairs))


def crop(frame: Frame, cut: Cut, whole: tuple[int, int]) -> Crop:
    """Cut the same crop out of all images of a frame.

    Args:
        frame: any.
        cut: where, and how it is flipped and turned.
        whole: height and width to which the whole image is shrunk.
    """
    return Crop(
        cut_out(frame.visible, cut),
        cut_out(frame.infrared, cut),
        trusted(frame, cut),
        shrunk(frame.visible, *whole),
        place(cut, size_of(frame)),
    )


def darkened(frame: Frame, cut: Cut, whole: tuple[int, int], rng: np.random.Generator) -> Crop:
    """Cut a crop out of a lit frame as a camera would see it at night; likewise."""
    night = darken(frame, rng, cut, whole)
    shrunk_low = shrunk(night.low, *whole) if night.whole is None else night.whole
    return Crop(night.low, night.nire, trusted(frame, cut), shrunk_low, place(cut, size_of(frame)))


def place(cut: Cut, size: tuple[int, int]) -> torch.Tensor:
    """Return where a cut lies in an image of `size` (width, height), as `place_of` has it."""
    return place_of(cut.x, cut.y, cut.width, cut.height, cut.flipped, cut.quarter_turns, size)


def size_of(frame: Frame) -> tuple[int, int]:
    """Return width and height of a frame, pixels."""
    rows, columns = frame.infrared.shape
    return columns, rows


def middle(frame: Frame, size: tuple[int, int]) -> Cut:
    """Return the crop of `size` (height, width) in the middle of a frame."""
    (height, width), (columns, rows) = size, size_of(frame)
    return Cut((columns - width) // 2, (rows - height) // 2, width, height)


def trusted(frame: Frame, cut: Cut) -> Mask:
    """Return where in a crop curation found N in order."""
    spoilt = np.zeros(frame.infrared.shape, np.bool_) if frame.spoilt is None else frame.spoilt
    return cut_out_mask(~spoilt, cut)


def cut_out_mask(mask: Mask, cut: Cut) -> Mask:
    """Return the crop of a mask."""
    return cut_out(mask.view(np.uint8), cut).view(np.bool_)


def lying(frame: Frame, height: int, width: int) -> Frame:
    """Return a frame turned by a quarter if it is upright and `height` x `width` is not, or the other way round.

    >>> upright = Frame("a", "a", np.zeros((6, 4, 3), np.uint8), np.zeros((6, 4), np.uint8))
    >>> lying(upright, 2, 3).visible.shape, lying(upright, 2, 2).visible.shape
    ((4, 6, 3), (6, 4, 3))
    """
    rows, columns = frame.infrared.shape
    if (rows - columns) * (height - width) >= 0:
        return frame
    turn = Cut(0, 0, columns, rows, quarter_turns=1)
    spoilt = None if frame.spoilt is None else cut_out_mask(frame.spoilt, turn)
    return Frame(frame.name, frame.scene, cut_out(frame.visible, turn), cut_out(frame.infrared, turn), spoilt)


def shrunk(image: Pixels, height: int, width: int) -> Pixels:
    """Return an image at another size, each pixel the mean of what it covers."""
    return np.asarray(cv2.resize(image, (width, height), interpolation=cv2.INTER_AREA), np.uint8)


def flipped(image: Pixels, rng: np.random.Generator) -> Pixels:
    """Return an image upside down half of the time, and mirrored half of the time."""
    return image[:: rng.choice((1, -1)), :: rng.choice((1, -1))]


def tensor_of(pixels: Sequence[Pixels | Grey]) -> torch.Tensor:
    """Return images of one size, H x W (x 3), 0 to 255, as a tensor (B, 1 or 3, H, W), 0 to 1.

    >>> tensor_of([np.full((4, 6), 255, np.uint8)]).shape
    torch.Size([1, 1, 4, 6])
    """
    together = np.stack(pixels).astype(np.float32) / 255  # numpy: torch would start threads for each that calls this
    channels_first = together[:, None] if together.ndim == 3 else together.transpose(0, 3, 1, 2)
    return torch.from_numpy(np.ascontiguousarray(channels_first))


def stacked(crops: Sequence[Crop]) -> Crops:
    """Put crops of one size together."""
    return Crops(
        tensor_of([crop.visible for crop in crops]),
        tensor_of([crop.infrared for crop in crops]),
        torch.from_numpy(np.stack([crop.trusted for crop in crops])[:, None].astype(np.float32)),
        tensor_of([crop.whole for crop in crops]),
        torch.stack([crop.place for crop in crops]),
    )
