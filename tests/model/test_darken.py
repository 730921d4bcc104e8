"""Darkened frames: what is dark is noisy, what was lit stays the truth, and a crop is a part of its frame."""

from dataclasses import replace

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from nirecap.capture.sim.srgb import encode_srgb
from nirecap.dataset_card.training_set import Cut, cut_out
from nirecap.model.darken import DARKEST, Darkened, darken, draw_night
from nirecap.model.frames import Frame
from nirecap.model.lit_scene import guess, scene_of_part

HEIGHT, WIDTH = 120, 160
Plane = NDArray[np.float32]


def texture(seed: int, *shape: int, low: float = 0.02, high: float = 0.8) -> Plane:
    """Return smooth random light of a view, linear."""
    field = cv2.GaussianBlur(np.random.default_rng(seed).random(shape, np.float32), (0, 0), 2)
    return np.asarray(cv2.normalize(field, None, low, high, cv2.NORM_MINMAX), np.float32)


def levels(light: Plane) -> NDArray[np.uint8]:
    return np.asarray(np.rint(encode_srgb(light) * 255), np.uint8)


def lit(share: float = 0.5, seed: int = 0) -> Frame:
    """Return a lit frame whose N_f is visible light to a share, and NIR of a texture of its own for the rest."""
    visible = texture(seed, HEIGHT, WIDTH)
    colour = np.stack([visible, visible * 0.8, visible * 0.5], axis=-1)
    infrared = share * colour @ np.array([0.299, 0.587, 0.114], np.float32) + (1 - share) * texture(
        seed + 1, HEIGHT, WIDTH
    )
    return Frame("night/1", "hall", levels(colour), levels(infrared))


def flat(level: int = 120) -> Frame:
    return Frame("flat", "flat", np.full((64, 64, 3), level, np.uint8), np.full((64, 64), level, np.uint8))


def made(seed: int, cut: Cut | None = None, frame: Frame | None = None) -> Darkened:
    return darken(frame or lit(), np.random.default_rng(seed), cut)


def correlation(one: Plane, other: Plane) -> float:
    return float(np.corrcoef(one.ravel(), other.ravel())[0, 1])


def test_equal_states_make_equal_images_and_others_make_others() -> None:
    one, again, other = (darken(lit(), np.random.default_rng(seed), whole=(24, 32)) for seed in (5, 5, 6))
    for name in ("low", "nire", "whole"):
        assert (getattr(one, name) == getattr(again, name)).all()
    assert (one.low != other.low).any()
    assert (one.nire != other.nire).any()


def test_the_frame_is_left_alone() -> None:
    frame, before = lit(), lit()
    cut = Cut(20, 10, 80, 60, flipped=True, quarter_turns=1)
    dark = made(3, cut, frame)
    assert (frame.visible == before.visible).all()
    assert (frame.infrared == before.infrared).all()
    assert dark.low.shape == (80, 60, 3)
    assert dark.nire.shape == (80, 60)
    assert {image.dtype.name for image in (dark.low, dark.nire)} == {"uint8"}


@pytest.mark.parametrize("seed", range(4))
def test_a_crop_is_flipped_and_turned_as_told(seed: int) -> None:
    cut = Cut(20, 10, 80, 60)
    straight, turned = made(seed, cut), made(seed, replace(cut, flipped=True, quarter_turns=3))
    lay = Cut(0, 0, 80, 60, flipped=True, quarter_turns=3)
    for name in ("low", "nire"):
        assert (cut_out(getattr(straight, name), lay) == getattr(turned, name)).all()


@pytest.mark.parametrize("seed", range(8))
def test_a_crop_has_the_lamp_and_the_exposure_of_its_frame(seed: int) -> None:
    cut = Cut(70, 50, 64, 48)
    crop, frame = made(seed, cut), made(seed)
    for name, most in (("nire", 8), ("low", 8)):
        one, other = (image.astype(np.float32) for image in (getattr(crop, name), cut_out(getattr(frame, name), cut)))
        smooth_one, smooth_other = (cv2.GaussianBlur(image, (0, 0), 3)[6:-6, 6:-6] for image in (one, other))
        assert np.abs(smooth_one - smooth_other).mean() < most


def test_frames_are_darkened_from_almost_black_to_dim() -> None:
    means = [made(seed, Cut(0, 0, WIDTH, HEIGHT)).low.mean() for seed in range(60)]
    assert min(means) > 1
    assert max(means) < lit().visible.mean() * 1.3
    assert sum(mean < 15 for mean in means) > 5
    assert sum(mean > 35 for mean in means) > 5
    assert np.median(means) < lit().visible.mean() / 2


def test_the_darkest_view_is_not_black() -> None:
    shadow = Frame("shadow", "shadow", np.full((64, 64, 3), 3, np.uint8), np.full((64, 64), 3, np.uint8))
    dark = [made(seed, frame=shadow).low.mean() for seed in range(12)]
    assert np.median(dark) > DARKEST / 3


def test_noise_grows_as_light_falls() -> None:
    light, noise = [], []
    for seed in range(80):
        rng = np.random.default_rng(seed)
        night = draw_night(flat(), np.random.default_rng(seed))
        low = darken(flat(), rng).low.astype(np.float32)[8:-8, 8:-8]
        electrons = night.optics.dim_lux * night.optics.electrons_per_lux_second * night.optics.longest_shutter
        light.append(electrons / night.optics.noise_kept**2)
        noise.append(low.std(axis=(0, 1)).mean() / max(low.mean(), 1))
    ranks = [np.argsort(np.argsort(values)).astype(np.float32) for values in (light, noise)]
    assert correlation(*ranks) < -0.5


def test_the_view_of_the_whole_frame_is_as_bright_as_the_frame() -> None:
    """The CEM learns its gains on it; in the darkest images a third of a level is much."""
    shares = []
    for seed in range(40):
        dark = darken(flat(40), np.random.default_rng(seed), whole=(64, 64))
        assert dark.whole is not None
        if 4 < dark.low.mean() < 20:
            shares.append(dark.whole.mean() / dark.low.mean())
    assert len(shares) > 10
    assert np.mean(shares) == pytest.approx(1, abs=0.02)


def test_n_falls_off_and_mirrors_the_lamp() -> None:
    hot, falls = 0, []
    for seed in range(60):
        night = draw_night(flat(), np.random.default_rng(seed))
        dark = made(seed, frame=flat())
        if night.optics.hot_spot:
            row, column = (int(share * 64) for share in night.optics.hot_spot[::-1])
            hot += int(dark.nire[row, column]) > dark.nire.mean() + 20
        falls.append(dark.nire[20:44, 20:44].mean() / max(dark.nire[:8, :8].mean(), 1))
    assert hot >= 10
    assert np.median(falls) > 1.1


def test_visible_light_is_taken_off_n_where_there_is_some() -> None:
    nir = texture(1, HEIGHT, WIDTH)
    gains, taken = [], {0.0: [], 0.5: []}
    for seed in range(20):
        for share, of_share in taken.items():
            frame = lit(share)
            drawn = guess(frame, np.random.default_rng(seed))
            of_share.append(drawn.taken_off)
            if share:
                seen = scene_of_part(frame, replace(drawn, vanished=drawn.vanished * 0), 0, 0, WIDTH, HEIGHT)
                before = correlation(frame.infrared.astype(np.float32), nir)
                gains.append(correlation(seen.infrared, nir) - before)
    assert np.mean(gains) > 0.03
    assert min(gains) > -0.05
    assert np.mean(taken[0.0]) < np.mean(taken[0.5])


def test_structure_vanishes_from_n_in_some_places_of_some_frames() -> None:
    frame = lit(0)
    lost = []
    for seed in range(40):
        drawn = guess(frame, np.random.default_rng(seed))
        kept = scene_of_part(frame, replace(drawn, vanished=drawn.vanished * 0), 0, 0, WIDTH, HEIGHT)
        changed = np.abs(scene_of_part(frame, drawn, 0, 0, WIDTH, HEIGHT).infrared - kept.infrared) > 1e-3
        lost.append(changed.mean())
    assert 8 < sum(share == 0 for share in lost) < 32
    assert 0.02 < np.mean([share for share in lost if share]) < 0.6


@pytest.mark.parametrize("seed", range(6))
def test_the_small_copy_is_the_whole_frame(seed: int) -> None:
    made = darken(lit(), np.random.default_rng(seed), whole=(30, 40))
    shrunk = cv2.resize(made.low, (40, 30), interpolation=cv2.INTER_AREA).astype(np.float32)
    assert made.whole is not None
    assert made.whole.shape == (30, 40, 3)
    assert made.whole.mean() == pytest.approx(shrunk.mean(), abs=2, rel=0.12)
    assert darken(lit(), np.random.default_rng(seed)).whole is None


@pytest.mark.parametrize("size", [(1, 1), (3, 200), (16, 16)])
def test_tiny_frames_are_darkened(size: tuple[int, int]) -> None:
    frame = Frame("tiny", "tiny", np.full((*size, 3), 90, np.uint8), np.full(size, 90, np.uint8))
    for seed in range(12):
        assert made(seed, frame=frame).low.shape == (*size, 3)


@pytest.mark.parametrize("level", [0, 255])
def test_black_and_white_frames_are_darkened(level: int) -> None:
    for seed in range(6):
        dark = made(seed, frame=flat(level))
        assert dark.low.shape == (64, 64, 3)
