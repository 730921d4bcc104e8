"""What a pair costs over what the camera itself needs: `python -m nirecap.benchmarks.pair_time`.

The simulated device notes when each switch was commanded and when its exposure had settled; the rest of a shot's time
is ours: waiting for frames, deciding that the picture is at rest, encoding and syncing files.
"""

import argparse
import tempfile
from dataclasses import dataclass
from pathlib import Path
from statistics import mean
from typing import Any

import requests

from nirecap.capture.drivers.onvif import OnvifCamera
from nirecap.capture.goal import Goal
from nirecap.capture.shoot import Shooting
from nirecap.capture.sim.process import DEFAULT_PASSWORD, SimulatedCameraProcess
from nirecap.capture.store import Collection
from nirecap.vocabulary import Plan

LIMIT_S = 0.5


@dataclass(frozen=True)
class Cost:
    """Seconds of one pair."""

    pair: float
    device: float

    @property
    def ours(self) -> float:
        """What the tool adds."""
        return self.pair - self.device


def measure(transition_s: float, pairs: int) -> list[Cost]:
    """Shoot pairs with a fixed camera whose switch takes `transition_s`, and split the time of each."""
    with SimulatedCameraProcess("--transition", str(transition_s)) as at, tempfile.TemporaryDirectory() as folder:
        collection = Collection(Path(folder), create=True)
        with OnvifCamera("sim", at.host, at.http_port, "admin", DEFAULT_PASSWORD) as camera:
            shooting = Shooting(camera, None, Plan.PAIR)
            seconds = shooting.run(collection, Goal(collection, pairs + 1)).seconds
        switches = requests.get(f"{at.room}/state", timeout=10).json()["transitions"]
        ends = [shot.taken_at.timestamp() for shot in collection.shots()]
    # the first shot also waits for the stream's first key frame and the first switch out of AUTO
    return [Cost(total, _device(switches, end - total, end)) for total, end in zip(seconds, ends, strict=True)][1:]


def _device(switches: list[dict[str, Any]], start: float, end: float) -> float:
    within = [switch for switch in switches if start <= switch["commanded_at"] <= end and switch["settled_at"]]
    return sum(float(switch["settled_at"] - switch["commanded_at"]) for switch in within)


def main() -> None:
    """Print a line for each transition time."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--pairs", type=int, default=20)
    parser.add_argument("--transitions", type=float, nargs="+", default=[0.3, 1.0, 3.0])
    options = parser.parse_args()
    print("transition   pair   device   difference (mean, largest)   switches a pair: 2")
    for transition_s in options.transitions:
        costs = measure(transition_s, options.pairs)
        ours = [cost.ours for cost in costs]
        verdict = "ok" if mean(ours) <= LIMIT_S else f"over {LIMIT_S} s"
        print(
            f"{transition_s:8.1f} s {mean(cost.pair for cost in costs):6.2f} {mean(cost.device for cost in costs):7.2f}"
            f" {mean(ours):12.2f} {max(ours):8.2f}   {verdict}",
            flush=True,
        )


if __name__ == "__main__":
    main()
