"""What the preview warns of: planted in simulated views, and absent from good ones."""

from dataclasses import replace

import cv2
import numpy as np
import pytest

from nirecap.capture.aim import Concern, concerns, measure, shown
from nirecap.capture.sim.exposure import expose
from nirecap.capture.sim.optics import Optics
from nirecap.capture.sim.scene import open_scenes
from nirecap.images import Pixels
from nirecap.vocabulary import Mode, Role

SCENES = open_scenes(None)
VIEWS = (0, 2, 8, 14)


def picture(view: int, role: Role, **optics: object) -> Pixels:
    scene = SCENES.scene(view, 320, 180)
    return expose(scene, replace(Optics(), **optics), role, np.random.default_rng(view))  # type: ignore[arg-type]


def found(pixels: Pixels, mode: Mode, best_detail: float = 0.0) -> dict[str, Concern]:
    return {concern.kind: concern for concern in concerns(measure(pixels), mode, best_detail)}


@pytest.mark.parametrize("view", VIEWS)
def test_good_pictures_raise_no_concern(view: int) -> None:
    assert found(picture(view, Role.LOW), Mode.DAY) == {}
    assert found(picture(view, Role.NIRE), Mode.NIGHT) == {}


@pytest.mark.parametrize("view", VIEWS)
def test_mirrored_lamp_is_found_where_it_is(view: int) -> None:
    spoilt = picture(view, Role.NIRE, hot_spot=(0.3, 0.6))
    assert "spot" in found(spoilt, Mode.NIGHT)
    spot = measure(spoilt).spot
    assert spot is not None
    assert (spot.x, spot.y) == (pytest.approx(0.3, abs=0.03), pytest.approx(0.6, abs=0.04))
    assert spot.peak >= 250
    assert 0.01 < spot.radius < 0.1


@pytest.mark.parametrize("view", VIEWS)
def test_narrow_lamp_is_uneven(view: int) -> None:
    assert "uneven" in found(picture(view, Role.NIRE, beam_exponent=12.0), Mode.NIGHT)


def test_light_on_one_side_names_the_other() -> None:
    slope = np.linspace(220, 40, 320).astype(np.uint8)
    pixels = np.broadcast_to(slope[None, :, None], (180, 320, 3)).copy()
    assert found(pixels, Mode.NIGHT)["uneven"].remedy == "turn the lamp to the right"
    assert found(pixels[:, ::-1].copy(), Mode.NIGHT)["uneven"].remedy == "turn the lamp to the left"


@pytest.mark.parametrize("mode", [Mode.DAY, Mode.NIGHT])
def test_black_picture_is_too_dark(mode: Mode) -> None:
    assert set(found(np.full((180, 320, 3), 4, np.uint8), mode)) == {"dark"}


def test_faint_lamp_is_too_dark() -> None:
    assert "dark" in found(np.full((180, 320, 3), 30, np.uint8), Mode.NIGHT)


@pytest.mark.parametrize("role", [Role.LOW, Role.NIRE])
def test_lost_focus_is_blur(role: Role) -> None:
    sharp = picture(2, role)
    mode = Mode.DAY if role is Role.LOW else Mode.NIGHT
    best = measure(sharp).look.detail
    assert "blur" not in found(sharp, mode, best)
    assert "blur" in found(np.asarray(cv2.GaussianBlur(sharp, (0, 0), 2.5), np.uint8), mode, best)


def test_filter_out_in_colour_is_purple() -> None:
    grey = picture(0, Role.NIRE).astype(np.float32)
    purple = np.clip(grey * np.array([1.15, 0.75, 1.1], np.float32), 0, 255).astype(np.uint8)
    assert shown(measure(purple).look) == "purple"
    assert set(found(purple, Mode.DAY)) == {"purple"}


def test_wrong_mode_is_named() -> None:
    assert set(found(picture(0, Role.NIRE), Mode.DAY)) == {"mode"}
    assert set(found(picture(0, Role.LOW), Mode.NIGHT)) == {"mode"}
