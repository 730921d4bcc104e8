"""LPIPS: the distance of an output from R in the features of AlexNet, by torchmetrics.

Its number is of one published backbone alone, so it is measured with that file or not at all. The file is looked for
where torch keeps its downloads, or where the user says; nothing is downloaded.
"""

from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import torch

from nirecap.files import sha256_of
from nirecap.images import Pixels

from .metric import Assets, Compared, Measure, Metric, Needs, NotMeasurable

if TYPE_CHECKING:
    from torch import nn

BACKBONE = "alexnet-owt-7be5be79.pth"
"""Name of the file, as torchvision has it."""
SHA256 = "7be5be79"
"""What its SHA-256 begins with."""
MAX_BYTES = 300 << 20
SMALLEST = 31
"""Pixels each way below which AlexNet has no features left."""


def open_lpips(assets: Assets) -> Measure:
    """Return the function with the backbone loaded.

    Raises:
        NotMeasurable: torchvision or the backbone is missing, or the file is another one.
    """
    try:
        import torchvision  # noqa: F401, PLC0415 - an extra, and where it does not fit torch it fails in many ways
    except Exception:
        raise NotMeasurable("LPIPS needs a torchvision that fits torch: pip install 'nirecap[lpips]'") from None
    path = assets.lpips or Path(torch.hub.get_dir()) / "checkpoints" / BACKBONE
    network = _network(_backbone(path))

    def lpips(compared: Compared) -> float:
        if min(compared.output.shape[:2]) < SMALLEST:
            raise NotMeasurable(f"LPIPS needs {SMALLEST} pixels each way, the image has {compared.output.shape[:2]}")
        with torch.inference_mode():
            return float(network(_tensor(compared.output), _tensor(compared.reference)))

    return lpips


def _network(state: dict[str, torch.Tensor]) -> "nn.Module":
    """Build the network of torchmetrics, with its heads, around a backbone."""
    from torchmetrics.functional.image.lpips import _NoTrainLpips  # noqa: PLC0415 - the public class downloads

    network = _NoTrainLpips(net="alex", pnet_rand=True)
    for part in network.net.children():
        names = {name: f"features.{name}" for name in part.state_dict()}
        part.load_state_dict({name: state[key] for name, key in names.items()})
    return network


def _backbone(path: Path) -> dict[str, torch.Tensor]:
    if not path.is_file():
        raise NotMeasurable(
            f"LPIPS needs {BACKBONE} of torchvision in torch's cache, or by --lpips FILE; none at {path}"
        )
    if path.stat().st_size > MAX_BYTES or not sha256_of(path).startswith(SHA256):
        raise NotMeasurable(f"{path} is not {BACKBONE}; LPIPS has no value with another backbone")
    state = torch.load(path, map_location="cpu", weights_only=True)
    return {str(name): tensor for name, tensor in state.items() if isinstance(tensor, torch.Tensor)}


def _tensor(image: Pixels) -> torch.Tensor:
    """Return 1 x 3 x H x W, -1 to 1."""
    return torch.from_numpy(np.ascontiguousarray(image.transpose(2, 0, 1)[None])).float() / 127.5 - 1


LPIPS = Metric(
    name="lpips",
    title="LPIPS",
    higher=False,
    lowest=0,
    highest=np.inf,
    needs=Needs.REFERENCE,
    settings=f"torchmetrics; AlexNet of torchvision ({SHA256}), heads of version 0.1; 8-bit RGB at its own size",
    open=open_lpips,
    main=True,
)
