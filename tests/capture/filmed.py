"""Film clips with the optics of the simulated camera, and keep what each frame really shows."""

from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

import av
import numpy as np

from nirecap.capture.sim.body import Body, FrameTruth
from nirecap.capture.sim.optics import Optics
from nirecap.capture.sim.renderer import Renderer, SceneLights
from nirecap.capture.sim.scene import open_scenes
from nirecap.images import Pixels

FPS = 15
SIZE = (320, 180)
SCENES = open_scenes(None)
DAY, NIGHT, LIGHT, DARK, TURN = "day", "night", "light", "dark", "turn"


@dataclass(frozen=True)
class Act:
    """What the operator does: one of the words above, `seconds` before the next."""

    does: str
    seconds: float


def play(
    acts: list[Act],
    *,
    first_scene: int = 0,
    transition_s: float = 0.8,
    exposure_s: float = 0.3,
    optics: Optics | None = None,
    size: tuple[int, int] = SIZE,
    fps: int = FPS,
    seed: int = 0,
) -> Iterator[tuple[Pixels, FrameTruth]]:
    """Yield frame after frame with its truth; the clip starts in a dark room by day, with the camera settled."""
    optics = optics or Optics()
    views = (SceneLights(SCENES.scene(first_scene + n, *size), optics) for n in range(len(SCENES)))
    body = Body(next(views), optics, transition_s=transition_s, time_constant_s=exposure_s, now=-60.0)
    body.ir_cut = "ON"
    body.advance(-30.0)
    body.advance(-0.1)
    renderer = Renderer(*size, optics, np.random.default_rng(seed))
    now = 0.0
    for act in acts:
        body.advance(now)
        if act.does in (DAY, NIGHT):
            body.ir_cut = "ON" if act.does == DAY else "OFF"
        elif act.does in (LIGHT, DARK):
            body.room.switch(lit=act.does == LIGHT, now=now)
        elif act.does == TURN:
            body.lights = next(views)
        for _ in range(round(act.seconds * fps)):
            body.advance(now)
            yield renderer.frame(body.lights, body.view, body.exposure), body.frame_truth()
            now += 1 / fps


def film(
    path: Path,
    frames: Iterator[tuple[Pixels, FrameTruth]],
    *,
    codec: str = "libx264",
    rotation: int = 0,
    created: str = "",
    pixel_format: str = "yuv420p",
    fps: int = FPS,
) -> list[FrameTruth]:
    """Encode frames to a clip by its suffix; return what each frame shows."""
    truths = []
    path.parent.mkdir(parents=True, exist_ok=True)
    with av.open(str(path), "w") as container:
        if created:
            container.metadata["creation_time"] = created
        stream = None
        for number, (pixels, truth) in enumerate(frames):
            if stream is None:
                options = {"preset": "veryfast", "crf": "20"} if codec == "libx264" else {}
                stream = container.add_stream(codec, rate=fps, options=options)
                stream.height, stream.width = pixels.shape[:2]
                stream.pix_fmt = pixel_format
                stream.codec_context.gop_size = fps  # a key frame a second, as camcorders have them
                if rotation:
                    stream.set_display_rotation(rotation)
            frame = av.VideoFrame.from_ndarray(pixels)
            frame.pts, frame.time_base = number, Fraction(1, fps)
            container.mux(stream.encode(frame))
            truths.append(truth)
        if stream is not None:
            container.mux(stream.encode(None))
    return truths
