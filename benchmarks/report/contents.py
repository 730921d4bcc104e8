"""What the page shows, as its scripts read it."""

import math
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from ..held_out import TestImage
from ..layout import HELD_OUT, IMAGES, plain
from ..metrics import METRICS
from ..scores import Scores

DIGITS = 7
"""Significant digits of a number; more are noise."""


def contents(scores: Scores, images: Sequence[TestImage], thumbnails: Mapping[str, str], base: str) -> dict[str, Any]:
    """Return all but the pictures, as JSON can say it.

    Args:
        scores: what is shown.
        images: the test images.
        thumbnails: of each image's R, addresses of data.
        base: the method that the others are compared with at first.
    """
    place = {name: number for number, name in enumerate(scores.images)}
    shown = [image for image in images if image.name in place]
    order = [place[image.name] for image in shown]
    return {
        "base": base,
        "images": [
            {"name": image.name, "scene": image.scene, "file": image.file, "thumbnail": thumbnails.get(image.name)}
            for image in shown
        ],
        "folders": {role: f"{HELD_OUT}/{role}" for role in ("low", "nire", "reference")}
        | {name: f"{IMAGES}/{plain(name)}/{scores.facts[name].seed}" for name in scores.methods},
        "methods": [_method(scores, name) for name in scores.methods],
        "metrics": [_metric(scores, name) for name in scores.metrics],
        "means": {name: {metric: _mean(scores, name, metric) for metric in scores.metrics} for name in scores.methods},
        "differences": {
            other: {
                name: {metric: _difference(scores, name, other, metric) for metric in scores.metrics}
                for name in scores.methods
                if name != other
            }
            for other in scores.methods
        },
        "numbers": {
            name: {
                metric: [short(value) for value in scores.by_image(name, metric)[order]] for metric in scores.metrics
            }
            for name in scores.methods
        },
    }


def short(value: float) -> float | None:
    """Return a number as short as it is exact, None where there is none.

    >>> short(0.123456789), short(float("nan"))
    (0.1234568, None)
    """
    return float(f"{value:.{DIGITS}g}") if math.isfinite(value) else None


def _method(scores: Scores, name: str) -> dict[str, Any]:
    fact = scores.facts[name]
    return {
        "name": name,
        "title": fact.title,
        "sees": fact.saw.partition(";")[0],
        "oracle": "oracle" in fact.title.lower(),
        "seconds": short(scores.seconds(name)),
        "memory": short(float(np.max(scores.of_seeds(name, "peak_memory_mib")))),
    }


def _metric(scores: Scores, name: str) -> dict[str, Any]:
    metric = METRICS[name]
    return {
        "name": name,
        "title": metric.title,
        "higher": metric.higher,
        "digits": metric.digits,
        "main": metric.main,
        "absent": all(math.isnan(scores.mean(method, name).value) for method in scores.methods),
    }


def _mean(scores: Scores, method: str, metric: str) -> list[float | int | None]:
    mean = scores.mean(method, metric)
    return [short(mean.value), short(mean.error), mean.missing]


def _difference(scores: Scores, method: str, other: str, metric: str) -> list[float | None]:
    found = scores.difference(method, other, metric)
    return [short(found.value), short(found.error), short(found.seed_error), short(found.wins)]
