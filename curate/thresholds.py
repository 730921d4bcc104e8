"""The table that turns scores into flags; people may write their own."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Literal

from pydantic import ConfigDict, Field, TypeAdapter, ValidationError

from nirecap.errors import UsageMistake

DEFAULTS = Path(__file__).with_name("thresholds.toml")
MAX_BYTES = 1 << 20
Status = Literal["keep", "review", "reject"]
STRICT = ConfigDict(extra="forbid", allow_inf_nan=False)


@dataclass(frozen=True)
class Sure:
    """The score that says whether another can be believed."""

    __pydantic_config__ = STRICT
    score: str
    least: float


@dataclass(frozen=True)
class Threshold:
    """When one flag is raised, and what it makes of a shot."""

    __pydantic_config__ = STRICT
    score: str
    above: float
    status: Literal["review", "reject"]
    sure: Sure | None = None


Thresholds = Mapping[str, Threshold]
TABLE = TypeAdapter(dict[Annotated[str, Field(max_length=100)], Threshold])


@dataclass(frozen=True)
class Judgement:
    """What the table makes of a shot."""

    flags: tuple[str, ...]
    status: Status


def load_thresholds(own: Path | None = None) -> Thresholds:
    """Return the table of this version, with the tables of the file `own` in place of its own.

    Raises:
        UsageMistake: the file can't be read, is no such table, or names a flag that does not exist.
    """
    defaults = _read(DEFAULTS)
    if own is None:
        return defaults
    changed = _read(own)
    if unknown := sorted(set(changed) - set(defaults)):
        raise UsageMistake(f"{own}: no flag is called {unknown[0]!r}; there are {', '.join(defaults)}")
    return {**defaults, **changed}


def judge(scores: Mapping[str, float | None], problem: bool, thresholds: Thresholds) -> Judgement:
    """Raise the flags of a shot whose score exceeds its limit; a score that is missing raises none.

    Args:
        scores: by column.
        problem: True for a shot that can't be examined; it is flagged `unreadable`.
        thresholds: the table.

    >>> judge({"align_corner_px": 9.0, "align_confidence": 0.9}, False, load_thresholds())
    Judgement(flags=('misaligned',), status='reject')
    """
    if problem:
        return Judgement(("unreadable",), "reject")
    raised, statuses = [], {"keep"}
    for flag, limit in thresholds.items():
        score = scores.get(limit.score)
        if limit.sure and (scores.get(limit.sure.score) or 0.0) < limit.sure.least and score is not None:
            statuses.add("review")
        elif score is not None and score > limit.above:
            raised.append(flag)
            statuses.add(limit.status)
    return Judgement(tuple(raised), _worst(statuses))


def dump(thresholds: Thresholds) -> str:
    """Return the table as JSON, for the manifest."""
    return TABLE.dump_json(dict(thresholds), exclude_none=True).decode()


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
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise UsageMistake(f"{path} is not TOML: {error}") from None
