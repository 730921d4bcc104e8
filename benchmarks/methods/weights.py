"""Weights that a user brings, of ours or of a method's authors; nothing in a file is ever executed."""

import stat
import zipfile
from pathlib import Path

import torch
from safetensors import SafetensorError
from safetensors.torch import load_file
from torch import Tensor, nn

from nirecap.errors import UsageMistake

MAX_BYTES = 2**30
"""Of a file of weights, as it is and unpacked."""
ZIP, PICKLE = b"PK\x03\x04", b"\x80\x02"
"""How checkpoints of PyTorch begin, those of today and those from before 1.6."""
PLAIN = {torch.float16, torch.bfloat16, torch.float32, torch.float64, torch.int64}
"""What weights and counters of a network are made of."""


def read_weights(path: Path) -> dict[str, Tensor]:
    """Return the tensors by name of a safetensors file or of a PyTorch checkpoint that holds nothing else.

    Raises:
        UsageMistake: there is no such file, it is over `MAX_BYTES`, damaged, has more in it than tensors, or some that
            no network has.
    """
    try:
        facts = path.stat()
        if not stat.S_ISREG(facts.st_mode) or facts.st_size > MAX_BYTES:
            raise UsageMistake(f"{path}: no file of weights of up to {MAX_BYTES} bytes")
        with path.open("rb") as file:
            start = file.read(len(ZIP))
        tensors = _checkpoint(path) if start == ZIP or start.startswith(PICKLE) else load_file(path)
    except OSError as error:
        raise UsageMistake(f"{path}: weights can't be read ({error.strerror})") from None
    except SafetensorError as error:
        raise UsageMistake(f"{path}: neither safetensors nor a PyTorch checkpoint ({error!s:.120})") from None
    for name, tensor in tensors.items():
        if not _is_plain(tensor):
            kind = f"{tensor.dtype}, {tensor.layout}, on {tensor.device}"
            raise UsageMistake(f"{path}: {name!r:.120} is {kind}: no weights of a network")
    return tensors


def _checkpoint(path: Path) -> dict[str, Tensor]:
    try:
        if zipfile.is_zipfile(path):
            with zipfile.ZipFile(path) as archive:
                unpacked = sum(entry.file_size for entry in archive.infolist())
            if unpacked > MAX_BYTES:
                raise UsageMistake(f"{path}: {unpacked} bytes when unpacked, more than {MAX_BYTES}")
        content = torch.load(path, map_location="cpu", weights_only=True)
    except (UsageMistake, OSError):
        raise
    except Exception as error:  # torch promises no kind of error for a damaged or malicious file
        reason = str(error).partition("\n")[0] or type(error).__name__
        raise UsageMistake(f"{path}: no PyTorch checkpoint of tensors alone ({reason:.120})") from None
    if not isinstance(content, dict) or not all(
        isinstance(name, str) and isinstance(tensor, Tensor) for name, tensor in content.items()
    ):
        raise UsageMistake(f"{path}: holds more than tensors by name; save the network's state_dict alone")
    return {name.removeprefix("module."): tensor for name, tensor in content.items()}  # DataParallel adds the prefix


def fill(network: nn.Module, path: Path, title: str) -> None:
    """Read all weights of a network from a file.

    Args:
        network: what they are for.
        path: as for `read_weights`.
        title: what messages call the network.

    Raises:
        UsageMistake: as `read_weights`, or one is missing, left over, of another shape, or not finite.
    """
    own, given = network.state_dict(), read_weights(path)
    faults = [f"{name} is missing" for name in own if name not in given]
    faults += [f"{name!r:.120} is not among them" for name in given if name not in own]
    faults += [_fault(name, given[name], own[name]) for name in own if name in given]
    if found := [fault for fault in faults if fault]:
        more = f", and {len(found) - 1} more such" if len(found) > 1 else ""
        raise UsageMistake(f"{path}: not the weights of {title}: {found[0]}{more}")
    network.load_state_dict(given)


def _is_plain(tensor: Tensor) -> bool:
    """Tell whether it has a real number in each place, which sparse, meta and complex ones have not."""
    return tensor.layout == torch.strided and tensor.device.type == "cpu" and tensor.dtype in PLAIN


def _fault(name: str, given: Tensor, own: Tensor) -> str:
    if given.shape != own.shape or given.is_floating_point() != own.is_floating_point():
        return f"{name} is {given.dtype} {tuple(given.shape)}, not {own.dtype} {tuple(own.shape)}"
    return "" if torch.isfinite(given).all() else f"{name} has values that are no numbers"
