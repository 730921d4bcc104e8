"""From a scene to the light that reaches the sensor: room light, IR lamp, IR-cut filter and its glass."""

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from .optics import Optics
from .scene import Scene

Light = NDArray[np.float32]
"""H x W x 3 (or H x W, grey), in lux on a white surface; linear, not bounded above."""

REFERENCE_WIDTH = 1280
HOT_SPOT_GLARE = 10.0
"""A mirrored lamp, relative to white paper lit by the same lamp at 1 m; anything this bright saturates."""
HALO_SHARE = 0.02


@dataclass(frozen=True)
class Part:
    """Where a scene lies in the camera's picture, where it is only a part of it; lengths in pixels of the picture."""

    width: int
    """Of the whole picture."""
    height: int
    left: int = 0
    """Of the part."""
    top: int = 0


def light_on_sensor(
    scene: Scene, optics: Optics, *, filter_in: bool, lamp: bool, lux: float, part: Part | None = None
) -> Light:
    """Return the light on the sensor, H x W x 3, in lux.

    visible * lux + passed * (NIR * lux * room_infrared + NIR of the lamp) * response, where `passed` is the filter's
    leak with the filter in and 1 without it. It is linear: the sum of what room and lamp give alone.

    Args:
        scene: what is looked at.
        optics: with what.
        filter_in: whether the IR-cut filter is in the light path; without its glass the picture moves a little.
        lamp: whether the IR lamp is on.
        lux: the room's own light, 0 or more.
        part: of the camera's picture that the scene is; None: the whole. Without the glass a few pixels along the
            borders of a part come from beyond it, and are repeated instead.
    """
    infrared = scene.infrared * np.float32(lux * optics.room_infrared)
    if lamp:
        infrared += lamp_light(scene, optics, part)
    response = np.array(optics.infrared_response, np.float32) * (optics.filter_leak if filter_in else 1)
    light = scene.visible * np.float32(lux) + infrared[..., None] * response.astype(np.float32)
    return light if filter_in else _without_glass(light, optics, part or _whole(light))


def lamp_light(scene: Scene, optics: Optics, part: Part | None = None) -> Light:
    """Return the lamp's NIR as the scene reflects it, H x W, in lux: inverse square of depth, cos^n beam, hot spot."""
    part = part or _whole(scene.infrared)
    width, height = part.width, part.height
    focal = width / 2 / np.tan(np.radians(optics.field_of_view / 2))
    columns, rows = _pixel_grid(scene.infrared, part)
    x, y = (columns - (width - 1) / 2) / focal, (rows - (height - 1) / 2) / focal
    beam = (1 + x**2 + y**2) ** (-optics.beam_exponent / 2)
    light = scene.infrared * beam * np.float32(optics.lamp_lux) / scene.depth**2
    if optics.hot_spot is not None:
        place = optics.hot_spot[0] * width, optics.hot_spot[1] * height
        light += optics.lamp_lux * HOT_SPOT_GLARE * _glare(columns, rows, place, optics.hot_spot_radius * width)
    return np.asarray(light, np.float32)


def glass_matrix(width: int, height: int, optics: Optics) -> NDArray[np.float64]:
    """Return the 2 x 3 affine, pixels, from a point with the filter in (`low`) to the same point without it (`nire`).

    >>> glass_matrix(1280, 720, Optics(glass_shift=(0.5, 0), glass_zoom=0)).tolist()
    [[1.0, 0.0, 0.5], [0.0, 1.0, 0.0]]
    """
    scale = width / REFERENCE_WIDTH
    dx, dy = optics.glass_shift
    centre_x, centre_y = (width - 1) / 2, (height - 1) / 2
    zoom = optics.glass_zoom
    return np.array([[1 + zoom, 0, dx * scale - zoom * centre_x], [0, 1 + zoom, dy * scale - zoom * centre_y]])


def _without_glass(light: Light, optics: Optics, part: Part) -> Light:
    height, width = light.shape[:2]
    matrix = glass_matrix(part.width, part.height, optics)
    corner = np.array([part.left, part.top])
    matrix[:, 2] += matrix[:, :2] @ corner - corner
    moved = cv2.warpAffine(light, matrix, (width, height), flags=cv2.INTER_CUBIC, borderMode=cv2.BORDER_REPLICATE)
    sigma = optics.glass_blur * part.width / REFERENCE_WIDTH
    if sigma > 0:
        cv2.GaussianBlur(moved, (0, 0), sigma, dst=moved)
    return np.maximum(moved, 0, dtype=np.float32)


def _glare(columns: Light, rows: Light, place: tuple[float, float], radius: float) -> Light:
    """Return a disc of 1 with a soft edge and a halo that falls with the cube of the distance; all in pixels."""
    distance = np.hypot(columns - place[0], rows - place[1]) / radius
    disc = np.exp(-(distance**4) * np.float32(np.log(2)))
    return np.asarray(disc + HALO_SHARE * (1 + (distance / 3) ** 2) ** -1.5, np.float32)


def _whole(image: Light) -> Part:
    return Part(image.shape[1], image.shape[0])


def _pixel_grid(image: Light, part: Part) -> tuple[Light, Light]:
    """Return the columns (1 x W) and rows (H x 1) of the whole picture that an image of a part lies on."""
    height, width = image.shape[:2]
    columns, rows = np.arange(width, dtype=np.float32), np.arange(height, dtype=np.float32)
    return columns[None, :] + np.float32(part.left), rows[:, None] + np.float32(part.top)
