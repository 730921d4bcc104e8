"""Running out of memory, which torch and numpy tell in three ways, as one line with the remedy."""

from collections.abc import Iterator
from contextlib import contextmanager

import torch

from nirecap.errors import RunError

OF_THE_CPU = "DefaultCPUAllocator"
"""What torch's RuntimeError names when this computer's memory is full."""


@contextmanager
def remedy_when_full(remedy: str) -> Iterator[None]:
    """Raise RunError with a remedy in place of what torch or numpy raise in the block when memory is full.

    >>> with remedy_when_full("give smaller images"):
    ...     torch.empty(10**15)
    Traceback (most recent call last):
    ...
    nirecap.errors.RunError: out of memory; give smaller images
    """
    try:
        yield
    except (torch.OutOfMemoryError, MemoryError):
        raise RunError(f"out of memory; {remedy}") from None
    except RuntimeError as error:
        if OF_THE_CPU not in str(error):
            raise
        raise RunError(f"out of memory; {remedy}") from None
