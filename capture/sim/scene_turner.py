"""One scene after another before the lens, the next drawn ahead while the present one is looked at."""

from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor

from .renderer import SceneLights


class SceneTurner:
    """Turn from scene 0 on without end; drawing ahead begins with the first turn.

    Args:
        draw: returns the lights of the scene with this index; called in another thread.
    """

    def __init__(self, draw: Callable[[int], SceneLights]) -> None:
        self._draw = draw
        self._index = 0
        self.lights = draw(0)
        self._next: Future[SceneLights] | None = None

    def turn(self) -> SceneLights:
        """Return the next scene's lights, `lights` from now on; waits where they are not yet drawn."""
        self._index += 1
        self.lights = self._next.result() if self._next else self._draw(self._index)
        self._next = self._drawn_ahead(self._index + 1)
        return self.lights

    def _drawn_ahead(self, index: int) -> Future[SceneLights]:
        artist = ThreadPoolExecutor(1, "scene ahead")
        drawing = artist.submit(self._draw, index)
        artist.shutdown(wait=False)  # its thread ends with the drawing
        return drawing
