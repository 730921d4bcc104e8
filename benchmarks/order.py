"""What is to be compared on what, and how."""

import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from .metrics import Assets


@dataclass(frozen=True)
class Order:
    """One run of the benchmark."""

    dataset: str
    """A collection, a published set, or its name on the Hub."""
    out: Path
    methods: tuple[str, ...]
    seeds: tuple[int, ...] = (0,)
    minutes: float = 10.0
    """Of training, for each method and seed."""
    metrics: tuple[str, ...] = ()
    """None: all of them."""
    weights: Mapping[str, Path] = field(default_factory=dict)
    """Of methods that are not trained here."""
    pairs: Path | None = None
    """Folder of pairs of another data set, for methods that are supervised by such."""
    assets: Assets = field(default_factory=Assets)
    limit: int | None = None
    """Test images, the first ones; None: all."""
    threads: int = os.cpu_count() or 1
    """Of a method, and processes that measure."""
