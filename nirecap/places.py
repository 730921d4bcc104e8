"""Where things are when the user does not say."""

from pathlib import Path

SESSIONS = "sessions"
"""Folder in a collection that holds its sessions."""
MANIFEST = "metadata.parquet"
"""The manifest of a collection; the name that `datasets` looks for."""
CONTACT_SHEET = "curate/contact_sheet.png"
"""Picture of a collection's shots with their flags."""


def choose_collection(given: Path | None) -> Path:
    """Return the given collection, else the current folder if it is one, else ./captures."""
    if given is not None:
        return given
    here = Path()
    return here if (here / SESSIONS).is_dir() or (here / MANIFEST).is_file() else Path("captures")
