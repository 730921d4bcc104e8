"""What a step of each stage does to the networks: colour extraction alone, then all together."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from math import log
from typing import Protocol, TypeVar

import numpy as np
import torch
from torch import Tensor, nn

from .batches import Batches, Known, Unpaired
from .checkpoint import Part
from .colour_extraction import Extraction
from .config import Config
from .crops import Crops
from .descent import Descent
from .discriminator import Discriminators
from .image_pool import ImagePool
from .objective import (
    Views,
    extraction_terms,
    joint_terms,
    judging_terms,
    self_terms,
    supervised_terms,
    total,
)
from .processes import Processes
from .purification import PurificationNetwork
from .schedule import EXTRACTION, JOINT, is_turn

POOLS = 3
"""Sets the chance of the image pools apart from that of crops."""
Drawn = TypeVar("Drawn")
Losses = dict[str, Tensor]


class Stage(Protocol[Drawn]):
    """A part of training."""

    name: str
    parts: Mapping[str, Part]
    """What it learns with, besides the network, for the checkpoint."""

    @property
    def skipped(self) -> int:
        """Return how many gradients were not finite."""

    def draw(self, step: int) -> Drawn:
        """Return the images of a step; called in other threads, ahead of time."""

    def step(self, step: int, drawn: Drawn, factor: float) -> Losses:
        """Learn from them, at `factor` of the learning rates; return the terms of the loss, without weights."""


def extract(network: PurificationNetwork, crops: Crops) -> Extraction:
    """Return I_d of crops by what colour extraction makes of the images that they are from, as it is in use."""
    if not network.config.cem_side:
        return network.extract(crops.visible)
    return network.extract(crops.visible, crops.whole, crops.place)


@contextmanager
def held(judges: nn.Module) -> Iterator[None]:
    """Let gradients run through a network in the block, but not into its weights."""
    judges.requires_grad_(False)
    try:
        yield
    finally:
        judges.requires_grad_(True)


class ColourExtractionStage:
    """Stage 1: the CEM learns from whole dark images, shrunk, or with `cem_side=0` from crops (eq. 7)."""

    name = EXTRACTION

    def __init__(self, network: PurificationNetwork, batches: Batches, processes: Processes) -> None:
        self._network, self._batches, self._processes = network, batches, processes
        self._config = network.config
        parameters = list(network.CEM.parameters()) if network.CEM else []
        self._descent = Descent([(parameters, self._config.cem_rate)], self._config, processes)
        self.parts: Mapping[str, Part] = {"extraction-optimiser": self._descent.optimiser}

    @property
    def skipped(self) -> int:
        """Return how many gradients were not finite."""
        return self._descent.skipped

    def draw(self, step: int) -> Tensor:
        """Return images I, (B, 3, h, w)."""
        return self._batches.whole(step)

    def step(self, step: int, drawn: Tensor, factor: float) -> Losses:
        """Minimise eq. 7."""
        with self._processes.autocast(self._config.amp):
            extraction = self._network.extract(drawn.to(self._processes.device))
        terms = extraction_terms(extraction, self._config)
        norm = self._descent.step(total(terms, self._config), factor)
        return {**terms, "gradient norm": norm}


class JointStage:
    """Stage 2: all networks learn from unpaired frames (eq. 14), and by turns from lit frames that were darkened.

    The first steps, of warm-up, only rebuild images from their own codes. `unpaired_share` of the steps are the
    paper's, the rest are supervised by darkened frames.
    """

    name = JOINT

    def __init__(self, network: PurificationNetwork, batches: Batches, processes: Processes) -> None:
        self._network, self._batches, self._processes = network, batches, processes
        self._config = config = network.config
        device, size = processes.device, (config.crop_height, config.crop_width)
        self._judges = Discriminators(config).to(device)
        self._pool_u, self._pool_v = (ImagePool(config.image_pool, *size).to(device) for _ in range(2))
        cem = list(network.CEM.parameters()) if network.CEM and config.joint_cem else []
        self._cem_learns = bool(cem)
        groups = [(list(network.disentangle.parameters()), config.learning_rate)]
        groups += [(cem, config.learning_rate * config.joint_cem)] if cem else []
        self._makers = Descent(groups, config, processes)
        self._judging = Descent([(list(self._judges.parameters()), config.discriminator_rate)], config, processes)
        self.parts: Mapping[str, Part] = {
            "judges": self._judges,
            "pool-u": self._pool_u,
            "pool-v": self._pool_v,
            "optimiser": self._makers.optimiser,
            "judges-optimiser": self._judging.optimiser,
        }

    @property
    def skipped(self) -> int:
        """Return how many gradients were not finite."""
        return self._makers.skipped + self._judging.skipped

    def draw(self, step: int) -> Unpaired | Known:
        """Return (I, N) and (I_f, N_f); in a supervised step darkened frames and R."""
        if is_turn(step, self._config.unpaired_share):
            return self._batches.unpaired(step)
        return self._batches.known(step)

    def step(self, step: int, drawn: Unpaired | Known, factor: float) -> Losses:
        """Minimise what this step is about."""
        drawn = drawn.to(self._processes.device)
        if isinstance(drawn, Known):
            return self._supervised(drawn, factor)
        if step < self._config.warm_up_steps:
            return self._warm_up(drawn, factor)
        return self._unpaired(step, drawn, factor)

    def _warm_up(self, drawn: Unpaired, factor: float) -> Losses:
        """Rebuild I_f and I_d from their own codes."""
        views = self._views(drawn)
        with torch.no_grad():
            i_d = extract(self._network, drawn.dark).corrected
        with self._autocast():
            own = self._network.disentangle.reconstruct(i_d, views.N_d, views.I_f, views.N_f)
        terms = self_terms(own, i_d, views, self._config)
        return {**terms, "gradient norm": self._makers.step(total(terms, self._config), factor)}

    def _unpaired(self, step: int, drawn: Unpaired, factor: float) -> Losses:
        """Minimise eq. 14, first for the networks that make images, then for those that judge them."""
        views = self._views(drawn)
        with self._autocast():
            extraction = self._extract(drawn.dark)
            images = extraction.corrected, views.N_d, views.I_f, views.N_f
            made = self._network.disentangle(*images, own=self._config.weight("self") > 0)
            with held(self._judges):
                terms = joint_terms(extraction, made, views, self._judges, self._config)
        norm = self._makers.step(total(terms, self._config), factor)
        losses = {**terms, "gradient norm": norm}
        if not self._config.weight("adversarial") or not norm.isfinite():  # nobody is to judge, or to keep, no images
            return losses
        i_u, i_v = self._from_pools(step, made.I_u, made.I_v)
        return losses | self._judge(views.I_f, i_u, extraction.corrected.detach(), i_v, factor)

    def _judge(self, i_f: Tensor, i_u: Tensor, i_d: Tensor, i_v: Tensor, factor: float) -> Losses:
        """Minimise eq. 14 for the discriminators, and half their weighted slope, as those who proposed R1 have it."""
        with self._autocast():
            terms = judging_terms(self._judges, i_f, i_u, i_d, i_v, self._config)
        self._judging.step(terms["discriminators"] + self._config.weight("r1") / 2 * terms.get("r1", 0), factor)
        return terms

    def _supervised(self, drawn: Known, factor: float) -> Losses:
        """Bring I_u of darkened frames to what they were before."""
        with self._autocast():
            extraction = self._extract(drawn.dark)
            i_u = self._network.disentangle.purify(extraction.corrected, drawn.dark.infrared)
        terms = supervised_terms(i_u.float(), drawn.truth, drawn.dark.trust if self._config.mask else None)
        return {**terms, "gradient norm": self._makers.step(total(terms, self._config), factor)}

    def _extract(self, crops: Crops) -> Extraction:
        """Return I_d; without what gradients need where colour extraction is at rest."""
        with torch.set_grad_enabled(self._cem_learns):
            return extract(self._network, crops)

    def _views(self, drawn: Unpaired) -> Views:
        dark, lit = drawn.dark, drawn.lit
        trusts = (dark.trust, lit.trust) if self._config.mask else (None, None)
        return Views(dark.visible, dark.infrared, lit.visible, lit.infrared, *trusts)

    def _autocast(self) -> torch.autocast:
        return self._processes.autocast(self._config.amp)

    def _from_pools(self, step: int, i_u: Tensor, i_v: Tensor) -> tuple[Tensor, Tensor]:
        share = self._batches.share
        rng = np.random.default_rng((share.seed, POOLS, step, share.process))
        return self._pool_u.exchange(i_u, rng), self._pool_v.exchange(i_v, rng)


def guessing(config: Config) -> float:
    """Return the loss of discriminators that can't tell: four verdicts, each by chance.

    >>> round(guessing(Config()), 3), guessing(Config(adversarial="lsgan"))
    (2.773, 1.0)
    """
    return 4 * (0.25 if config.adversarial == "lsgan" else log(2))
