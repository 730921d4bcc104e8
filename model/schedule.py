"""The stages of training, how long it takes, and how its rates fall with what is spent of it."""

from dataclasses import dataclass

from nirecap.errors import UsageMistake

EXTRACTION, JOINT = "extraction", "joint"
"""Names of the stages, in their order."""


@dataclass(frozen=True)
class Length:
    """How long to train: minutes of wall clock, or steps of all stages together."""

    minutes: float | None = None
    steps: int | None = None

    def __post_init__(self) -> None:
        if (self.minutes is None) == (self.steps is None):
            raise UsageMistake("say how long to train in minutes or in steps, one of them")
        if not (self.minutes or self.steps or 0) > 0:
            raise UsageMistake(f"training takes more than nothing, and {self} was asked for")

    def spent(self, steps: int, seconds: float) -> float:
        """Return the share that is spent after so many steps and seconds; over 1 when it is over.

        >>> Length(minutes=2).spent(7, 30.0), Length(steps=10).spent(7, 30.0)
        (0.25, 0.7)
        """
        return steps / self.steps if self.steps else seconds / 60 / (self.minutes or 1)

    def __str__(self) -> str:
        """Return it in words."""
        return f"{self.steps} steps" if self.steps is not None else f"{self.minutes:g} minutes"


def falling(progress: float, flat: float = 0.5) -> float:
    """Return the factor of the learning rate: 1, then falling in a line to 0 at the end.

    Args:
        progress: share of the stage that is spent, 0 to 1.
        flat: share of the stage in which the rate stays as it is; 1: in all of it.

    >>> [falling(progress) for progress in (0.0, 0.5, 0.75, 1.0)]
    [1.0, 1.0, 0.5, 0.0]
    """
    return min(1.0, max(0.0, 1 - progress) / (1 - flat)) if flat < 1 else 1.0


def is_turn(step: int, share: float) -> bool:
    """Tell whether a step is one of those that make up `share` of all, evenly spread.

    >>> [is_turn(step, 0.25) for step in range(8)]
    [False, False, False, True, False, False, False, True]
    """
    return int((step + 1) * share) > int(step * share)
