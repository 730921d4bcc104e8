"""What a user relies on: the measured affine is the true one, to a fraction of a pixel, or confidence says it isn't."""

import math
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from nirecap.curate.checks.alignment import Alignment, measure_alignment
from nirecap.errors import ImageError
from nirecap.images import Pixels, read_image

SCENES = Path(__file__).parents[4] / "shared" / "data" / "scenes"
needs_scenes = pytest.mark.skipif(not SCENES.is_dir(), reason="the scenes of ../shared/data are not here")

CONFIDENT = 0.3
MISALIGNED_PX = 1.3
CLEAN = (0.0, 0.0, 0.0, 1.0)
MOTIONS = {
    "clean": CLEAN,
    "shift": (1.4, -1.5, 0, 1),
    "zoom in": (0, 0, 0, 1.008),
    "zoom out": (0, 0, 0, 0.992),
    "rotation": (0, 0, 0.5, 1),
    "far shift": (-19, 12, 0, 1),
    "far zoom": (0, 0, 0, 1.05),
    "far rotation": (0, 0, -5, 1),
    "all at once": (12, -14, 4, 0.96),
}
"""dx, dy in pixels at the centre, degrees, zoom."""

Motion = tuple[float, float, float, float]
Matrix = NDArray[np.float64]


def planted(width: int, height: int, motion: Motion) -> Matrix:
    """The 2 x 3 affine of a motion about the image centre."""
    dx, dy, degrees, zoom = motion
    c, s = zoom * math.cos(math.radians(degrees)), zoom * math.sin(math.radians(degrees))
    linear, centre = np.array([[c, -s], [s, c]]), np.array([width - 1, height - 1]) / 2
    return np.column_stack([linear, centre + np.array([dx, dy]) - linear @ centre])


def moved(image: Pixels, motion: Motion) -> Pixels:
    height, width = image.shape[:2]
    matrix = planted(width, height, motion)
    border = cv2.BORDER_REFLECT_101
    return np.asarray(
        cv2.warpAffine(image, matrix, (width, height), flags=cv2.INTER_CUBIC, borderMode=border), np.uint8
    )


def corner_error(found: Alignment, shape: tuple[int, ...], motion: Motion) -> float:
    height, width = shape[:2]
    corners = np.array([[x, y, 1] for x in (0, width - 1) for y in (0, height - 1)], float)
    difference = np.reshape(found.matrix, (2, 3)) - planted(width, height, motion)
    return float(np.linalg.norm(corners @ difference.T, axis=1).max())


def texture(width: int, height: int, rng: np.random.Generator) -> NDArray[np.float32]:
    """Overlapping discs and strips of random reflectance in [0, 1]: edges in all directions."""
    canvas = np.full((height, width), 0.5, np.float32)
    for _ in range(120):
        centre = (int(rng.integers(width)), int(rng.integers(height)))
        radius = int(rng.integers(width // 60 + 2, width // 10 + 3))
        if rng.random() < 0.5:
            cv2.circle(canvas, centre, radius, rng.random(), -1, cv2.LINE_AA)
        else:
            box = cv2.boxPoints((centre, (radius * 2.0, radius * 0.7), rng.uniform(0, 180)))
            cv2.fillPoly(canvas, [np.rint(box).astype(np.int32)], rng.random(), cv2.LINE_AA)
    return canvas


def photograph(light: NDArray[Any], rng: np.random.Generator, exposure: float, well: float = 1500) -> Pixels:
    """Shot and read noise on linear light in [0, 1], developed with gamma 2.2."""
    electrons = rng.poisson(light * exposure * well) + rng.normal(0, 2.5, light.shape)
    return np.rint(255 * np.clip(electrons / well, 0, 1) ** (1 / 2.2)).astype(np.uint8)


def lamp(height: int, width: int) -> NDArray[np.float32]:
    y, x = np.mgrid[:height, :width].astype(np.float32)
    return np.asarray(0.9 / (1 + 4 * ((x / width - 0.5) ** 2 + (y / height - 0.45) ** 2)), np.float32)


def as_rgb(grey: Pixels) -> Pixels:
    return np.repeat(grey[..., None], 3, axis=2)


def drawn_pair(width: int, height: int, motion: Motion, seed: int = 0) -> tuple[Pixels, Pixels]:
    """A dark picture of a drawn texture and a bright one of its negative, moved."""
    rng = np.random.default_rng(seed)
    reflectance = texture(width, height, rng)
    negative = as_rgb(np.rint(255 * (1 - reflectance)).astype(np.uint8))
    turned = moved(negative, motion)[..., 0] / np.float32(255)
    low = photograph(np.repeat(reflectance[..., None], 3, axis=2) ** 2.2, rng, exposure=0.06)
    return low, as_rgb(photograph(turned**2.2 * lamp(height, width), rng, exposure=0.8, well=8000))


def real_pair(scene: str, motion: Motion, seed: int = 0) -> tuple[Pixels, Pixels]:
    """A real scene, darkened and noisy, and its NIR picture by lamp light, moved; half of them through JPEG."""
    rng = np.random.default_rng([seed, *scene.encode()])
    rgb, nir = (read_image(SCENES / f"{scene}_{kind}.png") for kind in ("rgb", "nir"))
    low = photograph((rgb / 255) ** 2.2, rng, exposure=rng.uniform(0.03, 0.15))
    light = (moved(nir, motion)[..., 0] / 255) ** 2.2 * lamp(*nir.shape[:2])
    nire = as_rgb(photograph(light, rng, exposure=rng.uniform(0.5, 1), well=8000))
    return (_compressed(low), _compressed(nire)) if rng.random() < 0.5 else (low, nire)


def _compressed(pixels: Pixels) -> Pixels:
    _, content = cv2.imencode(".jpg", pixels, [cv2.IMWRITE_JPEG_QUALITY, 75])
    return np.asarray(cv2.imdecode(content, cv2.IMREAD_COLOR), np.uint8)


def val_scenes(first: int) -> list[str]:
    """Every third scene of the val split."""
    rows = (line.split(",") for line in (SCENES / "scenes.csv").read_text().splitlines()[1:])
    return sorted(row[0] for row in rows if row[2] == "val")[first::3]


class TestDrawnPairs:
    @pytest.mark.parametrize("motion", MOTIONS.values(), ids=MOTIONS.keys())
    def test_finds_the_planted_motion_in_the_negative(self, motion: Motion) -> None:
        low, nire = drawn_pair(512, 340, motion)
        found = measure_alignment(low, nire)
        assert corner_error(found, low.shape, motion) < 0.4
        assert found.confidence > 0.8

    def test_scores_say_what_the_matrix_says(self) -> None:
        found = measure_alignment(*drawn_pair(512, 340, (6, -3, 2, 1.02)))
        assert (found.dx, found.dy) == pytest.approx((6, -3), abs=0.15)
        assert found.rotation_deg == pytest.approx(2, abs=0.05)
        assert found.scale == pytest.approx(1.02, abs=0.001)
        corners = np.array([[0, 0, 1], [511, 0, 1], [0, 339, 1], [511, 339, 1]], float)
        displaced = corners @ np.reshape(found.matrix, (2, 3)).T - corners[:, :2]
        assert found.corner_px == pytest.approx(np.linalg.norm(displaced, axis=1).max())

    @pytest.mark.parametrize("size", [(1280, 720), (720, 1280), (1919, 1081)])
    def test_works_in_the_pixels_of_large_pictures(self, size: tuple[int, int]) -> None:
        motion = (20.0, -11.0, 1.5, 0.98)
        low, nire = drawn_pair(*size, motion)
        assert corner_error(measure_alignment(low, nire), low.shape, motion) < 0.4 * max(size) / 640

    def test_a_known_point_of_low_maps_to_where_it_is_in_nire(self) -> None:
        dot = np.array([900, 250, 1])
        low, nire = drawn_pair(1280, 720, CLEAN, seed=3)
        cv2.circle(low, (900, 250), 4, (255, 255, 255), -1)
        cv2.circle(nire, (900, 250), 4, (0, 0, 0), -1)
        nire = np.roll(nire, (4, 7), axis=(0, 1))
        assert nire[254, 907].max() == 0
        matrix = np.reshape(measure_alignment(low, nire).matrix, (2, 3))
        assert matrix @ dot == pytest.approx((907, 254), abs=0.3)

    def test_a_time_drawn_over_both_pictures_has_no_vote(self) -> None:
        motion = (14.0, 9.0, 0.0, 1.0)
        low, nire = drawn_pair(512, 340, motion)
        for picture in (low, nire):
            cv2.putText(picture, "2024-11-22 15:42:16", (8, 18), cv2.FONT_HERSHEY_SIMPLEX, 0.5, (255, 255, 255))
        assert corner_error(measure_alignment(low, nire), low.shape, motion) < 0.5

    def test_pictures_stay_untouched(self) -> None:
        low, nire = drawn_pair(256, 170, CLEAN)
        before = low.copy(), nire.copy()
        measure_alignment(low, nire)
        assert np.array_equal(low, before[0])
        assert np.array_equal(nire, before[1])


@needs_scenes
class TestRealScenes:
    def test_half_a_pixel_on_clean_and_moved_pairs(self) -> None:
        """The scenes' own registration is off by 0.35 px at a corner, and street_0006 by 3: that is most of this."""
        errors = []
        for scene in val_scenes(0):
            for motion in MOTIONS.values():
                low, nire = real_pair(scene, motion)
                errors.append(corner_error(measure_alignment(low, nire), low.shape, motion))
        assert np.median(errors) < 0.5
        assert np.percentile(errors, 75) < 0.75

    def test_tells_moved_from_clean(self) -> None:
        flagged = {
            name: [
                found.confidence > CONFIDENT and found.corner_px > MISALIGNED_PX
                for scene in val_scenes(1)
                for found in [measure_alignment(*real_pair(scene, MOTIONS[name], seed=1))]
            ]
            for name in ("clean", "shift", "zoom in", "zoom out", "rotation")
        }
        assert sum(flagged.pop("clean")) <= 1
        assert all(sum(found) >= len(found) - 1 for found in flagged.values())


class TestNothingToMeasure:
    @pytest.mark.parametrize(
        ("low_level", "nire_level"), [(0, 0), (0, 128), (255, 255), (17, 90)], ids=["black", "no low", "white", "flat"]
    )
    def test_constant_pictures_have_no_confidence(self, low_level: int, nire_level: int) -> None:
        shape = (170, 256, 3)
        found = measure_alignment(np.full(shape, low_level, np.uint8), np.full(shape, nire_level, np.uint8))
        assert found.confidence == 0
        assert np.isfinite(found.matrix).all()

    def test_one_constant_picture_has_no_confidence(self) -> None:
        low, nire = drawn_pair(256, 170, CLEAN)
        assert measure_alignment(np.zeros_like(low), nire).confidence == 0
        assert measure_alignment(low, np.full_like(nire, 200)).confidence == 0

    def test_noise_alone_has_no_confidence(self) -> None:
        rng = np.random.default_rng(0)
        _, nire = drawn_pair(512, 340, CLEAN)
        low = np.clip(rng.normal(4, 3, nire.shape), 0, 255).astype(np.uint8)
        assert measure_alignment(low, nire).confidence < CONFIDENT / 2

    def test_unrelated_pictures_have_no_confidence(self) -> None:
        confidences = [
            measure_alignment(
                drawn_pair(512, 340, CLEAN, seed)[0], drawn_pair(512, 340, CLEAN, seed + 50)[1]
            ).confidence
            for seed in range(8)
        ]
        assert max(confidences) < CONFIDENT / 2

    def test_common_jpeg_blocks_are_no_evidence(self) -> None:
        rng = np.random.default_rng(0)
        _, nire = drawn_pair(512, 340, CLEAN)
        low = np.clip(rng.normal(4, 3, nire.shape), 0, 255).astype(np.uint8)
        assert measure_alignment(_compressed(low), _compressed(nire)).confidence < CONFIDENT / 2

    def test_a_tiny_picture_is_measured_without_a_fuss(self) -> None:
        low, nire = drawn_pair(32, 32, CLEAN)
        found = measure_alignment(low, nire)
        assert np.isfinite([*found.matrix, found.residual, found.confidence]).all()
        assert 0 <= found.confidence <= 1


class TestBadInput:
    def test_different_sizes_are_named(self) -> None:
        low, nire = drawn_pair(64, 48, CLEAN)
        with pytest.raises(ImageError, match=r"low is 64x48 but nire is 60x48"):
            measure_alignment(low, nire[:, :60])

    @pytest.mark.parametrize("shape", [(8, 8, 3), (12, 400, 3), (20, 4000, 3)])
    def test_too_small_or_narrow_is_named(self, shape: tuple[int, int, int]) -> None:
        picture = np.zeros(shape, np.uint8)
        with pytest.raises(ImageError, match=f"{shape[1]}x{shape[0]} is too small or too narrow"):
            measure_alignment(picture, picture)
