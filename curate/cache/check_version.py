"""The version of the checks: what an examination's result depends on besides the images."""

from functools import cache
from hashlib import sha256
from pathlib import Path

import cv2
import numpy as np
import PIL

from nirecap import __version__, images

ROOM = Path(__file__).parents[1]
SOURCES = ("examine.py", "picture.py", "picture_hash.py", "thumbnail.py", "contact_sheet.py")


@cache
def check_version() -> str:
    """Return a hash of the checks' code and of the libraries under it: nobody has to remember to raise a number."""
    files = [*(ROOM / name for name in SOURCES), *sorted((ROOM / "checks").glob("*.py")), Path(images.__file__)]
    digest = sha256(" ".join((__version__, cv2.__version__, np.__version__, PIL.__version__)).encode())
    for file in files:
        digest.update(file.name.encode() + b"\0" + sha256(file.read_bytes()).digest())
    return digest.hexdigest()
