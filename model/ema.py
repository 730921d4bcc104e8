"""The moving mean of the weights, which is what is used in the end: batches pull the weights this way and that."""

import copy
from typing import TypeVar

import torch
from torch import Tensor, nn

Network = TypeVar("Network", bound=nn.Module)


def follower(network: Network) -> Network:
    """Return a copy of a network for `follow`: it learns nothing by itself and is ready to be used."""
    return copy.deepcopy(network).eval().requires_grad_(False)


def tensors_of_both(mean: nn.Module, network: nn.Module) -> list[tuple[Tensor, Tensor]]:
    """Return each tensor of `mean`, which may lack parts of the network, with the one that it follows."""
    followed = network.state_dict()
    return [(value, followed[name]) for name, value in mean.state_dict().items()]


@torch.no_grad()
def follow(both: list[tuple[Tensor, Tensor]], updates: int, decay: float) -> None:
    """Move the weights of a mean a little towards those of the network.

    The first updates move it further, so that it does not drag the weights of the beginning along: decay is at most
    (1 + n) / (10 + n) after n updates.

    Args:
        both: from `tensors_of_both`.
        updates: how many there were before.
        decay: share of the old mean that is kept, 0 to 1.
    """
    keep = min(decay, (1 + updates) / (10 + updates))
    for old, new in both:
        if old.is_floating_point():
            old.lerp_(new, 1 - keep)
        else:  # such as the number of batches that a normalisation has seen
            old.copy_(new)
