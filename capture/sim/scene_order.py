"""In which order the simulated camera looks at its scenes."""

from dataclasses import dataclass

from .scene import Scene, SceneSource


@dataclass(frozen=True)
class ScenesFrom:
    """The same scenes in the same order, begun at another one: what a resumed session goes on with.

    >>> from .scene import open_scenes
    >>> scenes = open_scenes(None)
    >>> ScenesFrom(scenes, 2).name(0) == scenes.name(2)
    True
    """

    scenes: SceneSource
    first: int
    """Index of the scene to begin with; beyond the last they begin again."""

    def __len__(self) -> int:
        return len(self.scenes)

    def name(self, index: int) -> str:
        """Return a scene's name; `SceneSource.name`."""
        return self.scenes.name(self._at(index))

    def scene(self, index: int, width: int | None = None, height: int | None = None) -> Scene:
        """Return a scene; `SceneSource.scene`."""
        return self.scenes.scene(self._at(index), width, height)

    def _at(self, index: int) -> int:
        return (self.first + index) % len(self.scenes)
