"""One picture for the page: the frame, what was measured on it, and what to mend."""

from dataclasses import dataclass
from functools import cached_property

import cv2

from nirecap.errors import CameraError

from ..aim import Concern, Sight
from ..frame import Frame

WIDEST = 1280
QUALITY = 88


@dataclass(frozen=True, eq=False)
class Picture:
    """A frame and its judgement."""

    frame: Frame
    sight: Sight
    sharpness: float
    """Detail over the best detail seen in this mode."""
    concerns: tuple[Concern, ...]

    @cached_property
    def jpeg(self) -> bytes:
        """The frame as JPEG, at most `WIDEST` pixels wide; encoded only if somebody looks.

        Raises:
            CameraError: a picture that JPEG has no room for.
        """
        pixels = cv2.cvtColor(self.frame.pixels, cv2.COLOR_RGB2BGR)
        height, width = pixels.shape[:2]
        if width > WIDEST:
            small = (WIDEST, max(1, round(height * WIDEST / width)))
            pixels = cv2.resize(pixels, small, interpolation=cv2.INTER_AREA)
        done, encoded = cv2.imencode(".jpg", pixels, (cv2.IMWRITE_JPEG_QUALITY, QUALITY))
        if not done:
            raise CameraError(f"a picture of {width}x{height} can't be shown")
        return encoded.tobytes()
