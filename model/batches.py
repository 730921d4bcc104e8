"""Batches of crops: which frames, and where they are cut, follows from seed, process and step alone.

So a training that goes on after an interruption sees what it would have seen, and nothing of the sampling has to be
kept. Dark and lit frames are drawn on their own: what stands beside each other in a batch is no pair.
"""

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from functools import lru_cache
from itertools import count
from threading import Lock
from typing import Self, TypeVar

import numpy as np
import torch
from numpy.typing import NDArray

from nirecap.dataset_card.training_set import Cut, cut_out, draw_cut
from nirecap.errors import UsageMistake

from .config import Config
from .crops import Crops, crop, darkened, flipped, lying, middle, shrunk, size_of, stacked, tensor_of
from .frames import Frame, TrainingFrames

DARK, LIT, DARKENED = range(3)
"""What is drawn; each has chance of its own."""
T = TypeVar("T")


@dataclass(frozen=True)
class Share:
    """Which crops of all that are ever drawn are one process's; with `count` processes, every `count`-th batch."""

    seed: int = 0
    process: int = 0
    count: int = 1

    def numbers(self, step: int, batch: int) -> range:
        """Return the numbers of the crops of a step.

        >>> Share(0, 1, 2).numbers(3, 4)
        range(28, 32)
        """
        first = (step * self.count + self.process) * batch
        return range(first, first + batch)


@dataclass(frozen=True, eq=False)
class Unpaired:
    """Dark frames, and lit ones of other views."""

    dark: Crops
    lit: Crops

    def to(self, device: torch.device) -> Self:
        """Return the same on another device."""
        return type(self)(self.dark.to(device), self.lit.to(device))


@dataclass(frozen=True, eq=False)
class Known:
    """Lit frames turned into low light, so that it is known what is to be made of them."""

    dark: Crops
    truth: torch.Tensor
    """R, (B, 3, H, W), 0 to 1."""

    def to(self, device: torch.device) -> Self:
        """Return the same on another device."""
        return type(self)(self.dark.to(device), self.truth.to(device))


class Batches:
    """Draws batches of a training; any thread may ask for any step's.

    Args:
        frames: what is trained on.
        config: sizes of crops and batches.
        share: of this process.

    Raises:
        UsageMistake: no dark, or no lit, frame holds a crop.
    """

    def __init__(self, frames: TrainingFrames, config: Config, share: Share) -> None:
        self.config, self.share = config, share
        self.size = config.crop_height, config.crop_width
        self.whole_size = whole_size(config)
        dark, lit = Side(frames.dark, "dark", self), Side(frames.lit, "lit", self)
        self._sides = {DARK: dark, LIT: lit, DARKENED: lit}

    def dark(self, step: int) -> Crops:
        """Return the (I, N) of a step."""
        return self._crops(step, DARK)

    def lit(self, step: int) -> Crops:
        """Return the (I_f, N_f) of a step."""
        return self._crops(step, LIT)

    def unpaired(self, step: int) -> Unpaired:
        """Return the (I, N) and the (I_f, N_f) of a step."""
        return Unpaired(self.dark(step), self.lit(step))

    def known(self, step: int) -> Known:
        """Return lit frames of a step turned into low light, and R."""
        drawn = self._drawn(step, DARKENED)
        return self._known([(frame, draw_cut(rng, size_of(frame), *self.size), rng) for frame, rng in drawn])

    def whole(self, step: int) -> torch.Tensor:
        """Return whole dark images of a step, shrunk, (B, 3, h, w), 0 to 1; crops where nothing is to be shrunk."""
        if not self.config.cem_side:
            return self._crops(step, DARK).visible
        drawn = self._drawn(step, DARK)
        return tensor_of([flipped(shrunk(frame.visible, *self.whole_size), rng) for frame, rng in drawn])

    def some(self, kind: int, most: int) -> Crops:
        """Return the middles of up to `most` frames, DARK or LIT, evenly taken from all."""
        some = self._sides[kind].some(most)
        return stacked([crop(frame, middle(frame, self.size), self.whole_size) for frame in some])

    def some_known(self, most: int) -> Known:
        """Return likewise lit frames turned into low light, and R."""
        lit = enumerate(self._sides[LIT].some(most))
        rngs = ((frame, np.random.default_rng((self.share.seed, number))) for number, frame in lit)
        return self._known([(frame, middle(frame, self.size), rng) for frame, rng in rngs])

    def _known(self, drawn: Sequence[tuple[Frame, Cut, np.random.Generator]]) -> Known:
        made = [darkened(frame, cut, self.whole_size, rng) for frame, cut, rng in drawn]
        return Known(stacked(made), tensor_of([cut_out(frame.visible, cut) for frame, cut, _ in drawn]))

    def _crops(self, step: int, kind: int) -> Crops:
        cuts = [(frame, draw_cut(rng, size_of(frame), *self.size)) for frame, rng in self._drawn(step, kind)]
        return stacked([crop(frame, cut, self.whole_size) for frame, cut in cuts])

    def _drawn(self, step: int, kind: int) -> Iterator[tuple[Frame, np.random.Generator]]:
        """Yield the frames of a step, each with the chance of its crop."""
        side = self._sides[kind]
        for number in self.share.numbers(step, self.config.batch):
            place = source_of(number, len(side), self.share.seed, kind)
            yield side[place], np.random.default_rng((self.share.seed, kind, number, 1))


class Side:
    """The dark or the lit frames that hold a crop, lying on their side where crops do."""

    def __init__(self, frames: Sequence[Frame], name: str, batches: Batches) -> None:
        self._frames, self._shape = frames, batches.whole_size
        self._one_at_a_time = Lock()  # a sequence that decodes need not bear two threads
        self._fitting = self._fit(name, *batches.size)

    def __len__(self) -> int:
        return len(self._fitting)

    def __getitem__(self, place: int) -> Frame:
        with self._one_at_a_time:
            frame = self._frames[self._fitting[place]]
        return lying(frame, *self._shape)

    def some(self, most: int) -> list[Frame]:
        """Return up to `most` frames, evenly taken from all."""
        return [self[int(n)] for n in np.linspace(0, len(self), min(most, len(self)), endpoint=False)]

    def _fit(self, name: str, height: int, width: int) -> list[int]:
        """Return the numbers of the frames that hold a crop of `height` x `width` pixels.

        Raises:
            UsageMistake: none of them does.
        """
        if not len(self._frames):
            raise UsageMistake(f"there are no {name} frames, and training takes dark and lit ones")
        sizes = [lying(frame, *self._shape).infrared.shape for frame in self._frames]
        large = [number for number, size in enumerate(sizes) if size[0] >= height and size[1] >= width]
        if not large:
            most = f"{max(size[1] for size in sizes)} wide and {max(size[0] for size in sizes)} high"
            raise UsageMistake(
                f"none of {len(sizes)} {name} frames, at most {most}, holds a crop {width} wide and {height} high; ask "
                "for smaller ones with --set crop_height=... --set crop_width=..."
            )
        return large


def whole_size(config: Config) -> tuple[int, int]:
    """Return height and width to which whole images are shrunk for colour extraction.

    >>> whole_size(Config(cem_side=144)), whole_size(Config(cem_side=0))
    ((96, 144), (224, 288))
    """
    longer, shorter = config.cem_side, round(config.cem_side / 1.5)
    if not config.cem_side:
        return config.crop_height, config.crop_width
    return (longer, shorter) if config.crop_height > config.crop_width else (shorter, longer)


@lru_cache(maxsize=16)
def _order(seed: int, kind: int, epoch: int, frames: int) -> NDArray[np.int64]:
    return np.random.default_rng((seed, kind, epoch)).permutation(frames)


def source_of(number: int, frames: int, seed: int, kind: int) -> int:
    """Return which frame crop `number` is cut from: all in a drawn order, then all in another.

    >>> sorted(source_of(number, 3, seed=0, kind=DARK) for number in range(3, 6))
    [0, 1, 2]
    """
    epoch, place = divmod(number, frames)
    return int(_order(seed, kind, epoch, frames)[place])


@contextmanager
def ahead(make: Callable[[int], T], first: int, threads: int = 2) -> Iterator[Iterator[T]]:
    """Give what `make` returns of `first`, `first + 1`, ... without end; threads are always some steps ahead.

    >>> with ahead(lambda step: step * step, 3) as squares:
    ...     next(squares), next(squares)
    (9, 16)
    """
    pool = ThreadPoolExecutor(threads, "batches")

    def results() -> Iterator[T]:
        waiting = [pool.submit(make, first + number) for number in range(threads)]
        for step in count(first + threads):
            yield waiting.pop(0).result()
            waiting.append(pool.submit(make, step))

    try:
        yield results()
    finally:
        pool.shutdown(cancel_futures=True)
