from dataclasses import asdict, replace
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path

import pytest

from nirecap.capture.records import ImageRecord, ShotRecord
from nirecap.curate.cache.stored_scores import dump_scores, load_scores
from nirecap.curate.examine import examine
from nirecap.images import encode_png
from nirecap.vocabulary import Plan, Role

from .checks.pictures import Grey, colour, texture

PICTURES = {Role.LOW: 20, Role.NIRE: 90, Role.REFERENCE: 110}


def image(folder: Path, name: str, grey: Grey) -> ImageRecord:
    content = encode_png(colour(grey))
    (folder / f"{name}.png").write_bytes(content)
    height, width = grey.shape
    return ImageRecord(f"{name}.png", sha256(content).hexdigest(), width, height)


@pytest.fixture
def triplet(tmp_path: Path) -> ShotRecord:
    images = {role: image(tmp_path, role, texture(level, seed=level)) for role, level in PICTURES.items()}
    again = texture(20, seed=1)
    again[100:160, 100:160] = 120
    taken_at = datetime(2024, 6, 1, tzinfo=UTC)
    bracket = image(tmp_path, "again", again)
    return ShotRecord("s/1", "s", "scene", Plan.TRIPLET, "camera", taken_at, images, bracket)


def test_the_picture_taken_again_tells_what_moved(tmp_path: Path, triplet: ShotRecord) -> None:
    scores = examine(tmp_path, triplet).scores
    assert scores["motion_area"] > 0.01
    assert scores["motion_map"].startswith(b"\x89PNG")


def test_every_score_survives_the_cache(tmp_path: Path, triplet: ShotRecord) -> None:
    scores = examine(tmp_path, triplet).scores
    assert load_scores(dump_scores(scores)) == scores


def test_a_damaged_reference_leaves_the_scores_of_the_pair(tmp_path: Path, triplet: ShotRecord) -> None:
    (tmp_path / "reference.png").write_bytes(b"no picture")
    found = examine(tmp_path, triplet)
    assert "reference.png" in (found.problem or "")
    assert found.scores["noise_nire"] is not None
    assert found.scores["noise_reference"] is None
    assert set(found.thumbnails) == {"low", "nire"}


@pytest.mark.parametrize("role", ["low", "nire"])
def test_a_damaged_image_of_the_pair_leaves_none(tmp_path: Path, triplet: ShotRecord, role: str) -> None:
    (tmp_path / f"{role}.png").unlink()
    found = examine(tmp_path, triplet)
    assert f"{role}.png" in (found.problem or "")
    assert found.scores == {}
    assert len(found.hashes) == 2


def test_a_lost_bracket_is_no_problem(tmp_path: Path, triplet: ShotRecord) -> None:
    (tmp_path / "again.png").unlink()
    found = examine(tmp_path, triplet)
    assert found.problem is None
    assert found.scores["motion_area"] is None
    assert asdict(found)["whole"] is False


def test_in_lit_images_alone_no_letters_are_looked_for(tmp_path: Path, triplet: ShotRecord) -> None:
    grey = texture(110)
    grey[::20] = 255  # thin bright things look alike in the light of the day
    pictures = {role: image(tmp_path, role, grey) for role in (Role.REFERENCE, Role.REFERENCE_NIRE)}
    scores = examine(tmp_path, replace(triplet, plan=Plan.REFERENCE, images=pictures, bracket=None)).scores
    assert scores["overlay_area"] is None
    assert scores["align_shift_px"] == pytest.approx(0, abs=0.2)
