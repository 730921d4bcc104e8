"""A resumed session goes on with the scenes where it left off."""

from nirecap.capture.sim.scene import open_scenes
from nirecap.capture.sim.scene_order import ScenesFrom


def test_scenes_begin_where_told_and_go_round() -> None:
    scenes = open_scenes(None)
    names = [scenes.name(index) for index in range(len(scenes))]
    for first in (0, 3, len(scenes), len(scenes) + 2):
        moved = ScenesFrom(scenes, first)
        start = first % len(names)
        assert [moved.name(index) for index in range(len(moved))] == names[start:] + names[:start]
    assert ScenesFrom(scenes, 1).scene(0, 64, 36).name == names[1]
