"""What goes wrong with the simulated camera at a moment: faults by name, at random from a seed, one after the other."""

import logging
import threading
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager
from dataclasses import dataclass
from enum import StrEnum

import numpy as np

from nirecap.errors import UsageMistake

from .logbook import Logbook

SPREAD = (0.5, 1.5)
"""A fault that comes at random lasts its usual time times a number from here."""
LONGEST_S = 600.0

log = logging.getLogger(__name__)


class Fault(StrEnum):
    """Something that goes wrong and passes; the value is its name for `--faults` and the room's control."""

    STREAM_DROP = "stream-drop"
    FREEZE = "freeze"
    REBOOT = "reboot"
    DAMAGED_PACKETS = "damaged-packets"
    WRONG_MODE = "wrong-mode"
    LYING_SUCCESS = "lying-success"


Effects = Mapping[Fault, Callable[[], AbstractContextManager[None]]]
"""For each fault a context in which the camera has it."""


@dataclass(frozen=True)
class Course:
    """How a fault usually goes."""

    seconds: float
    description: str


FAULTS = {
    Fault.STREAM_DROP: Course(1.0, "players are cut off, and new ones refused while it lasts"),
    Fault.FREEZE: Course(3.0, "the same picture is sent on, with time stamps that run"),
    Fault.REBOOT: Course(4.0, "HTTP and RTSP are gone, then back; the camera is in AUTO again"),
    Fault.DAMAGED_PACKETS: Course(1.0, "packets of every picture are lost or garbled"),
    Fault.WRONG_MODE: Course(4.0, "the camera goes to the other mode, whatever it is told"),
    Fault.LYING_SUCCESS: Course(4.0, "mode commands are acknowledged, read back, and not carried out"),
}


@dataclass(frozen=True)
class PlannedFault:
    """One fault of a schedule."""

    at_s: float
    """Seconds after the camera has started; it waits for the end of the one before."""
    fault: Fault
    seconds: float


def faults_named(texts: Iterable[str]) -> tuple[Fault, ...]:
    """Read names of faults, several in one text with commas between them; none is all.

    Raises:
        UsageMistake: there is no such fault.
    """
    names = [name.strip() for text in texts for name in text.split(",") if name.strip()]
    if unknown := [name for name in names if name not in list(Fault)]:
        raise UsageMistake(f"no fault is called {unknown[0]!r}; there are {', '.join(Fault)}")
    return tuple(fault for fault in Fault if fault in names) or tuple(Fault)


def random_faults(per_minute: float, seed: int, kinds: tuple[Fault, ...] = tuple(Fault)) -> Iterator[PlannedFault]:
    """Yield faults of a Poisson process without end, or none at rate 0; equal arguments yield equal faults.

    >>> first, second = (next(random_faults(6, seed=1)) for _ in range(2))
    >>> first == second
    True
    """
    rng, at_s = np.random.default_rng(seed), 0.0
    while per_minute > 0:
        at_s += rng.exponential(60 / per_minute)
        fault = kinds[rng.integers(len(kinds))]
        yield PlannedFault(at_s, fault, FAULTS[fault].seconds * rng.uniform(*SPREAD))


class Faults:
    """Cause faults one at a time, and write each to the logbook.

    Args:
        effects: what the camera can have.
        logbook: gets a line for each fault.
    """

    def __init__(self, effects: Effects, logbook: Logbook) -> None:
        self._effects, self._logbook = effects, logbook
        self._stopping = threading.Event()
        self._one_at_a_time = ThreadPoolExecutor(1, "fault")
        self._planner = ThreadPoolExecutor(1, "planned faults")

    def cause(self, fault: Fault, seconds: float | None = None) -> None:
        """Begin a fault, after the end of those that were asked for before, and return; it ends by itself.

        Raises:
            UsageMistake: it can't last so long.
        """
        lasting = FAULTS[fault].seconds if seconds is None else seconds
        if not 0 <= lasting <= LONGEST_S:
            raise UsageMistake(f"a fault can't last {lasting} s; choose 0 to {LONGEST_S:g}")
        begun = threading.Event()
        self._one_at_a_time.submit(self._carry_out, fault, lasting, begun)
        begun.wait()

    def follow(self, plan: Iterable[PlannedFault]) -> None:
        """Cause the faults of a schedule from now on."""
        self._planner.submit(self._follow, plan)

    def stop(self) -> None:
        """End the fault under way and cause no other."""
        self._stopping.set()
        self._planner.shutdown()
        self._one_at_a_time.shutdown()

    def _follow(self, plan: Iterable[PlannedFault]) -> None:
        started = time.monotonic()
        for planned in plan:
            if self._stopping.wait(max(started + planned.at_s - time.monotonic(), 0)):
                return
            self.cause(planned.fault, planned.seconds)

    def _carry_out(self, fault: Fault, seconds: float, begun: threading.Event) -> None:
        try:
            with self._logbook.fault(fault), self._effects[fault]():
                begun.set()
                self._stopping.wait(seconds)
        except Exception:
            log.exception("the fault %s did not go as planned", fault)
        finally:
            begun.set()
