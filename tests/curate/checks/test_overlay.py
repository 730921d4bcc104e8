import cv2
import numpy as np
import pytest

from nirecap.curate.checks.overlay import Overlay, measure_overlay

from .pictures import Grey, texture

LIMIT = 0.003
"""In thresholds.toml."""


def stamped(grey: Grey, text: str = "2024-06-01 22:14") -> Grey:
    return np.asarray(cv2.putText(grey.copy(), text, (20, 40), cv2.FONT_HERSHEY_SIMPLEX, 0.6, 255, 2), np.uint8)


def test_a_clock_in_both_pictures_is_boxed() -> None:
    found = measure_overlay(stamped(texture(15)), stamped(texture(90)))
    assert found.area > LIMIT
    assert (found.x, found.y) == pytest.approx((20 / 480, 26 / 288), abs=0.03)
    assert found.width == pytest.approx(0.37, abs=0.08)
    assert found.height == pytest.approx(0.07, abs=0.04)


def test_a_scene_without_letters_has_none() -> None:
    assert measure_overlay(texture(15), texture(90)) == Overlay(0.0)


def test_a_lamp_in_the_room_is_no_letter() -> None:
    low, nire = texture(15), texture(90)
    for picture in (low, nire):
        cv2.circle(picture, (200, 100), 20, 255, -1)
    assert measure_overlay(low, nire).area < LIMIT
