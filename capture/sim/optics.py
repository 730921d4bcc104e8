"""What a cheap night camera and the room it looks into are made of, in physical units."""

from dataclasses import dataclass

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


def random_optics(rng: np.random.Generator) -> Optics:
    """Draw the circumstances of one good shot: all vary, none spoils it (sub-pixel shift, no hot spot).

    >>> random_optics(np.random.default_rng(1)) == random_optics(np.random.default_rng(1))
    True
    """
    return Optics(
        dim_lux=_log_uniform(rng, 0.25, 0.85),
        lit_lux=_log_uniform(rng, 150, 300),
        room_infrared=rng.uniform(0.02, 0.2),
        lamp_lux=_log_uniform(rng, 70, 180),
        beam_exponent=rng.uniform(1, 3),
        field_of_view=rng.uniform(75, 105),
        filter_leak=_log_uniform(rng, 0.005, 0.02),
        glass_shift=(rng.uniform(-0.4, 0.4), rng.uniform(-0.4, 0.4)),
        glass_zoom=rng.uniform(-0.001, 0.0015),
        glass_blur=rng.uniform(0, 0.6),
        highest_gain=_log_uniform(rng, 8, 12),
        electrons_per_lux_second=_log_uniform(rng, 1500, 2200),
        read_noise=rng.uniform(2, 4),
        noise_kept=rng.uniform(0.4, 0.8),
        grain=rng.uniform(0.4, 0.8),
        target_mean=rng.uniform(105, 120),
    )


def _log_uniform(rng: np.random.Generator, low: float, high: float) -> float:
    return float(np.exp(rng.uniform(np.log(low), np.log(high))))
