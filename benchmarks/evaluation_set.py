"""Build the set that methods are trained and tested on: `python -m nirecap.benchmarks.evaluation_set SCENES OUT`.

SCENES is a folder of registered RGB + NIR scenes with a `scenes.csv` that has the splits `train` and `val`. The same
scenes give the same bytes, and so the same fingerprints, which every file of results holds.
"""

import argparse
from dataclasses import dataclass
from pathlib import Path

from nirecap.capture.recipes import fixed_recipes, make_fixed
from nirecap.errors import NirecapError
from nirecap.model.open_dataset import open_training, open_triplets, trained_on

RECIPE = "evaluation"


@dataclass(frozen=True)
class EvaluationSet:
    """What was built."""

    dark: int
    lit: int
    triplets: int
    training: str
    """Fingerprint of the training frames."""
    testing: str
    """Fingerprint of the test triplets."""


def build(scenes: Path, out: Path, workers: int) -> EvaluationSet:
    """Make the set in the folder `out` and open it as those who use it do.

    Raises:
        UsageMistake: `scenes` has not the scenes that are needed, or `out` holds shots already.
        NirecapError, OSError: a scene can't be read, or the disk is full.
    """
    for _ in make_fixed(fixed_recipes(RECIPE, scenes), out, workers):
        pass
    frames, triplets = open_training(str(out)), open_triplets(str(out))
    if leaked := trained_on(frames, triplets):
        raise NirecapError(f"{leaked[0]} trains and tests; SCENES holds one image under two names")
    return EvaluationSet(len(frames.dark), len(frames.lit), len(triplets), frames.fingerprint, triplets.fingerprint)


def main() -> None:
    """Build the set and print what it holds."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("scenes", type=Path)
    parser.add_argument("out", type=Path)
    parser.add_argument("--workers", type=int, default=2)
    options = parser.parse_args()
    try:
        made = build(options.scenes, options.out, options.workers)
    except (NirecapError, OSError) as error:
        parser.exit(error.exit_code if isinstance(error, NirecapError) else 1, f"Error: {error}\n")
    print(f"{made.dark} pairs and {made.lit} references to train on, {made.triplets} triplets to test on")
    print(f"training {made.training}\ntesting  {made.testing}")


if __name__ == "__main__":
    main()
