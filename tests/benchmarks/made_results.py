"""Results by hand."""

from collections.abc import Mapping, Sequence
from typing import Any

from nirecap.benchmarks.metrics import METRICS
from nirecap.benchmarks.results import Row

EVIL = '<img src=x onerror="x()">|_*{$'
COMMON: dict[str, Any] = {
    "note": "",
    "saw": "I; trained on unpaired frames",
    "trained": True,
    "licence": "Apache-2.0",
    "source": "these tests",
    "budget_minutes": 10.0,
    "fit_seconds": 600.0,
    "resumed": False,
    "seconds": 0.25,
    "peak_memory_mib": 400.0,
    "dataset": "night",
    "training_fingerprint": "a" * 64,
    "maps_fingerprint": "",
    "test_fingerprint": "b" * 64,
    "weights_sha256": "",
    "version": "0.1.0",
    "machine": '{"threads": "1"}',
}


def rows_of(
    numbers: Mapping[tuple[str, str], Sequence[Sequence[float]]],
    scenes: Sequence[str] = ("loft", "loft", "cellar"),
    **changes: Any,
) -> list[Row]:
    """Return rows for numbers by (method, metric), each seeds x images."""
    return [
        Row(
            **{
                **COMMON,
                "image": f"night/{place}",
                "scene": scenes[place],
                "method": method,
                "title": method.title(),
                "seed": seed,
                "metric": metric,
                "value": value,
                "protocol": METRICS[metric].settings,
                **changes,
            }
        )
        for (method, metric), by_seed in numbers.items()
        for seed, by_image in enumerate(by_seed)
        for place, value in enumerate(by_image)
    ]
