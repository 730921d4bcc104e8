"""Which shots have to be examined: those that no earlier run examined as they are now."""

from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path

from nirecap.capture.records import ShotRecord

from .cache import Cache, in_batches
from .file_facts import as_noted, images_of, unchanged, worth_noting
from .key import key_of

TOGETHER = 64
"""Shots whose files are hashed between two looks at the cache; Ctrl-C waits for no more."""


def pending(
    collection: Path,
    records: Iterable[ShotRecord],
    cache: Cache,
    threads: int,
    trust_mtime: bool,
    progress: Callable[[int], None],
) -> Iterator[ShotRecord]:
    """Yield the shots to examine; of the others the files were hashed, and are those that were examined.

    Args:
        collection: the folder.
        records: of all shots.
        cache: of the collection; it learns what was hashed.
        threads: that hash.
        trust_mtime: True to believe size and time of files that were hashed before.
        progress: called with numbers of shots that were looked at.
    """
    with ThreadPoolExecutor(threads) as pool:
        for some in in_batches(records, TOGETHER):
            known = {record.shot for record in cache.known(some)}
            to_hash = [record for record in some if record.shot in known]
            if trust_mtime:
                noted = cache.noted([image.file for record in to_hash for image in images_of(record)])
                to_hash = [record for record in to_hash if not as_noted(collection, record, noted)]
            found = zip(to_hash, pool.map(partial(unchanged, collection), to_hash), strict=True)
            facts = {record.shot: files for record, files in found}
            changed = {shot for shot, files in facts.items() if files is None}
            cache.note(file for files in facts.values() for file in files or () if worth_noting(file))
            current = [record for record in some if record.shot in known - changed]
            cache.refer((record.shot, key_of(record)) for record in current)
            progress(len(some))
            yield from (record for record in some if record.shot not in known - changed)
