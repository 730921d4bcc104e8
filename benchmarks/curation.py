"""How well the checks of `curate` do: `python -m nirecap.benchmarks.curation --split val`.

Clean shots are made of real registered scenes, each by another camera in another light; every defect is planted into
them at several strengths, and every shot is examined twice, as a triplet and as a pair without reference. Printed are
what the thresholds find and what they flag in vain, and how far the measured alignment is from the true one.
`--quantiles` prints instead the scores from which thresholds are chosen, to be done on `--split train`.
"""

import argparse
from concurrent.futures import ProcessPoolExecutor
from functools import partial
from multiprocessing import get_context
from pathlib import Path

from nirecap.capture.sim.scene import open_scenes

from . import curation_tables as tables
from .curation_shots import DEFECTS, Moved, Sample, Work, work_on

SCENES = Path("../shared/data/scenes")


def run(options: argparse.Namespace) -> tuple[list[Sample], list[Moved]]:
    """Share the scenes among processes and gather what they found, in the order of the scenes."""
    defects = tuple(name for name, defect in DEFECTS.items() if not options.flags or defect.flag in options.flags)
    indices = range(len(open_scenes(options.scenes, split=options.split)))[:: options.every]
    task = partial(Work, options.scenes, options.split, options.size, shots=options.shots, defects=defects)
    with ProcessPoolExecutor(options.workers, get_context("spawn")) as pool:  # OpenCV's threads do not survive a fork
        done = list(pool.map(work_on, [task(index=index) for index in indices]))
    return [sample for samples, _ in done for sample in samples], [pair for _, pairs in done for pair in pairs]


def main() -> None:
    """Print the tables."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument(
        "--scenes", type=Path, default=Path("../shared/data/scenes"), help="<id>_rgb and <id>_nir files"
    )
    parser.add_argument(
        "--drawn", dest="scenes", action="store_const", const=None, help="the procedural scenes instead"
    )
    parser.add_argument("--split", help="of the scenes.csv in the folder, as train or val; all scenes without it")
    parser.add_argument("--flags", nargs="+", help="plant only the defects that raise these")
    parser.add_argument("--size", type=int, nargs=2, metavar=("WIDTH", "HEIGHT"), help="scale the scenes")
    parser.add_argument("--shots", type=int, default=2, help="clean shots of each scene")
    parser.add_argument("--every", type=int, default=1, help="take only every n-th scene")
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--quantiles", action="store_true", help="print the scores to choose thresholds from, too")
    parser.add_argument("--missed", action="store_true", help="name the shots on which a flag was wrong, too")
    parser.add_argument("--markdown", action="store_true")
    options = parser.parse_args()
    samples, motions = run(options)
    made = tables.results(samples, motions)
    made += [tables.quantiles(samples)] if options.quantiles else []
    made += [tables.mistakes(samples)] if options.missed else []
    print("\n\n".join(table.markdown() if options.markdown else table.text() for table in made))


if __name__ == "__main__":
    main()
