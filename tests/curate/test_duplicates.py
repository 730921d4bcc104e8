"""Near-duplicates: what was copied and changed a little is found, other views are not, and the search is exact."""

import io
import itertools
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import cv2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from nirecap.capture.records import ImageRecord, ShotRecord
from nirecap.capture.sim.exposure import expose
from nirecap.capture.sim.optics import random_optics
from nirecap.capture.sim.scene import open_scenes
from nirecap.curate.checks.working_size import reduce
from nirecap.curate.duplicates import RADIUS, Duplicate, Hashed, duplicate_groups, find_duplicates, hashed
from nirecap.curate.picture_hash import NOTHING, picture_hash
from nirecap.curate.thresholds import judge, load_thresholds
from nirecap.images import Pixels, read_image
from nirecap.vocabulary import Plan, Role

Change = Callable[[Pixels, np.random.Generator], Pixels]


def encoded_again(pixels: Pixels, rng: np.random.Generator) -> Pixels:
    del rng
    target = io.BytesIO()
    Image.fromarray(pixels).save(target, "JPEG", quality=60)
    return np.asarray(Image.open(target).convert("RGB"))


def resized(pixels: Pixels, rng: np.random.Generator) -> Pixels:
    scale = rng.choice([0.5, 0.75, 1.5])
    return np.asarray(cv2.resize(pixels, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA), np.uint8)


def brighter(pixels: Pixels, rng: np.random.Generator) -> Pixels:
    return np.clip(pixels * rng.uniform(1.05, 1.2), 0, 255).astype(np.uint8)


def cropped(pixels: Pixels, rng: np.random.Generator) -> Pixels:
    height, width = pixels.shape[:2]
    cut_y, cut_x = round(0.02 * height), round(0.02 * width)
    top, left = rng.integers(0, cut_y + 1), rng.integers(0, cut_x + 1)
    return pixels[top : top + height - cut_y, left : left + width - cut_x]


def noisier(pixels: Pixels, rng: np.random.Generator) -> Pixels:
    return np.clip(pixels + rng.normal(0, 6, pixels.shape), 0, 255).astype(np.uint8)


CHANGES: dict[str, Change] = {
    "encoded again": encoded_again,
    "resized": resized,
    "brighter": brighter,
    "cropped": cropped,
    "noisier": noisier,
}


def shot(name: str, scene: str, camera: str = "eufy", at: str = "", **pictures: Pixels) -> Hashed:
    """What is known of a shot of these pictures by role; `at` tells two captures of the same pixels apart."""
    images = {
        Role(role): ImageRecord(f"{name}/{role}.png", (at or name).encode().hex().rjust(64, "0"), 64, 48)
        for role in pictures
    }
    plan = Plan.REFERENCE if "low" not in pictures else Plan.PAIR
    record = ShotRecord(name, "session", scene, plan, camera, datetime.now(UTC), images)
    return hashed(record, {role: picture_hash(reduce(pixels)) for role, pixels in pictures.items()})


def flagged(shots: list[Hashed]) -> dict[str, str]:
    found = find_duplicates(shots)
    limits = load_thresholds()
    scores = {name: {"duplicate_likeness": duplicate.likeness} for name, duplicate in found.items()}
    return {name: found[name].of for name, score in scores.items() if "duplicate" in judge(score, False, limits).flags}


@pytest.fixture(scope="module")
def views(shared_scenes: Path) -> dict[str, tuple[Pixels, Pixels]]:
    """All real scenes, (visible, infrared)."""
    names = sorted(path.name.removesuffix("_rgb.png") for path in shared_scenes.glob("*_rgb.png"))
    return {
        name: (read_image(shared_scenes / f"{name}_rgb.png"), read_image(shared_scenes / f"{name}_nir.png"))
        for name in names
    }


def test_other_real_views_are_no_duplicates(views: dict[str, tuple[Pixels, Pixels]]) -> None:
    pairs = [shot(name, name, low=visible, nire=infrared) for name, (visible, infrared) in views.items()]
    assert len(pairs) == 138
    assert flagged(pairs) == {}
    assert flagged([shot(name, name, reference=visible) for name, (visible, _) in views.items()]) == {}


def test_other_drawn_views_are_no_duplicates() -> None:
    scenes = open_scenes(None, 0)
    drawn = [scenes.scene(index, 320, 192) for index in range(len(scenes))]
    rng = np.random.default_rng(0)
    shots = [
        shot(f"{index}", scene.name, nire=expose(scene, random_optics(rng), Role.NIRE, rng))
        for index, scene in enumerate(drawn)
    ]
    assert len({each.view for each in shots}) == len(drawn)
    assert flagged(shots) == {}


@pytest.mark.parametrize("change", CHANGES)
def test_changed_copies_of_real_pictures_are_found(views: dict[str, tuple[Pixels, Pixels]], change: str) -> None:
    rng = np.random.default_rng(7)
    some = list(views.items())[::4]
    originals = [shot(name, name, nire=infrared) for name, (_, infrared) in some]
    copies = [
        shot(f"copy of {name}", f"new {name}", "import", nire=CHANGES[change](infrared, rng))
        for name, (_, infrared) in some
    ]
    found = flagged(originals + copies)
    assert all(f"copy of {original}" == copy for copy, original in found.items())
    assert len(found) >= 0.97 * len(some)


def test_dark_pictures_are_told_apart_and_found_again(shared_scenes: Path) -> None:
    scenes = open_scenes(shared_scenes, 0, "train")
    shots, copies = [], []
    for index in range(0, len(scenes), 8):
        rng = np.random.default_rng(index)
        scene, optics = scenes.scene(index), random_optics(rng)
        shots.append(shot(f"{index}", scene.name, low=expose(scene, optics, Role.LOW, rng)))
        copies.append(shot(f"again {index}", f"copy {scene.name}", low=expose(scene, optics, Role.LOW, rng)))
    found = flagged(shots + copies)
    assert found == {f"again {each.shot}": each.shot for each in shots}


@pytest.mark.parametrize("noise", [0, 1, 8])
def test_black_and_uniform_pictures_have_no_hash(noise: int) -> None:
    rng = np.random.default_rng(noise)
    frames = [np.clip(rng.normal(8, noise, (360, 640, 3)), 0, 255).astype(np.uint8) for _ in range(4)]
    assert {picture_hash(frame) for frame in frames} == {NOTHING}
    assert flagged([shot(f"{i}", f"scene {i}", nire=frame) for i, frame in enumerate(frames)]) == {}


@pytest.mark.parametrize("size", [(1, 1), (2, 640), (640, 3), (33, 31)])
def test_odd_sizes_are_hashed(size: tuple[int, int]) -> None:
    pixels = np.random.default_rng(0).integers(0, 256, (*size, 3), dtype=np.uint8)
    assert len(picture_hash(pixels)) == 16


def textured(seed: int) -> Pixels:
    coarse = np.random.default_rng(seed).integers(0, 256, (9, 12, 3), dtype=np.uint8)
    return np.asarray(cv2.resize(coarse, (160, 120), interpolation=cv2.INTER_CUBIC), np.uint8)


def test_repeated_shots_of_a_view_are_no_duplicates_unless_their_bytes_are_equal() -> None:
    view = textured(1)
    night = [shot(f"{i}", "balcony", nire=view) for i in range(3)]
    assert find_duplicates(night) == {}
    frozen = shot("3", "balcony", at="1", nire=view)
    assert find_duplicates([*night, frozen]) == {"3": Duplicate("1", 1.0)}


def test_the_same_scene_name_at_two_cameras_is_two_views() -> None:
    view = textured(1)
    assert flagged([shot("a", "hall", "eufy", nire=view), shot("b", "hall", "wyze", nire=view)]) == {"b": "a"}
    assert flagged([shot("a", "hall", "eufy", nire=view), shot("b", "hall", "wyze", nire=textured(2))]) == {}


def test_equal_bytes_count_also_without_a_hash_and_for_other_plans() -> None:
    black = np.zeros((48, 64, 3), np.uint8)
    pair = shot("a", "one", at="x", low=black, nire=black)
    triplet = shot("b", "two", at="x", low=black, nire=black, reference=textured(1))
    assert find_duplicates([pair, triplet]) == {"b": Duplicate("a", 1.0)}


def test_a_reference_used_by_many_shots_of_a_scene_is_no_duplicate() -> None:
    lit = textured(1)
    shots = [shot(f"{i}", "desk", low=textured(5), nire=textured(6), reference=lit) for i in range(2)]
    assert find_duplicates(shots) == {}


def test_the_best_lit_pictures_are_compared() -> None:
    view, dark, other = textured(1), textured(2), textured(3)
    assert set(shot("a", "one", low=dark, nire=view, reference=view).hashes) == {Role.NIRE, Role.REFERENCE}
    assert set(shot("a", "one", low=dark).hashes) == {Role.LOW}
    assert set(shot("a", "one", low=dark, reference_nire=view).hashes) == {Role.REFERENCE_NIRE}
    pair, lit = shot("a", "one", nire=view), shot("b", "two", reference=view)
    assert flagged([pair, lit]) == {}  # infrared and visible pictures are not alike, even where their hashes are
    one = shot("a", "one", nire=view, reference=other)
    assert flagged([one, shot("b", "two", nire=view, reference=dark)]) == {}  # one of two alike is chance


@pytest.mark.parametrize("told", ["", "xyz", "f" * 17, "F" * 16, "0x00000000000000", NOTHING])
def test_a_hash_that_is_none_is_left_out(told: str) -> None:
    image = ImageRecord("nire.png", "0" * 64, 64, 48)
    record = ShotRecord("a", "s", "one", Plan.PAIR, "eufy", datetime.now(UTC), {Role.NIRE: image})
    assert hashed(record, {"nire": told}).hashes == {}


def by_hand(shots: list[Hashed]) -> dict[str, Duplicate]:
    """Compare each shot with each."""
    found = {}
    for later, shot in enumerate(shots):
        near = []
        for earlier, other in enumerate(shots[:later]):
            shared = shot.hashes.keys() & other.hashes.keys()
            bits = [(int(shot.hashes[role], 16) ^ int(other.hashes[role], 16)).bit_count() for role in shared]
            if shot.bytes_of == other.bytes_of:
                near.append((0.0, earlier))
            elif shared and shot.view != other.view and sum(bits) / len(bits) <= RADIUS:
                near.append((sum(bits) / len(bits), earlier))
        if near:
            distance, earlier = min(near)
            found[shot.shot] = Duplicate(shots[earlier].shot, 1 - distance / 64)
    return found


def crowd(seed: int, number: int, views: int, copies: int, flips: int) -> list[Hashed]:
    """Shots whose hashes lie around those of a few views, each under `copies` names."""
    rng = np.random.default_rng(seed)
    centres = rng.integers(0, 1 << 64, (views, 2), dtype=np.uint64)
    shots = []
    for index in range(number):
        view = int(rng.integers(views))
        roles = [Role.NIRE, Role.REFERENCE][: int(rng.integers(1, 3))] if index % 5 else [Role.REFERENCE]
        hashes = {}
        for role, centre in zip(roles, centres[view], strict=False):
            bits = rng.choice(64, int(rng.integers(0, flips + 1)), replace=False)
            hashes[role] = f"{int(centre) ^ sum(1 << int(bit) for bit in bits):016x}"
        name = f"{view} under name {rng.integers(copies)}"
        shots.append(Hashed(f"{index}", ("eufy", name), (f"{rng.integers(3 * number)}",), hashes))
    return shots


@pytest.mark.parametrize(
    ("number", "views", "copies", "flips"), [(0, 1, 1, 0), (1, 1, 1, 0), (300, 200, 2, 4), (250, 3, 3, 6)]
)
def test_search_finds_what_comparing_each_with_each_finds(number: int, views: int, copies: int, flips: int) -> None:
    shots = crowd(1, number, views, copies, flips)
    found = find_duplicates(shots)
    assert found == by_hand(shots)
    assert found == find_duplicates(shots)
    if number > 1:
        assert found


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 1 << 32), st.integers(2, 60), st.integers(1, 30), st.integers(0, 8))
def test_search_is_exact(seed: int, number: int, views: int, flips: int) -> None:
    shots = crowd(seed, number, views, 2, flips)
    assert find_duplicates(shots) == by_hand(shots)


def test_many_shots_are_searched_without_comparing_all(monkeypatch: pytest.MonkeyPatch) -> None:
    compared = []
    count = np.bitwise_count
    monkeypatch.setattr(np, "bitwise_count", lambda bits: compared.append(bits.size) or count(bits))  # type: ignore[func-returns-value]
    shots = crowd(3, 10_000, 10_000, 1, 0)
    find_duplicates(shots)
    assert sum(compared) < 10_000**2 / 10


def test_groups_are_what_duplicates_tie_together() -> None:
    originals = {"b": "a", "d": "c", "e": "d", "c": "b", "y": "x"}
    for order in itertools.permutations(originals.items()):
        assert sorted(map(sorted, duplicate_groups(dict(order)))) == [["a", "b", "c", "d", "e"], ["x", "y"]]
    assert duplicate_groups({}) == []


def test_a_shot_is_the_duplicate_of_the_nearest_then_the_earliest() -> None:
    view = textured(1)
    first, second = shot("a", "one", nire=view), shot("b", "two", nire=encoded_again(view, np.random.default_rng()))
    third = replace(shot("c", "three", nire=view), hashes=second.hashes)
    assert find_duplicates([first, second, third])["c"].of == ("a" if first.hashes == second.hashes else "b")
