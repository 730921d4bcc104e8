"""The same few frames, enhanced again and again: what `watch` judges by, and what the sample pictures show."""

import torch

from nirecap.images import Pixels

from .batches import DARK, LIT, Batches
from .crops import Crops
from .processes import Processes
from .purification import PurificationNetwork
from .samples import sheet
from .schedule import EXTRACTION
from .stages import extract
from .watch import Aim, Look, channel_means, saturation

LOOKED_AT = 8
"""Dark frames that are judged."""
SHOWN = 4
"""Of them in a sample picture."""
COMPARED = 64
"""Lit frames that the output is compared with."""


class Probe:
    """Some frames of a training.

    Args:
        batches: where the frames are from.
        processes: the device to work on.
        darkened: also show lit frames turned into low light, with what they should become.
    """

    def __init__(self, batches: Batches, processes: Processes, darkened: bool) -> None:
        self.dark = batches.some(DARK, LOOKED_AT).to(processes.device)
        lit = batches.some(LIT, COMPARED).whole
        self.aim = Aim(channel_means(lit), saturation(lit))
        self.darkened = batches.some_known(SHOWN) if darkened else None
        self._device = processes.device

    def look(self, network: PurificationNetwork, stage: str, progress: float, discriminators: float | None) -> Look:
        """Enhance the dark frames and return what came of it.

        Args:
            network: the one that learns.
            stage: that it is in; the first has only I_d to show.
            progress: share of the stage that is spent.
            discriminators: their loss, as a share of what guessing gives.
        """
        i_d, i_u = enhanced(network, self.dark)
        output = i_d if stage == EXTRACTION else i_u
        before, after = (images.mean((1, 2, 3)).tolist() for images in (self.dark.visible, i_d))
        tint = channel_means(output)
        return Look(stage, progress, tuple(before), tuple(after), tint, saturation(output), discriminators)

    def picture(self, network: PurificationNetwork, stage: str) -> Pixels:
        """Return rows of I, N, I_d and I_u, and of R where it is known."""
        crops, truth = self.dark.first(SHOWN), None
        if self.darkened is not None:
            known = self.darkened.to(self._device)
            crops, truth = known.dark.then(crops), known.truth
        i_d, i_u = enhanced(network, crops)
        columns = {"I": crops.visible, "N": crops.infrared, "I_d": i_d}
        columns |= {} if stage == EXTRACTION else {"I_u": i_u}
        return sheet(columns if truth is None else {**columns, "R": truth})


@torch.no_grad()
def enhanced(network: PurificationNetwork, crops: Crops) -> tuple[torch.Tensor, torch.Tensor]:
    """Return I_d and I_u of crops, as they are in use: with the means that normalisations have learnt."""
    learning = network.training
    network.eval()
    i_d = extract(network, crops).corrected
    i_u = network.disentangle.purify(i_d, crops.infrared)
    network.train(learning)
    return i_d, i_u
