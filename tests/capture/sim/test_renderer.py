from dataclasses import replace

import numpy as np
import pytest

from nirecap.capture.sim.daynight import DAY_PATH, NIGHT_PATH, PURPLE_PATH, Path
from nirecap.capture.sim.exposure import meter_view, metered_exposure
from nirecap.capture.sim.light import light_on_sensor
from nirecap.capture.sim.optics import Optics
from nirecap.capture.sim.renderer import Renderer, SceneLights, View
from nirecap.capture.sim.scene import Scene
from nirecap.capture.sim.sensor import develop

OPTICS = Optics()


def scene() -> Scene:
    rng = np.random.default_rng(4)
    visible = np.kron(rng.uniform(0, 0.6, (6, 10, 3)), np.ones((12, 12, 1))).astype(np.float32)
    return Scene("patches", visible, visible.mean(axis=2), np.full(visible.shape[:2], 2.0, np.float32))


def renderer(optics: Optics = OPTICS) -> Renderer:
    return Renderer(120, 72, optics, np.random.default_rng(0))


@pytest.mark.parametrize("path", [DAY_PATH, PURPLE_PATH, NIGHT_PATH])
def test_frames_are_the_pictures_of_the_optical_model(path: Path) -> None:
    quiet = replace(OPTICS, noise_kept=0)
    view = View(path, lamp=float(not path.filter_in), lux=3.0)
    light = light_on_sensor(scene(), quiet, filter_in=path.filter_in, lamp=view.lamp > 0, lux=3.0)
    noise = np.zeros((72, 120, 3) if path.colour else (72, 120), np.int16)
    exposure = metered_exposure(meter_view(light), quiet)
    expected = develop(light, exposure, quiet, colour=path.colour, noise=noise).astype(int)
    lights = SceneLights(scene(), quiet)
    assert lights.exposure_goal(view) == pytest.approx(exposure, rel=1e-4)
    assert np.abs(renderer(quiet).frame(lights, view, exposure) - expected).max() <= 1


def test_two_frames_differ_by_noise_alone() -> None:
    lights, camera, view = SceneLights(scene(), OPTICS), renderer(), View(DAY_PATH, lamp=0.0, lux=1.0)
    first, second = (camera.frame(lights, view, 0.5).astype(float) for _ in range(2))
    assert (first != second).mean() > 0.5
    assert abs(first.mean() - second.mean()) < 1
    noise = first - second
    assert abs(np.corrcoef(noise[:, 1:].ravel(), noise[:, :-1].ravel())[0, 1]) < 0.6


def test_a_change_of_anything_shows_in_the_next_frame() -> None:
    bright, camera = SceneLights(scene(), OPTICS), renderer()
    dark_scene = replace(scene(), visible=scene().visible * 0.1)
    view = View(DAY_PATH, lamp=0.0, lux=1.0)
    before = camera.frame(bright, view, 0.5).mean()
    assert camera.frame(bright, view, 0.1).mean() < 0.8 * before
    assert camera.frame(bright, replace(view, lux=0.1), 0.5).mean() < 0.8 * before
    assert camera.frame(SceneLights(dark_scene, OPTICS), view, 0.5).mean() < 0.8 * before
    assert camera.frame(bright, view, 0.5).mean() == pytest.approx(before, rel=0.05)
    assert np.ptp(camera.frame(bright, replace(view, path=NIGHT_PATH), 0.5), axis=2).max() == 0


def test_frames_handed_out_are_not_written_again() -> None:
    lights, camera, view = SceneLights(scene(), OPTICS), renderer(), View(NIGHT_PATH, lamp=1.0, lux=1.0)
    first = camera.frame(lights, view, 0.5)
    kept = first.copy()
    camera.frame(lights, view, 0.4)
    assert np.array_equal(first, kept)
