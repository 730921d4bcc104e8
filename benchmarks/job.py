"""One method with one seed: what a worker process is told, and what it leaves."""

import json
import shutil
from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from hashlib import sha256
from pathlib import Path
from typing import Any

from pydantic import TypeAdapter

from nirecap import __version__
from nirecap.errors import BenchmarkError, UsageMistake
from nirecap.files import read_small, sha256_of, write_atomically
from nirecap.model.checkpoint import CONFIG, MODEL

from . import cost
from .code import code
from .layout import checkpoints, learnt, pictures

FACTS = "done.json"
"""File beside the images that says that all are there, and under which conditions they were made."""
CONDITIONS = "conditions.json"
"""File beside the state of a training that says under which conditions it began."""
SCHEMA = 2
MAX_BYTES = 64 << 20


@dataclass(frozen=True)
class Job:
    """What a worker is to do."""

    out: Path
    dataset: str
    training: str
    """Fingerprint of the training frames."""
    maps: str
    """Fingerprint of the maps of curation, empty where there are none."""
    testing: str
    """Fingerprint of the test images."""
    method: str
    training_of: str
    """The method whose training it goes on with; itself, unless both learn the same."""
    seed: int
    learns: bool
    """Whether it is trained here."""
    minutes: float
    """The budget of training."""
    threads: int
    device: str
    """What the network runs on: the name of a GPU, or cpu."""
    method_sha256: str
    """Of what the method's images depend on besides the version of nirecap."""
    pairs: Path | None = None
    """Folder of pairs of another data set, where it learns from such."""
    pairs_fingerprint: str = ""
    weights: Path | None = None
    """What the method learnt elsewhere; then it is not trained."""
    weights_sha256: str = ""

    @property
    def pictures(self) -> Path:
        """Where what the method makes goes."""
        return pictures(self.out, self.method, self.seed)

    @property
    def checkpoints(self) -> Path:
        """Where its training keeps its state."""
        return checkpoints(self.out, self.training_of, self.seed)

    @property
    def learnt(self) -> Path:
        """Where what it learnt is kept."""
        return learnt(self.out, self.method, self.seed)

    def conditions(self) -> dict[str, Any]:
        """Return what the images depend on; images of other conditions are not this job's."""
        return {
            "method": self.method,
            "training data": self.training,
            "maps of curation": self.maps,
            "test images": self.testing,
            "weights": self.weights_sha256,
            "settings or code": self.method_sha256,
            "version of nirecap": __version__,
            **({"pairs of another data set": self.pairs_fingerprint} if self.pairs else {}),
            **(self._cost() if self.learns else {}),
        }

    def _cost(self) -> dict[str, Any]:
        """Return what a training could do in its time."""
        return {"minutes of training": self.minutes, "threads": self.threads, "device": self.device}

    def to_json(self) -> str:
        """Return the line that a worker reads."""
        return json.dumps(asdict(self), default=str)

    @classmethod
    def from_json(cls, line: str) -> "Job":
        """Return the job of such a line."""
        facts = json.loads(line)
        paths = {name: Path(facts[name]) for name in ("out", "pairs", "weights") if facts[name]}
        return cls(**{**facts, **paths})


@dataclass(frozen=True)
class Done:
    """What a finished job tells."""

    title: str
    saw: str
    licence: str
    source: str
    trained: bool
    fit_seconds: float
    """Of all processes that trained."""
    resumed: bool
    """Whether an earlier process had begun it, for this method or for one that learns the same."""
    peak_memory_mib: float
    """Of the processes that trained and enhanced."""
    version: str
    machine: Mapping[str, str]
    seconds: Mapping[str, float]
    """Of enhancing, by image."""


def with_weights(job: Job, weights: Path | None) -> Job:
    """Return the job with weights that were learnt elsewhere, if it has any, named by their hash."""
    if weights is None:
        return job
    return replace(job, weights=weights.resolve(), weights_sha256=_hash(weights))


def _hash(weights: Path) -> str:
    """Return the SHA-256 of a file, or of those of all files of a folder; of a run, of those that are for use."""
    if not weights.is_dir():
        return sha256_of(weights)
    run = (weights / CONFIG, weights / MODEL)  # its journal grows whenever `nirecap train` looks whether it is done
    files = run if all(map(Path.is_file, run)) else sorted(path for path in weights.rglob("*") if path.is_file())
    return sha256("".join(f"{path.relative_to(weights)} {sha256_of(path)}\n" for path in files).encode()).hexdigest()


def begin(job: Job) -> bool:
    """Make the folder for the state of a training, and return whether one of the same conditions is to go on there.

    What was begun under other conditions, as for a longer time or by other code, is taken away.
    """
    told = job.checkpoints / CONDITIONS
    now = json.dumps(job.conditions() | {"method": job.training_of, "code": code()}).encode()
    if job.checkpoints.is_dir() and not (told.is_file() and read_small(told, MAX_BYTES) == now):
        shutil.rmtree(job.checkpoints)
    job.checkpoints.mkdir(parents=True, exist_ok=True)
    write_atomically(told, now)
    return any(path.name not in (CONDITIONS, cost.FILE) for path in job.checkpoints.iterdir())


def finish(job: Job, done: Done) -> None:
    """Write what the job tells; from then on it is done."""
    facts = {"schema": SCHEMA, "conditions": job.conditions(), **asdict(done)}
    write_atomically(job.pictures / FACTS, json.dumps(facts, indent=1).encode())


def finished(job: Job) -> Done | None:
    """Return what a finished job tells, None where it is still to be done.

    Raises:
        UsageMistake: it was done under other conditions.
        BenchmarkError: what it left can't be read.
    """
    path = job.pictures / FACTS
    if not path.exists():
        return None
    try:
        facts = json.loads(read_small(path, MAX_BYTES))
        conditions, schema = dict(facts.pop("conditions")), facts.pop("schema")
        done = TypeAdapter(Done).validate_python(facts)
    except (OSError, ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise BenchmarkError(f"{path} is damaged ({str(error)[:80]}); remove its folder to do it again") from None
    if schema != SCHEMA:
        raise BenchmarkError(f"{path} is of another version of nirecap; name another --out")
    for what, now in job.conditions().items():
        if conditions.get(what) != now:
            raise UsageMistake(
                f"{job.out} has {job.method} with {what} {_short(conditions.get(what))}, not {_short(now)}; name "
                f"another --out, or remove {job.pictures} to do it again"
            )
    return done


def _short(value: object) -> str:
    text = str(value)
    return text if len(text) <= 16 else f"{text[:12]}..."
