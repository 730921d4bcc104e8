"""Training in one process or in several, by `accelerate`: what they do together."""

from collections.abc import Iterable
from typing import Self

import torch
from accelerate import PartialState
from torch import distributed, nn


class Processes:
    """All processes of a training, seen from one of them.

    Started by `accelerate launch` or `torchrun`, they find each other by the environment; else there is this one.
    Every process has the same weights: it starts from the same seed, and `share_gradients` keeps it so.
    """

    def __init__(self) -> None:
        state = PartialState(cpu=not torch.cuda.is_available())
        self.device: torch.device = state.device
        self.rank: int = state.process_index
        self.count: int = state.num_processes
        self.on_gpu = self.device.type == "cuda"
        self.layout = torch.channels_last if self.on_gpu else torch.contiguous_format
        """How the convolutions of this device like their weights."""
        self.drawing = 8 if self.on_gpu else 2
        """Threads that draw batches: a GPU is not to wait for them."""
        torch.backends.cudnn.benchmark |= self.on_gpu

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        """Leave the others, if there are any."""
        if self.count > 1:
            PartialState().destroy_process_group()

    @property
    def first(self) -> bool:
        """True in the one process that writes and tells."""
        return self.rank == 0

    def share_gradients(self, parameters: Iterable[nn.Parameter]) -> None:
        """Replace the gradients by their mean over all processes."""
        if self.count == 1:
            return
        gradients = [parameter.grad for parameter in parameters if parameter.grad is not None]
        together = torch.cat([gradient.flatten() for gradient in gradients])
        distributed.all_reduce(together)
        together /= self.count
        means = torch.split(together, [gradient.numel() for gradient in gradients])
        for gradient, mean in zip(gradients, means, strict=True):
            gradient.copy_(mean.view_as(gradient))

    def autocast(self, wanted: bool) -> torch.autocast:
        """Return the context in which networks compute in bfloat16, if that is wanted and this is a GPU that can.

        On CPUs that can, it was measured to gain a twentieth at best.
        """
        able = self.on_gpu and torch.cuda.is_bf16_supported(including_emulation=False)
        return torch.autocast(self.device.type, torch.bfloat16, enabled=wanted and able)

    def agree(self, spent: float, stop: bool) -> tuple[float, bool]:
        """Return what the first process says is spent, and whether any of them is to stop."""
        if self.count == 1:
            return spent, stop
        said = torch.tensor([spent if self.first else 0.0, float(stop)], dtype=torch.float64, device=self.device)
        distributed.all_reduce(said, distributed.ReduceOp.MAX)
        return float(said[0]), bool(said[1])
