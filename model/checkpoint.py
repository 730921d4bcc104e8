"""The run folder: what inference needs, and all that training needs to go on as if nothing had happened.

    RUN/config.toml                 the configuration
    RUN/model.safetensors           weights for inference: the moving means of CEM, E_C, E_S and G_F
    RUN/state/training.safetensors  all weights, the optimisers' moments, the image pools; in its header the counters
    RUN/metrics.jsonl, RUN/samples, RUN/tensorboard   as `journal.py` has it

Nothing is a pickle. A file is written aside and renamed, and the state is one file, so that a kill at any moment leaves
the last checkpoint. There is no state of chance to keep: all of it follows from seed, process and step. Of several
processes the image pools of the first are kept; the others go on with copies of them.
"""

import fcntl
import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, field, fields
from pathlib import Path
from typing import Annotated, Any

import torch
from pydantic import ConfigDict, Field, TypeAdapter, ValidationError
from pydantic.dataclasses import dataclass
from torch import nn
from torch.optim import Optimizer

from nirecap.errors import RunError, UsageMistake
from nirecap.files import ASIDE, write_atomically

from .config import Config, read_config
from .journal import METRICS, SAMPLES
from .purification import PurificationNetwork
from .watch import Look
from .weights import read_facts, read_tensors, write_tensors

CONFIG = "config.toml"
MODEL = "model.safetensors"
STATE = "state/training.safetensors"
LOCK = "state/lock"
WRITTEN = (CONFIG, MODEL, STATE, METRICS, f"{SAMPLES}/*")
"""What is written aside first."""
VERSION = 1
"""Of the state; another one is not read."""
FREE = ("minutes", "checkpoint_minutes", "sample_steps")
"""Settings that may differ when a run goes on."""
SLOTS = ({"step", "exp_avg", "exp_avg_sq"}, {"momentum_buffer"})
"""What Adam and SGD keep of a parameter."""
Part = nn.Module | Optimizer
Count = Annotated[int, Field(ge=0)]


@dataclass(config=ConfigDict(extra="forbid", allow_inf_nan=False))
class Position:
    """How far a run is."""

    stage: str = ""
    """Name of the stage; empty before the first."""
    step: Count = 0
    """Of the whole run."""
    stage_step: Count = 0
    began: Annotated[float, Field(ge=0)] = 0.0
    """Share of the budget that was spent when the stage began."""
    seconds: Annotated[float, Field(ge=0)] = 0.0
    """Wall clock of training, of all its processes' first."""
    skipped: Count = 0
    """Steps without a finite gradient."""
    sums: dict[str, float] = field(default_factory=dict)
    """Of the losses since the last line of metrics; `steps` is how many were added."""
    steps: dict[str, Count] = field(default_factory=dict)
    looks: list[Look] = field(default_factory=list)
    """The last ones."""
    warnings: list[str] = field(default_factory=list)
    """What failed at the last look."""


@dataclass(frozen=True)
class Identity:
    """What a run is of; it only goes on with the same."""

    config: Config
    seed: int
    data: str
    """Fingerprint of the training frames, and of the maps of curation where they mask the losses."""


@contextmanager
def locked(run: Path) -> Iterator[None]:
    """Hold the folder of a run for the block, and take away what a killed process left half-written.

    Raises:
        UsageMistake: what is in the folder is no run.
        RunError: another process trains there.
        OSError: the folder can't be made or written.
    """
    _check_ours(run)
    (run / LOCK).parent.mkdir(parents=True, exist_ok=True)
    with (run / LOCK).open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise RunError(f"{run} is being trained by another process; stop it, or give another --out") from None
        for leftover in (path for name in WRITTEN for path in run.glob(f"{name}.*{ASIDE}")):
            leftover.unlink()
        yield


def _check_ours(run: Path) -> None:
    """Refuse a folder with files of others that have the names of ours.

    Raises:
        UsageMistake: it is one.
    """
    if (run / STATE).exists() or not any((run / name).exists() for name in (CONFIG, METRICS)):
        return
    try:
        read_config(run / CONFIG)
    except (RunError, UsageMistake, OSError):
        raise UsageMistake(f"{run} holds a {CONFIG} or {METRICS} that is of no run; give another --out") from None


def begin(run: Path, identity: Identity) -> None:
    """Write the configuration of a new run, or see that the folder holds a run of this one.

    Raises:
        UsageMistake: it is of other data, another seed or another configuration; the text says in what.
        RunError: its checkpoint is damaged.
    """
    if not (run / STATE).exists():
        if (run / MODEL).exists():
            raise UsageMistake(f"{run} has a {MODEL}, but no {STATE} to go on from; give another --out")
        write_atomically(run / CONFIG, identity.config.to_file())
    read_position(run, identity)
    before = read_config(run / CONFIG)
    for name in (each.name for each in fields(Config) if each.name not in FREE):
        old, new = getattr(before, name), getattr(identity.config, name)
        if old != new:
            raise UsageMistake(f"{run} was begun with {name}={old}, not {new}; give another --out or the same settings")


def save_state(run: Path, identity: Identity, position: Position, parts: Mapping[str, Part]) -> None:
    """Write all that is needed to go on, in place of the checkpoint before.

    Args:
        run: folder of the run.
        identity: what the run is of.
        position: how far it is.
        parts: networks and optimisers by name.

    Raises:
        RunError: a network or an optimiser has values that are no numbers; the checkpoint before is still there.
        OSError: the disk is full; likewise.
    """
    facts = {"version": VERSION, "seed": identity.seed, "data": identity.data, "position": asdict(position)}
    tensors = {name: tensor for part, each in parts.items() for name, tensor in _tensors(part, each).items()}
    if bad := [name for name, tensor in tensors.items() if not tensor.isfinite().all()]:
        raise RunError(
            f"{bad[0]} has values that are no numbers, so nothing was saved, and the last checkpoint is as it was; "
            "begin anew in another --out, with a lower --set learning_rate (or discriminator_rate, cem_rate)"
        )
    write_tensors(run / STATE, tensors, {"nirecap": json.dumps(facts)})


def save_model(run: Path, mean: PurificationNetwork) -> None:
    """Write the weights for inference; equal weights make equal files.

    Raises:
        OSError: the disk is full; the ones before are still there.
    """
    # of two words safetensors would choose the order, and so the hash, by chance
    write_tensors(run / MODEL, mean.inference_state(), {"format": "pt"})


def read_position(run: Path, identity: Identity) -> Position:
    """Return how far the checkpoint of a run is; the beginning if there is none.

    Raises:
        RunError: the checkpoint is damaged, or of another version.
        UsageMistake: it is of other data or another seed.
    """
    path = run / STATE
    if not path.exists():
        return Position()
    try:
        facts = json.loads(read_facts(path)["nirecap"])
        if facts["version"] != VERSION:
            raise RunError(
                f"{path} is of version {facts['version']!r:.20}, and this nirecap reads {VERSION}; train anew"
            )
        if facts["data"] != identity.data:
            raise UsageMistake(
                f"{run} was begun with other images or maps of curation; give another --out, or the same data"
            )
        if facts["seed"] != identity.seed:
            raise UsageMistake(f"{run} was begun with --seed {facts['seed']!r:.40}; give it, or another --out")
        return TypeAdapter(Position).validate_python(facts["position"])
    except (KeyError, TypeError, ValueError, RecursionError) as error:
        what = error.errors()[0]["msg"] if isinstance(error, ValidationError) else repr(error)
        raise RunError(f"{path} holds no counters of training ({what:.80}); train anew in another --out") from None


def load_state(run: Path, parts: Mapping[str, Part]) -> None:
    """Read what `save_state` wrote of these parts.

    Raises:
        RunError: it is damaged or of another configuration; the text names what does not fit.
    """
    needed: dict[str, torch.Tensor] = {}
    possible: dict[str, torch.Tensor] = {}
    for part, each in parts.items():
        if isinstance(each, Optimizer):
            possible |= _possible_moments(part, each)
        else:
            needed |= _tensors(part, each)
    tensors = read_tensors(run / STATE, needed, possible)
    for part, each in parts.items():
        own = {name.removeprefix(f"{part}."): t for name, t in tensors.items() if name.startswith(f"{part}.")}
        if isinstance(each, Optimizer):
            _load_moments(run / STATE, each, own)
        else:
            each.load_state_dict(own)


def _tensors(part: str, each: Part) -> dict[str, torch.Tensor]:
    if not isinstance(each, Optimizer):
        return {f"{part}.{name}": tensor for name, tensor in each.state_dict().items()}
    state: Mapping[int, Mapping[str, torch.Tensor]] = each.state_dict()["state"]
    return {f"{part}.{i}.{slot}": tensor for i, slots in state.items() for slot, tensor in slots.items()}


def _parameters(optimiser: Optimizer) -> list[nn.Parameter]:
    return [parameter for group in optimiser.param_groups for parameter in group["params"]]


def _possible_moments(part: str, optimiser: Optimizer) -> dict[str, torch.Tensor]:
    """Return what may be kept of the parameters; nothing is before the first step."""
    return {
        f"{part}.{number}.{slot}": torch.zeros(()) if slot == "step" else parameter
        for number, parameter in enumerate(_parameters(optimiser))
        for slots in SLOTS
        for slot in slots
    }


def _load_moments(path: Path, optimiser: Optimizer, own: Mapping[str, torch.Tensor]) -> None:
    state: dict[int, dict[str, torch.Tensor]] = {}
    for name, tensor in own.items():
        number, _, slot = name.partition(".")
        state.setdefault(int(number), {})[slot] = tensor
    for place, slots in state.items():
        if set(slots) not in SLOTS:
            raise RunError(
                f"{path} has of parameter {place} only {', '.join(sorted(slots))}; it is damaged, train anew"
            )
    content: dict[str, Any] = {**optimiser.state_dict(), "state": state}
    optimiser.load_state_dict(content)
