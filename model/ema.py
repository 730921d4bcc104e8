"""The moving mean of the weights, which is what is used in the end: batches pull the weights this way and that."""

import copy
from typing import TypeVar

import torch
from torch import nn

Network = TypeVar("Network", bound=nn.Module)


def follower(network: Network) -> Network:
    """Return a copy of a network for `follow`: it learns nothing by itself and is ready to be used."""
    return copy.deepcopy(network).eval().requires_grad_(False)


@torch.no_grad()
def follow(mean: nn.Module, network: nn.Module, updates: int, decay: float) -> None:
    """Move the weights of `mean` a little towards those of `network`.

    The first updates move it further, so that it does not drag the weights of the beginning along: decay is at most
    (1 + n) / (10 + n) after n updates.

    Args:
        mean: made by `follower`.
        network: the one that learns.
        updates: how many there were before.
        decay: share of the old mean that is kept, 0 to 1.
    """
    keep = min(decay, (1 + updates) / (10 + updates))
    old, new = mean.state_dict(), network.state_dict()
    for name, value in old.items():
        if value.is_floating_point():
            value.lerp_(new[name], 1 - keep)
        else:  # such as the number of batches that a normalisation has seen
            value.copy_(new[name])
