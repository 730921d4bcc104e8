"""The purification network as a method: what its name promises and what its weights are."""

from pathlib import Path

from nirecap.benchmarks.method import Budget, Sees
from nirecap.benchmarks.methods import get
from nirecap.model.frames import TrainingFrames

from .test_registry import INSTANT, SMALL


def test_weights_of_other_settings_are_named_in_the_title(frames: TrainingFrames, tmp_path: Path) -> None:
    options = SMALL["purification"]
    method = get("purification_without_structure", **options)
    method.fit(frames, Budget(INSTANT, threads=1))
    method.save(tmp_path / "weights")
    assert method.facts.title == "Purification w/o E_S"
    same = get("purification_without_structure", tmp_path / "weights", **options)
    assert same.facts == method.facts
    other = get("purification", tmp_path / "weights", **options)
    assert other.facts.title == "Purification (weights: small, changed)"
    assert Sees.NIRE not in other.facts.sees
