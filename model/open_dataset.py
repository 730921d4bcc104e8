"""Open the images that a network is trained on or a method is tested on, wherever they lie.

A data set is the folder of a collection, the folder of a published set, or the name of a published set on the Hub.
"""

import re
from collections.abc import Set
from pathlib import Path

from nirecap.errors import UsageMistake
from nirecap.places import MANIFEST, SESSIONS

from .assignment import for_testing, for_training
from .collection_shots import shots_of_collection
from .decoded import Decoded, dark_frame, lit_frame, triplet
from .frames import TrainingFrames, Triplet
from .published_shots import is_published, shots_of_hub, shots_of_published
from .shots import Shot, fingerprint, fingerprint_of_maps

ON_THE_HUB = re.compile(r"[A-Za-z0-9][\w.-]*/[\w.-]+", re.ASCII)


def open_training(dataset: str) -> TrainingFrames:
    """Open unpaired training frames; `assignment.for_training` says which shots are dark and which lit.

    Nothing is decoded yet: the first use of a frame reads it, and may raise ImageError.

    Args:
        dataset: a folder, or `user/name` on the Hub.

    Raises:
        UsageMistake: it is no data set, or has no dark or no lit frames for training.
        CollectionError, ManifestError, HubError: it can't be read.
    """
    shots = open_shots(dataset)
    dark, lit = for_training(shots)
    if not dark:
        raise UsageMistake(f"{dataset} has no pairs (low, nire) to train on{_rest(dataset, shots)}")
    if not lit:
        raise UsageMistake(
            f"{dataset} has no lit images (reference, reference_nire) of other shots to train on{_rest(dataset, shots)}"
        )
    used = [*dark, *lit]
    frames = Decoded(dark, dark_frame), Decoded(lit, lit_frame)
    return TrainingFrames(*frames, fingerprint(used), fingerprint_of_maps(used))


def open_triplets(dataset: str) -> Decoded[Triplet]:
    """Open the test triplets; their `fingerprint` tells what images they are.

    Args:
        dataset: a folder, or `user/name` on the Hub.

    Raises:
        UsageMistake: it is no data set, or has no triplets for testing.
        CollectionError, ManifestError, HubError: it can't be read.
    """
    shots = open_shots(dataset)
    chosen = for_testing(shots)
    if not chosen:
        raise UsageMistake(f"{dataset} has no triplets (low, nire, reference) to test on{_rest(dataset, shots)}")
    return Decoded(chosen, triplet)


def open_shots(dataset: str) -> list[Shot]:
    """Open all finished shots that are kept, whatever they may be used for; no image is read yet.

    Args:
        dataset: a folder, or `user/name` on the Hub.

    Raises:
        UsageMistake: it is no data set, or has no such shot.
        CollectionError, ManifestError, HubError: it can't be read.
    """
    folder = Path(dataset)
    try:
        shots = _opened(dataset, folder)
    except OSError as error:
        raise UsageMistake(f"{dataset!r:.200} can't be opened ({error.strerror}); name a folder that can") from None
    if shots:
        return shots
    if (folder / MANIFEST).exists():
        raise UsageMistake(f"{dataset} has no shot that is kept; look at them with `nirecap review {dataset}`")
    raise UsageMistake(f"{dataset} has no finished shot; capture some with `nirecap shoot`")


def trained_on(frames: TrainingFrames, triplets: Decoded[Triplet]) -> list[str]:
    """Return the names of the triplets of which an image is among the training frames too; none should be."""
    sides = [side for side in (frames.dark, frames.lit) if isinstance(side, Decoded)]
    seen = {picture.sha256 for side in sides for shot in side.shots for picture in shot.pictures.values()}
    return with_image_in(triplets, seen)


def with_image_in(triplets: Decoded[Triplet], seen: Set[str]) -> list[str]:
    """Return the names of the triplets of which an image has one of these SHA-256, hex."""
    return [shot.name for shot in triplets.shots if any(image.sha256 in seen for image in shot.pictures.values())]


def _opened(dataset: str, folder: Path) -> list[Shot]:
    if (folder / SESSIONS).is_dir():
        return shots_of_collection(folder)
    if is_published(folder):
        return shots_of_published(folder)
    if folder.exists() or not ON_THE_HUB.fullmatch(dataset):
        raise UsageMistake(
            f"{dataset!r:.200} is no data set; name a collection (a folder with {SESSIONS}/), a folder that "
            "`nirecap publish` made, or user/name on the Hub"
        )
    return shots_of_hub(dataset)


def _rest(dataset: str, shots: list[Shot]) -> str:
    """Say what the shots are used for instead, and what to do."""
    remedy = f"let `nirecap publish {dataset} DEST` divide its scenes and name DEST"
    if not (Path(dataset) / SESSIONS).is_dir():
        remedy = "publish it with another --test-share"
    return f": of its {len(shots)} shots {len(for_testing(shots))} are for testing; capture more, or {remedy}"
