"""Training sets as in the paper: crops of published shots, flipped and turned, each of which can be made again.

The paper trains on crops of 224x288, height by width as its networks' tensors are: pictures 288 wide and 224 high.
Turns are quarter turns and flips are exact, so that no pixel is a mixture of others and noise stays as it was captured.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from datasets import Dataset, Image
from numpy.typing import ArrayLike, NDArray

from nirecap.errors import ImageError, UsageMistake
from nirecap.images import Pixels, decode_image, read_bytes
from nirecap.vocabulary import Role

HEIGHT, WIDTH = 224, 288
"""Of the paper's crops, pixels."""
COUNT = 1200
"""Crops of the paper's training set."""


@dataclass(frozen=True)
class Recipe:
    """What a training set is made by; equal recipes give equal crops of equal shots."""

    height: int = HEIGHT
    """Of a crop, pixels."""
    width: int = WIDTH
    augment: bool = True
    """Flip and turn as well."""
    count: int = COUNT
    """Crops, of an epoch."""
    seed: int = 0

    def __post_init__(self) -> None:
        if min(self.height, self.width, self.count) < 1 or self.seed < 0:
            raise UsageMistake(
                f"{self.count} crops, {self.width} wide and {self.height} high, with seed {self.seed}: sizes and count "
                "are 1 or more, and the seed is not negative"
            )

    def sources(self, shots: int, epoch: int = 0) -> NDArray[np.int64]:
        """Return for each crop the number of its shot: all in a drawn order, again and again until there are enough."""
        return np.resize(np.random.default_rng((self.seed, epoch)).permutation(shots), self.count)

    def rng(self, crop: int, epoch: int = 0) -> np.random.Generator:
        """Return the source of chance of one crop, whatever was cut before."""
        return np.random.default_rng((self.seed, epoch, crop))

    def fitting(self, widths: ArrayLike, heights: ArrayLike) -> NDArray[np.int64]:
        """Return the numbers of the shots that are large enough, by their sizes in pixels."""
        return np.flatnonzero((np.asarray(widths) >= self.width) & (np.asarray(heights) >= self.height))


@dataclass(frozen=True)
class Cut:
    """Where a crop lies in its shot and how it was flipped and turned; with it the crop can be made again."""

    x: int
    """Left edge in the shot's pictures, pixels."""
    y: int
    """Upper edge."""
    width: int
    """In the shot's pictures; a quarter turn makes it the height of the crop."""
    height: int
    flipped: bool = False
    """Left and right exchanged, before the turn."""
    quarter_turns: int = 0
    """Anticlockwise, 0 to 3."""


def draw_cut(rng: np.random.Generator, size: tuple[int, int], height: int, width: int, augment: bool = True) -> Cut:
    """Draw where to cut a crop of `height` x `width` out of pictures of `size` (width, height).

    With `augment` it is flipped half of the time and turned by 0, 90, 180 or 270 degrees, each as often; by 90 and 270
    only where the crop fits lying on its side.

    Raises:
        ImageError: the pictures are smaller than the crop.

    >>> draw_cut(np.random.default_rng(0), (1920, 1080), 224, 288)
    Cut(x=867, y=213, width=224, height=288, flipped=True, quarter_turns=3)
    """
    if size[0] < width or size[1] < height:
        raise ImageError(f"a picture of {size[0]}x{size[1]} holds no crop {width} wide and {height} high; ask for less")
    on_its_side = size[0] >= height and size[1] >= width
    turns = int(rng.choice((0, 1, 2, 3) if on_its_side else (0, 2))) if augment else 0
    flipped = bool(rng.integers(2)) if augment else False
    cut_width, cut_height = (height, width) if turns % 2 else (width, height)
    x, y = (int(rng.integers(whole - part + 1)) for whole, part in zip(size, (cut_width, cut_height), strict=True))
    return Cut(x, y, cut_width, cut_height, flipped, turns)


def cut_out(pixels: Pixels, cut: Cut) -> Pixels:
    """Return the crop: cut out, flipped, then turned; exact copies of pixels.

    >>> picture = np.arange(12, dtype=np.uint8).reshape(3, 4)
    >>> cut_out(picture, Cut(1, 0, 2, 2, flipped=True, quarter_turns=1))
    array([[1, 5],
           [2, 6]], dtype=uint8)
    """
    part = pixels[cut.y : cut.y + cut.height, cut.x : cut.x + cut.width]
    return np.ascontiguousarray(np.rot90(part[:, ::-1] if cut.flipped else part, cut.quarter_turns))


def training_crop(
    images: Mapping[Role, Pixels], rng: np.random.Generator, height: int, width: int, augment: bool = True
) -> dict[Role, Pixels]:
    """Cut the same crop out of all images of a shot, and flip and turn it alike.

    Args:
        images: by role, H x W x 3 each, of one size.
        rng: equal states give equal crops.
        height: of the crop, pixels.
        width: of the crop, pixels.
        augment: flip and turn as well.

    Raises:
        ImageError: the images differ in size or are smaller than the crop.
    """
    sizes = {(pixels.shape[1], pixels.shape[0]) for pixels in images.values()}
    if len(sizes) != 1:
        raise ImageError(f"images of sizes {sorted(sizes)} in one shot; curate it again")
    cut = draw_cut(rng, sizes.pop(), height, width, augment)
    return {role: cut_out(pixels, cut) for role, pixels in images.items()}


class TrainingCrops:
    """Crops of published shots on the fly: a sequence of {role: height x width x 3}, the same for equal recipes.

    A crop depends on nothing but the shots, the recipe, `epoch` and its number. The sequence can be given to a loader
    of any framework; after `crops.epoch = 1` all crops are others. Shots that are smaller than a crop are left out.

    Args:
        shots: `load_dataset(DEST, "pairs", split="train")`, or another data set with image columns named for roles.
        recipe: of the crops; as in the paper, unless told.

    Raises:
        UsageMistake: there are no shots that are large enough, or they have no images.
        ImageError: from `crops[i]`, as `training_crop`, or an image is missing or damaged.
    """

    def __init__(self, shots: Dataset, recipe: Recipe | None = None) -> None:
        self.recipe = recipe or Recipe()
        self.roles = tuple(role for role in Role if isinstance(shots.features.get(role), Image))
        self._shots = shots.with_format(None)
        for role in self.roles:  # decoded here, by the rules that hold for every image in nirecap
            self._shots = self._shots.cast_column(role, Image(decode=False))
        self._large = np.arange(len(shots))
        if {"width", "height"} <= set(shots.column_names):
            self._large = self.recipe.fitting(self._shots["width"][:], self._shots["height"][:])
        if not len(self._large) or not self.roles:
            raise UsageMistake(
                f"none of {len(shots)} shots holds a crop {self.recipe.width} wide and {self.recipe.height} high; "
                f"their columns are {', '.join(shots.column_names)}"
            )
        self.epoch = 0

    @property
    def epoch(self) -> int:
        """Number of the pass over the crops; each has crops of its own."""
        return self._epoch

    @epoch.setter
    def epoch(self, epoch: int) -> None:
        self._epoch = epoch
        self._sources = self._large[self.recipe.sources(len(self._large), epoch)]

    def __len__(self) -> int:
        """Return the number of crops of an epoch."""
        return self.recipe.count

    def __getitem__(self, index: int) -> dict[Role, Pixels]:
        """Return a crop by role, RGB, 0 to 255."""
        if not 0 <= index < len(self):
            raise IndexError(index)  # ends a `for` over the crops
        row = self._shots[int(self._sources[index])]
        images = {role: decoded(row[role], f"{role} of {row.get('shot', index)}") for role in self.roles}
        shape = (self.recipe.height, self.recipe.width, self.recipe.augment)
        return training_crop(images, self.recipe.rng(index, self._epoch), *shape)


def decoded(cell: Mapping[str, Any] | None, name: str) -> Pixels:
    """Decode a cell of an image column, the image's bytes or the path of its file.

    Raises:
        ImageError: it is empty, or no image.
    """
    if not cell or not (cell["bytes"] or cell["path"]):
        raise ImageError(f"{name}: no image; leave out this shot")
    return decode_image(cell["bytes"] or read_bytes(Path(cell["path"])), name)
