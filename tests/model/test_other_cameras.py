"""Cameras that are drawn: their tones rise, grey stays grey, and each fault is in some and not in others."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from nirecap.images import Pixels
from nirecap.model.other_cameras import Camera, draw_camera, more_noise, processed, tone_table, toned

CAMERAS = [draw_camera(np.random.default_rng(seed)) for seed in range(200)]
PLAIN = Camera((1, 1, 1), 0, 0, "none", 0, 1, 1, 1, 0, 0, None)


def noisy(*tint: int) -> Pixels:
    grain = np.random.default_rng(0).normal(0, 12, (40, 48, 3))
    return np.asarray(np.clip(np.array(tint) + grain, 0, 255), np.uint8)


@given(st.sampled_from(CAMERAS))
def test_tones_never_fall(camera: Camera) -> None:
    table = tone_table(camera).astype(int)
    assert (np.diff(table) >= 0).all()
    assert table[255] > 200
    assert table[0] < 10


@given(st.sampled_from(CAMERAS))
def test_a_picture_stays_a_picture_and_grey_stays_grey(camera: Camera) -> None:
    sent = processed(noisy(60, 40, 20), camera)
    assert (sent.shape, sent.dtype) == ((40, 48, 3), np.uint8)
    grey = np.repeat(noisy(60, 60, 60)[..., :1], 3, axis=2)
    spread = np.ptp(processed(grey, camera).astype(int), axis=2)
    assert spread.max() <= (8 if camera.encoder else 1)


def test_a_camera_without_faults_sends_what_it_saw() -> None:
    assert (processed(noisy(60, 40, 20), PLAIN) == noisy(60, 40, 20)).all()
    noise = np.arange(-6, 6, dtype=np.int16).reshape(2, 2, 3)
    assert (more_noise(noise, PLAIN, np.random.default_rng(0)) == noise).all()


@pytest.mark.parametrize("smoothing", ["gaussian", "median", "bilateral", "chroma"])
def test_smoothing_takes_noise(smoothing: str) -> None:
    camera = replace(PLAIN, smoothing=smoothing, strength=0.5)  # type: ignore[arg-type]
    assert processed(noisy(90, 90, 90), camera).std() < 0.95 * noisy(90, 90, 90).std()


def test_colour_and_sharpness_are_lost() -> None:
    def colour(picture: Pixels) -> float:
        return float(np.ptp(picture.astype(float).mean(axis=(0, 1))))

    assert colour(toned(noisy(90, 60, 30), replace(PLAIN, saturation=0.5))) == pytest.approx(30, abs=2)
    soft = processed(noisy(90, 90, 90), replace(PLAIN, softness=1.6))
    assert np.diff(soft.astype(float), axis=1).std() < 0.8 * np.diff(noisy(90, 90, 90).astype(float), axis=1).std()


def test_blotches_are_wide_and_bands_run_along_rows() -> None:
    none = np.zeros((64, 64, 3), np.int16)
    rng = np.random.default_rng(0)
    blotched, banded = (
        more_noise(none, replace(PLAIN, **{kind: 0.5}), rng).astype(float) for kind in ("blotches", "banding")
    )
    assert np.corrcoef(blotched[:, 1:].ravel(), blotched[:, :-1].ravel())[0, 1] > 0.8
    assert np.ptp(banded, axis=(1, 2)).max() == 0
    assert banded.std() > 10


def test_each_fault_is_in_some_cameras() -> None:
    for share in (
        np.mean([camera.blotches > 0 for camera in CAMERAS]),
        np.mean([camera.banding > 0 for camera in CAMERAS]),
        np.mean([camera.softness > 1 for camera in CAMERAS]),
        np.mean([camera.saturation != 1 for camera in CAMERAS]),
        np.mean([camera.encoder is not None for camera in CAMERAS]),
    ):
        assert 0.1 < share < 0.9
    assert len({camera.smoothing for camera in CAMERAS}) == 5
