"""Zero-DCE: a network chooses curves for each pixel, and learns them from low-light images alone.

Guo, Li, Guo, Loy, Hou, Kwong and Cong, "Zero-Reference Deep Curve Estimation for Low-Light Image Enhancement",
CVPR 2020.
"""

from collections.abc import Sequence
from functools import partial
from pathlib import Path

import cv2
import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from nirecap.errors import UsageMistake
from nirecap.model.frames import Frame, TrainingFrames
from nirecap.model.weights import write_tensors

from ..method import Budget, Facts, Image, Method, Plane, Sees
from . import dce_losses
from .anchor import anchored_facts
from .dce_network import DceNetwork
from .padding import pad_to_multiple
from .training import Training, cores
from .weights import fill

PUBLISHED_EXPOSURE = 0.6
MOST_GRADIENT = 0.1
"""Norm that gradients are clipped to."""
WEIGHT_DECAY = 1e-4


class ZeroDce(Method):
    """Zero-DCE, with the network and losses of its authors."""

    facts = Facts("Zero-DCE", Sees.LOW | Sees.DARK, licence="Apache-2.0", source="Guo et al., CVPR 2020", trained=True)
    separable = False
    smoothness_weight = 200.0

    def __init__(
        self,
        *,
        exposure: float | None = PUBLISHED_EXPOSURE,
        scale: int = 1,
        size: int = 128,
        batch: int = 4,
        rate: float = 1e-4,
        steps: int | None = None,
    ) -> None:
        """Set it up; published are a size of 512 and a batch of 8, which cost 32 times the work for each step.

        Args:
            exposure: the brightness that regions should have, 0 to 1; None: the mean of the training references.
            scale: enhance with curves found on an image that many times smaller, as Zero-DCE++ may (12 in its release).
            size: height and width that low-light images are resized to for training.
            batch: images in a step.
            rate: Adam's learning rate.
            steps: stop after so many, should there be time left.

        Raises:
            UsageMistake: the size is no multiple of 16, or another value is out of its range.
        """
        if min(scale, batch) < 1 or not rate > 0 or not (exposure is None or 0 < exposure < 1):
            raise UsageMistake(
                f"{self.facts.title} needs scale and batch of 1 or more, rate above 0 and exposure in (0, 1); "
                f"not {scale}, {batch}, {rate} and {exposure}"
            )
        if size < 32 or size % 16:
            raise UsageMistake(f"{self.facts.title} trains on a size of 32, 48, 64 ...; not {size}")
        self.exposure, self.scale = exposure, scale
        self.size, self.batch, self.rate, self.steps = size, batch, rate, steps
        self.device = torch.device("cuda" if torch.cuda.is_available() else "cpu")
        self.network: DceNetwork | None = None
        if exposure is None:
            self.facts = anchored_facts(self.facts)

    def fit(self, frames: TrainingFrames, budget: Budget) -> None:
        """Learn from the low-light frames, on a GPU if there is one, as the purification network does."""
        exposure = frames.exposure if self.exposure is None else self.exposure
        self.network = self._untrained(budget.seed).to(self.device)
        optimizer = torch.optim.Adam(self.network.parameters(), self.rate, weight_decay=WEIGHT_DECAY)
        settings = (self.facts.title, exposure, self.size, self.batch, self.rate, budget.seed, frames.fingerprint)
        training = Training(self.network, optimizer, budget, repr(settings))
        images = _resized(frames.dark, self.size)
        with cores(budget.threads):
            for step in training.steps(self.steps):
                drawn = np.random.default_rng([budget.seed, step]).integers(len(images), size=self.batch)
                some = torch.from_numpy(images[drawn]).to(self.device)
                low = some.permute(0, 3, 1, 2).float() / 255  # channels last: 3 times as fast
                enhanced, maps = self.network(low)
                loss = dce_losses.total(enhanced, maps, low, exposure, self.smoothness_weight)
                optimizer.zero_grad()
                torch.autograd.backward(loss)
                nn.utils.clip_grad_norm_(self.network.parameters(), MOST_GRADIENT)
                optimizer.step()

    def enhance(self, low: Image, nire: Plane | None) -> Image:
        """Return the image after all curves.

        Raises:
            UsageMistake: it has no weights yet.
        """
        network = self._learnt()
        padded = pad_to_multiple(low, self.scale).transpose(2, 0, 1)[None]
        with torch.inference_mode(), torch.backends.cudnn.flags(enabled=True, allow_tf32=False):  # as exact as a CPU
            enhanced: Tensor = network(torch.from_numpy(padded).to(self.device), self.scale)[0].cpu()
        height, width = low.shape[:2]
        return np.asarray(enhanced[0, :, :height, :width].permute(1, 2, 0).clamp(0, 1).numpy(), np.float32)

    def save(self, path: Path) -> None:
        """Write the network's weights to a safetensors file.

        Raises:
            UsageMistake: it has no weights yet.
        """
        write_tensors(path, self._learnt().state_dict(), {})

    def load(self, path: Path) -> None:
        """Read what `save` wrote, or the authors' `Epoch99.pth`.

        Raises:
            UsageMistake: the file is not weights of this network.
        """
        network = DceNetwork(self.separable)
        fill(network, path, self.facts.title)
        self.network = network.to(self.device)

    def _learnt(self) -> DceNetwork:
        if self.network is None:
            raise UsageMistake(f"{self.facts.title} has learnt nothing yet; fit it, or give weights=")
        return self.network

    def _untrained(self, seed: int) -> DceNetwork:
        with torch.random.fork_rng(devices=[]):
            torch.manual_seed(seed)
            network = DceNetwork(self.separable)
            if not self.separable:
                for layer in network.children():
                    nn.init.normal_(layer.get_parameter("weight"), 0, 0.02)
        return network


anchored = partial(ZeroDce, exposure=None)
"""Zero-DCE that aims for the mean of the training references."""


def _resized(frames: Sequence[Frame], size: int) -> NDArray[np.uint8]:
    """Return all low-light images, n x size x size x 3; as published, whatever their shape is."""
    return np.stack([cv2.resize(frame.visible, (size, size), interpolation=cv2.INTER_AREA) for frame in frames])
