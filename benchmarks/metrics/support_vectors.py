"""Support vector regression as libsvm stores it: `model` and `range` are read as text, and bounded."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from nirecap.files import read_small

from .metric import NotMeasurable

MAX_BYTES = 16 << 20
MAX_VECTORS = 100_000

Vector = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Regressor:
    """An epsilon-SVR with an RBF kernel."""

    vectors: Vector
    """n x features."""
    weights: Vector
    gamma: float
    rho: float

    def predict(self, scaled: Vector) -> float:
        """Return sum_n w_n exp(-gamma |x - v_n|^2) - rho; NaN where a feature is NaN."""
        return float(self.weights @ np.exp(-self.gamma * ((self.vectors - scaled) ** 2).sum(axis=1)) - self.rho)


@dataclass(frozen=True, eq=False)
class Scaling:
    """What svm-scale does: each feature from its range in training to `low` to `high`."""

    low: float
    high: float
    smallest: Vector
    largest: Vector

    def __call__(self, features: Vector) -> Vector:
        """Return the scaled features."""
        return self.low + (self.high - self.low) * (features - self.smallest) / (self.largest - self.smallest)


def read_model(path: Path, features: int) -> Regressor:
    """Read a model file of libsvm.

    Raises:
        NotMeasurable: it can't be read, or is no RBF regressor of so many features.
    """
    text = _text(path)
    head, found, body = text.partition("SV\n")
    facts = dict(line.split(" ", 1) for line in head.splitlines() if " " in line)
    if not found or (facts.get("svm_type"), facts.get("kernel_type")) != ("epsilon_svr", "rbf"):
        raise NotMeasurable(f"{path} is no libsvm model of the kind epsilon_svr with an rbf kernel")
    with _told(path):
        rows = [line.split() for line in body.splitlines() if line.strip()]
        if not 0 < len(rows) <= MAX_VECTORS or len(rows) != int(facts["total_sv"]):
            raise ValueError(f"{len(rows)} support vectors")
        weights = np.array([float(row[0]) for row in rows])
        vectors = np.array([_dense(row[1:], features) for row in rows])
        gamma, rho = float(facts["gamma"]), float(facts["rho"])
        if not np.isfinite([gamma, rho, *weights, *vectors.ravel()]).all() or gamma <= 0:
            raise ValueError("a number that is not finite")
        return Regressor(vectors, weights, gamma, rho)


def read_scaling(path: Path, features: int) -> Scaling:
    """Read the range file of svm-scale.

    Raises:
        NotMeasurable: it can't be read, or does not give the ranges of so many features.
    """
    with _told(path):
        first, limits, *rows = [line.split() for line in _text(path).splitlines() if line.strip()]
        low, high = map(float, limits)
        ranges = np.array([[float(number) for number in row] for row in rows])
        places = np.arange(1, features + 1)
        if first != ["x"] or ranges.shape != (features, 3) or not np.array_equal(ranges[:, 0], places):
            raise ValueError(f"not the ranges of features 1 to {features}")
        if not np.isfinite([low, high, *ranges.ravel()]).all() or not (ranges[:, 2] > ranges[:, 1]).all():
            raise ValueError("a range that is empty or not finite")
        return Scaling(low, high, ranges[:, 1], ranges[:, 2])


def _dense(cells: list[str], features: int) -> Vector:
    """Return the vector that `index:value` cells give; indices that are left out are 0."""
    vector = np.zeros(features)
    for place, value in (cell.split(":") for cell in cells):
        if not 1 <= int(place) <= features:
            raise ValueError(f"feature {place}")
        vector[int(place) - 1] = float(value)
    return vector


def _text(path: Path) -> str:
    with _told(path):
        return read_small(path, MAX_BYTES).decode("ascii").replace("\r\n", "\n")


@contextmanager
def _told(path: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise NotMeasurable(f"{path} can't be read ({error.strerror})") from None
    except (ValueError, KeyError) as error:  # UnicodeDecodeError is one too
        raise NotMeasurable(f"{path} is not what libsvm writes ({str(error)[:80]})") from None
