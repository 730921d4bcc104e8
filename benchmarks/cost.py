"""What a training has cost, over all processes that took part in it: kept beside its state."""

import json
from dataclasses import asdict, dataclass
from pathlib import Path

from nirecap.files import read_small, write_atomically

FILE = "cost.json"
MAX_BYTES = 1000


@dataclass(frozen=True)
class Cost:
    """Time and memory."""

    seconds: float = 0.0
    peak_memory_mib: float = 0.0

    def then(self, seconds: float, peak_memory_mib: float) -> "Cost":
        """Return what it is after a further process.

        >>> Cost(60, 500).then(30, 400)
        Cost(seconds=90, peak_memory_mib=500)
        """
        return Cost(self.seconds + seconds, max(self.peak_memory_mib, peak_memory_mib))


def keep(folder: Path, cost: Cost) -> None:
    """Write the cost into the folder of a training's state."""
    write_atomically(folder / FILE, json.dumps(asdict(cost)).encode())


def kept(folder: Path) -> Cost:
    """Return the cost so far; none where nobody knows it."""
    try:
        facts = json.loads(read_small(folder / FILE, MAX_BYTES))
        return Cost(float(facts["seconds"]), float(facts["peak_memory_mib"]))
    except (OSError, ValueError, KeyError, TypeError, RecursionError):
        return Cost()
