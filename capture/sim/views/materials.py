"""What things are made of: a colour for the eye and a reflectance in the near infrared (about 850 nm).

The two are independent, which is why NIR helps and why it misleads. Dyes and printing inks absorb visible light only:
in NIR they show the cloth or the paper below. Carbon black absorbs both. Chlorophyll is dark to the eye and leaves
scatter NIR strongly. Water and glass are dark in NIR, wood and skin are bright.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

import numpy as np

from ..srgb import decode_srgb

PAPER_NIR = 0.74
CLOTH_NIR = 0.58
LEAF_NIR = 0.68
PLASTIC_NIR = 0.5


@dataclass(frozen=True)
class Material:
    """Linear reflectance: red, green and blue, and NIR, each 0 to 1."""

    visible: tuple[float, float, float]
    infrared: float


@cache
def material(colour: str, infrared: float) -> Material:
    """Make a material from an sRGB colour and a NIR reflectance.

    >>> material("#ffffff", 0.7)
    Material(visible=(1.0, 1.0, 1.0), infrared=0.7)
    """
    red, green, blue = (float(decode_srgb(int(colour[i : i + 2], 16) / 255)) for i in (1, 3, 5))
    return Material((red, green, blue), infrared)


def ink(colour: str, paper: float = PAPER_NIR) -> Material:
    """Return a printing ink: in NIR almost what it is printed on."""
    return material(colour, paper - 0.01)


def dye(colour: str, cloth: float = CLOTH_NIR) -> Material:
    """Return dyed cloth: in NIR the cloth itself, whatever the colour."""
    return material(colour, cloth)


def leaf(colour: str) -> Material:
    """Return foliage."""
    return material(colour, LEAF_NIR)


def plastic(colour: str) -> Material:
    """Return coloured plastic or lacquer: its pigments show faintly in NIR."""
    red, green, blue = material(colour, 0).visible
    return Material((red, green, blue), PLASTIC_NIR + 0.3 * ((red + green + blue) / 3 - 0.3))


PAPER = material("#eceae2", PAPER_NIR)
CARBON = material("#1c1b1b", 0.05)
WHITE_PAINT = material("#e2dfd6", 0.62)
PLASTER = material("#c9bfae", 0.5)
OAK = material("#b08a58", 0.5)
PINE = material("#cda777", 0.6)
WALNUT = material("#6e4a2f", 0.34)
TERRACOTTA = material("#b0623f", 0.46)
BRICK = material("#96503a", 0.34)
MORTAR = material("#b5aca0", 0.5)
CONCRETE = material("#9b978f", 0.42)
ASPHALT = material("#5a5a5c", 0.17)
SOIL = material("#4a3828", 0.28)
STEEL = material("#a9adb2", 0.4)
IRON = material("#3a3b3f", 0.14)
GLASS = material("#4d5a5e", 0.10)
WATER = material("#3b5560", 0.05)
CARDBOARD = material("#b48d5e", 0.56)
LEATHER = material("#5b3a26", 0.44)
RUBBER = material("#242527", 0.07)
GLOSS = material("#ffffff", 0.92)
SKY = material("#9fbfe0", 0.20)
CLOUD = material("#eef0f2", 0.66)


def varied(rng: np.random.Generator, material: Material, amount: float = 0.15) -> Material:
    """Return the material as a neighbouring piece of it looks: a little lighter or darker in both bands."""
    gain = 1 + rng.uniform(-amount, amount)
    red, green, blue = (min(channel * gain, 1.0) for channel in material.visible)
    return Material((red, green, blue), min(material.infrared * (1 + (gain - 1) / 2), 0.9))


def one_of(rng: np.random.Generator, colours: Sequence[str]) -> str:
    """Return one of the colours (or words)."""
    return colours[int(rng.integers(len(colours)))]


def shuffled(rng: np.random.Generator, colours: Sequence[str]) -> list[str]:
    """Return the colours (or words) in another order."""
    return [colours[place] for place in rng.permutation(len(colours))]
