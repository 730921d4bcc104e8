"""The disk that images go to: a run ends before it is full."""

import shutil
from pathlib import Path

RESERVE_BYTES = 500_000_000
"""What a run leaves free: room for what else the computer writes in a night."""
RESERVE_SHARE = 0.05
"""The same on a small disk, as a share of it."""


def shortage(folder: Path, reserve_bytes: float | None = None) -> str:
    """Return what to tell a person where too little is free for `folder`, else "".

    Args:
        folder: need not exist yet.
        reserve_bytes: what has to stay free; None for `RESERVE_BYTES`, or `RESERVE_SHARE` of a small disk.

    Raises:
        OSError: the disk can't be asked.

    >>> shortage(Path(), reserve_bytes=0)
    ''
    """
    there = next(place for place in (folder.absolute(), *folder.absolute().parents) if place.exists())
    disk = shutil.disk_usage(there)
    reserve_bytes = min(RESERVE_BYTES, RESERVE_SHARE * disk.total) if reserve_bytes is None else reserve_bytes
    if disk.free >= reserve_bytes:
        return ""
    return (
        f"the disk of {folder} has {disk.free / 1e6:,.0f} MB left and {reserve_bytes / 1e6:,.0f} MB are to stay free; "
        "make room or choose another disk"
    )
