"""What every method is held to, whoever wrote it: images arrive, an image leaves, and I and N are seen or not."""

from pathlib import Path

import numpy as np

from nirecap.errors import NirecapError, UsageMistake
from nirecap.model.frames import TrainingFrames

from ..method import Budget, Image, Method, Plane, Sees, learns_from_pairs


class Checked(Method):
    """A method by its name in the registry.

    It gets N only if its facts say that it sees N, and else None; of I that it does not see it gets a black image of
    the same size. So none is helped by what the table does not tell.
    """

    def __init__(self, name: str, method: Method) -> None:
        self.name = name
        self.method = method
        self.facts = method.facts
        self.settings = method.settings

    def fit(self, frames: TrainingFrames, budget: Budget) -> None:
        """Learn as the method does.

        Raises:
            UsageMistake: there is no time, no frame to learn from, or no pairs of another data set though it learns
                from such.
        """
        if not budget.minutes > 0:
            raise UsageMistake(f"{self.name} can't be trained in {budget.minutes} minutes; give it more than 0")
        if not frames.dark or not frames.lit:
            raise UsageMistake(f"{len(frames.dark)} low-light and {len(frames.lit)} lit frames; {self.name} needs both")
        if learns_from_pairs(self):
            if not self.pairs:
                raise UsageMistake(f"{self.name} learns from pairs of another data set, and has none; set its pairs")
            self.method.pairs = self.pairs
        self.method.fit(frames, budget)

    def enhance(self, low: Image, nire: Plane | None = None) -> Image:
        """Enhance one image of any size.

        Raises:
            UsageMistake: an image is not float32 of the right shape in [0, 1], or the method needs `nire`.
            NirecapError: the method made something else than an image.
        """
        _check("low", low, (*np.shape(low)[:2], 3))
        if nire is not None:
            _check("nire", nire, low.shape[:2])
        if Sees.NIRE not in self.facts.sees:
            nire = None
        elif nire is None:
            raise UsageMistake(f"{self.name} needs the NIR image; nire is None")
        image = self.method.enhance(low if Sees.LOW in self.facts.sees else np.zeros_like(low), nire)
        if image.shape != low.shape or not np.isfinite(image).all():
            raise NirecapError(f"{self.name} made no finite image of {low.shape} but {image.dtype} {image.shape}")
        return np.clip(image, 0, 1).astype(np.float32, copy=False)

    def save(self, path: Path) -> None:
        """Write what the method learnt."""
        self.method.save(path)

    def load(self, path: Path) -> None:
        """Read what `save` wrote, or the authors' weights.

        Raises:
            UsageMistake: the method learns nothing, or the file is not of it.
        """
        if type(self.method).load is Method.load:
            raise UsageMistake(f"{self.name} learns nothing, so it can't use the weights {path}; leave them out")
        self.method.load(path)
        self.facts = self.method.facts  # which weights may change


def _check(role: str, image: Image | Plane, shape: tuple[int, ...]) -> None:
    is_array = isinstance(image, np.ndarray)
    if not is_array or image.dtype != np.float32 or image.shape != shape or image.size == 0:
        wanted = "H x W x 3" if role == "low" else " x ".join(map(str, shape))
        found = f"{image.dtype} of shape {image.shape}" if is_array else f"a {type(image).__name__}"
        raise UsageMistake(f"{role} must be a float32 array, {wanted}, in [0, 1]; it is {found}")
    least, most = float(image.min()), float(image.max())  # both are NaN if any pixel is
    if not (least >= 0 and most <= 1):
        raise UsageMistake(f"{role} must be in [0, 1] without NaN; it runs from {least:g} to {most:g}")
