"""The files of a published version, proved to be whole."""

import json
from pathlib import Path
from typing import Any

from nirecap.errors import CollectionError, ManifestError
from nirecap.files import inside, sha256_of

from .earlier import read_publication
from .into_place import OURS

CROISSANT = "croissant.json"
PAPERS = tuple(name for name in OURS if name != "data")
"""What stands beside the shards; what else is in the folder is not published."""
MAX_BYTES = 64 << 20


def published_files(dest: Path) -> dict[str, Path]:
    """Return the files of the version in `dest` by their path in it, after comparing the shards with their hashes.

    Raises:
        ManifestError: a file is missing or not as it was published, or `dest` holds no whole version.
    """
    if read_publication(dest) is None:
        raise ManifestError(f"{dest} is no published set; `nirecap publish` makes one")
    hashes = _hashes(dest)
    files = {path: _inside(dest, path) for path in hashes}
    for path, file in files.items():
        if not file.is_file() or sha256_of(file) != hashes[path]:
            raise ManifestError(f"{dest}: {path} is not as it was published; run `nirecap publish` again")
    papers = {name: dest / name for name in PAPERS if (dest / name).is_file() and not (dest / name).is_symlink()}
    if not files or papers.keys() != set(PAPERS):
        raise ManifestError(f"{dest} holds no whole published version; run `nirecap publish` again")
    return {**files, **papers}


def _hashes(dest: Path) -> dict[str, str]:
    """Return the SHA-256 of each shard by its path, as `croissant.json` has it."""
    path = dest / CROISSANT
    try:
        if path.stat().st_size > MAX_BYTES:
            raise ManifestError(f"{path}: over {MAX_BYTES} bytes; this was not written by nirecap")
        return {entry["contentUrl"]: entry["sha256"] for entry in _file_objects(json.loads(path.read_bytes()))}
    except OSError:
        raise ManifestError(f"{path} is missing; run `nirecap publish` again") from None
    except (ValueError, KeyError, TypeError, RecursionError):
        raise ManifestError(f"{path} is damaged; run `nirecap publish` again") from None


def _file_objects(croissant: Any) -> list[dict[str, str]]:  # noqa: ANN401 - JSON that anybody may have written
    return [entry for entry in croissant["distribution"] if entry["@type"] == "cr:FileObject"]


def _inside(dest: Path, path: str) -> Path:
    try:
        return inside(dest, path)
    except (CollectionError, ValueError, TypeError):
        raise ManifestError(
            f"{dest / CROISSANT} names {path!r:.80}, outside of the folder; it was tampered with"
        ) from None
