"""The drawn views: they must be good material for everything that follows, in both bands."""

from functools import cache

import cv2
import numpy as np
import pytest

from nirecap.capture.sim.scene import Scene, cover, open_scenes
from nirecap.capture.sim.srgb import decode_srgb, encode_srgb
from nirecap.capture.sim.views import VIEWS, Canvas
from nirecap.capture.sim.views import materials as of
from nirecap.capture.sim.views.desk import CHART, CHART_CORNER, CHART_PATCH, CHART_PITCH
from nirecap.capture.sim.views.materials import dye, ink
from nirecap.capture.sim.views.patterns import stripes
from nirecap.capture.sim.views.shapes import box

NAMES = list(VIEWS)


@cache
def drawn(name: str, seed: int = 0, width: int = 640, height: int = 360) -> Scene:
    return open_scenes(None, seed).scene(NAMES.index(name), width, height)


def edges(plane: np.ndarray) -> np.ndarray:
    bright = np.log(cv2.GaussianBlur(plane, (0, 0), 1.0))
    return np.hypot(cv2.Sobel(bright, cv2.CV_32F, 1, 0), cv2.Sobel(bright, cv2.CV_32F, 0, 1))


def grey(scene: Scene) -> np.ndarray:
    return scene.visible.mean(axis=2)


def test_there_are_at_least_fourteen_views() -> None:
    source = open_scenes(None)
    assert len(source) >= 14
    assert len({source.name(index) for index in range(len(source))}) == len(source)
    assert open_scenes(None, seed=3).name(0) != source.name(0)


@pytest.mark.parametrize("name", NAMES)
def test_a_view_is_well_exposed_and_textured_in_both_bands(name: str) -> None:
    scene = drawn(name)
    for plane in (scene.visible, scene.infrared, scene.depth):
        assert plane.dtype == np.float32
        assert np.isfinite(plane).all()
    assert 0.12 < scene.visible.mean() < 0.45
    assert scene.visible.min() > 0
    assert scene.visible.max() < 0.93
    assert 0.2 < scene.infrared.mean() < 0.7
    assert 0.5 <= scene.depth.min() <= scene.depth.max() <= 30
    cells = edges(scene.infrared)[: 360 // 40 * 40].reshape(9, 40, 16, 40).mean(axis=(1, 3))
    assert np.mean(cells > 0.02) > 0.9, "alignment needs something to hold on to nearly everywhere"


@pytest.mark.parametrize(("width", "height"), [(320, 180), (333, 250), (90, 160), (700, 200)])
def test_a_view_is_the_same_picture_at_every_size(width: int, height: int) -> None:
    scene, whole = drawn("kitchen", 0, width, height), drawn("kitchen", 0, 1280, 720)
    assert scene.visible.shape == (height, width, 3)
    assert scene.infrared.shape == scene.depth.shape == (height, width)
    for found, expected in ((scene.visible, whole.visible), (scene.infrared, whole.infrared)):
        blurred = [cv2.GaussianBlur(encode_srgb(plane), (0, 0), 2) for plane in (found, cover(expected, width, height))]
        assert np.abs(blurred[0] - blurred[1]).mean() < 0.02


@pytest.mark.parametrize("name", NAMES)
def test_equal_seeds_draw_equal_pictures_and_others_other_ones(name: str) -> None:
    index = NAMES.index(name)
    first, again, other = drawn(name), *(open_scenes(None, seed).scene(index, 640, 360) for seed in (0, 5))
    for layer in ("visible", "infrared", "depth"):
        assert np.array_equal(getattr(first, layer), getattr(again, layer))
    assert np.mean(np.abs(encode_srgb(first.visible) - encode_srgb(other.visible)) > 0.05) > 0.01


def test_any_two_views_differ() -> None:
    small = [cv2.resize(encode_srgb(drawn(name).visible), (32, 18), interpolation=cv2.INTER_AREA) for name in NAMES]
    for number, picture in enumerate(small):
        for other in small[:number]:
            assert np.abs(picture - other).mean() > 0.08


def test_foliage_is_bright_in_nir_and_dark_green_to_the_eye() -> None:
    scene = drawn("garden")
    bush = (slice(30, 80), slice(270, 320))
    red, green, blue = scene.visible[bush].reshape(-1, 3).mean(axis=0)
    assert green > max(red, blue)
    assert scene.infrared[bush].mean() > 4 * green


@pytest.mark.parametrize(("name", "share"), [("bookshelf", 0.35), ("wardrobe", 0.5), ("posters", 0.2), ("window", 0.2)])
def test_dyes_and_inks_have_edges_that_nir_lacks(name: str, share: float) -> None:
    scene = drawn(name)
    seen, infrared = edges(grey(scene)), edges(scene.infrared)
    strong = seen > 1.0
    assert strong.mean() > 0.02
    assert np.mean(infrared[strong] < 0.3 * seen[strong]) > share


def test_ink_and_dye_vanish_and_carbon_stays() -> None:
    canvas = Canvas(320, 180)
    for left, base, print_ in (
        (0, of.PAPER, ink("#1f4e8c")),
        (5, dye("#eeeeee"), dye("#7c1f2a")),
        (10, of.PAPER, of.CARBON),
    ):
        canvas.surface(box(left, 0, 6, 9), base, 2.0)
        canvas.paint(box(left + 0.5, 0, 4, 9), print_, coverage=stripes(1.0))
    visible, infrared, _ = canvas.finish()

    def contrast(plane: np.ndarray, left: float) -> float:
        part = plane[60:120, int((left + 1) * 20) : int((left + 4) * 20)]
        return float(np.log(np.percentile(part, 90) / np.percentile(part, 10)))

    for left in (0, 5):
        assert contrast(visible[..., 0], left) > 1.0
        assert contrast(infrared, left) < 0.15
    assert contrast(infrared, 10) > 2.0


def test_the_chart_on_the_desk_has_24_patches_of_its_colours() -> None:
    scene = drawn("desk", 0, 1280, 720)
    found, wanted = [], []
    for number, colour in enumerate(CHART):
        row, column = divmod(number, 6)
        x, y = (
            80 * (CHART_CORNER[axis] + CHART_PITCH * step + CHART_PATCH / 2) for axis, step in ((0, column), (1, row))
        )
        patch = (slice(int(y) - 12, int(y) + 12), slice(int(x) - 12, int(x) + 12))
        found.append(scene.visible[patch].mean(axis=(0, 1)))
        wanted.append(decode_srgb([int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]))
        assert scene.visible[patch].std(axis=(0, 1)).max() < 0.06, "a patch is even"
    light = np.sum(np.array(found) * np.array(wanted)) / np.sum(np.square(wanted))
    assert np.abs(np.array(found) / light - np.array(wanted)).max() < 0.22
    chroma = [np.array(colours) / np.sum(colours, axis=1, keepdims=True) for colours in (found, wanted)]
    assert np.abs(chroma[0] - chroma[1]).max() < 0.04


def test_depth_follows_the_things() -> None:
    scene = drawn("driveway")
    car, house = scene.depth[300, 260], scene.depth[130, 200]
    assert car < 5
    assert house > 8
