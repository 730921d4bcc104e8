"""The table that turns scores into flags; people may write their own."""

import math
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Annotated, Literal

from pydantic import ConfigDict, Field, TypeAdapter, ValidationError

from nirecap.errors import UsageMistake

from .examine import SCORES

DEFAULTS = Path(__file__).with_name("thresholds.toml")
MAX_BYTES = 1 << 20
Status = Literal["keep", "review", "reject"]
STRICT = ConfigDict(extra="forbid", allow_inf_nan=False)


@dataclass(frozen=True)
class Threshold:
    """When one flag is raised, and what it makes of a shot."""

    __pydantic_config__ = STRICT
    above: Annotated[dict[str, float], Field(min_length=1)]
    status: Literal["review", "reject"]
    sure: dict[str, float] = field(default_factory=dict)


Thresholds = Mapping[str, Threshold]
TABLE = TypeAdapter(dict[Annotated[str, Field(max_length=100)], Threshold])


@dataclass(frozen=True)
class Judgement:
    """What the table makes of a shot."""

    flags: tuple[str, ...]
    status: Status


def load_thresholds(own: Path | None = None) -> Thresholds:
    """Return the limits of this version, with those of the file `own` in place of their own.

    Raises:
        UsageMistake: the file can't be read, is no such table, or names a flag that does not exist.
    """
    defaults = _read(DEFAULTS)
    if own is None:
        return defaults
    changed = _read(own)
    if unknown := sorted(set(changed) - set(defaults)):
        raise UsageMistake(f"{own}: no flag is called {unknown[0]!r}; there are {', '.join(defaults)}")
    named = {name for threshold in changed.values() for name in (*threshold.above, *threshold.sure)}
    if unknown := sorted(named - SCORES):
        raise UsageMistake(f"{own}: no score is called {unknown[0]!r}; docs/manifest.md lists them")
    return {**defaults, **changed}


def with_limits(thresholds: Thresholds, settings: Iterable[str]) -> Thresholds:
    """Return the table with single limits changed: `flag=limit`, or `flag.column=limit` where a flag has several.

    Raises:
        UsageMistake: there is no such flag or column, several where none is named, or no number.

    >>> with_limits(load_thresholds(), ["misaligned.align_shift_px=2"])["misaligned"].above["align_shift_px"]
    2.0
    """
    changed = dict(thresholds)
    for setting in settings:
        name, _, text = setting.partition("=")
        flag, _, column = name.partition(".")
        if flag not in changed:
            raise UsageMistake(f"--set {setting}: no flag is called {flag!r}; there are {', '.join(changed)}")
        changed[flag] = _with_limit(changed[flag], column or None, _number(setting, text), setting)
    return changed


def _with_limit(threshold: Threshold, column: str | None, limit: float, setting: str) -> Threshold:
    names = [*threshold.above, *threshold.sure]
    column = column or (next(iter(threshold.above)) if len(threshold.above) == 1 else None)
    if column not in names:
        flag = setting.partition("=")[0].partition(".")[0]
        choices = ", ".join(f"{flag}.{name}" for name in names)
        raise UsageMistake(f"--set {setting}: say which limit; there are {choices}")
    if column in threshold.above:
        return replace(threshold, above={**threshold.above, column: limit})
    return replace(threshold, sure={**threshold.sure, column: limit})


def _number(setting: str, text: str) -> float:
    try:
        number = float(text)
    except ValueError:
        number = math.nan
    if not math.isfinite(number):
        raise UsageMistake(f"--set {setting}: {text!r} is no number; write it as FLAG=0.5")
    return number


def judge(scores: Mapping[str, float | None], problem: bool, thresholds: Thresholds) -> Judgement:
    """Raise the flags of a shot whose scores exceed their limits; a score that is missing raises none.

    Args:
        scores: by column.
        problem: True for a shot that can't be examined; it is flagged `unreadable`.
        thresholds: the table.

    >>> judge({"align_shift_px": 9.0, "align_confidence": 0.9}, False, load_thresholds())
    Judgement(flags=('misaligned',), status='reject')
    """
    if problem:
        return Judgement(("unreadable",), "reject")
    raised, statuses = [], {"keep"}
    for flag, threshold in thresholds.items():
        if any(_score(scores, name, least) < least for name, least in threshold.sure.items()):
            statuses.add("review")
        elif any(_score(scores, name, limit) > limit for name, limit in threshold.above.items()):
            raised.append(flag)
            statuses.add(threshold.status)
    return Judgement(tuple(raised), _worst(statuses))


def _score(scores: Mapping[str, float | None], name: str, otherwise: float) -> float:
    score = scores.get(name)
    return otherwise if score is None else score


def dump(thresholds: Thresholds) -> str:
    """Return the table as JSON, for the manifest."""
    return TABLE.dump_json(dict(thresholds)).decode()


def _worst(statuses: set[str]) -> Status:
    return "reject" if "reject" in statuses else "review" if "review" in statuses else "keep"


def _read(path: Path) -> dict[str, Threshold]:
    try:
        if path.stat().st_size > MAX_BYTES:
            raise UsageMistake(f"{path}: over {MAX_BYTES} bytes; this is no table of thresholds")
        return TABLE.validate_python(tomllib.loads(path.read_text(encoding="utf-8")))
    except OSError as error:
        raise UsageMistake(f"{path}: can't be read ({error.strerror})") from None
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        raise UsageMistake(f"{path}: {'.'.join(str(part) for part in first['loc'])}: {first['msg']}") from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError, RecursionError) as error:
        raise UsageMistake(f"{path} is not TOML: {error}") from None
