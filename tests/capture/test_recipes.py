"""A fixed recipe makes the same set again, of scenes that neither train and test nor are dark and lit."""

import re
from hashlib import sha256
from pathlib import Path

import click
import cv2
import numpy as np
import pytest
from click.testing import CliRunner, Result

from nirecap.benchmarks import drawn_set
from nirecap.capture.recipes import DAYLIGHT, NIGHT, RECIPES, STREAM_OR_SNAPSHOT, fixed_recipes
from nirecap.capture.records import ShotRecord
from nirecap.capture.sim.compression import Compression, CompressionLevels, compressed
from nirecap.capture.sim.optics import Span, random_optics
from nirecap.capture.store import Collection
from nirecap.capture.synth import expose_shot
from nirecap.cli import cli
from nirecap.images import Pixels, encode_png, read_image
from nirecap.model.open_dataset import open_triplets
from nirecap.vocabulary import Plan, Role

PAGE = Path(__file__).parents[2] / "docs/evaluation_set.md"


def tiny_scenes(folder: Path, train: int = 5, val: int = 1) -> Path:
    """Write smooth random scenes of 64x47 pixels."""
    folder.mkdir()
    lines = ["id,split"]
    for number in range(train + val):
        rng = np.random.default_rng(number)
        for kind in ("rgb", "nir"):
            coarse = rng.integers(60, 255, (6, 8, 3), np.uint8)
            picture = cv2.resize(coarse, (64, 47), interpolation=cv2.INTER_CUBIC)
            (folder / f"s{number}_{kind}.png").write_bytes(encode_png(np.asarray(picture, np.uint8)))
        lines.append(f"s{number},{'train' if number < train else 'val'}")
    (folder / "scenes.csv").write_text("\n".join(lines) + "\n")
    return folder


def synth(*arguments: object) -> Result:
    return CliRunner().invoke(cli, ["synth", *map(str, arguments), "--recipe", "evaluation", "--workers", "1"])


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, list[ShotRecord]]:
    folder = tmp_path_factory.mktemp("made")
    result = synth(tiny_scenes(folder / "scenes"), folder / "out")
    assert result.exit_code == 0, result.output
    return folder, list(Collection(folder / "out").shots())


def of(records: list[ShotRecord], plan: Plan) -> list[ShotRecord]:
    return [record for record in records if record.plan is plan]


def scenes(records: list[ShotRecord]) -> set[str]:
    return {record.scene for record in records}


def test_sessions_have_scenes_of_their_own(made: tuple[Path, list[ShotRecord]]) -> None:
    pairs, references, triplets = (of(made[1], plan) for plan in (Plan.PAIR, Plan.REFERENCE, Plan.TRIPLET))
    assert (len(pairs), len(references), len(triplets)) == (6, 4, 4)
    assert (len(scenes(pairs)), len(scenes(references)), scenes(triplets)) == (3, 2, {"s5"})
    assert not scenes(pairs) & scenes(references)
    assert {record.split for record in [*pairs, *references]} == {"train"}
    assert {record.split for record in triplets} == {"test"}


def test_the_same_scenes_give_the_same_bytes(made: tuple[Path, list[ShotRecord]]) -> None:
    again = [
        {sha256(png).hexdigest() for png in expose_shot(recipe, index).images.values()}
        for recipe, count in fixed_recipes("evaluation", made[0] / "scenes")
        for index in range(count)
    ]
    records = [record for plan in (Plan.PAIR, Plan.REFERENCE, Plan.TRIPLET) for record in of(made[1], plan)]
    before = [{image.sha256 for image in record.images.values()} for record in records]
    assert all(images < repeated for images, repeated in zip(before, again, strict=True))  # the bracket is not in it
    assert len(set().union(*before)) == 6 * 2 + 4 * 2 + 4 * 3


def test_dark_is_dark_and_lit_is_lit(made: tuple[Path, list[ShotRecord]]) -> None:
    folder, records = made

    def mean(record: ShotRecord, role: Role) -> float:
        return float(read_image(folder / "out" / record.images[role].file).mean())

    for record in of(records, Plan.TRIPLET):
        assert 3 < mean(record, Role.LOW) < 75 < mean(record, Role.REFERENCE) < 140
        assert mean(record, Role.NIRE) > mean(record, Role.LOW)
        assert {"optics", "compression"} <= record.details.keys()
    assert all("compression" not in record.details for record in of(records, Plan.REFERENCE))


def test_mistakes_are_one_line(made: tuple[Path, list[ShotRecord]], tmp_path: Path) -> None:
    folder = made[0]
    for result, message in (
        (synth(folder / "out"), "is there already; name a new folder"),
        (synth(folder / "scenes", folder / "out"), "holds shots already"),
        (synth(folder / "scenes", tmp_path / "out", "--seed", "3"), "leave out --seed"),
        (synth(tiny_scenes(tmp_path / "one", train=1), tmp_path / "out"), "too few scenes"),
        (synth(tiny_scenes(tmp_path / "no-val", val=0), tmp_path / "out"), "no split 'val'"),
    ):
        assert result.exit_code == 2
        assert message in result.stderr
        assert result.stderr.strip().count("\n") == 0


def test_without_scenes_the_drawn_ones_make_the_set(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(drawn_set, "SIZE", (96, 64))
    monkeypatch.setattr(drawn_set, "SEEDS", (0,))
    result = synth(tmp_path / "out")
    assert result.exit_code == 0, result.output
    assert "10 pairs and 10 references to train on, 20 triplets to test on" in result.output
    assert len(open_triplets(str(tmp_path / "out"))) == 20
    assert "drawn scenes" in synth(tmp_path / "other", "--dry-run").output
    assert not (tmp_path / "other").exists()


def test_dry_run_writes_nothing(made: tuple[Path, list[ShotRecord]], tmp_path: Path) -> None:
    result = synth(made[0] / "scenes", tmp_path / "out", "--dry-run")
    assert "14 shots (6 pair of train, 4 reference of train, 4 triplet of val)" in result.output
    assert not (tmp_path / "out").exists()


def test_the_page_has_the_levels() -> None:
    rows = [re.findall(r"[-0-9.]+", row) for row in PAGE.read_text().splitlines() if row.startswith("| ")]
    numbers = [[float(number) for number in row if re.fullmatch(r"-?\d+(\.\d+)?", number)] for row in rows]
    spans = [span for span in vars(NIGHT).values() if isinstance(span, Span)]
    for span in (*spans, DAYLIGHT.room_infrared, STREAM_OR_SNAPSHOT.jpeg_quality, STREAM_OR_SNAPSHOT.rate_factor):
        assert any({span.low, span.high} <= {*row} for row in numbers), span
    assert any(NIGHT.hot_spots in row for row in numbers)


def test_the_command_knows_the_recipes() -> None:
    command = cli.get_command(click.Context(cli), "synth")
    assert command is not None
    (kind,) = (option.type for option in command.params if option.name == "fixed")
    assert isinstance(kind, click.Choice)
    assert list(kind.choices) == list(RECIPES)
    assert len({part.recipe.seed for parts in RECIPES.values() for part in parts}) == 3


def test_a_share_of_shots_has_a_hot_spot() -> None:
    drawn = [random_optics(np.random.default_rng(seed), NIGHT) for seed in range(400)]
    assert sum(optics.hot_spot is not None for optics in drawn) / 400 == pytest.approx(NIGHT.hot_spots, abs=0.07)
    assert all(0 < place < 1 for optics in drawn for place in optics.hot_spot or ())


def noisy(height: int, width: int) -> Pixels:
    grain = np.random.default_rng(0).normal(0, 6, (height, width, 1))
    return np.asarray(np.clip(np.array((30, 22, 14)) + grain, 0, 255), np.uint8)


@pytest.mark.parametrize(
    ("mild", "hard"), [(("jpeg", 90), ("jpeg", 30)), (("h264", 18), ("h264", 36))], ids=["jpeg", "h264"]
)
def test_encoders_take_more_the_harder_they_press(mild: tuple[str, int], hard: tuple[str, int]) -> None:
    pixels = noisy(63, 81)  # odd sides, which H.264 does not have
    left = [compressed(pixels, Compression(*how)).astype(float) for how in (mild, hard)]  # type: ignore[arg-type]
    errors = [np.abs(picture - pixels).mean() for picture in left]
    assert 0.5 < errors[0] < 0.8 * errors[1]
    assert left[0].shape == pixels.shape
    assert left[1].mean() == pytest.approx(pixels.mean(), abs=3)


def test_both_encoders_are_drawn() -> None:
    levels = CompressionLevels(0.5, Span(60, 90), Span(18, 28))
    drawn = [levels.draw(np.random.default_rng(seed)) for seed in range(60)]
    assert {each.kind for each in drawn} == {"jpeg", "h264"}
    assert all(60 <= each.strength <= 90 if each.kind == "jpeg" else 18 <= each.strength <= 28 for each in drawn)
