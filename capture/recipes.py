"""Fixed recipes of `nirecap synth`: sets that anybody can make again, to train and to test by.

A recipe is never changed: what is measured by it is compared over years. A new one gets a new name.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from nirecap.errors import UsageMistake
from nirecap.vocabulary import Plan

from .records import ShotRecord
from .sim.compression import CompressionLevels
from .sim.optics import Levels, Span
from .store import Collection
from .synth import Recipe, scenes_of, synthesise

NIGHT = Levels(
    dim_lux=Span(0.25, 1.0, logarithmic=True),  # I has means of 5 to 70 of 255, noise included
    lit_lux=Span(120, 300, logarithmic=True),
    lamp_lux=Span(60, 200, logarithmic=True),
    beam_exponent=Span(1, 4),
    glass_shift=Span(-1.6, 1.6),  # up to 0.65 pixels each way at a width of 512
    glass_zoom=Span(-0.001, 0.003),  # up to 0.75 pixels in the corners of the same
    read_noise=Span(2, 4.5),
    noise_kept=Span(0.4, 0.9),
    target_mean=Span(95, 130),
    hot_spots=0.25,
)
"""A cheap camera at night, with the faults that are left after a person has looked over the shots."""
DAYLIGHT = replace(NIGHT, room_infrared=Span(0.5, 1.5, logarithmic=True), hot_spots=0.0)
"""The same camera by day, where windows bring about as much NIR as visible light: N_f holds both."""
STREAM_OR_SNAPSHOT = CompressionLevels(h264_share=0.5, jpeg_quality=Span(60, 90), rate_factor=Span(18, 28))
"""Of the pictures taken in the dark; lit ones stay as the sensor gave them, as they are what is to be reached."""


NIGHT_PAIRS = Recipe(None, "train", Plan.PAIR, seed=501, levels=NIGHT, compression=STREAM_OR_SNAPSHOT)


@dataclass(frozen=True)
class Part:
    """One session of a fixed recipe."""

    recipe: Recipe
    """Without its folder of scenes."""
    shots: int
    """Of each scene, every time under other circumstances."""


RECIPES = {
    "evaluation": (
        Part(replace(NIGHT_PAIRS, half=0, made_for="train"), shots=2),
        Part(Recipe(None, "train", Plan.REFERENCE, seed=502, levels=DAYLIGHT, half=1, made_for="train"), shots=2),
        Part(replace(NIGHT_PAIRS, split="val", plan=Plan.TRIPLET, seed=503, made_for="test"), shots=4),
    )
}
"""`evaluation`: unpaired (I, N) and (I_f, N_f), of one half each of `train`; (I, N, R) of `val`."""


def fixed_recipes(name: str, scenes: Path) -> list[tuple[Recipe, int]]:
    """Return the parts of a fixed recipe for a folder of scenes, and how many shots each makes.

    Raises:
        UsageMistake: the folder has no scenes of the splits that it needs.
    """
    recipes = [(replace(part.recipe, scenes=scenes), part.shots) for part in RECIPES[name]]
    counted = [(recipe, shots * len(scenes_of(recipe)[1])) for recipe, shots in recipes]
    if not all(count for _, count in counted):
        raise UsageMistake(f"{scenes} has too few scenes for {name}: two of the split train, and one of val, at least")
    return counted


def make_fixed(recipes: list[tuple[Recipe, int]], out: Path, workers: int) -> Iterator[ShotRecord]:
    """Make all parts in a new collection, and yield each shot when it is on disk.

    Raises:
        UsageMistake: `out` holds shots already, beside which the set would be another one.
        ImageError, OSError, WorkersLost: as `synthesise`.
    """
    collection = Collection(out, create=True)
    if len(collection):
        raise UsageMistake(f"{out} holds shots already; name a new folder, a fixed recipe stands alone")
    for recipe, count in recipes:
        yield from synthesise(recipe, count, collection, workers)
