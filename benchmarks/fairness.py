"""What was not the same for all methods of a table: nobody is to be fooled by it."""

from collections.abc import Callable, Iterable, Iterator

from .named_method import OUTSIDE
from .results import Row
from .scores import Scores

OVERTIME = 1.1
"""Times its budget from which a training is said to have taken longer."""
SLACK_S = 30.0


def inequalities(scores: Scores) -> Iterator[str]:
    """Yield a sentence for each thing that some methods had and others had not."""
    rows = [row for method in scores.methods for row in scores.runs[method]]
    trained = [row for row in rows if row.budget_minutes]
    here = [row for row in rows if not row.weights_sha256]
    if frames := _parts(here, lambda row: row.training_fingerprint[:8]):
        yield f"Methods learnt from different training frames, don't compare: {frames}."
    if minutes := _parts(trained, lambda row: f"{row.budget_minutes:g} minutes"):
        yield f"Methods were trained for different times, don't compare: {minutes}."
    if maps := _parts(here, lambda row: f"maps {row.maps_fingerprint[:8]}" if row.maps_fingerprint else "no maps"):
        yield f"Methods had different maps of what curation found spoilt, don't compare: {maps}."
    if pairs := _parts((row for row in here if OUTSIDE.search(row.saw)), lambda row: OUTSIDE.findall(row.saw)[0]):
        yield f"Methods learnt from different pairs of other data sets, don't compare: {pairs}."
    if power := _parts((row for row in trained if not row.weights_sha256), _power):
        yield f"Methods were trained on different machines, don't compare: {power}."
    if code := _parts(here, lambda row: row.version):
        yield f"Methods were run by different states of nirecap: {code}."
    if foreign := _titles(row for row in rows if row.weights_sha256):
        yield f"{foreign} came with weights that were learnt elsewhere, from what and for how long is not known here."
    for row in _longest(scores):
        took = f"{row.fit_seconds / 60:.1f} minutes"
        if row.budget_minutes and row.fit_seconds > OVERTIME * row.budget_minutes * 60 + SLACK_S:
            yield f"{row.title} trained for {took} of the {row.budget_minutes:g} that it had."
        if not row.budget_minutes and row.fit_seconds > SLACK_S:
            yield f"{row.title} is said to learn nothing, yet took {took} before its first image."


def seeds(scores: Scores) -> str:
    """Say over how many seeds the errors are, where methods have several."""
    counts = {method: len(scores.runs[method]) for method in scores.methods}
    most = max(counts.values())
    if most == 1:
        return ""
    fewer = [f"{count} of {scores.facts[method].title}" for method, count in counts.items() if 1 < count < most]
    others = f" ({', '.join(fewer)})" if fewer else ""
    return f"± standard error over {most} seeds{others}; methods without it were run with one."


def _longest(scores: Scores) -> Iterator[Row]:
    """Yield of each method the seed that took longest to train."""
    for method in scores.methods:
        yield max(scores.runs[method], key=lambda row: row.fit_seconds)


def _power(row: Row) -> str:
    """Name what a training could do in its time."""
    machine = row.on_machine()
    return ", ".join(f"{name} {machine[name]}" for name in ("processor", "threads", "gpu") if name in machine)


def _titles(rows: Iterable[Row]) -> str:
    return ", ".join(dict.fromkeys(row.title for row in rows))


def _parts(rows: Iterable[Row], what: Callable[[Row], str]) -> str:
    """Return which methods had what, empty where all had the same."""
    parts: dict[str, list[Row]] = {}
    for row in rows:
        parts.setdefault(what(row), []).append(row)
    return "; ".join(f"{had}: {_titles(some)}" for had, some in parts.items()) if len(parts) > 1 else ""
