"""Running out of memory, which torch, numpy and OpenCV tell in four ways, as one line with the remedy."""

from collections.abc import Iterator
from contextlib import contextmanager

import cv2
import torch

from nirecap.errors import RunError

SIGNS = ("DefaultCPUAllocator", "CUBLAS_STATUS_ALLOC_FAILED", "CUDNN_STATUS_ALLOC_FAILED")
"""What torch's RuntimeErrors name when the memory of this computer, or of its GPU, is full."""


@contextmanager
def remedy_when_full(remedy: str) -> Iterator[None]:
    """Raise RunError with a remedy in place of what torch, numpy or OpenCV raise in the block when memory is full.

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
    except (RuntimeError, cv2.error) as error:
        if not any(sign in str(error) for sign in SIGNS) and getattr(error, "code", None) != cv2.Error.StsNoMem:
            raise
        raise RunError(f"out of memory; {remedy}") from None
