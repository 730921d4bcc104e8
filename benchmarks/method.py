"""What a method is to the benchmark: it may be trained, and it enhances one image at a time."""

from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass
from enum import Flag, auto
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from nirecap.model.frames import TrainingFrames

from .outside_pairs import OutsidePair

Image = NDArray[np.float32]
"""RGB, H x W x 3, 0 to 1."""
Plane = NDArray[np.float32]
"""NIR, H x W, 0 to 1."""


class Sees(Flag):
    """What a method may look at."""

    LOW = auto()
    """I, when it enhances."""
    NIRE = auto()
    """N, when it enhances."""
    UNPAIRED = auto()
    """Low-light frames and lit frames of other shots, when it is trained."""
    PHYSICS = auto()
    """Lit frames turned into low light by the simulated camera's optics, when it is trained."""
    OUTSIDE_PAIRS = auto()
    """Low-light and lit images of one view from another data set, when it is trained."""
    DARK = auto()
    """Low-light frames alone, when it is trained."""


@dataclass(frozen=True)
class Facts:
    """What people must know of a method to believe a table."""

    title: str
    """As tables show it."""
    sees: Sees
    licence: str
    """Of this implementation."""
    source: str
    """Whom the idea is from."""
    trained: bool
    """False where there is nothing to learn: then it is run once, whatever the seeds, and has no budget."""


@dataclass(frozen=True)
class Budget:
    """What training may cost; the same for all methods of a table."""

    minutes: float
    seed: int = 0
    threads: int = 2
    folder: Path | None = None
    """Where a method may keep its checkpoints, to go on from where it was stopped; None: nowhere."""


class Method(ABC):
    """A method of the table. Instances are made by `benchmarks.methods.get`."""

    facts: Facts
    settings: str = ""
    """What its images depend on besides its code; the benchmark does a method again when this is another."""
    pairs: Sequence[OutsidePair] = ()
    """What to learn from, set before `fit`, where the facts say that the method sees pairs of another data set."""

    def fit(self, frames: TrainingFrames, budget: Budget) -> None:  # noqa: B027 - most of them have nothing to learn
        """Learn from unpaired frames.

        Training-free methods take from them only what every method may know, the exposure to aim for.
        """

    @abstractmethod
    def enhance(self, low: Image, nire: Plane | None) -> Image:
        """Enhance one image.

        Args:
            low: I, H x W x 3, float32, 0 to 1.
            nire: N, H x W, float32, 0 to 1; None for methods that do not see it.

        Returns:
            H x W x 3, float32, 0 to 1.

        Raises:
            UsageMistake: the method needs `nire` and there is none, or the shapes do not fit.
        """

    def save(self, path: Path) -> None:  # noqa: B027 - most of them have nothing to keep
        """Write what was learnt to a safetensors file, or a folder, at `path`."""

    def load(self, path: Path) -> None:  # noqa: B027
        """Read what `save` wrote, or published weights of the method in the layout of its authors."""


def learns_from_pairs(method: Method) -> bool:
    """Tell whether a method is supervised by pairs of another data set."""
    return Sees.OUTSIDE_PAIRS in method.facts.sees
