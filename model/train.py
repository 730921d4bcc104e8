"""Train the purification network: colour extraction first, then everything together.

    nirecap train captures --preset small --out run
    accelerate launch --multi_gpu --num_processes 2 -m nirecap train captures --preset small --out run

The second trains in several processes, on GPUs or, where there are none, on CPUs. The same call goes on with a run
that was stopped, whatever stopped it, from its last checkpoint (`checkpoint.py`).
"""

import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import torch

from nirecap.errors import RunError
from nirecap.interrupts import later_interrupts

from .batches import Batches, Share, ahead
from .checkpoint import Identity, Part, Position, begin, load_state, locked, read_position, save_model, save_state
from .config import Config
from .discriminator import Discriminators
from .ema import follow, follower, tensors_of_both
from .frames import TrainingFrames
from .journal import Journal, Means
from .memory import remedy_when_full
from .probe import Probe
from .processes import Processes
from .purification import PurificationNetwork
from .schedule import EXTRACTION, JOINT, Length, falling
from .stages import ColourExtractionStage, JointStage, Stage, guessing
from .watch import NO_NUMBERS, PATIENCE, warnings

SMALLER = "train with a smaller --set batch, crop_height, crop_width or width"


class Told:
    """Whoever is told how training goes; this one keeps it to itself."""

    def step(self, position: Position, spent: float, losses: dict[str, float]) -> None:
        """Take how far it is: the share of the budget that is spent, and the means of the losses of late."""

    def say(self, line: str) -> None:
        """Take a line for a person."""


@dataclass(frozen=True)
class Trained:
    """What came of a training."""

    run: Path
    steps: int
    """Of the whole run, also of earlier calls."""
    seconds: float
    skipped: int
    """Steps whose gradient was not finite."""
    finished: bool
    """False where it was stopped before its time."""


@dataclass(frozen=True, eq=False)
class Task:
    """What is trained on what, where, and how long."""

    run: Path
    config: Config
    batches: Batches
    probe: Probe
    processes: Processes
    identity: Identity
    length: Length


def train(
    frames: TrainingFrames,
    config: Config,
    run: Path,
    length: Length | None = None,
    *,
    seed: int = 0,
    told: Told | None = None,
    processes: Processes | None = None,
) -> Trained:
    """Train in the folder `run`, or go on with what is there.

    Args:
        frames: unpaired dark and lit frames.
        config: a preset, or one of your own.
        run: new, or of an earlier call with the same frames, configuration and seed.
        length: wall clock or steps of the whole run; what `config.minutes` says, unless told.
        seed: equal seeds and steps give equal weights, on one CPU thread bit by bit; a clock counts no equal steps.
        told: whoever is told how it goes.
        processes: this one, unless `accelerate` started several.

    Raises:
        UsageMistake: frames are missing or too small, or `run` is of another configuration, seed or data.
        RunError: the checkpoint is damaged, another process trains there, there is no finite gradient any more, or
            memory is full.
        KeyboardInterrupt: after Ctrl-C, SIGTERM or the end of the terminal, when the step is done and all is saved.
        OSError: the disk is full; the last checkpoint is as it was.
    """
    told, processes = told or Told(), processes or Processes()
    if config.exposure_target is None:
        config = replace(config, exposure_target=frames.exposure)
    batches = Batches(frames, config, Share(seed, processes.rank, processes.count))
    data = f"{frames.fingerprint} {frames.maps}".strip() if config.mask else frames.fingerprint
    identity = Identity(config, seed, data)
    length = length or Length(minutes=config.minutes)
    with remedy_when_full(SMALLER), opened(run, identity, processes):
        probe = Probe(batches, processes, darkened=config.unpaired_share < 1)
        return Training(Task(run, config, batches, probe, processes, identity, length), told).go()


def weights_of(config: Config) -> tuple[int, int]:
    """Return how many weights inference needs, and how many more training does.

    >>> [round(weights / 1e6) for weights in weights_of(Config())]
    [82, 44]
    """
    with torch.device("meta"):  # shapes alone
        network, judges = PurificationNetwork(config), Discriminators(config)
    inference = sum(value.numel() for name, value in network.inference_state().items())
    every = sum(value.numel() for module in (network, judges) for value in module.state_dict().values())
    return inference, every - inference


@contextmanager
def opened(run: Path, identity: Identity, processes: Processes) -> Iterator[None]:
    """Have the folder of a run ready in all processes for the block; the first one holds it.

    Raises:
        UsageMistake, RunError, OSError: as `locked` and `begin`; in the other processes a RunError.
    """
    with ExitStack() as stack:
        fault: Exception | None = None
        try:
            if processes.first:
                stack.enter_context(locked(run))
                begin(run, identity)
        except Exception as error:  # the others are told first, lest they wait for ever
            fault = error
        _, failed = processes.agree(0.0, fault is not None)
        if failed:
            raise fault or RunError("training was not begun; the first process says why")
        yield


class Training:
    """A run while it trains: its networks, and how far they are."""

    def __init__(self, task: Task, told: Told) -> None:
        self.task, self.told = task, told
        with torch.random.fork_rng(devices=[]):  # whoever calls keeps his own chance
            torch.manual_seed(task.identity.seed)
            network = PurificationNetwork(task.config).train()
        self.network = network.to(task.processes.device, memory_format=task.processes.layout)  # type: ignore[call-overload]
        self.mean = follower(self.network)
        self.mean.load_inference_state(self.network.inference_state())
        self.followed = tensors_of_both(self.mean, self.network)
        self.position = read_position(task.run, task.identity)
        self.means = Means(self.position.sums, self.position.steps)
        self.began = self.saved = time.monotonic()
        self.seconds_before = self.position.seconds
        self.spent, self.stopped = 0.0, False

    def go(self) -> Trained:
        """Go through the stages from where the run is, and save what came of it."""
        task, first = self.task, self.position.step
        self._agree(interrupted=False)
        with later_interrupts() as interrupted, ExitStack() as stack:
            journal = stack.enter_context(Journal(task.run, first)) if task.processes.first else None
            for name in self._stages_left():
                stage = self._begin(name)
                with ahead(stage.draw, self.position.stage_step, task.processes.drawing) as drawn:
                    while self.progress < 1 and not self.stopped:
                        self._learn(stage, next(drawn))
                        self._agree(interrupted())
                        if journal:
                            self._tell(stage, journal)
                if self.stopped:
                    break
            if self.position.step > first:
                self._save(stage)
            elif first and task.processes.first:  # a kill may have come between the two files of the last save
                save_model(task.run, self.mean)
        now = self.position
        return Trained(task.run, now.step, now.seconds, now.skipped, finished=self.spent >= 1)

    @property
    def progress(self) -> float:
        """Return the share of the stage that is spent, 0 to 1."""
        config, now = self.task.config, self.position
        if now.stage == EXTRACTION:
            by_steps = now.stage_step / config.stage1_steps if config.stage1_steps else 0.0
            return min(1.0, max(by_steps, self.spent / config.stage1_share if config.stage1_share else 1.0))
        return min(1.0, (self.spent - now.began) / (1 - now.began)) if now.began < 1 else 1.0

    def _stages_left(self) -> list[str]:
        names = [JOINT] if "cem" in self.task.config.without else [EXTRACTION, JOINT]
        if self.position.stage not in ("", *names):
            raise RunError(
                f"{self.task.run} is in a stage {self.position.stage!r:.40}, which this nirecap has not; train anew"
            )
        return names[names.index(self.position.stage) if self.position.stage else 0 :]

    def _begin(self, name: str) -> Stage[Any]:
        """Begin a stage, or go on with it from the checkpoint."""
        with torch.random.fork_rng(devices=[]):
            torch.manual_seed(self.task.identity.seed + 1)
            kind = ColourExtractionStage if name == EXTRACTION else JointStage
            stage = kind(self.network, self.task.batches, self.task.processes)
        if self.position.stage == name:
            load_state(self.task.run, self._parts(stage))
        else:
            self.position.stage, self.position.stage_step, self.position.began = name, 0, self.spent
            self.position.looks.clear()
        return stage

    def _parts(self, stage: Stage[Any]) -> dict[str, Part]:
        return {"network": self.network, "mean": self.mean, **stage.parts}

    def _learn(self, stage: Stage[Any], drawn: object) -> None:
        now, config = self.position, self.task.config
        skipped = stage.skipped
        self.means.add(stage.step(now.stage_step, drawn, falling(self.progress, config.decay_from)))
        follow(self.followed, now.stage_step, config.ema_decay)
        now.skipped += stage.skipped - skipped
        now.step, now.stage_step = now.step + 1, now.stage_step + 1

    def _agree(self, interrupted: bool) -> None:
        """Look at the clock, and see whether to stop; the same in all processes."""
        self.position.seconds = self.seconds_before + time.monotonic() - self.began
        spent = self.task.length.spent(self.position.step, self.position.seconds)
        self.spent, self.stopped = self.task.processes.agree(spent, interrupted)

    def _tell(self, stage: Stage[Any], journal: Journal) -> None:
        """Tell of a step, write of it where that is due, and save from time to time."""
        step, over, config = self.position.step, self.progress >= 1, self.task.config
        self.told.step(self.position, self.spent, self.means.so_far())
        if over or step % config.metrics_steps == 0:
            self._note(journal)
        if over or step % config.sample_steps == 0:
            journal.show(step, self.task.probe.picture(self.mean, stage.name))
        if time.monotonic() - self.saved > 60 * config.checkpoint_minutes:
            self._save(stage)

    def _note(self, journal: Journal) -> None:
        """Write a line of metrics, and warn of what fails."""
        now, losses = self.position, self.means.take()
        judges = losses["discriminators"] / guessing(self.task.config) if "discriminators" in losses else None
        look = self.task.probe.look(self.network, now.stage, self.progress, judges)
        now.looks = [*now.looks, look][-PATIENCE:] if look.is_finite else []
        if len(now.looks) == PATIENCE or not look.is_finite:
            found = warnings(now.looks, self.task.probe.aim, self.task.config) if now.looks else NO_NUMBERS
            for name in sorted(set(found) - set(now.warnings)):
                self.told.say(f"warning at step {now.step}: {found[name]}")
            now.warnings = sorted(found)
        facts = {"step": now.step, "stage": now.stage, "spent": self.spent, "seconds": round(now.seconds, 3)}
        journal.note({**facts, "skipped": now.skipped, "warnings": now.warnings}, losses)

    def _save(self, stage: Stage[Any]) -> None:
        if not self.task.processes.first:
            return
        self.position.sums, self.position.steps = self.means.sums, self.means.steps
        save_state(self.task.run, self.task.identity, self.position, self._parts(stage))
        save_model(self.task.run, self.mean)
        self.saved = time.monotonic()
