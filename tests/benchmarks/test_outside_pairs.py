"""Pairs of another data set reach the methods that say they learn from such, and no others."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from nirecap.benchmarks.job import Job
from nirecap.benchmarks.method import Budget
from nirecap.benchmarks.methods.anchor import Anchored
from nirecap.benchmarks.methods.checked import Checked
from nirecap.benchmarks.order import Order
from nirecap.benchmarks.outside_pairs import open_outside
from nirecap.benchmarks.plan import plan
from nirecap.benchmarks.run import Outcome, run
from nirecap.benchmarks.told import Told
from nirecap.benchmarks.worker import work
from nirecap.capture.store import Collection
from nirecap.errors import BenchmarkError, ImageError, UsageMistake
from nirecap.images import encode_png
from nirecap.vocabulary import Role

from ..model.drawn_frames import drawn_frames
from .stand_ins import Supervised

SUPERVISED = "stand_ins:Supervised"


def image(level: int, height: int = 8) -> bytes:
    return encode_png(np.full((height, 12, 3), level, np.uint8))


@pytest.fixture
def pairs(tmp_path: Path) -> Path:
    """Two pairs, of which the lit images are five times as bright."""
    for side, levels in (("low", (10, 20)), ("high", (50, 100))):
        (tmp_path / "lol" / side).mkdir(parents=True)
        for name, level in zip(("1.png", "2.png"), levels, strict=True):
            (tmp_path / "lol" / side / name).write_bytes(image(level))
    return tmp_path / "lol"


def ordered(collection: Path, out: Path, **changes: Any) -> Order:
    common = {"methods": (SUPERVISED, "gain"), "minutes": 0.5, "metrics": ("psnr",), "threads": 1}
    return Order(str(collection), out, **{**common, **changes})


def test_images_of_equal_names_are_pairs(pairs: Path) -> None:
    (pairs / "low/notes.txt").write_text("no image")
    outside = open_outside(pairs)
    assert [pair.name for pair in outside.pairs] == ["1.png", "2.png"]
    low, lit = outside.pairs[1].read()
    assert (low.mean(), lit.mean()) == (20, 100)


def test_other_images_or_other_partners_have_another_fingerprint(pairs: Path) -> None:
    prints = {open_outside(pairs).fingerprint, open_outside(pairs).fingerprint}
    assert len(prints) == 1
    (pairs / "high/1.png").rename(pairs / "high/3.png")
    (pairs / "high/2.png").rename(pairs / "high/1.png")
    (pairs / "high/3.png").rename(pairs / "high/2.png")
    prints.add(open_outside(pairs).fingerprint)
    (pairs / "low/1.png").write_bytes(image(11))
    prints.add(open_outside(pairs).fingerprint)
    assert len(prints) == 3


@pytest.mark.parametrize(
    ("spoil", "said"),
    [
        (lambda lol: (lol / "high/2.png").unlink(), r"'2\.png' is not in both low/ and high/"),
        (lambda lol: [path.unlink() for path in lol.rglob("*.png")], "has no pairs"),
        (lambda lol: (lol / "low").rename(lol / "dark"), r"low: can't be read \(No such file"),
    ],
)
def test_what_is_no_folder_of_pairs_is_told(pairs: Path, spoil: Callable[[Path], object], said: str) -> None:
    spoil(pairs)
    with pytest.raises(UsageMistake, match=said):
        open_outside(pairs)


def test_pairs_of_two_sizes_are_told(pairs: Path) -> None:
    (pairs / "high/1.png").write_bytes(image(50, height=9))
    with pytest.raises(ImageError, match=r"1\.png differ in size: \(8, 12\) and \(9, 12\)"):
        open_outside(pairs).pairs[0].read()


@pytest.mark.usefixtures("in_this_process")
def test_methods_that_learn_from_pairs_get_them(collection: Path, tmp_path: Path, pairs: Path) -> None:
    outcome = Outcome()
    run(plan(ordered(collection, tmp_path / "out", pairs=pairs)), Told(), outcome)
    assert outcome.failures == []
    told = {row.method: row.saw for row in outcome.rows.values()}
    assert told == {
        SUPERVISED: f"I; trained on pairs of another data set ({open_outside(pairs).fingerprint[:8]})",
        "gain": "I",
    }
    learnt = next(path for path in (tmp_path / "out/models").rglob("*") if path.is_file())
    assert float(learnt.read_text()) == pytest.approx(5)
    (pairs / "low/1.png").write_bytes(image(11))
    with pytest.raises(UsageMistake, match="with pairs of another data set"):
        plan(ordered(collection, tmp_path / "out", pairs=pairs))


@pytest.mark.usefixtures("stand_ins")
def test_a_worker_is_told_where_they_are_and_refuses_others(collection: Path, tmp_path: Path, pairs: Path) -> None:
    job, gain = plan(ordered(collection, tmp_path / "out", pairs=pairs)).jobs
    assert (job.pairs, gain.pairs) == (pairs.resolve(), None)
    assert Job.from_json(job.to_json()) == job
    (pairs / "low/1.png").write_bytes(image(11))
    with pytest.raises(BenchmarkError, match="lol was changed meanwhile"):
        work(Job.from_json(job.to_json()), lambda **_message: None)


@pytest.mark.usefixtures("stand_ins")
def test_without_pairs_they_are_asked_for(collection: Path, tmp_path: Path, pairs: Path) -> None:
    with pytest.raises(UsageMistake, match="name their folder with --pairs"):
        plan(ordered(collection, tmp_path / "out"))
    plan(ordered(collection, tmp_path / "out", methods=("gain",)))
    with pytest.raises(UsageMistake, match="none of the methods that are to be trained learns from --pairs"):
        plan(ordered(collection, tmp_path / "out", methods=("gain",), pairs=pairs))


def test_a_method_within_another_gets_them_too(pairs: Path) -> None:
    within = Supervised()
    method = Checked("within", Anchored(within, Supervised.facts, 0.5))
    with pytest.raises(UsageMistake, match="within learns from pairs of another data set, and has none"):
        method.fit(drawn_frames(), Budget(1))
    method.pairs = open_outside(pairs).pairs
    method.fit(drawn_frames(), Budget(1))
    assert within.gain == pytest.approx(5)


@pytest.mark.usefixtures("stand_ins")
def test_test_images_among_the_pairs_are_refused(collection: Path, tmp_path: Path, pairs: Path) -> None:
    shots = [shot for shot in Collection(collection).shots() if Role.REFERENCE in shot.images]
    for shot in shots:
        content = (collection / shot.images[Role.REFERENCE].file).read_bytes()
        for side in ("low", "high"):
            (pairs / side / f"{shot.shot.replace('/', '-')}.png").write_bytes(content)
    with pytest.raises(UsageMistake, match=r"which is tested on, is in .*lol; take it away"):
        plan(ordered(collection, tmp_path / "out", pairs=pairs))
