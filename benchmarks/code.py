"""Which code made a result, where one version of nirecap has many states while people work on it."""

from functools import cache
from hashlib import sha256
from pathlib import Path

import nirecap.capture.sim
import nirecap.dataset_card
import nirecap.images
import nirecap.model

from . import methods

PACKAGES = (methods, nirecap.capture.sim, nirecap.dataset_card, nirecap.model)
"""What methods learn with, and what they learn from is read and cut by."""
FILES = (Path(nirecap.images.__file__), *map(Path(__file__).with_name, ("outside_pairs.py", "worker.py")))
"""What reads, rounds and writes images besides."""


@cache
def code() -> str:
    """Return the beginning of a SHA-256 over the Python files that trainings and images depend on.

    >>> len(code())
    12
    """
    found = sha256()
    for package in PACKAGES:
        folder = Path(str(package.__file__)).parent
        for file in sorted(folder.rglob("*.py")):
            found.update(f"{package.__name__}/{file.relative_to(folder)}\0".encode() + file.read_bytes() + b"\0")
    for file in FILES:
        found.update(f"{file.name}\0".encode() + file.read_bytes() + b"\0")
    return found.hexdigest()[:12]
