"""What a cheap night camera and the room it looks into are made of, in physical units."""

from dataclasses import dataclass, replace

import numpy as np


@dataclass(frozen=True)
class Optics:
    """Light, lens, filter and sensor of one simulated camera.

    Lengths in pixels hold for a picture 1280 pixels wide and grow with its width. NIR is counted in "lux": the visible
    light that would expose an average pixel as much.
    """

    dim_lux: float = 0.5
    """Room light of a `low` picture, lux; 0.3 is a full moon, 3 a street lamp through the curtain."""
    lit_lux: float = 200.0
    """Room light of a `reference`, lux; homes are lit with 150 to 300."""
    room_infrared: float = 0.1
    """NIR per lux of room light; LED bulbs give almost none, daylight and halogen about 1."""

    lamp_lux: float = 100.0
    """The camera's IR lamp on its axis at 1 m, lux; a few 850 nm LEDs that reach 5 to 8 m."""
    beam_exponent: float = 2.0
    """n of the beam's cos(angle)**n; 1 is a bare LED, 4 one behind a narrow lens."""
    field_of_view: float = 90.0
    """Horizontal angle of the lens, degrees; indoor cameras have 80 to 110."""
    hot_spot: tuple[float, float] | None = None
    """Where a shiny surface mirrors the lamp, as fractions of width and height; None: nowhere."""
    hot_spot_radius: float = 0.015
    """Radius of the mirrored lamp as a fraction of the width; its halo is far wider."""

    filter_leak: float = 0.01
    """Share of NIR that passes the IR-cut filter; dichroic ones block 98 to 99.5 %."""
    infrared_response: tuple[float, float, float] = (1.25, 0.72, 1.10)
    """Response of R, G, B to NIR after white balance.

    Dyes of all three pass NIR almost alike, and the gains that make visible white neutral lift R and B: hence purple.
    """
    glass_shift: tuple[float, float] = (0.3, 0.2)
    """Right and down, pixels: how the picture moves when the filter glass leaves a light path that is a bit tilted."""
    glass_zoom: float = 0.0015
    """Relative growth of the picture when the glass leaves; real cameras were seen up to 0.008."""
    glass_blur: float = 0.4
    """Defocus without the glass, Gaussian sigma in pixels; lenses are focused for visible light."""

    longest_shutter: float = 1 / 15
    """Seconds; one frame at 15 frames/s."""
    highest_gain: float = 10.0
    """Analogue times digital; 10 is 20 dB, where cheap cameras stop to keep the noise bearable."""
    electrons_per_lux_second: float = 1800.0
    """Photo-electrons of a pixel that looks at white under 1 lux for 1 s; about 3 um pixels behind f/2."""
    full_well: float = 10_000.0
    """Electrons that make a pixel white at gain 1."""
    read_noise: float = 3.0
    """Electrons, standard deviation, before gain."""
    noise_kept: float = 0.6
    """Share of the noise amplitude that the camera's own noise reduction leaves."""
    grain: float = 0.6
    """Gaussian sigma, sensor pixels, over which demosaicking and noise reduction smear the noise."""

    target_mean: float = 112.0
    """Mean of the 8-bit picture that auto-exposure aims for."""


@dataclass(frozen=True)
class Span:
    """Bounds between which a number is drawn, evenly or evenly in its logarithm."""

    low: float
    high: float
    logarithmic: bool = False

    def draw(self, rng: np.random.Generator) -> float:
        """Draw a number.

        >>> Span(2, 2, logarithmic=True).draw(np.random.default_rng(0))
        2.0
        """
        if self.logarithmic:
            return float(np.exp(rng.uniform(np.log(self.low), np.log(self.high))))
        return float(rng.uniform(self.low, self.high))


@dataclass(frozen=True)
class Levels:
    """Between what the circumstances of shots are drawn, in the units of `Optics`.

    As they stand: all vary, and none spoils a shot (sub-pixel shift, no hot spot).
    """

    dim_lux: Span = Span(0.25, 0.85, logarithmic=True)
    lit_lux: Span = Span(150, 300, logarithmic=True)
    room_infrared: Span = Span(0.02, 0.2)
    lamp_lux: Span = Span(70, 180, logarithmic=True)
    beam_exponent: Span = Span(1, 3)
    field_of_view: Span = Span(75, 105)
    filter_leak: Span = Span(0.005, 0.02, logarithmic=True)
    glass_shift: Span = Span(-0.4, 0.4)
    """Right and down are drawn each for itself."""
    glass_zoom: Span = Span(-0.001, 0.0015)
    glass_blur: Span = Span(0, 0.6)
    highest_gain: Span = Span(8, 12, logarithmic=True)
    electrons_per_lux_second: Span = Span(1500, 2200, logarithmic=True)
    read_noise: Span = Span(2, 4)
    noise_kept: Span = Span(0.4, 0.8)
    grain: Span = Span(0.4, 0.8)
    target_mean: Span = Span(105, 120)
    hot_spots: float = 0.0
    """Share of shots with a hot spot, anywhere but near the border."""
    hot_spot_radius: Span = Span(0.008, 0.025, logarithmic=True)


PLAIN = Levels()
FROM_BORDER = 0.08
"""Nearest that a hot spot is to a border, as a fraction of width or height."""


def random_optics(rng: np.random.Generator, levels: Levels = PLAIN) -> Optics:
    """Draw the circumstances of one shot.

    >>> random_optics(np.random.default_rng(1)) == random_optics(np.random.default_rng(1))
    True
    """
    optics = Optics(
        dim_lux=levels.dim_lux.draw(rng),
        lit_lux=levels.lit_lux.draw(rng),
        room_infrared=levels.room_infrared.draw(rng),
        lamp_lux=levels.lamp_lux.draw(rng),
        beam_exponent=levels.beam_exponent.draw(rng),
        field_of_view=levels.field_of_view.draw(rng),
        filter_leak=levels.filter_leak.draw(rng),
        glass_shift=(levels.glass_shift.draw(rng), levels.glass_shift.draw(rng)),
        glass_zoom=levels.glass_zoom.draw(rng),
        glass_blur=levels.glass_blur.draw(rng),
        highest_gain=levels.highest_gain.draw(rng),
        electrons_per_lux_second=levels.electrons_per_lux_second.draw(rng),
        read_noise=levels.read_noise.draw(rng),
        noise_kept=levels.noise_kept.draw(rng),
        grain=levels.grain.draw(rng),
        target_mean=levels.target_mean.draw(rng),
    )
    return _with_hot_spot(rng, optics, levels) if levels.hot_spots else optics


def _with_hot_spot(rng: np.random.Generator, optics: Optics, levels: Levels) -> Optics:
    """Give the share of shots a hot spot; as much chance is used up where there is none."""
    wanted = rng.random() < levels.hot_spots
    x, y = rng.uniform(FROM_BORDER, 1 - FROM_BORDER, 2)
    radius = levels.hot_spot_radius.draw(rng)
    return replace(optics, hot_spot=(float(x), float(y)), hot_spot_radius=radius) if wanted else optics
