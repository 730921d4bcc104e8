"""The name of what the checks find in a shot."""

import json
from hashlib import sha256

from nirecap.capture.records import ShotRecord

from .check_version import check_version


def key_of(record: ShotRecord) -> str:
    """Return a hash of the checks' version and of the images' bytes: the name of what is found in them."""
    images = sorted((str(role), image.sha256) for role, image in record.images.items())
    bracket = record.bracket.sha256 if record.bracket else None
    return sha256(json.dumps([check_version(), images, bracket]).encode()).hexdigest()
