"""Read answers of ONVIF cameras: elements out of order, missing or empty, and text that nobody vouches for."""

import datetime as dt
import math
from collections.abc import Iterable

from lxml import etree

from .foreign import plain


def field(answer: object, *path: str) -> str:
    """Follow element or attribute names down an answer of zeep and return the text there, "" where there is none."""
    for name in path:
        answer = _child(answer, name)
    return plain(answer.text if isinstance(answer, etree._Element) else answer, limit=2000)


def number(text: str) -> int:
    """Return a count that a camera gave, 0 for anything that is not one.

    >>> number("1280"), number(""), number("-1"), number("9" * 5000)
    (1280, 0, 0, 0)
    """
    return int(text) if text.isdecimal() and len(text) < 10 else 0


def real(text: str) -> float:
    """Return a number that a camera gave, not a number for anything that is none.

    >>> real("40000.5"), real(""), real("1e999")
    (40000.5, nan, inf)
    """
    try:
        return float(text)
    except ValueError:
        return math.nan


def items(answer: object) -> list[object]:
    """Return the members of an answer that is a list, none for an empty answer."""
    return answer if isinstance(answer, list) else []


def utc_of(answer: object) -> dt.datetime | None:
    """Return the UTC time in an answer to GetSystemDateAndTime; None where it is missing or impossible."""
    date = [number(field(answer, "UTCDateTime", "Date", name)) for name in ("Year", "Month", "Day")]
    time = [number(field(answer, "UTCDateTime", "Time", name)) for name in ("Hour", "Minute", "Second")]
    try:
        return dt.datetime(*date, *time, tzinfo=dt.UTC)  # type: ignore[misc,arg-type]
    except ValueError:
        return None


def _child(answer: object, name: str) -> object:
    parsed = getattr(answer, name, None)
    if parsed is not None:
        return parsed
    # what stands out of schema order zeep leaves unparsed
    unparsed: Iterable[etree._Element] = (
        answer if isinstance(answer, etree._Element) else getattr(answer, "_raw_elements", None) or ()
    )
    return next((element for element in unparsed if str(element.tag).rpartition("}")[2] == name), None)
