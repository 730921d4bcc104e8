"""Where things are when the user does not say."""

from pathlib import Path

from nirecap.errors import UsageMistake

SESSIONS = "sessions"
"""Folder in a collection that holds its sessions."""
MANIFEST = "metadata.parquet"
"""The manifest of a collection; the name that `datasets` looks for."""
CONTACT_SHEET = "curate/contact_sheet.jpg"
"""Picture of a collection's shots with their flags."""
REPORT = "curate/report.html"
"""Page of a collection's shots, to be looked through."""
VERDICTS = "curate/verdicts.jsonl"
"""Journal of what persons said about shots."""


def choose_collection(given: Path | None) -> Path:
    """Return the given collection, else the current folder if it is one, else ./captures.

    Raises:
        UsageMistake: it is the address of a camera, which may hold a password, and no folder.
    """
    if given is not None:
        if ":/" in str(given):
            raise UsageMistake("OUT is a folder, and this is an address; give the picture's address as --stream URL")
        return given
    here = Path()
    return here if (here / SESSIONS).is_dir() or (here / MANIFEST).is_file() else Path("captures")
