"""What a camera writes over its picture."""

from datetime import UTC, datetime

import cv2

from nirecap.images import Pixels

HEIGHT = 1 / 24
"""Of the letters, as a share of the picture's height."""
FONT = cv2.FONT_HERSHEY_SIMPLEX
FONT_PIXELS = 21
"""Height of the font's letters at scale 1."""


def burn_clock(picture: Pixels, moment: float) -> Pixels:
    """Return the picture, H x W x 3, with unix time `moment` in its upper left corner, white on black edges."""
    text = f"{datetime.fromtimestamp(moment, UTC):%Y-%m-%d %H:%M:%S}"
    shown, tall = picture.copy(), picture.shape[0] * HEIGHT
    left, base, stroke = round(tall / 2), round(tall * 1.6), max(1, round(tall / 10))
    corners = [(dx, dy) for dx in (-stroke, stroke) for dy in (-stroke, stroke)]
    for (dx, dy), level in (*((corner, 0) for corner in corners), ((0, 0), 255)):
        place = (left + dx, base + dy)
        cv2.putText(shown, text, place, FONT, tall / FONT_PIXELS, (level,) * 3, stroke, cv2.LINE_AA)
    return shown
