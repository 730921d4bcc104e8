"""A run folder as training leaves it, with weights that chance drew."""

from pathlib import Path
from typing import Any

import numpy as np
import torch

from nirecap.images import Pixels
from nirecap.model.checkpoint import CONFIG, save_model
from nirecap.model.config import preset
from nirecap.model.frames import Grey
from nirecap.model.purification import PurificationNetwork

NARROW = {"width": 8, "cem_width": 4, "blocks": 1}


def drawn_network(name: str = "tiny", seed: int = 0, **overrides: Any) -> PurificationNetwork:
    """Return a narrow network of a preset, whose every part has a say in what comes out."""
    with torch.random.fork_rng():
        torch.manual_seed(seed)
        network = PurificationNetwork(preset(name, **{**NARROW, **overrides})).eval()
        torch.nn.init.normal_(network.disentangle.G_F.last.weight, 0, 0.1)
    return network


def saved_run(folder: Path, name: str = "tiny", seed: int = 0, **overrides: Any) -> Path:
    """Write configuration and weights into `folder`."""
    network = drawn_network(name, seed, **overrides)
    folder.mkdir(parents=True, exist_ok=True)
    (folder / CONFIG).write_text(network.config.to_toml())
    save_model(folder, network)
    return folder


def drawn_pair(height: int = 40, width: int = 56, seed: int = 0) -> tuple[Pixels, Grey]:
    """Return I and N with edges, flat parts and noise."""
    rng = np.random.default_rng(seed)
    low, nire = np.full((height, width, 3), 14, np.uint8), np.full((height, width), 90, np.uint8)
    for _ in range(8):
        y, x = int(rng.integers(height)), int(rng.integers(width))
        box = slice(y, y + height // 3), slice(x, x + width // 3)
        low[box], nire[box] = rng.integers(2, 70, 3), rng.integers(20, 240)
    noise = rng.integers(0, 6, low.shape, np.uint8)
    return low + noise, nire
