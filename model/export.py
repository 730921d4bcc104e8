"""Export a trained network to ONNX: inference alone, weights and all in one file, checked against PyTorch.

Inputs `low` (B, 3, H, W) and `nire` (B, 1, H, W), float32, 0 to 1; output `purified` (B, 3, H, W). B is free. H and W
are fixed, or free from 32 pixels on.
"""

import io
import math
import warnings
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from types import ModuleType

import numpy as np
import torch

from nirecap import __version__
from nirecap.errors import RunError, UsageMistake
from nirecap.files import write_atomically

from .arrays import Image
from .encoders import CODE
from .memory import remedy_when_full
from .nearest_preset import nearest_preset
from .purification import PurificationNetwork

EXTRA = "pip install 'nirecap[onnx]'"
OPSET = 17
LEAST = 2 * CODE
"""Sides of an image that a free size begins with, pixels."""
MOST_APART = 1e-3
"""By how much the outputs may differ, 0 to 1: a quarter of one of 255 levels."""
INPUTS, OUTPUT = ("low", "nire"), "purified"
TRACED = (150, 210)
"""Size that a free one is traced at: no multiple of 16."""
TRIED = ((1, 150, 210), (2, 97, 64), (1, 48, 301), (1, LEAST, LEAST))
"""Numbers of images, heights and widths that a free size is checked at, besides one that the CEM sees shrunk."""

Size = tuple[int, int]
"""Height and width."""


@dataclass(frozen=True)
class Exported:
    """What was written."""

    path: Path
    bytes: int
    apart: float
    """Largest difference from PyTorch's outputs, 0 to 1."""


def check_extra() -> None:
    """Raise UsageMistake if the packages that an export needs are not installed."""
    for name in ("onnx", "onnxruntime"):
        _package(name)


def export_onnx(network: PurificationNetwork, path: Path, size: Size | None = None) -> Exported:
    """Write a network to an ONNX file, if ONNX Runtime gives with it what PyTorch gives.

    Args:
        network: on the CPU, in float32.
        path: of the file; what is there stays until the new one is checked.
        size: height and width of the images; None: any from 32 x 32 on.

    Raises:
        UsageMistake: the extra is not installed, or the size is too small.
        RunError: the outputs differ, or memory is full; nothing is written.
        OSError: the disk is full.
    """
    check_extra()
    if size and min(size) < LEAST:
        raise UsageMistake(f"{size[1]}x{size[0]} is too small to export for; give {LEAST}x{LEAST} or more")
    network = network.eval().requires_grad_(False).to(memory_format=torch.contiguous_format)  # type: ignore[call-overload]
    with remedy_when_full("export for a smaller --size"):
        content = _with_facts(_traced(network, size), network, size)
        shrunk = (1, LEAST, max(LEAST, 2 * network.config.cem_side + 1))
        tried = [(1, *size), (2, *size)] if size else [*TRIED, shrunk]
        apart = max(_apart(network, content, *each) for each in tried)
    if apart > MOST_APART:
        raise RunError(
            f"ONNX Runtime's output is {apart:.3g} of 1 off PyTorch's, and nothing is written; purify with PyTorch"
        )
    path.parent.mkdir(parents=True, exist_ok=True)
    write_atomically(path, content)
    return Exported(path, len(content), apart)


def _traced(network: PurificationNetwork, size: Size | None) -> bytes:
    """Return the network as ONNX, by following it once."""
    sides = {} if size else {2: "height", 3: "width"}
    target = io.BytesIO()
    with warnings.catch_warnings(), torch.inference_mode():
        warnings.simplefilter("ignore")  # of each number that following takes for fixed; the check tells whether it is
        torch.onnx.export(
            network,
            _drawn(1, *(size or TRACED)),
            target,  # type: ignore[arg-type]  # it is written to as to a file
            dynamo=False,
            input_names=[*INPUTS],
            output_names=[OUTPUT],
            opset_version=OPSET,
            dynamic_axes={name: {0: "batch", **sides} for name in (*INPUTS, OUTPUT)},
        )
    return target.getvalue()


def _with_facts(content: bytes, network: PurificationNetwork, size: Size | None) -> bytes:
    """Return the model with what it is written into its metadata."""
    onnx = _package("onnx")
    model = onnx.load_model_from_string(content)
    facts = {
        "nirecap": __version__,
        "preset": nearest_preset(network.config),
        "height": str(size[0]) if size else f"any from {LEAST}",
        "width": str(size[1]) if size else f"any from {LEAST}",
        "levels": "low and nire from 0 to 1, low RGB, nire one channel; purified RGB from 0 to 1",
        "config": network.config.to_toml(),
    }
    onnx.helper.set_model_props(model, facts)
    model.producer_name, model.producer_version = "nirecap", __version__
    onnx.checker.check_model(model)
    written: bytes = model.SerializeToString()
    return written


def _apart(network: PurificationNetwork, content: bytes, count: int, height: int, width: int) -> float:
    """Return the largest difference between ONNX Runtime's output and PyTorch's, for drawn images."""
    images = _drawn(count, height, width)
    with torch.inference_mode():
        expected = network(*images).numpy()
    got = run_onnx(content, *(image.numpy() for image in images))
    apart = float(np.abs(got - expected).max()) if got.shape == expected.shape else math.inf
    return math.inf if math.isnan(apart) else apart  # no comparison with NaN finds it too large


def run_onnx(model: bytes, low: Image, nire: Image) -> Image:
    """Return what ONNX Runtime makes of I (B, 3, H, W) and N (B, 1, H, W)."""
    runtime = _package("onnxruntime")
    options = runtime.SessionOptions()
    options.intra_op_num_threads = torch.get_num_threads()
    session = runtime.InferenceSession(model, options, providers=["CPUExecutionProvider"])
    taken = {each.name for each in session.get_inputs()}  # a network without E_S takes no N
    images = {name: image for name, image in zip(INPUTS, (low, nire), strict=True) if name in taken}
    output: Image = session.run([OUTPUT], images)[0]
    return output


def _drawn(count: int, height: int, width: int) -> tuple[torch.Tensor, torch.Tensor]:
    rng = torch.Generator().manual_seed(0)
    low = torch.rand(count, 3, height, width, generator=rng) * torch.linspace(0.02, 0.5, width)  # dark, and less so
    return low, torch.rand(count, 1, height, width, generator=rng)


def _package(name: str) -> ModuleType:
    try:
        return import_module(name)
    except ImportError:
        raise UsageMistake(f"ONNX needs the package {name}, which is not installed; {EXTRA}") from None
