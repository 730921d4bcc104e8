"""Aligned copies: they lie within the limits, tell what was done, and leave the originals alone."""

import json
import os
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from nirecap.capture.records import ImageRecord, ShotRecord
from nirecap.capture.sim.exposure import expose
from nirecap.capture.sim.optics import random_optics
from nirecap.capture.sim.scene import open_scenes
from nirecap.curate.align import ALIGNED, PROVENANCE, aligned_columns, aligned_record, common_area, write_aligned
from nirecap.curate.examine import examine, measure
from nirecap.curate.thresholds import judge, load_thresholds
from nirecap.errors import CollectionError, ImageError
from nirecap.images import Pixels, encode_png, read_image
from nirecap.vocabulary import Plan, Role

SESSION = "20260101-000000-eufy-0000"
SHOT = f"{SESSION}/0001"
SURE = 0.3
MOTIONS = {
    "shifted by 4 pixels": (1.0, 0.0, 4.0),
    "rotated by 0.5 degrees": (1.0, 0.5, 0.0),
    "zoomed": (1.01, 0.0, 0.0),
}


def motion(shape: tuple[int, ...], zoom: float, degrees: float, shift: float) -> NDArray[np.float64]:
    """The 2 x 3 affine of a zoom and a rotation about the centre and a shift (3/5, -4/5) of `shift` pixels."""
    height, width = shape[:2]
    matrix = cv2.getRotationMatrix2D(((width - 1) / 2, (height - 1) / 2), -degrees, zoom)
    matrix[:, 2] += 0.6 * shift, -0.8 * shift
    return np.asarray(matrix, np.float64)


def moved(pixels: Pixels, matrix: NDArray[np.float64]) -> Pixels:
    size = pixels.shape[1::-1]
    return np.asarray(cv2.warpAffine(pixels, matrix, size, None, cv2.INTER_CUBIC, cv2.BORDER_REFLECT), np.uint8)


def save(collection: Path, pictures: dict[Role, Pixels], bracket: Pixels | None = None, name: str = SHOT) -> ShotRecord:
    """Write a shot as `shoot` would, but for the journal."""
    folder = collection / "sessions" / SHOT
    folder.mkdir(parents=True, exist_ok=True)

    def image(stem: str, pixels: Pixels) -> ImageRecord:
        content = encode_png(pixels)
        (folder / f"{stem}.png").write_bytes(content)
        file = f"sessions/{SHOT}/{stem}.png"
        return ImageRecord(file, sha256(content).hexdigest(), pixels.shape[1], pixels.shape[0])

    images = {role: image(role, pixels) for role, pixels in pictures.items()}
    plan = next(plan for plan in reversed(Plan) if set(plan.roles) <= set(pictures))
    again = None if bracket is None else image("low_again", bracket)
    return ShotRecord(name, "session", "scene", plan, "eufy", datetime.now(UTC), images, again)


def known(matrix: NDArray[np.float64], confidence: float = 0.9) -> dict[str, Any]:
    """Scores as if the alignment had been measured."""
    return {"align_matrix": matrix.ravel().tolist(), "align_confidence": confidence}


@pytest.fixture(scope="module")
def pattern() -> Pixels:
    """A picture in which each place is recognised."""
    rows, columns = np.mgrid[:120, :160].astype(np.float32)
    waves = [128 + 60 * np.sin(rows / a) + 60 * np.cos(columns / b) for a, b in ((9, 13), (11, 7), (6, 17))]
    return np.stack(waves, axis=2).astype(np.uint8)


@pytest.mark.parametrize("name", MOTIONS)
def test_copies_of_real_scenes_lie_within_the_limits(shared_scenes: Path, tmp_path: Path, name: str) -> None:
    scenes = open_scenes(shared_scenes, 0, "train")
    limits = load_thresholds()
    for index in range(5, len(scenes), 21):
        rng = np.random.default_rng(index)
        scene, optics = scenes.scene(index), random_optics(rng)
        low, nire = (expose(scene, optics, role, rng) for role in (Role.LOW, Role.NIRE))
        true = motion(low.shape, *MOTIONS[name])
        record = save(tmp_path / f"{index}", {Role.LOW: low, Role.NIRE: moved(nire, true)})
        scores = measure({Role.LOW: low, Role.NIRE: moved(nire, true)})
        assert "misaligned" in judge(scores, False, limits).flags
        copies = write_aligned(tmp_path / f"{index}", record, scores, SURE)
        found = examine(tmp_path / f"{index}", copies)
        assert found.problem is None
        assert "misaligned" not in judge(found.scores, False, limits).flags
        left = np.array(aligned_columns(copies)["aligned_matrix"]).reshape(2, 3) - true
        corners = np.array([(x, y, 1) for x in (0, low.shape[1] - 1) for y in (0, low.shape[0] - 1)])
        assert np.hypot(*(corners @ left.T).T).max() < 1.3


@pytest.mark.parametrize("name", MOTIONS)
def test_infrared_images_are_brought_onto_visible_ones(pattern: Pixels, tmp_path: Path, name: str) -> None:
    matrix = motion(pattern.shape, *MOTIONS[name])
    apart = moved(pattern, matrix)
    pictures = {Role.LOW: pattern, Role.NIRE: apart, Role.REFERENCE: pattern, Role.REFERENCE_NIRE: apart}
    record = save(tmp_path, pictures, bracket=pattern)
    copies = write_aligned(tmp_path, record, known(matrix), SURE)
    x, y, width, height = aligned_columns(copies)["aligned_crop"]
    assert width * height > 0.8 * 160 * 120
    shown = pattern[y : y + height, x : x + width].astype(int)
    assert copies.bracket is not None
    for image in (*copies.images.values(), copies.bracket):
        pixels = read_image(tmp_path / image.file)
        assert (image.width, image.height) == (width, height) == pixels.shape[1::-1]
        assert sha256((tmp_path / image.file).read_bytes()).hexdigest() == image.sha256
        inner = np.s_[3:-3, 3:-3]
        assert abs(pixels.astype(int) - shown)[inner].mean() < 1.5
    for role in (Role.LOW, Role.REFERENCE):
        assert np.array_equal(read_image(tmp_path / copies.images[role].file), shown)


def test_lit_images_are_aligned_where_there_are_no_others(pattern: Pixels, tmp_path: Path) -> None:
    matrix = motion(pattern.shape, 1.0, 0.0, 4.0)
    record = save(tmp_path, {Role.REFERENCE: pattern, Role.REFERENCE_NIRE: moved(pattern, matrix)})
    copies = write_aligned(tmp_path, record, known(matrix), SURE)
    lit, infrared = (read_image(tmp_path / copies.images[role].file) for role in (Role.REFERENCE, Role.REFERENCE_NIRE))
    assert abs(lit.astype(int) - infrared)[3:-3, 3:-3].mean() < 1.5


@pytest.fixture
def apart(pattern: Pixels, tmp_path: Path) -> tuple[Path, ShotRecord, dict[str, Any]]:
    """A collection, a shot whose images lie apart, and its scores."""
    matrix = motion(pattern.shape, 1.0, 0.0, 4.0)
    record = save(tmp_path, {Role.LOW: pattern, Role.NIRE: moved(pattern, matrix)}, bracket=pattern)
    return tmp_path, record, known(matrix)


Apart = tuple[Path, ShotRecord, dict[str, Any]]


def contents(folder: Path) -> dict[str, tuple[bytes, int]]:
    return {
        str(path.relative_to(folder)): (path.read_bytes(), path.stat().st_mtime_ns)
        for path in folder.rglob("*")
        if path.is_file()
    }


def test_originals_stay_and_deleting_the_folder_undoes_it(apart: Apart) -> None:
    collection, record, scores = apart
    before = contents(collection / "sessions")
    copies = write_aligned(collection, record, scores, SURE)
    assert contents(collection / "sessions") == before
    assert aligned_record(collection, record) == copies
    for path in sorted((collection / ALIGNED).rglob("*"), reverse=True):
        path.rmdir() if path.is_dir() else path.unlink()
    assert aligned_record(collection, record) is None


def test_writing_again_changes_nothing(apart: Apart) -> None:
    collection, record, scores = apart
    copies = write_aligned(collection, record, scores, SURE)
    before = contents(collection)
    assert write_aligned(collection, record, scores, SURE) == copies
    assert contents(collection) == before


def test_a_copy_that_was_changed_is_written_again(apart: Apart) -> None:
    collection, record, scores = apart
    copies = write_aligned(collection, record, scores, SURE)
    file = collection / copies.images[Role.NIRE].file
    content = file.read_bytes()
    file.write_bytes(b"changed")
    assert examine(collection, copies).problem
    write_aligned(collection, record, scores, SURE)
    assert file.read_bytes() == content


def test_copies_of_other_originals_do_not_count(apart: Apart) -> None:
    collection, record, scores = apart
    write_aligned(collection, record, scores, SURE)
    other = replace(record.images[Role.LOW], sha256="0" * 64)
    assert aligned_record(collection, replace(record, images={**record.images, Role.LOW: other})) is None
    more = {**record.images, Role.REFERENCE: record.images[Role.LOW]}
    assert aligned_record(collection, replace(record, images=more)) is None


def test_what_was_done_is_told(apart: Apart) -> None:
    collection, record, scores = apart
    copies = write_aligned(collection, record, scores, SURE)
    told = json.loads((collection / ALIGNED / SHOT / PROVENANCE).read_text())
    assert told["matrix"] == scores["align_matrix"] == aligned_columns(copies)["aligned_matrix"]
    assert told["originals"]["nire"] == record.images[Role.NIRE].sha256
    assert [told["crop"][name] for name in ("x", "y", "width", "height")] == aligned_columns(copies)["aligned_crop"]
    assert aligned_columns(record) == {}


def test_a_damaged_bracket_is_left_out(apart: Apart) -> None:
    collection, record, scores = apart
    (collection / "sessions" / SHOT / "low_again.png").write_bytes(b"")
    copies = write_aligned(collection, record, scores, SURE)
    assert copies.bracket is None
    assert aligned_record(collection, record) == copies


def no_confidence(scores: dict[str, Any]) -> None:
    scores["align_confidence"] = 0.29


def far(scores: dict[str, Any]) -> None:
    scores["align_matrix"][2] = 40.0


def turned(scores: dict[str, Any]) -> None:
    scores["align_matrix"][:] = motion((120, 160), 1.0, 10.0, 0.0).ravel()


def upside_down(scores: dict[str, Any]) -> None:
    scores["align_matrix"][:] = motion((120, 160), 1.0, 180.0, 0.0).ravel()


def nonsense(scores: dict[str, Any]) -> None:
    scores["align_matrix"][:] = [0.0, float("nan"), 1e300, float("inf"), 0.0, 0.0]


def flat(scores: dict[str, Any]) -> None:
    scores["align_matrix"][:] = [0.0] * 6


def unmeasured(scores: dict[str, Any]) -> None:
    scores.clear()


@pytest.mark.parametrize("spoil", [no_confidence, far, turned, upside_down, nonsense, flat, unmeasured])
def test_what_is_not_known_or_hardly_shared_is_refused(apart: Apart, spoil: Callable[[dict[str, Any]], None]) -> None:
    collection, record, scores = apart
    spoil(scores)
    with pytest.raises(ImageError, match=SHOT):
        write_aligned(collection, record, scores, SURE)
    assert aligned_record(collection, record) is None


def test_images_of_several_sizes_are_refused(apart: Apart, pattern: Pixels) -> None:
    collection, _, scores = apart
    record = save(collection, {Role.LOW: pattern, Role.NIRE: pattern[:100]})
    with pytest.raises(ImageError, match="differ in size"):
        write_aligned(collection, record, scores, SURE)


@pytest.mark.parametrize("name", ["../../sessions/" + SHOT, "/etc", "..", ".", "a/../..", "../aligned2/x"])
def test_a_shot_whose_name_leads_out_is_refused(apart: Apart, name: str) -> None:
    collection, record, scores = apart
    before = contents(collection)
    with pytest.raises(CollectionError):
        write_aligned(collection, replace(record, shot=name), scores, SURE)
    assert aligned_record(collection, replace(record, shot=name)) is None
    assert contents(collection) == before


@pytest.mark.parametrize("place", ["aligned", f"aligned/{SESSION}", f"aligned/{SHOT}"])
@pytest.mark.parametrize("target", ["sessions", "outside"])
def test_a_link_in_the_way_is_refused(
    apart: Apart, tmp_path_factory: pytest.TempPathFactory, place: str, target: str
) -> None:
    collection, record, scores = apart
    outside = tmp_path_factory.mktemp("outside")
    leads_to = outside if target == "outside" else collection / place.replace("aligned", "sessions", 1)
    link = collection / place
    link.parent.mkdir(parents=True, exist_ok=True)
    link.symlink_to(leads_to)
    before = contents(collection / "sessions")
    with pytest.raises(CollectionError):
        write_aligned(collection, record, scores, SURE)
    assert aligned_record(collection, record) is None
    assert contents(collection / "sessions") == before
    assert not list(outside.iterdir())


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"[]",
        b"null",
        b"{" * 100_000,
        b'{"schema": 2}',
        b"\xff\xfe",
        b" " * (2 << 20),
    ],
)
def test_a_damaged_provenance_does_not_count(apart: Apart, content: bytes) -> None:
    collection, record, scores = apart
    copies = write_aligned(collection, record, scores, SURE)
    (collection / ALIGNED / SHOT / PROVENANCE).write_bytes(content)
    assert aligned_record(collection, record) is None
    assert write_aligned(collection, record, scores, SURE) == copies
    assert aligned_record(collection, record) == copies


@pytest.mark.parametrize(
    "change",
    [
        {"matrix": [1.0] * 5},
        {"matrix": [1.0, 0.0, 0.0, 0.0, 1.0, float("nan")]},
        {"matrix": ["a"] * 6},
        {"crop": {"x": 0, "y": 0, "width": 0, "height": 5}},
        {"crop": {"x": -1, "y": 0, "width": 5, "height": 5}},
        {"crop": {"x": 0, "y": 0, "width": 10**30, "height": 5}},
        {"copies": {}},
        {"copies": {"../../nire": "0" * 64}},
        {"originals": {"low": "x"}},
        {"nirecap": None},
        {"more": 1},
    ],
)
def test_a_provenance_with_nonsense_does_not_count(apart: Apart, change: dict[str, Any]) -> None:
    collection, record, scores = apart
    write_aligned(collection, record, scores, SURE)
    path = collection / ALIGNED / SHOT / PROVENANCE
    path.write_text(json.dumps(json.loads(path.read_text()) | change))
    assert aligned_record(collection, record) is None


def test_a_pipe_is_not_waited_for(apart: Apart) -> None:
    collection, record, scores = apart
    write_aligned(collection, record, scores, SURE)
    path = collection / ALIGNED / SHOT / PROVENANCE
    path.unlink()
    os.mkfifo(path)
    assert aligned_record(collection, record) is None


def test_copies_that_are_links_do_not_count(apart: Apart) -> None:
    collection, record, scores = apart
    copies = write_aligned(collection, record, scores, SURE)
    file = collection / copies.images[Role.LOW].file
    file.unlink()
    file.symlink_to(collection / record.images[Role.LOW].file)
    assert aligned_record(collection, record) is None
    before = (collection / record.images[Role.LOW].file).read_bytes()
    write_aligned(collection, record, scores, SURE)
    assert (collection / record.images[Role.LOW].file).read_bytes() == before
    assert not file.is_symlink()


@pytest.mark.parametrize("size", [(160, 120), (1920, 1080), (33, 17)])
def test_the_common_area_is_what_both_show(size: tuple[int, int]) -> None:
    rng = np.random.default_rng(0)
    width, height = size
    for _ in range(50):
        matrix = motion((height, width), rng.uniform(0.97, 1.03), rng.uniform(-2, 2), rng.uniform(-3, 3))
        a, b, c, d, e, f = matrix.ravel().tolist()
        crop = common_area((a, b, c, d, e, f), width, height)
        assert crop is not None
        ends = [(x, y, 1) for x in (crop.x, crop.x + crop.width - 1) for y in (crop.y, crop.y + crop.height - 1)]
        assert all(0 <= x < width and 0 <= y < height for x, y, _ in ends)
        there = np.array(ends) @ matrix.T
        assert (there > -1e-4).all()
        assert (there < np.array(size) - 1 + 1e-4).all()
