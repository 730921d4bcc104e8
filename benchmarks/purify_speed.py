"""What purifying a pair costs: `python -m nirecap.benchmarks.purify_speed --size 1280x720 --threads 2`.

Seconds and peak memory of the network's presets, with weights that chance drew, and of Zero-DCE++ on the same pair, in
turns, each in a process of its own. The work of a forward pass over its time is compared with what the processor does
at multiplying matrices in the same process. A share over 100 % is possible: 3x3 convolutions of many channels are done
with fewer multiplications than are counted.
"""

import argparse
import json
import resource
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from statistics import median

import numpy as np
import torch
from torch.utils.flop_counter import FlopCounterMode

from nirecap.model.config import preset
from nirecap.model.purification import PurificationNetwork
from nirecap.model.purifier import Purifier, has_bf16

from .methods.dce_network import DceNetwork

BASE = "zero-dce++"
"""What the others are multiples of."""
MATRIX = 2048
GIB = 1 << 30


@dataclass(frozen=True)
class Cost:
    """Of one pair, after a first one."""

    seconds: float
    processor: float
    """Seconds of all threads together: what is left to compare by where others use the machine too."""
    gib: float
    """Peak of the process, its libraries included."""
    gflop: float
    """Of the forward pass; two for a multiplication and addition."""
    matrix_gflops: float
    """What the processor does a second at multiplying matrices, in the same precision."""

    @property
    def share(self) -> float:
        """Return how much of that rate the forward pass reaches."""
        return self.gflop / self.seconds / self.matrix_gflops


def measure(name: str, width: int, height: int, threads: int) -> Cost:
    """Measure the method `name`, such as `small`, `small bf16` or `zero-dce++`, in this process."""
    torch.set_num_threads(threads)
    rng = np.random.default_rng(0)
    low = rng.integers(0, 60, (height, width, 3), np.uint8)
    nire = rng.integers(0, 255, (height, width), np.uint8)
    enhance, flops = _zero_dce(low) if name == BASE else _purifier(name, low, nire)
    enhance()
    before, wall = _processor(), time.perf_counter()
    enhance()
    seconds, processor = time.perf_counter() - wall, _processor() - before
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024 / GIB
    rate = _matrix_rate(torch.bfloat16 if "bf16" in name else torch.float32)
    return Cost(seconds, processor, peak, flops() / 1e9, rate)


def _purifier(name: str, low: np.ndarray, nire: np.ndarray) -> tuple[Callable[[], object], Callable[[], int]]:
    network = PurificationNetwork(preset(name.split(maxsplit=1)[0]))
    del network.disentangle.E_A, network.disentangle.G_A
    purifier = Purifier(network, device="cpu", bf16="bf16" in name)
    images = torch.zeros(1, 3, *low.shape[:2]), torch.zeros(1, 1, *low.shape[:2])
    return lambda: purifier(low, nire), lambda: _flops(network, *images)


def _zero_dce(low: np.ndarray) -> tuple[Callable[[], object], Callable[[], int]]:
    network = DceNetwork(separable=True).eval()
    image = torch.from_numpy(low.transpose(2, 0, 1)[None] / np.float32(255))

    def enhance() -> object:
        with torch.inference_mode():
            return network(image)[0].clamp(0, 1).numpy()

    return enhance, lambda: _flops(network, image)


@torch.inference_mode()
def _flops(network: torch.nn.Module, *images: torch.Tensor) -> int:
    with FlopCounterMode(display=False) as counter:
        network(*images)
    return int(counter.get_total_flops())


def _matrix_rate(kind: torch.dtype) -> float:
    """Return GFLOP/s of the best of some products of two matrices."""
    one = torch.rand(MATRIX, MATRIX).to(kind)
    seconds = []
    for _ in range(4):
        begun = time.perf_counter()
        one @ one
        seconds.append(time.perf_counter() - begun)
    return 2 * MATRIX**3 / min(seconds) / 1e9


def _processor() -> float:
    used = resource.getrusage(resource.RUSAGE_SELF)
    return used.ru_utime + used.ru_stime


def main() -> None:
    """Print a line for each method."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--size", default="1280x720")
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--presets", nargs="+", default=["small", "plus", "paper"])
    parser.add_argument("--one", help=argparse.SUPPRESS)
    options = parser.parse_args()
    width, height = map(int, options.size.split("x"))
    if options.one:
        print(json.dumps(vars(measure(options.one, width, height, options.threads))))
        return
    kinds = ("", " bf16") if has_bf16(torch.device("cpu")) else ("",)
    names = [BASE, *(f"{name}{kind}" for name in options.presets for kind in kinds)]
    common = (sys.executable, "-m", "nirecap.benchmarks.purify_speed", "--size", options.size)
    costs: dict[str, list[Cost]] = {name: [] for name in names}
    for _ in range(options.rounds):
        for name in names:
            words = (*common, "--threads", str(options.threads), "--one", name)
            costs[name].append(Cost(**json.loads(subprocess.run(words, capture_output=True, check=True).stdout)))
    print(f"{options.size}, {options.threads} threads, median of {options.rounds}")
    print(f"{'':12} seconds  x {BASE}  processor s  peak GiB  GFLOP  of the matrix rate")
    base = median(cost.seconds for cost in costs[BASE])
    for name, of in costs.items():
        middle = sorted(of, key=lambda cost: cost.seconds)[len(of) // 2]
        print(
            f"{name:12} {middle.seconds:7.2f} {middle.seconds / base:13.2f} {middle.processor:12.2f} {middle.gib:9.2f} "
            f"{middle.gflop:6.0f} {middle.share:9.0%} of {middle.matrix_gflops:.0f} GFLOP/s",
            flush=True,
        )


if __name__ == "__main__":
    main()
