"""The evaluation set is built by one command, and is the same set as it is, curated and published."""

from datetime import UTC, datetime
from pathlib import Path

import pytest
from click.testing import CliRunner

from nirecap.benchmarks import evaluation_set
from nirecap.capture.store import Collection
from nirecap.cli import cli
from nirecap.curate.verdicts import Verdict, append_verdict
from nirecap.dataset_card.order import Order
from nirecap.dataset_card.publish import publish
from nirecap.model.open_dataset import open_training, open_triplets

from ..capture.test_recipes import tiny_scenes


def test_the_set_is_built_curated_and_published_without_a_shot_on_both_sides(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("datasets.config.HF_DATASETS_CACHE", str(tmp_path / "cache"))
    out = tmp_path / "out"
    scenes = tiny_scenes(tmp_path / "scenes")
    monkeypatch.setattr("sys.argv", ["evaluation_set", str(scenes), str(out), "--workers", "1"])
    evaluation_set.main()
    printed = capsys.readouterr().out
    fingerprints = open_training(str(out)).fingerprint, open_triplets(str(out)).fingerprint
    assert "6 pairs and 4 references to train on, 4 triplets to test on" in printed
    assert all(fingerprint in printed for fingerprint in fingerprints)

    result = CliRunner().invoke(cli, ["curate", str(out)])
    assert result.exit_code == 0, result.output
    assert (open_training(str(out)).fingerprint, open_triplets(str(out)).fingerprint) == fingerprints

    keep_all(out)
    publish(Order(out, tmp_path / "set"))
    published = str(tmp_path / "set")
    assert (open_training(published).fingerprint, open_triplets(published).fingerprint) == fingerprints


def keep_all(collection: Path) -> None:
    """Say of every shot that it is kept, as its checks flag some."""
    for record in Collection(collection).shots():
        append_verdict(collection, Verdict(record.shot, "keep", (), (), "ann", datetime(2026, 11, 27, tzinfo=UTC)))


def test_mistakes_are_one_line(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sys.argv", ["evaluation_set", str(tmp_path), str(tmp_path / "out")])
    with pytest.raises(SystemExit) as ended:
        evaluation_set.main()
    assert ended.value.code == 2
    assert capsys.readouterr().err.startswith("Error: ")
