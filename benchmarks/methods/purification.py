"""The purification network of the paper, its ablations, and `plus`: `nirecap train` and `nirecap purify` as methods.

Wan et al., "Purifying Low-light Images via Near-Infrared Enlightened Image", IEEE TMM 2022.
"""

import shutil
import tempfile
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np

from nirecap.errors import UsageMistake
from nirecap.model.checkpoint import CONFIG, MODEL
from nirecap.model.config import Config
from nirecap.model.config import preset as preset_of
from nirecap.model.frames import TrainingFrames
from nirecap.model.nearest_preset import changes_of, differences, nearest_preset
from nirecap.model.purifier import Purifier
from nirecap.model.schedule import Length
from nirecap.model.train import train

from ..method import Budget, Facts, Image, Method, Plane, Sees
from .training import cores

SOURCE = "Wan et al., IEEE TMM 2022"


class Purification(Method):
    """A preset of the network, trained as `nirecap train` does."""

    def __init__(self, *, preset: str = "small", title: str = "Purification", **settings: Any) -> None:  # noqa: ANN401
        """Choose what to train.

        Args:
            preset: of `nirecap.model.config`.
            title: as tables show it.
            settings: of the configuration, other than the preset's.

        Raises:
            UsageMistake: there is no such preset or setting.
        """
        self.config = preset_of(preset, **settings)
        self.settings = self.config.to_toml()
        self.facts = Facts(title, _sees(self.config), licence="Apache-2.0", source=SOURCE, trained=True)
        self._purifier: Purifier | None = None
        self._kept: Path | None = None
        self._scratch: tempfile.TemporaryDirectory[str] | None = None

    def fit(self, frames: TrainingFrames, budget: Budget) -> None:
        """Train for the budget; in its folder, if it has one, a run that was stopped goes on."""
        folder = budget.folder
        if folder is None:
            self._scratch = tempfile.TemporaryDirectory()  # which `save` copies from, as long as the method lives
            folder = Path(self._scratch.name)
        with cores(budget.threads):
            train(frames, self.config, folder / "run", Length(minutes=budget.minutes), seed=budget.seed)
        self.load(folder / "run")

    def enhance(self, low: Image, nire: Plane | None) -> Image:
        """Return I_u.

        Raises:
            UsageMistake: there is no N, though the method sees it, or no weights yet.
        """
        if self._purifier is None:
            raise UsageMistake(f"{self.facts.title} is not trained; fit it, or load a run")
        if nire is None and Sees.NIRE in self.facts.sees:
            raise UsageMistake(f"{self.facts.title} needs the NIR image; nire is None")
        return self._purifier(low, np.zeros(low.shape[:2], np.float32) if nire is None else nire)

    def save(self, path: Path) -> None:
        """Write configuration and weights into the folder `path`.

        Raises:
            UsageMistake: there is nothing to write yet.
        """
        if self._kept is None:
            raise UsageMistake(f"{self.facts.title} is not trained; there is nothing to save")
        path.mkdir(parents=True, exist_ok=True)
        for name in (CONFIG, MODEL):
            shutil.copyfile(self._kept / name, path / name)

    def load(self, path: Path) -> None:
        """Read the folder of a run, or what `save` wrote; of another preset or settings, the title tells of it.

        Raises:
            UsageMistake: there is no network in it, or a damaged one.
        """
        self._purifier, self._kept = Purifier.from_pretrained(str(path)), path
        config = self._purifier.config
        if differences(self.config, config):
            name = nearest_preset(config)
            kind = f"{name}, changed" if changes_of(name, config) else name
            self.facts = replace(self.facts, title=f"{self.facts.title} (weights: {kind})", sees=_sees(config))


def _sees(config: Config) -> Sees:
    nire = Sees(0) if "structure" in config.without else Sees.NIRE
    physics = Sees.PHYSICS if config.unpaired_share < 1 else Sees(0)
    return Sees.LOW | nire | Sees.UNPAIRED | physics


def _without(part: str, title: str) -> partial[Purification]:
    return partial(Purification, title=title, without=(part,))


without_cem = _without("cem", "Purification w/o CEM")
"""As the rows of Table II, where I_d := I."""
without_ccl = _without("ccl", "Purification w/o CCL")
without_scl = _without("scl", "Purification w/o SCL")
without_structure = _without("structure", "Purification w/o E_S")
t1, t3, t4, t7 = (partial(Purification, title=f"Purification, T = {t}", iterations=t) for t in (1, 3, 4, 7))
"""As the rows of Table III."""
plus = partial(Purification, preset="plus", title="Purification plus")
