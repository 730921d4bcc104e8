"""Early warning: the ways in which this training is known to fail, told from what the network makes of a few images.

Every so often the network enhances the same dark frames. What that gave the last times (`Look`) is compared with what
lit images are like (`Aim`). Each warning says what was seen and what to try; it is only said when the last `PATIENCE`
looks agree, since single ones swing.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import torch

from .config import Config
from .schedule import EXTRACTION, JOINT

PATIENCE = 3
SETTLED = 0.25
"""Share of a stage after which colour and tint are judged; they are learned last."""


@dataclass(frozen=True)
class Look:
    """What the network made of the same dark frames at one moment."""

    stage: str
    progress: float
    """Share of the stage that is spent, 0 to 1."""
    before: tuple[float, ...]
    """Mean of each dark image I, 0 to 1."""
    corrected: tuple[float, ...]
    """Mean of each I_d."""
    channels: tuple[float, float, float]
    """Mean of red, green and blue of all outputs: of I_u, in the first stage of I_d."""
    saturation: float
    """Of the outputs, as `saturation` says."""
    discriminators: float | None = None
    """Their loss since the look before, as a share of what guessing gives; None: there are none."""

    @property
    def is_finite(self) -> bool:
        """True where all that was seen are numbers."""
        return bool(np.isfinite([*self.before, *self.corrected, *self.channels, self.saturation]).all())


@dataclass(frozen=True)
class Aim:
    """What lit images are like."""

    channels: tuple[float, float, float]
    saturation: float


def saturation(images: torch.Tensor) -> float:
    """Return the mean difference of the strongest and the weakest channel, (B, 3, H, W), 0 to 1.

    >>> saturation(torch.full((1, 3, 2, 2), 0.4)), saturation(torch.tensor([1.0, 0.5, 0.0]).view(1, 3, 1, 1))
    (0.0, 1.0)
    """
    return float((images.amax(1) - images.amin(1)).mean())


def channel_means(images: torch.Tensor) -> tuple[float, float, float]:
    """Return the mean of red, green and blue of images (B, 3, H, W)."""
    red, green, blue = images.mean((0, 2, 3)).tolist()
    return red, green, blue


def black(look: Look, aim: Aim, config: Config) -> str | None:
    """Tell when outputs are far darker than lit images are."""
    mean, wanted = _mean(look.channels), _mean(aim.channels)
    if mean > 0.25 * wanted:
        return None
    unlit = "cem" not in config.without and not config.exposure_weight
    why = " without an exposure term black is the optimum of colour extraction;" if unlit else ""
    light = {"exposure_weight": 10, "gain_floor": 1} if unlit else {}
    return (
        f"the output is black: its mean is {mean:.3f}, that of lit images {wanted:.3f};{why} try "
        f"{_advice(config, light, _rate(look.stage))}"
    )


def white(look: Look, aim: Aim, config: Config) -> str | None:
    """Tell when outputs are three quarters of the way from what lit images are to white, or further."""
    mean, wanted = _mean(look.channels), _mean(aim.channels)
    if mean < wanted + 0.75 * (1 - wanted):
        return None
    return (
        f"the output is white: its mean is {mean:.3f}, that of lit images {wanted:.3f}; hardly any gradient leads "
        f"back from there: begin anew in another --out, with {_advice(config, {}, _rate(look.stage))}"
    )


def grey(look: Look, aim: Aim, config: Config) -> str | None:
    """Tell when outputs have hardly any colour."""
    no_colour = look.progress >= SETTLED and look.saturation <= 0.25 * aim.saturation
    if not no_colour or black(look, aim, config) or white(look, aim, config):
        return None
    change = " or try --set output=guided" if look.stage == JOINT and config.output == "image" else ""
    return (
        f"the output is grey: its channels differ by {look.saturation:.3f}, those of lit images by "
        f"{aim.saturation:.3f}; colour is learned last, train for more --minutes{change}"
    )


def tinted(look: Look, aim: Aim, config: Config) -> str | None:
    """Tell when outputs lean to one colour, by more than 0.1 against lit images."""
    if look.stage == EXTRACTION and config.gain_channels == 1:  # it can't change what tint I has
        return None
    lean = np.subtract(look.channels, aim.channels)
    lean -= lean.mean()
    worst = int(np.abs(lean).argmax())
    if look.progress < SETTLED or abs(lean[worst]) < 0.1:
        return None
    plain = {"gain_channels": 1} if look.stage == EXTRACTION else {"colour_norm": "none", "decoder_norm": "none"}
    return (
        f"the colours drift apart: {('red', 'green', 'blue')[worst]} is {lean[worst]:+.2f} against lit images; try "
        f"{_advice(config, plain, _rate(look.stage))}"
    )


def same_gain(look: Look, aim: Aim, config: Config) -> str | None:
    """Tell when colour extraction gives images of different darkness the same gain; needs lit images for nothing."""
    if "cem" in config.without:
        return None
    before, gains = np.log(np.maximum(look.before, 1e-3)), np.log(np.maximum(look.corrected, 1e-3))
    gains -= before
    if np.ptp(before) < 0.4 or np.std(gains) > 0.05 * np.std(before):
        return None
    longer = "stage1_steps" if config.stage1_steps else "stage1_share"
    return (
        f"all images get the same gain, {float(np.exp(gains.mean())):.1f}, the darkest as the brightest; try "
        f"{_advice(config, {'global_path': True}, _rate(EXTRACTION))}, or more --set {longer}"
    )


def discriminators_won(look: Look, aim: Aim, config: Config) -> str | None:
    """Tell when the discriminators are hardly ever wrong, so that nothing can be learnt from them."""
    if look.discriminators is None or look.discriminators > 0.1:
        return None
    return (
        f"the discriminators have won: their loss is {look.discriminators:.0%} of what guessing gives; try "
        f"{_advice(config, {'r1_weight': 10.0}, 'discriminator_rate')}, or adversarial_weight"
    )


def _rate(stage: str) -> str:
    """Return the name of the learning rate of what makes the output in a stage."""
    return "cem_rate" if stage == EXTRACTION else "learning_rate"


def _advice(config: Config, better: Mapping[str, object], lower: str) -> str:
    """Return which of the settings that are better are not so yet, else the one to lower."""
    lacking = {name: value for name, value in better.items() if _falls_short(getattr(config, name), value)}
    named = " ".join(f"--set {name}={str(value).lower()}" for name, value in lacking.items())
    return named or f"a lower --set {lower} than {getattr(config, lower):g}"


def _falls_short(now: object, better: object) -> bool:
    """Tell whether a setting is less than what is better, or where it is no amount, other."""
    if isinstance(now, float) and isinstance(better, int):
        return now < better
    return now != better


FAILURES: Mapping[str, Callable[[Look, Aim, Config], str | None]] = {
    "black": black,
    "white": white,
    "grey": grey,
    "tinted": tinted,
    "same gain": same_gain,
    "discriminators won": discriminators_won,
}
"""What can be seen of a look, by the name that `metrics.jsonl` has for it."""
NO_NUMBERS = {
    "no numbers": "the output is no numbers, from which nothing leads back: begin anew in another --out, with a lower "
    "--set learning_rate (or cem_rate)"
}
"""What is said of a look that is not finite."""


def warnings(looks: Sequence[Look], aim: Aim, config: Config) -> dict[str, str]:
    """Return what fails, by its name: a line that says what was seen and what to try.

    Args:
        looks: of the run, in order; only the last `PATIENCE` count, and they are to be of one stage.
        aim: what lit images are like.
        config: what is trained, so that nothing is advised that is so already.
    """
    last = looks[-PATIENCE:]
    if len(last) < PATIENCE or len({look.stage for look in last}) > 1:
        return {}
    told = {name: [failure(look, aim, config) for look in last] for name, failure in FAILURES.items()}
    return {name: lines[-1] for name, lines in told.items() if lines[-1] and all(lines)}


def _mean(channels: tuple[float, ...]) -> float:
    return sum(channels) / len(channels)
