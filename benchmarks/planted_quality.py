"""Defects of light, sensor, lens, encoder and scene, planted into clean shots; as in `planted_defects`.

Light, noise and blur are worked out in linear light, and encoders are real ones.
"""

from collections.abc import Callable

import cv2
import numpy as np
from PIL import Image, ImageDraw, ImageFont
from skimage.data import astronaut

from nirecap.capture.sim.compression import through_h264, through_jpeg
from nirecap.images import Pixels

from .planted_defects import Defect, Light, Shot, developed, grey, linear

FLOOR = 0.002
"""Noise of a black picture at the highest gain, linear light (standard deviation): about 10 levels."""
FACE = (slice(55, 175), slice(165, 285))
"""Where the head is in `skimage.data.astronaut()`."""

Font = ImageFont.FreeTypeFont | ImageFont.ImageFont
Change = Callable[[Pixels, np.random.Generator, float], Pixels]


def on_low(change: Change) -> Callable[[Shot, np.random.Generator, float], Shot]:
    """Spoil I."""
    return lambda shot, rng, strength: shot._replace(low=change(shot.low, rng, strength))


def on_nire(change: Change) -> Callable[[Shot, np.random.Generator, float], Shot]:
    """Spoil N."""
    return lambda shot, rng, strength: shot._replace(nire=change(shot.nire, rng, strength))


def on_reference(change: Change) -> Callable[[Shot, np.random.Generator, float], Shot]:
    """Spoil R."""
    return lambda shot, rng, strength: shot._replace(reference=change(shot.reference, rng, strength))


def on_one(change: Change) -> Callable[[Shot, np.random.Generator, float], Shot]:
    """Spoil N or R, one of them."""
    return lambda shot, rng, strength: (on_nire if rng.random() < 0.5 else on_reference)(change)(shot, rng, strength)


def darkened(pixels: Pixels, rng: np.random.Generator, stops: float) -> Pixels:
    """Take `stops` of light away while the sensor's noise stays; a black night looks so."""
    noise = FLOOR * rng.uniform(0.3, 1.0) * _grain(pixels, rng)
    return developed(linear(pixels) / np.float32(2**stops) + noise, rng)


def burnt(pixels: Pixels, rng: np.random.Generator, share: float) -> Pixels:
    """Expose so long that a share of the picture is white."""
    light = linear(pixels)
    white = light.min(axis=2)  # of the channel that is white last
    return developed(light / max(float(np.quantile(white, 1 - share)), 1e-3) * np.float32(1.02), rng)


def crushed(pixels: Pixels, rng: np.random.Generator, share: float) -> Pixels:
    """Set the black level so high that a share of the picture is black, as a wrong video range does."""
    black = float(np.quantile(pixels.max(axis=2), share)) + 1.0
    levels = (pixels.astype(np.float32) - black) * (255 / (255 - black))
    return np.asarray(np.clip(np.rint(levels), 0, 255), np.uint8)


def noisy(pixels: Pixels, rng: np.random.Generator, sigma: float) -> Pixels:
    """Add noise of `sigma` levels at mid-grey: half of its variance is of photons, half of the circuit."""
    light = linear(pixels)
    slope = 2.2 * 0.5 ** (1.2 / 2.2)  # of level by light at mid-grey, both 0 to 1, turned round
    scale = np.float32(sigma / 255 * slope) * np.sqrt(0.5 + 0.5 * light / np.float32(0.5**2.2))
    return developed(light + scale * _grain(pixels, rng), rng)


def defocused(pixels: Pixels, rng: np.random.Generator, radius: float) -> Pixels:
    """Blur by the lens's disc, of a radius in thousandths of the longer side."""
    pixels_radius = radius / 1000 * max(pixels.shape[:2])
    return _blurred(pixels, _disc(pixels_radius), rng)


def shaken(pixels: Pixels, rng: np.random.Generator, length: float) -> Pixels:
    """Blur along a straight way somewhere, of a length in thousandths of the longer side."""
    half = length / 1000 * max(pixels.shape[:2]) / 2
    angle = rng.uniform(0, np.pi)
    return _blurred(pixels, _streak(half * np.cos(angle), half * np.sin(angle)), rng)


def as_jpeg(pixels: Pixels, rng: np.random.Generator, quality: float) -> Pixels:
    """Save as JPEG of a quality, 1 to 95."""
    del rng
    return through_jpeg(pixels, round(quality))


def as_h264(pixels: Pixels, rng: np.random.Generator, crf: float) -> Pixels:
    """Encode as the single picture of an H.264 stream with the rate factor `crf`, 0 to 51."""
    del rng
    return through_h264(pixels, crf)


def stamped(shot: Shot, rng: np.random.Generator, size: float) -> Shot:
    """Burn date and time into all pictures, in letters of a share of the picture's height; the clock goes on."""
    height, width = shot.nire.shape[:2]
    font = ImageFont.load_default(size * height)
    day, second = int(rng.integers(1, 29)), int(rng.integers(10, 50))
    text = f"2024-06-{day:02d} 22:14:"
    length = font.getlength(text + "00")
    x = rng.choice([0.02 * width, max(0.02 * width, 0.98 * width - length)])
    y = rng.choice([0.02 * height, 0.96 * height - size * height])
    ink, edge = int(rng.integers(235, 256)), bool(rng.random() < 0.5)
    pictures = [
        None if pixels is None else _written(pixels, f"{text}{second + 2 * number:02d}", (x, y), font, ink, edge)
        for number, pixels in enumerate(shot)
    ]
    low, nire, reference, bracket = pictures
    return Shot(_there(low), _there(nire), _there(reference), bracket)


def narrow_lamp(shot: Shot, rng: np.random.Generator, corners: float) -> Shot:
    """Give the lamp a beam that leaves the corners of N a share of the centre's light, on top of what it was."""
    height, width = shot.nire.shape[:2]
    rows, columns = np.mgrid[:height, :width].astype(np.float32)
    x, y = width * rng.uniform(0.45, 0.55), height * rng.uniform(0.45, 0.55)
    angle = 2 * np.hypot(columns - x, rows - y) / np.hypot(height, width)  # 1 in the corners
    beam = np.exp(np.log(corners) * angle**2)[..., None].astype(np.float32)
    light = linear(shot.nire) * beam
    gain = np.float32(min(linear(shot.nire).mean() / light.mean(), 0.9 / np.quantile(light, 0.99)))  # auto-exposure
    return shot._replace(nire=developed(light * gain, rng, noise=1.0))


def moved_thing(shot: Shot, rng: np.random.Generator, area: float) -> Shot:
    """Let something of a share of the picture stand in I, and elsewhere in the picture taken again.

    It is four times as bright as what it stands before in I, or a quarter where that is bright.
    """
    again = _again(shot.low, rng) if shot.bracket is None else shot.bracket
    height, width = shot.low.shape[:2]
    down, across = np.sqrt(area * height * width / 2.0) * 2.0, np.sqrt(area * height * width / 2.0)
    y = rng.uniform(down / 2, height - down / 2)
    room_to_move = width - across
    left, way = rng.uniform(0, room_to_move), rng.uniform(min(across, room_to_move / 2), room_to_move / 2)
    x, further = left + across / 2, (left + way) % room_to_move + across / 2
    room = linear(shot.low).mean(axis=2)
    behind = room[int(y - down / 3) : int(y + down / 3) + 1, int(x - across / 3) : int(x + across / 3) + 1].mean()
    light = float(behind / 4 if behind > np.median(room) else max(4 * behind, 2 * np.median(room)))
    low = _with_thing(shot.low, (x, y), (across, down), light, rng)
    bracket = _with_thing(again, (further, y), (across, down), light, rng)
    return shot._replace(low=low, bracket=bracket)


def person(shot: Shot, rng: np.random.Generator, size: float) -> Shot:
    """Put a face into all pictures, its height as a share of theirs."""
    height, width = shot.nire.shape[:2]
    side = min(round(size * height), width)
    face = np.asarray(cv2.resize(_portrait()[FACE], (side, side), interpolation=cv2.INTER_AREA), np.uint8)
    if rng.random() < 0.5:
        face = face[:, ::-1]
    x, y = int(rng.integers(0, max(1, width - side))), int(rng.integers(0, max(1, height - side)))
    lights = 0.05, 0.8, 1.0  # of the room in I, of the lamp in N, of the room in R
    low, nire, reference = (
        _pasted(pixels, grey(linear(face)) if number == 1 else linear(face), (x, y), light, rng)
        for number, (pixels, light) in enumerate(zip(shot[:3], lights, strict=True))
    )
    return shot._replace(low=low, nire=nire, reference=reference)


DEFECTS: dict[str, Defect] = {
    "dark_low": Defect("too_dark", on_low(darkened), (2, 4, 6, 8), 8, "stops less light on I"),
    "dark_nire": Defect("too_dark", on_nire(darkened), (2, 4, 6, 8), 8, "stops less light on N"),
    "burnt": Defect("clipped", on_one(burnt), (0.03, 0.1, 0.2, 0.4), 0.2, "share of N or R that is white"),
    "crushed": Defect("clipped", on_one(crushed), (0.05, 0.15, 0.3, 0.5), 0.3, "share of N or R that is black"),
    "noise_nire": Defect("noisy", on_nire(noisy), (4, 8, 12, 24), 12, "levels at mid-grey, in N"),
    "noise_reference": Defect("noisy", on_reference(noisy), (4, 8, 12, 24), 12, "levels at mid-grey, in R"),
    "defocus_nire": Defect("blurred", on_nire(defocused), (2, 4, 8, 12), 8, "radius in N, thousandths of the width"),
    "defocus_reference": Defect("blurred", on_reference(defocused), (2, 4, 8, 12), 8, "radius in R, thousandths"),
    "shake_nire": Defect("blurred", on_nire(shaken), (5, 10, 20, 30), 30, "way in N, thousandths of the width"),
    "shake_reference": Defect("blurred", on_reference(shaken), (5, 10, 20, 30), 30, "way in R, thousandths"),
    "jpeg": Defect("compression", on_one(as_jpeg), (40, 20, 15, 10), 10, "quality of N or R"),
    "h264": Defect("compression", on_one(as_h264), (35, 40, 45, 48), 45, "rate factor of N or R"),
    "clock": Defect("overlay", stamped, (0.025, 0.04, 0.05, 0.08), 0.05, "height of the letters / height"),
    "narrow_lamp": Defect("uneven_lamp", narrow_lamp, (0.1, 0.05, 0.02, 0.01), 0.01, "light in the corners / centre"),
    "moved_thing": Defect("motion", moved_thing, (0.005, 0.01, 0.03, 0.1), 0.03, "share of the picture"),
    "face": Defect("people", person, (0.2, 0.3, 0.4, 0.5), 0.4, "height of the head / height"),
}
"""As `planted_defects.DEFECTS`: by name what is planted, which flag it must raise and from which strength on."""


def _grain(pixels: Pixels, rng: np.random.Generator) -> Light:
    """Draw unit noise, a bit smeared as cameras do; grey for a grey picture."""
    mono = bool((pixels[..., 0] == pixels[..., 2]).all())
    white = rng.standard_normal((*pixels.shape[:2], 1 if mono else 3), dtype=np.float32)
    field = np.asarray(cv2.GaussianBlur(white, (0, 0), 0.5), np.float32).reshape(white.shape)
    return np.asarray(field / field.std(), np.float32)


def _blurred(pixels: Pixels, kernel: Light, rng: np.random.Generator) -> Pixels:
    light = cv2.filter2D(linear(pixels), -1, kernel, borderType=cv2.BORDER_REFLECT)
    return developed(np.asarray(light, np.float32), rng, noise=1.0)  # the sensor's noise is not blurred


def _disc(radius: float) -> Light:
    reach = int(np.ceil(radius)) + 1
    rows, columns = np.mgrid[-reach : reach + 1, -reach : reach + 1]
    kernel = np.clip(radius - np.hypot(rows, columns) + 0.5, 0, 1)
    return np.asarray(kernel / kernel.sum(), np.float32)


def _streak(x: float, y: float) -> Light:
    reach = int(np.ceil(max(abs(x), abs(y)))) + 1
    kernel = np.zeros((2 * reach + 1, 2 * reach + 1), np.float32)
    for part in np.linspace(-1, 1, 8 * reach + 1):
        column, row = reach + part * x, reach + part * y
        left, top = int(np.floor(column)), int(np.floor(row))
        right, bottom = column - left, row - top
        kernel[top, left] += (1 - right) * (1 - bottom)
        kernel[top, left + 1] += right * (1 - bottom)
        kernel[top + 1, left] += (1 - right) * bottom
        kernel[top + 1, left + 1] += right * bottom
    return np.asarray(kernel / kernel.sum(), np.float32)


def _written(pixels: Pixels, text: str, place: tuple[float, float], font: Font, ink: int, edge: bool) -> Pixels:
    picture = Image.fromarray(pixels)
    stroke = 1 if edge else 0
    ImageDraw.Draw(picture).text(place, text, (ink,) * 3, font, stroke_width=stroke, stroke_fill=(0, 0, 0))
    return np.asarray(picture)


def _portrait() -> Pixels:
    return np.asarray(astronaut(), np.uint8)  # type: ignore[no-untyped-call]


def _again(pixels: Pixels, rng: np.random.Generator) -> Pixels:
    """Take a picture once more: the same light, other noise."""
    return developed(linear(pixels) + FLOOR / 2 * _grain(pixels, rng), rng)


def _there(pixels: Pixels | None) -> Pixels:
    if pixels is None:
        raise ValueError("a shot has I, N and R")
    return pixels


def _with_thing(
    pixels: Pixels, centre: tuple[float, float], size: tuple[float, float], light: float, rng: np.random.Generator
) -> Pixels:
    rows, columns = np.mgrid[: pixels.shape[0], : pixels.shape[1]].astype(np.float32)
    distance = np.hypot((columns - centre[0]) / size[0] * 2, (rows - centre[1]) / size[1] * 2)
    mask = (1 / (1 + np.exp(np.clip(20 * (distance - 1.06), -30, 30))))[..., None]
    return developed(linear(pixels) * (1 - mask) + (light + 0.003 * _grain(pixels, rng)) * mask, rng)


def _pasted(pixels: Pixels, face: Light, place: tuple[int, int], light: float, rng: np.random.Generator) -> Pixels:
    (x, y), (height, width) = place, face.shape[:2]
    rows, columns = np.mgrid[-1 : 1 : height * 1j, -1 : 1 : width * 1j]
    mask = np.clip((1 - np.hypot(rows, columns)) * 6, 0, 1)[..., None].astype(np.float32)
    scene = linear(pixels)
    window = scene[y : y + height, x : x + width]
    window[:] = window * (1 - mask) + face * np.float32(light) * mask
    return developed(scene, rng)
