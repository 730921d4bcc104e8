"""Which data set is benchmarked on when the user does not say."""

from dataclasses import dataclass
from pathlib import Path

from nirecap.errors import NirecapError
from nirecap.model.open_dataset import open_training, open_triplets
from nirecap.model.published_shots import is_published
from nirecap.places import MANIFEST, SESSIONS

from .drawn_set import place

PLACES = (Path(), Path("captures"))


@dataclass(frozen=True)
class Choice:
    """A data set, and why it."""

    dataset: str
    why: str
    """For the first line that a person reads; empty where the user named it."""
    to_make: bool = False
    """Whether it is the evaluation set of drawn scenes, and not there yet."""


def choose_data(given: str | None) -> Choice:
    """Return the given data set; else the collection or published set here or in ./captures that can train and test.

    Where there is none, it is the evaluation set of drawn scenes.
    """
    if given is not None:
        return Choice(given, "")
    reasons = []
    for folder in PLACES:
        if _is_dataset(folder):
            reason = _lacks(folder)
            if reason is None:
                return Choice(str(folder), "found here" if folder == Path() else f"found in ./{folder}")
            reasons.append(reason)
    why = f"as {reasons[0]}" if reasons else "as there is no collection here or in ./captures"
    return Choice(str(place()), f"the evaluation set of drawn scenes, {why}", to_make=not place().is_dir())


def _is_dataset(folder: Path) -> bool:
    return (folder / SESSIONS).is_dir() or (folder / MANIFEST).is_file() or is_published(folder)


def _lacks(folder: Path) -> str | None:
    """Say why a data set can't train or test; None where it can."""
    try:
        open_training(str(folder))
        open_triplets(str(folder))
    except NirecapError as error:
        return str(error).partition(";")[0].partition(":")[0]
    return None
