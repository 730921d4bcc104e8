from dataclasses import replace

import cv2
import numpy as np
import pytest

from nirecap.capture.sim.light import Light, Part, glass_matrix, lamp_light, light_on_sensor
from nirecap.capture.sim.optics import Optics
from nirecap.capture.sim.scene import Scene

EVEN = Optics(beam_exponent=0, glass_shift=(0, 0), glass_zoom=0, glass_blur=0)


def grey_scene(height: int = 90, width: int = 160, depth: float = 2.0) -> Scene:
    grey = np.full((height, width), 0.4, np.float32)
    return Scene("grey", np.repeat(grey[..., None], 3, axis=2), grey, np.full_like(grey, depth))


def textured_scene(height: int, width: int) -> Scene:
    blobs = cv2.GaussianBlur(np.random.default_rng(3).random((height, width), np.float32), (0, 0), 3)
    plane = np.asarray(cv2.normalize(blobs, None, 0.05, 0.9, cv2.NORM_MINMAX), np.float32)
    return Scene("blobs", np.repeat(plane[..., None], 3, axis=2), plane, np.full_like(plane, 2.0))


def night(scene: Scene, optics: Optics, lux: float = 0.0) -> Light:
    return light_on_sensor(scene, optics, filter_in=False, lamp=True, lux=lux)


def test_lamp_falls_off_with_the_square_of_depth() -> None:
    near, far = (night(grey_scene(depth=depth), EVEN).mean() for depth in (1.5, 4.5))
    assert near / far == pytest.approx(9, rel=1e-4)


def test_lamp_light_has_the_unit_it_claims() -> None:
    at_one_metre = lamp_light(grey_scene(depth=1), replace(EVEN, lamp_lux=50))
    np.testing.assert_allclose(at_one_metre, 0.4 * 50, rtol=1e-4)


def test_beam_is_brightest_on_axis_and_follows_the_cosine() -> None:
    optics = replace(EVEN, beam_exponent=3, field_of_view=90)
    row = lamp_light(grey_scene(91, 161), optics)[45]
    assert row.argmax() == 80
    assert row[0] / row[80] == pytest.approx(np.cos(np.radians(45)) ** 3, rel=0.02)


def test_filter_passes_only_its_leak_of_infrared() -> None:
    blocked = light_on_sensor(grey_scene(), EVEN, filter_in=True, lamp=True, lux=0)
    np.testing.assert_allclose(blocked, night(grey_scene(), EVEN) * EVEN.filter_leak, rtol=1e-4)


def test_filter_leaves_visible_light_alone() -> None:
    optics = replace(EVEN, room_infrared=0)
    by_day, by_night = (light_on_sensor(grey_scene(), optics, filter_in=at, lamp=False, lux=7) for at in (True, False))
    np.testing.assert_allclose(by_day, 7 * 0.4, rtol=1e-5)
    np.testing.assert_allclose(by_day, by_night, rtol=1e-5)


def test_light_is_the_sum_of_room_and_lamp() -> None:
    scene, optics = textured_scene(90, 160), Optics(glass_blur=0)
    room = light_on_sensor(scene, optics, filter_in=False, lamp=False, lux=1)
    np.testing.assert_allclose(night(scene, optics, lux=3), 3 * room + night(scene, optics), rtol=1e-3, atol=1e-3)


def test_hot_spot_outshines_white_paper_and_stays_where_it_is_put() -> None:
    spot = night(grey_scene(), replace(EVEN, hot_spot=(0.25, 0.75))) - night(grey_scene(), EVEN)
    row, column = np.unravel_index(spot[..., 1].argmax(), spot.shape[:2])
    assert (abs(row - 0.75 * 90) <= 1, abs(column - 0.25 * 160) <= 1) == (True, True)
    assert spot.max() > 5 * night(grey_scene(), EVEN).max()
    assert 0 < spot[5, 155, 1] < 0.01 * spot.max()  # the halo reaches far and is faint


@pytest.mark.parametrize("zoom", [-0.004, 0.0015, 0.008])
def test_picture_moves_by_the_matrix_when_the_glass_leaves(zoom: float) -> None:
    scene = textured_scene(360, 640)
    optics = replace(EVEN, glass_shift=(0.8, -0.6), glass_zoom=zoom, room_infrared=0)
    with_glass, without = (
        light_on_sensor(scene, optics, filter_in=at, lamp=False, lux=1)[..., 1] for at in (True, False)
    )
    found = np.eye(2, 3, dtype=np.float32)
    _, found = cv2.findTransformECC(with_glass, without, found, cv2.MOTION_AFFINE)
    corners = np.array([[0, 0, 1], [639, 0, 1], [0, 359, 1], [639, 359, 1]]).T
    assert np.abs((found - glass_matrix(640, 360, optics)) @ corners).max() < 0.1


def test_glass_moves_the_picture_by_the_same_angle_at_any_size() -> None:
    small, large = (glass_matrix(width, width // 2, Optics())[:, 2] for width in (640, 1280))
    np.testing.assert_allclose(large, 2 * small, atol=1e-3)


@pytest.mark.parametrize("filter_in", [True, False])
def test_a_part_has_the_light_that_it_has_in_the_whole(filter_in: bool) -> None:
    whole = textured_scene(90, 160)
    optics = Optics(hot_spot=(0.5, 0.6), beam_exponent=3, glass_shift=(9, -7), glass_zoom=0.01, glass_blur=4)
    rows, columns = slice(30, 80), slice(70, 150)
    part = Scene("part", *(plane[rows, columns] for plane in (whole.visible, whole.infrared, whole.depth)))
    of_whole = light_on_sensor(whole, optics, filter_in=filter_in, lamp=True, lux=1)[rows, columns]
    of_part = light_on_sensor(part, optics, filter_in=filter_in, lamp=True, lux=1, part=Part(160, 90, 70, 30))
    inner = slice(6, -6), slice(6, -6)  # of the borders some light comes from beyond
    np.testing.assert_allclose(of_part[inner], of_whole[inner], rtol=1e-3, atol=1e-4)


def test_light_is_never_negative() -> None:
    stripes = np.zeros((60, 80), np.float32)
    stripes[:, ::4] = 1
    scene = Scene("stripes", np.repeat(stripes[..., None], 3, axis=2), stripes, np.ones_like(stripes))
    assert night(scene, Optics(glass_blur=0), lux=1).min() >= 0
