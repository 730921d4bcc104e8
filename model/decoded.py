"""Images of a data set as a sequence that decodes them when they are asked for, and keeps the last ones."""

from collections import OrderedDict
from collections.abc import Callable, Sequence
from hashlib import sha256
from typing import Any, Generic, TypeVar, overload

import cv2
import numpy as np

from nirecap.errors import ImageError
from nirecap.images import Pixels, decode_image
from nirecap.vocabulary import Role

from .frames import Frame, Grey, Mask, Triplet
from .shots import Picture, Shot, fingerprint

KEPT_BYTES = 512 << 20
"""Decoded images that one sequence holds at a time: all of a small set, 60 frames of 1080p of a large one."""

T = TypeVar("T", bound=Frame | Triplet)


class Decoded(Sequence[T], Generic[T]):
    """Frames or triplets, decoded one by one; equal indices give equal images, and often the same ones.

    Args:
        shots: what is decoded.
        decode: makes one of them.
        kept_bytes: of decoded images that are held at a time, at least one shot's.

    Raises:
        ImageError: from `decoded[i]`: an image is missing, damaged, not as it was captured, or of another size.
    """

    def __init__(self, shots: Sequence[Shot], decode: Callable[[Shot], T], kept_bytes: int = KEPT_BYTES) -> None:
        self.shots = tuple(shots)
        self.fingerprint = fingerprint(self.shots)
        self._decode: Callable[[Shot], T] = decode
        self._kept_bytes = kept_bytes
        self._kept: OrderedDict[int, T] = OrderedDict()
        self._bytes = 0

    def __len__(self) -> int:
        return len(self.shots)

    @overload
    def __getitem__(self, index: int) -> T: ...
    @overload
    def __getitem__(self, index: slice) -> "Decoded[T]": ...
    def __getitem__(self, index: int | slice) -> "T | Decoded[T]":
        if isinstance(index, slice):
            return Decoded(self.shots[index], self._decode, self._kept_bytes)
        number = range(len(self))[index]
        item = self._kept.pop(number, None)
        if item is None:
            item = self._decode(self.shots[number])
            self._bytes += _bytes_of(item)
        self._kept[number] = item
        while self._bytes > self._kept_bytes and len(self._kept) > 1:
            _, oldest = self._kept.popitem(last=False)
            self._bytes -= _bytes_of(oldest)
        return item

    def __getstate__(self) -> dict[str, Any]:
        """Leave out what is decoded: another process does that anew."""
        return {**vars(self), "_kept": OrderedDict(), "_bytes": 0}


def dark_frame(shot: Shot) -> Frame:
    """Decode (I, N)."""
    return _frame(shot, Role.LOW, Role.NIRE)


def lit_frame(shot: Shot) -> Frame:
    """Decode (I_f, N_f)."""
    return _frame(shot, Role.REFERENCE, Role.REFERENCE_NIRE)


def triplet(shot: Shot) -> Triplet:
    """Decode (I, N, R)."""
    images = _images(shot, Role.LOW, Role.NIRE, Role.REFERENCE)
    return Triplet(shot.name, shot.scene, images[Role.LOW], luma(images[Role.NIRE]), images[Role.REFERENCE])


def luma(pixels: Pixels) -> Grey:
    """Return a NIR image as one channel, H x W; what is grey keeps its levels.

    >>> luma(np.full((1, 1, 3), 77, np.uint8))
    array([[77]], dtype=uint8)
    """
    return np.asarray(cv2.cvtColor(pixels, cv2.COLOR_RGB2GRAY), np.uint8)


def _frame(shot: Shot, visible: Role, infrared: Role) -> Frame:
    images = _images(shot, visible, infrared)
    return Frame(shot.name, shot.scene, images[visible], luma(images[infrared]), _spoilt(shot, images[visible].shape))


def _images(shot: Shot, *roles: Role) -> dict[Role, Pixels]:
    """Decode these images of a shot.

    Raises:
        ImageError: one can't be decoded or is not as it was captured, or they differ in size.
    """
    images = {role: _checked(shot.pictures[role]) for role in roles}
    sizes = {role: f"{pixels.shape[1]}x{pixels.shape[0]}" for role, pixels in images.items()}
    if len({*sizes.values()}) > 1:
        told = ", ".join(f"{role} {size}" for role, size in sizes.items())
        raise ImageError(f"{shot.name}: its images differ in size ({told}); leave out this shot")
    return images


def _checked(picture: Picture) -> Pixels:
    content = picture.read()
    if sha256(content).hexdigest() != picture.sha256:
        raise ImageError(f"{picture.name}: not the bytes that were captured (SHA-256 differs); restore it from a copy")
    return decode_image(content, picture.name)


def _spoilt(shot: Shot, shape: tuple[int, ...]) -> Mask | None:
    marks = [_marks(content, shot.name, shape) for content in shot.evidence]
    return np.asarray(np.any(marks, axis=0), np.bool_) if marks else None


def _marks(content: bytes, name: str, shape: tuple[int, ...]) -> Mask:
    """Bring a map over the whole picture to its size, with hard edges as it had them."""
    marks = decode_image(content, f"a map of {name}")[..., 0]
    return np.asarray(cv2.resize(marks, shape[1::-1], interpolation=cv2.INTER_NEAREST) > 0, np.bool_)


def _bytes_of(item: Frame | Triplet) -> int:
    return sum(value.nbytes for value in vars(item).values() if isinstance(value, np.ndarray))
