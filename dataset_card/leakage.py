"""The last look before a version takes its place: nothing that is tested on may have been trained on."""

from collections.abc import Iterable, Mapping

from nirecap.errors import ManifestError, NirecapError

from .earlier import Published

NAMED = 5
"""Scenes that an error names."""


class Leakage(NirecapError):
    """The same view, or the same picture, would be in training and in test."""


def check_links(links: Iterable[tuple[str, str]], splits: Mapping[str, str]) -> None:
    """Check that scenes which hold near-duplicates of each other are in one split.

    Raises:
        Leakage: they are not; the message names them.
    """
    torn = sorted({tuple(sorted(link)) for link in links if len({splits[name] for name in link if name in splits}) > 1})
    if torn:
        named = "; ".join(f"{one!r} and {other!r}" for one, other in torn[:NAMED])
        raise Leakage(f"nothing was published: these scenes hold the same pictures, in train and in test: {named}")


def check_published(published: Published, rows: int) -> None:
    """Check, in the files that were written, that no scene and no image is in two splits, and that all rows are there.

    Raises:
        Leakage: one is; the message names it.
        ManifestError: two rows have the same id.
    """
    if len(published.rows) != rows:
        raise ManifestError("the manifest has two rows for one shot; run `nirecap curate` again")
    if torn := sorted(name for name, splits in published.scenes.items() if len(splits) > 1):
        raise Leakage(f"nothing was published: scenes in train and in test: {', '.join(map(repr, torn[:NAMED]))}")
    if same := sorted(key.hex() for key, splits in published.images.items() if len(splits) > 1):
        raise Leakage(
            f"nothing was published: {len(same)} images are in train and in test, the first has SHA-256 {same[0]}; "
            "reject one of the shots with `nirecap review`, or bring their scenes into one split with --train-scene"
        )
