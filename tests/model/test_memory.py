"""Full memory is one line with the remedy, whichever library meets it; other errors stay what they are."""

import cv2
import pytest

from nirecap.errors import RunError
from nirecap.model.memory import remedy_when_full


def opencv(code: int) -> cv2.error:
    error = cv2.error("(-4:Insufficient memory) Failed to allocate")
    error.code = code
    return error


@pytest.mark.parametrize(
    "error",
    [
        MemoryError(),
        RuntimeError("DefaultCPUAllocator: can't allocate memory"),
        RuntimeError("CUBLAS_STATUS_ALLOC_FAILED when calling cublasCreate"),
        opencv(cv2.Error.StsNoMem),
    ],
    ids=lambda error: type(error).__name__,
)
def test_full_memory_is_told_with_the_remedy(error: Exception) -> None:
    with pytest.raises(RunError, match="out of memory; give less"), remedy_when_full("give less"):
        raise error


@pytest.mark.parametrize("error", [RuntimeError("shapes differ"), opencv(cv2.Error.StsBadArg)], ids=str)
def test_other_errors_pass(error: Exception) -> None:
    with pytest.raises(type(error)), remedy_when_full("give less"):
        raise error
