"""From what was found in the shots to the rows of the manifest: duplicates, flags, and what persons said."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import cache
from typing import Any

from nirecap.capture.records import ShotRecord

from .align import aligned_columns
from .changes import Before
from .duplicates import Duplicate, find_duplicates, hashed
from .examine import Examination
from .manifest import row_of
from .thresholds import Thresholds, judge
from .verdicts import Verdict, with_word


def judged_rows(
    records: Sequence[ShotRecord],
    examination_of: Callable[[ShotRecord], Examination],
    hashes_of: Callable[[ShotRecord], Mapping[str, str]],
    session_of: Callable[[str], Mapping[str, Any]],
    thresholds: Thresholds,
    words: Mapping[str, Verdict],
    before: Mapping[str, Before],
) -> Iterator[dict[str, Any]]:
    """Yield the rows of the manifest, in order of the records.

    Args:
        records: of all shots.
        examination_of: returns what the checks found in a shot.
        hashes_of: returns the perceptual hashes of a shot alone.
        session_of: returns what a session's `session.json` holds.
        thresholds: that turn scores into flags.
        words: what persons said, by shot.
        before: the last manifest, which may hold a person's word that no journal has.
    """
    duplicates = find_duplicates(hashed(record, hashes_of(record)) for record in records)
    session_of = cache(session_of)
    for record in records:
        examination = examination_of(record)
        repeats = _duplicate_columns(duplicates.get(record.shot))
        scores = {**examination.scores, **repeats}
        judgement = judge(scores, examination.problem is not None, thresholds)
        row = row_of(record, session_of(record.session), examination, judgement)
        old = was.word if (was := before.get(record.shot)) else None
        yield _with_word(row | repeats | aligned_columns(record), words.get(record.shot), old)


def _duplicate_columns(duplicate: Duplicate | None) -> dict[str, Any]:
    return {"duplicate_of": duplicate.of, "duplicate_likeness": duplicate.likeness} if duplicate else {}


def _with_word(row: dict[str, Any], word: Verdict | None, old: Mapping[str, Any] | None) -> dict[str, Any]:
    """Return the row with a person's word: the journal's, else what only the last manifest had."""
    if word is None and old and old.get("verdict_at") is None:
        return with_word(row, None) | {"verdict": old["verdict"], "reviewer": old["reviewer"]}
    if word is None and old:
        flags = tuple(old.get("flags_on") or ()), tuple(old.get("flags_off") or ())
        word = Verdict(row["shot"], old["verdict"], *flags, old["reviewer"] or "", old["verdict_at"])
    return with_word(row, word)
