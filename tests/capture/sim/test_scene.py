"""Scenes of a folder and the source of the drawn ones."""

from pathlib import Path

import cv2
import numpy as np
import pytest

from nirecap.capture.sim.scene import Scene, open_scenes
from nirecap.errors import ImageError, UsageMistake

REAL = Path(__file__).parents[4] / "shared" / "data" / "scenes"


def write(folder: Path, name: str, width: int = 40, height: int = 30, seed: int = 0) -> None:
    channels = (3,) if "_rgb" in name else ()
    pixels = np.random.default_rng(seed).integers(0, 256, (height, width, *channels), np.uint8)
    assert cv2.imwrite(str(folder / name), pixels)


def check(scene: Scene, width: int, height: int) -> None:
    assert scene.visible.shape == (height, width, 3)
    assert scene.infrared.shape == scene.depth.shape == (height, width)
    for plane in (scene.visible, scene.infrared, scene.depth):
        assert plane.dtype == np.float32
        assert np.isfinite(plane).all()
    assert min(scene.visible.min(), scene.infrared.min()) >= 0
    assert max(scene.visible.max(), scene.infrared.max()) <= 1
    assert 0.5 <= scene.depth.min() <= scene.depth.max() <= 30


@pytest.mark.parametrize(("width", "height"), [(40, 30), (160, 90), (31, 77), (17, 9)])
def test_a_folder_scene_covers_any_size(tmp_path: Path, width: int, height: int) -> None:
    write(tmp_path, "yard_rgb.png")
    write(tmp_path, "yard_nir.tif")
    check(open_scenes(tmp_path).scene(0, width, height), width, height)


def test_a_folder_scene_has_its_own_size_and_linear_light(tmp_path: Path) -> None:
    for ending, grey in (("rgb", 188), ("nir", 255)):
        cv2.imwrite(str(tmp_path / f"a_{ending}.png"), np.full((20, 30, 3), grey, np.uint8))
    scene = open_scenes(tmp_path).scene(0)
    check(scene, 30, 20)
    assert scene.visible == pytest.approx(0.503, abs=0.002)
    assert scene.infrared == pytest.approx(1.0)


def test_resizing_keeps_visible_and_infrared_registered_and_centred(tmp_path: Path) -> None:
    cross = np.zeros((60, 80, 3), np.uint8)
    cross[29:31], cross[:, 39:41] = 255, 255
    for ending in ("rgb", "nir"):
        cv2.imwrite(str(tmp_path / f"a_{ending}.png"), cross)
    scene = open_scenes(tmp_path).scene(0, 320, 180)
    assert np.abs(scene.visible[..., 1] - scene.infrared).max() < 1e-5
    assert scene.infrared[:, 20].argmax() == pytest.approx(89.5, abs=2)
    assert scene.infrared[20].argmax() == pytest.approx(159.5, abs=2)


def test_invented_depth_is_nearer_towards_the_bottom(tmp_path: Path) -> None:
    write(tmp_path, "a_rgb.png")
    write(tmp_path, "a_nir.png")
    depth = open_scenes(tmp_path).scene(0).depth
    assert (np.diff(depth, axis=0) < 0).all()
    assert depth[0] == pytest.approx(6.0)
    assert depth[-1] == pytest.approx(1.5)


def test_a_split_chooses_scenes(tmp_path: Path) -> None:
    for name in ("b", "a", "c"):
        write(tmp_path, f"{name}_rgb.png")
        write(tmp_path, f"{name}_nir.png")
    (tmp_path / "scenes.csv").write_text("id,category,split\nb,x,val\nc,x,train\nabsent,x,val\n")
    everything, chosen = open_scenes(tmp_path), open_scenes(tmp_path, split="val")
    assert [everything.name(index) for index in range(3)] == ["a", "b", "c"]
    assert [chosen.name(index) for index in range(len(chosen))] == ["b"]
    with pytest.raises(UsageMistake, match="no split 'test'; it has train, val"):
        open_scenes(tmp_path, split="test")


@pytest.mark.parametrize("table", [None, b"", b"name,part\na,val\n", b"\xff\xfe\x00", b"id,split\n"])
def test_a_split_needs_a_readable_table(tmp_path: Path, table: bytes | None) -> None:
    write(tmp_path, "a_rgb.png")
    write(tmp_path, "a_nir.png")
    if table is not None:
        (tmp_path / "scenes.csv").write_bytes(table)
    with pytest.raises(UsageMistake, match=r"scenes\.csv"):
        open_scenes(tmp_path, split="val")


def test_mistakes_in_a_folder_are_named(tmp_path: Path) -> None:
    with pytest.raises(UsageMistake, match="has no scenes"):
        open_scenes(tmp_path)
    with pytest.raises(UsageMistake, match="is not a folder"):
        open_scenes(tmp_path / "absent")
    write(tmp_path, "a_rgb.png")
    with pytest.raises(UsageMistake, match=r"partner for a_rgb\.png"):
        open_scenes(tmp_path)
    write(tmp_path, "a_nir.png")
    write(tmp_path, "a_nir.jpg")
    with pytest.raises(UsageMistake, match=r"a_nir\.jpg, a_nir\.png"):
        open_scenes(tmp_path)


def test_bad_images_are_named(tmp_path: Path) -> None:
    write(tmp_path, "a_rgb.png", 40, 30)
    write(tmp_path, "a_nir.png", 40, 31)
    with pytest.raises(ImageError, match=r"a_rgb\.png and a_nir\.png are 40x30 and 40x31"):
        open_scenes(tmp_path).scene(0)
    (tmp_path / "a_nir.png").write_bytes((tmp_path / "a_nir.png").read_bytes()[:200])
    with pytest.raises(ImageError, match=r"a_nir\.png"):
        open_scenes(tmp_path).scene(0)


@pytest.mark.parametrize(("width", "height"), [(0, 90), (160, -1), (20000, 90)])
def test_impossible_sizes_are_refused(width: int, height: int) -> None:
    with pytest.raises(UsageMistake, match=f"{width}x{height}"):
        open_scenes(None).scene(0, width, height)


def test_drawn_scenes_need_no_split_and_no_negative_seed() -> None:
    with pytest.raises(UsageMistake, match="folder"):
        open_scenes(None, split="val")
    with pytest.raises(UsageMistake, match="-1"):
        open_scenes(None, seed=-1)
    with pytest.raises(IndexError):
        open_scenes(None).scene(len(open_scenes(None)))


@pytest.mark.skipif(not REAL.is_dir(), reason="the real scenes are not beside this checkout")
def test_real_scenes_open_by_split() -> None:
    train, val = open_scenes(REAL, split="train"), open_scenes(REAL, split="val")
    assert (len(train), len(val)) == (111, 27)
    assert not {train.name(i) for i in range(111)} & {val.name(i) for i in range(27)}
    check(val.scene(5, 1280, 720), 1280, 720)
    own = train.scene(0)
    check(own, own.depth.shape[1], own.depth.shape[0])
