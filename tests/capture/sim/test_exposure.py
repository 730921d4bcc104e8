from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from nirecap.capture.sim.exposure import expose, meter_view, metered_exposure
from nirecap.capture.sim.light import glass_matrix, light_on_sensor
from nirecap.capture.sim.optics import Optics, random_optics
from nirecap.capture.sim.scene import Scene, open_scenes
from nirecap.capture.sim.sensor import develop, noise_field
from nirecap.vocabulary import Role

SCENES = Path(__file__).parents[4] / "shared" / "data" / "scenes"


def room(height: int = 180, width: int = 320) -> Scene:
    """A room of coloured, differently lit patches, from dark to white."""
    rng = np.random.default_rng(5)
    patches = rng.uniform(0.02, 0.5, (height // 20, width // 20, 3)).astype(np.float32)
    visible = np.kron(patches, np.ones((20, 20, 1), np.float32))
    infrared = np.kron(rng.uniform(0.1, 0.6, patches.shape[:2]), np.ones((20, 20))).astype(np.float32)
    return Scene("patches", visible, infrared, np.full_like(infrared, 2.5))


def taken(role: Role, optics: Optics | None = None, seed: int = 0) -> np.ndarray:
    return expose(room(), optics or Optics(), role, np.random.default_rng(seed))


def test_equal_seeds_take_equal_pictures_and_others_do_not() -> None:
    assert np.array_equal(taken(Role.LOW), taken(Role.LOW))
    assert not np.array_equal(taken(Role.LOW), taken(Role.LOW, seed=1))


def test_low_is_dark_and_the_lit_and_the_night_picture_are_not() -> None:
    means = {role: float(taken(role).mean()) for role in Role}
    assert 8 < means[Role.LOW] < 40
    assert all(85 < mean < 135 for role, mean in means.items() if role != Role.LOW), means


def test_pictures_without_filter_are_grey_and_others_are_not() -> None:
    for role in Role:
        spread = np.ptp(taken(role), axis=2).max()
        assert (spread == 0) == (role in (Role.NIRE, Role.REFERENCE_NIRE))


def test_low_is_noisy_and_reference_clean() -> None:
    low, reference = (taken(role)[62:78, 62:78].astype(float) for role in (Role.LOW, Role.REFERENCE))
    assert (low.std(axis=(0, 1)) / low.mean(axis=(0, 1))).min() > 0.1
    assert (reference.std(axis=(0, 1)) / reference.mean(axis=(0, 1))).max() < 0.03


def test_colour_without_filter_is_purple() -> None:
    grey = np.full((90, 160), 0.3, np.float32)
    scene = Scene("grey", np.repeat(grey[..., None], 3, axis=2), grey, np.full_like(grey, 2.5))
    optics = Optics()
    light = light_on_sensor(scene, optics, filter_in=False, lamp=True, lux=optics.dim_lux)
    noise = noise_field(np.random.default_rng(0), 90, 160, optics, colour=True)
    exposure = metered_exposure(meter_view(light), optics)
    red, green, blue = develop(light, exposure, optics, colour=True, noise=noise).mean(axis=(0, 1))
    assert (red + blue) / 2 > 1.15 * green
    assert red > blue > green


def test_exposure_meets_its_target_or_its_limits() -> None:
    optics = Optics()
    flat = np.ones((36, 64, 3), np.float32)
    assert metered_exposure(flat * 0.01, optics) == pytest.approx(optics.longest_shutter * optics.highest_gain)
    assert metered_exposure(flat * 1e9, optics) == pytest.approx(1e-4)
    assert metered_exposure(flat * 20, optics) == pytest.approx(metered_exposure(flat * 10, optics) / 2, rel=1e-4)


def test_highlights_are_kept_under_white() -> None:
    light = np.full((36, 64, 3), 1.0, np.float32)
    light[:4] = 60.0
    optics = Optics()
    exposure = metered_exposure(light, optics)
    assert 60 * exposure * optics.electrons_per_lux_second / optics.full_well < 1


def test_black_scene_is_exposed_too() -> None:
    nothing = np.zeros((40, 64), np.float32)
    scene = Scene("black", np.zeros((40, 64, 3), np.float32), nothing, np.ones_like(nothing))
    assert expose(scene, Optics(), Role.LOW, np.random.default_rng(0)).mean() < 10


def test_random_optics_vary_and_keep_good_shots_good() -> None:
    drawn = [random_optics(np.random.default_rng(seed)) for seed in range(200)]
    assert len({optics.dim_lux for optics in drawn}) == 200
    corner = np.array([1279, 719, 1])
    for optics in drawn:
        assert optics.hot_spot is None
        assert np.hypot(*(glass_matrix(1280, 720, optics) @ corner - corner[:2])) < 2
        assert np.abs(optics.glass_shift).max() < 1
        assert optics.lit_lux / optics.dim_lux > 10


@pytest.mark.skipif(not SCENES.is_dir(), reason="the registered RGB + NIR scenes are not at ../shared/data/scenes")
def test_real_scenes_come_out_as_a_night_camera_shows_them() -> None:
    source = open_scenes(SCENES)
    means = []
    for index in range(0, len(source), 7):
        rng = np.random.default_rng(index)
        scene, optics = source.scene(index, None, None), random_optics(rng)
        means.append([expose(scene, optics, role, rng).mean() for role in (Role.LOW, Role.NIRE, Role.REFERENCE)])
    low, nire, reference = np.median(means, axis=0)
    assert (8 < low < 40, 80 < nire < 130, 80 < reference < 130) == (True, True, True)
    assert (np.array(means)[:, 0] < 0.6 * np.array(means)[:, 2]).mean() > 0.9


def test_hot_spot_saturates_the_night_picture_only() -> None:
    optics = replace(Optics(), hot_spot=(0.5, 0.5), hot_spot_radius=0.03)
    assert taken(Role.NIRE, optics)[88:92, 158:162].min() == 255
    assert np.array_equal(taken(Role.LOW, optics), taken(Role.LOW))
