"""Measure an image by several metrics; what can't be measured is NaN with its reason."""

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import partial

from .metric import Assets, Compared, Measure, Metric, NotMeasurable


@dataclass(frozen=True)
class Value:
    """What a metric says of one image."""

    number: float
    """NaN where there is none."""
    note: str = ""
    """Why there is none."""


def opened(metrics: Iterable[Metric], assets: Assets) -> dict[str, Measure]:
    """Return the functions by the names of their metrics; one that can't be opened raises its reason at each image."""
    return {metric.name: _opened(metric, assets) for metric in metrics}


def measure(measures: Mapping[str, Measure], compared: Compared) -> dict[str, Value]:
    """Return what each of the functions says."""
    return {name: _value(function, compared) for name, function in measures.items()}


def _opened(metric: Metric, assets: Assets) -> Measure:
    try:
        return metric.open(assets)
    except NotMeasurable as missing:
        return partial(_refuse, str(missing))


def _refuse(reason: str, _: Compared) -> float:
    raise NotMeasurable(reason)


def _value(function: Measure, compared: Compared) -> Value:
    try:
        number = function(compared)
    except NotMeasurable as reason:
        return Value(math.nan, str(reason))
    return Value(number, "the metric is not defined for this image" if math.isnan(number) else "")
