"""A step downhill: gradients of all processes, clipped, and no step where they are no numbers."""

from collections.abc import Sequence
from itertools import chain

import torch
from torch import Tensor, nn
from torch.optim import SGD, Adam, Optimizer

from nirecap.errors import RunError

from .config import Config
from .processes import Processes

PATIENCE = 20
"""Steps in a row without a finite gradient after which training ends."""
MOMENTUM = 0.9
"""Of SGD."""


class Descent:
    """An optimiser with its guards.

    Args:
        groups: parameters with the learning rate that they start with.
        config: which optimiser, and the largest norm of the gradient.
        processes: whose gradients count.
    """

    def __init__(
        self, groups: Sequence[tuple[Sequence[nn.Parameter], float]], config: Config, processes: Processes
    ) -> None:
        self._rates = [rate for _, rate in groups]
        self._config, self._processes = config, processes
        self.parameters = list(chain.from_iterable(parameters for parameters, _ in groups))
        self.optimiser = _optimiser([{"params": parameters, "lr": rate} for parameters, rate in groups], config)
        self.in_a_row = 0
        """Steps that were skipped without one between them."""
        self.skipped = 0

    def step(self, loss: Tensor, factor: float) -> Tensor:
        """Go one step down, unless the gradient is not finite; return its norm before it was clipped.

        Args:
            loss: a number.
            factor: of the learning rates, 0 to 1.

        Raises:
            RunError: the gradient was not finite `PATIENCE` times in a row.
        """
        self.optimiser.zero_grad(set_to_none=True)
        loss.backward()  # type: ignore[no-untyped-call]
        self._processes.share_gradients(self.parameters)  # what is not finite in one is so in all, and all skip alike
        norm = nn.utils.clip_grad_norm_(self.parameters, self._config.grad_clip or torch.inf)
        if norm.isfinite():
            for group, rate in zip(self.optimiser.param_groups, self._rates, strict=True):
                group["lr"] = rate * factor
            self.optimiser.step()
            self.in_a_row = 0
        else:
            self._skip()
        return norm

    def _skip(self) -> None:
        self.skipped += 1
        self.in_a_row += 1
        if self.in_a_row >= PATIENCE:
            raise RunError(
                f"the gradient was not finite {PATIENCE} times in a row, and the last checkpoint is as it was; begin "
                "anew in another --out, with a lower --set learning_rate (or discriminator_rate, cem_rate), with --set "
                "grad_clip=1, or with --set amp=false"
            )


def _optimiser(groups: list[dict[str, object]], config: Config) -> Optimizer:
    if config.optimiser == "sgd":
        return SGD(groups, momentum=MOMENTUM)
    return Adam(groups, betas=config.betas)
