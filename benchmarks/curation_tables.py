"""The tables of `curation`: what was found, what was flagged in vain, and where the scores lie."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from scipy.stats import rankdata

from nirecap.curate.thresholds import Threshold, load_thresholds

from .curation_shots import DEFECTS, Moved, Sample

QUANTILES = (0.0, 0.01, 0.03, 0.1, 0.5, 0.9, 0.95, 0.99, 1.0)


@dataclass(frozen=True)
class Table:
    """A title, the heads of columns, and rows of text."""

    title: str
    heads: tuple[str, ...]
    rows: Sequence[tuple[str, ...]]

    def text(self) -> str:
        """Lay it out with spaces."""
        lines = [self.heads, *self.rows]
        widths = [max(len(line[place]) for line in lines) for place in range(len(self.heads))]
        laid = ["  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)) for line in lines]
        return "\n".join([self.title, *(line.rstrip() for line in laid)])

    def markdown(self) -> str:
        """Lay it out as a table of Markdown."""
        lines = [self.heads, ("---",) * len(self.heads), *self.rows]
        return "\n".join([f"{self.title}:\n", *("| " + " | ".join(line) + " |" for line in lines)])


def results(samples: Sequence[Sample], motions: Sequence[Moved]) -> list[Table]:
    """Return what was found, what was flagged in vain, and how well the alignment was measured."""
    return [recall(samples), false_alarms(samples), alignment(motions)]


def recall(samples: Sequence[Sample]) -> Table:
    """Tabulate, for every defect and strength, the share that its flag found."""
    rows = []
    for name, defect in DEFECTS.items():
        for strength in defect.strengths:
            of = [sample for sample in samples if sample.defect == name and sample.strength == strength]
            if of:
                promised = f"{strength:g}" + (" *" if strength == defect.documented else "")
                shares = (_share(_flagged(some, defect.flag)) for some in (of, _triplets(of), _pairs(of)))
                stopped = _share([sample.judgement.status != "keep" for sample in of])
                rows.append((name, defect.flag, promised, defect.unit, *shares, stopped, _auroc(samples, of)))
    heads = ("defect", "flag", "strength", "unit", "recall", "triplets", "pairs", "not kept", "AUROC")
    return Table(f"Found at the default thresholds (* from here on promised; {_count(samples)})", heads, rows)


def false_alarms(samples: Sequence[Sample]) -> Table:
    """Tabulate the share of clean shots that each flag marks, and that is kept."""
    clean = _clean(samples)
    kinds = (clean, _triplets(clean), _pairs(clean))
    rows = [(flag, *(_share(_flagged(of, flag)) for of in kinds)) for flag in load_thresholds()]
    rows.append(("kept", *(_share([sample.judgement.status == "keep" for sample in of]) for of in kinds)))
    return Table("Clean shots, share flagged", ("flag", "all", "triplets", "pairs"), rows)


def alignment(motions: Sequence[Moved]) -> Table:
    """Tabulate how far the measured corners are from the true ones."""
    errors = np.array([motion.error_px for motion in motions])
    sure = (
        np.array([motion.confidence for motion in motions]) >= load_thresholds()["misaligned"].sure["align_confidence"]
    )
    rows = [
        (kind, str(len(of)), f"{np.median(of):.2f}", f"{np.percentile(of, 90):.2f}", f"{of.max():.2f}")
        for kind, of in (("all", errors), ("confident", errors[sure]))
        if len(of)
    ]
    return Table("Alignment of moved pairs, corner error", ("pairs", "number", "median px", "p90 px", "worst px"), rows)


def quantiles(samples: Sequence[Sample]) -> Table:
    """Tabulate each score that raises a flag: over clean shots, and over those with a defect as promised."""
    rows = []
    for flag, threshold in load_thresholds().items():
        groups = [("clean", _clean(samples))]
        groups += [(name, _as_promised(samples, name)) for name, defect in DEFECTS.items() if defect.flag == flag]
        for column, limit in {**threshold.above, **threshold.sure}.items():
            for name, of in groups:
                values = [float(score) for sample in of if (score := sample.scores.get(column)) is not None]
                if values:
                    rows.append(
                        (flag, column, f"{limit:g}", name, *(f"{q:.4g}" for q in np.quantile(values, QUANTILES)))
                    )
    heads = ("flag", "score", "limit", "shots", *(f"{quantile:g}" for quantile in QUANTILES))
    return Table(f"Quantiles of scores ({_count(samples)})", heads, rows)


def mistakes(samples: Sequence[Sample]) -> Table:
    """List every clean shot that is not kept, and every defect as promised that its flag missed."""
    rows = []
    for sample in samples:
        judgement, kind = sample.judgement, "triplet" if sample.reference else "pair"
        if sample.defect is None:
            wrong = judgement.status != "keep"
        else:
            defect = DEFECTS[sample.defect]
            place = defect.strengths.index
            wrong = place(sample.strength) >= place(defect.documented) and defect.flag not in judgement.flags
        if wrong:
            of = load_thresholds()[DEFECTS[sample.defect].flag] if sample.defect else None
            shown = of.above if of else {c: 0 for f in judgement.flags for c in load_thresholds()[f].above}
            told = {column: score for column in shown if (score := sample.scores.get(column)) is not None}
            scores = " ".join(f"{column}={score:.4g}" for column, score in told.items())
            rows.append((sample.name, kind, f"{sample.defect} {sample.strength:g}", " ".join(judgement.flags), scores))
    return Table("Mistakes", ("shot", "plan", "defect", "flags", "scores"), rows)


def excess(sample: Sample, threshold: Threshold) -> float:
    """Return the score of a flag, over its limit unless that is 0; of several the one farthest above."""
    found = ((sample.scores.get(column), limit) for column, limit in threshold.above.items())
    return max((float(score) / (limit or 1.0) for score, limit in found if score is not None), default=0.0)


def auroc(clean: Sequence[float], spoilt: Sequence[float]) -> float:
    """Return the chance that a spoilt shot scores higher than a clean one.

    >>> auroc([1, 2, 3], [2.5, 4])
    0.8333333333333334
    """
    ranks = rankdata([*spoilt, *clean])[: len(spoilt)]
    return float((ranks.sum() - len(spoilt) * (len(spoilt) + 1) / 2) / (len(spoilt) * len(clean)))


def _auroc(samples: Sequence[Sample], of: Sequence[Sample]) -> str:
    flag = DEFECTS[of[0].defect or ""].flag
    threshold = load_thresholds()[flag]
    clean, spoilt = ([excess(sample, threshold) for sample in some] for some in (_clean(samples), of))
    return f"{auroc(clean, spoilt):.3f}"


def _as_promised(samples: Iterable[Sample], name: str) -> list[Sample]:
    documented = DEFECTS[name].documented
    return [sample for sample in samples if sample.defect == name and sample.strength == documented]


def _flagged(samples: Iterable[Sample], flag: str) -> list[bool]:
    return [flag in sample.judgement.flags for sample in samples]


def _clean(samples: Iterable[Sample]) -> list[Sample]:
    return [sample for sample in samples if sample.defect is None]


def _triplets(samples: Iterable[Sample]) -> list[Sample]:
    return [sample for sample in samples if sample.reference]


def _pairs(samples: Iterable[Sample]) -> list[Sample]:
    return [sample for sample in samples if not sample.reference]


def _count(samples: Sequence[Sample]) -> str:
    names = {sample.name for sample in samples}
    return f"{len(names)} shots of {len({name.rsplit('/', 1)[0] for name in names})} scenes"


def _share(found: Sequence[bool]) -> str:
    return f"{np.mean(found):.3f}" if found else "-"
