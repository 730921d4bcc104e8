"""Weights in safetensors files, read as hostile input: names, shapes and types are checked before any value is read."""

import stat
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import torch
from safetensors import SafetensorError, safe_open
from safetensors.torch import save

from nirecap.errors import RunError
from nirecap.files import write_atomically

TYPES = {torch.float32: "F32", torch.float64: "F64", torch.bfloat16: "BF16", torch.int64: "I64"}
"""What safetensors calls the types that occur here."""


def write_tensors(path: Path, tensors: Mapping[str, torch.Tensor], facts: Mapping[str, str]) -> None:
    """Write tensors and some words about them, so that after a crash `path` holds all of them or what it held before.

    Raises:
        OSError: the disk is full or not writable.
    """
    write_atomically(path, save({name: t.detach().cpu().contiguous() for name, t in tensors.items()}, dict(facts)))


def read_facts(path: Path) -> dict[str, str]:
    """Return the words that `write_tensors` wrote beside the tensors.

    Raises:
        RunError: as `read_tensors`.
    """
    with _opened(path) as file:
        return dict(file.metadata() or {})


def read_tensors(
    path: Path, needed: Mapping[str, torch.Tensor], possible: Mapping[str, torch.Tensor] | None = None
) -> dict[str, torch.Tensor]:
    """Return the tensors of a file on the CPU.

    Args:
        path: of a safetensors file.
        needed: tensors by name as they are expected; of these only shape and type matter.
        possible: likewise, tensors that may be missing.

    Raises:
        RunError: it is no safetensors file, it has other tensors than expected, or values that are not finite.
    """
    allowed = {**needed, **(possible or {})}
    with _opened(path) as file:
        names = set(file.keys())
        if unknown := sorted(names - set(allowed)):
            raise RunError(f"{path} holds {unknown[0]!r:.120}, which this network has not; {_OTHER}")
        if missing := sorted(set(needed) - names):
            raise RunError(f"{path} lacks {missing[0]!r}; {_OTHER}")
        for name in sorted(names):
            _check_form(path, name, file.get_slice(name), allowed[name])
        tensors = {name: file.get_tensor(name) for name in sorted(names)}
    for name, tensor in tensors.items():
        if tensor.is_floating_point() and not tensor.isfinite().all():
            raise RunError(f"{path}: {name} has values that are no numbers; the file is damaged, train again")
    return tensors


_OTHER = "it is of another configuration or version; name another run, or train anew"


def _check_form(path: Path, name: str, found: Any, wanted: torch.Tensor) -> None:  # noqa: ANN401 - of an untyped library
    shape, kind = tuple(found.get_shape()), found.get_dtype()
    if shape != tuple(wanted.shape) or kind != TYPES.get(wanted.dtype):
        expected = f"{TYPES.get(wanted.dtype)} {tuple(wanted.shape)}"
        raise RunError(f"{path}: {name} is {kind} {shape}, and {expected} is expected; {_OTHER}")


@contextmanager
def _opened(path: Path) -> Iterator[Any]:
    try:
        if not stat.S_ISREG(path.stat().st_mode):  # reading a pipe would wait for ever
            raise RunError(f"{path} is not a file; name the folder of a run")
        with safe_open(path, "pt") as file:
            yield file
    except SafetensorError as error:
        what = str(error).rpartition(": ")[2]
        raise RunError(f"{path} is no safetensors file ({what:.120}); files of torch.save are never read") from None
    except (OSError, RuntimeError) as error:  # the second where it is too large to be mapped
        raise RunError(f"{path}: can't be read ({getattr(error, 'strerror', None) or error!s:.200})") from None
