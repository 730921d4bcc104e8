"""What stands in front of the simulated camera: visible light, NIR reflectance and depth of one fixed view."""

import csv
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

import cv2
import numpy as np
from numpy.typing import NDArray

from nirecap.errors import ImageError, UsageMistake
from nirecap.images import SUFFIXES, Pixels, read_image

from .srgb import decode_srgb
from .views import VIEWS, Canvas

DEFAULT_SIZE = (1280, 720)
MAX_SIDE = 8192
MAX_TABLE_BYTES = 16 * 1024 * 1024
NEAREST, FARTHEST = 1.5, 6.0
"""Metres, bottom and top row of a picture whose depth nobody measured."""

Plane = NDArray[np.float32]


@dataclass(frozen=True, eq=False)
class Scene:
    """One view, H x W, linear in light.

    Attributes:
        name: also the `scene_id`.
        visible: H x W x 3, light reflected under the lit room's lamp, 0 to 1.
        infrared: H x W, NIR reflectance, 0 to 1.
        depth: H x W, metres from the camera, 0.5 to 30.
    """

    name: str
    visible: Plane
    infrared: Plane
    depth: Plane


class SceneSource(Protocol):
    """A sequence of scenes, drawn or loaded when asked for."""

    def __len__(self) -> int: ...

    def name(self, index: int) -> str:
        """Return the name of a scene without drawing it."""
        ...

    def scene(self, index: int, width: int | None = None, height: int | None = None) -> Scene:
        """Return a scene at `width` x `height` pixels, or at its own size when either is None."""
        ...


def open_scenes(folder: Path | None, seed: int = 0, split: str | None = None) -> SceneSource:
    """Open the procedural scenes, or those of a folder of registered `<id>_rgb.*` and `<id>_nir.*` images.

    Args:
        folder: None for the procedural scenes.
        seed: details of the procedural scenes (which books, where the cup stands).
        split: only the scenes that `scenes.csv` (columns `id`, `split`) in the folder puts there.

    Raises:
        UsageMistake: the folder has no scenes, a partner file is missing, the split does not exist, or the
            seed is negative.

    >>> scenes = open_scenes(None)
    >>> scenes.scene(0, width=160, height=90).visible.shape
    (90, 160, 3)
    """
    if folder is not None:
        return FolderScenes(folder, split)
    if split is not None:
        raise UsageMistake(f"split {split!r} needs a folder of scenes with a scenes.csv; the procedural ones have none")
    return DrawnScenes(seed)


class DrawnScenes:
    """The procedural views, each drawn from its own random stream; equal seeds draw equal pictures."""

    def __init__(self, seed: int = 0) -> None:
        if seed < 0:
            raise UsageMistake(f"seed {seed} can't draw scenes; name 0 or a greater whole number")
        self._seed = seed
        self._names = list(VIEWS)

    def __len__(self) -> int:
        return len(self._names)

    def name(self, index: int) -> str:
        """Return the view's name; other seeds than 0 are other scenes and say so."""
        return self._names[index] if self._seed == 0 else f"{self._names[index]}_{self._seed}"

    def scene(self, index: int, width: int | None = None, height: int | None = None) -> Scene:
        """Draw a view, 1280 x 720 unless told otherwise; `SceneSource.scene`."""
        size = _checked_size(width, height) or DEFAULT_SIZE
        canvas = Canvas(*size)
        VIEWS[self._names[index]](canvas, np.random.default_rng([self._seed, index]))
        return Scene(self.name(index), *canvas.finish())


class FolderScenes:
    """Registered RGB and NIR images on disk; their depth is invented (`floor_depth`)."""

    def __init__(self, folder: Path, split: str | None = None) -> None:
        self._pairs = _pairs_in(folder)
        if split is not None:
            wanted = _ids_of_split(folder / "scenes.csv", split)
            self._pairs = {name: pair for name, pair in self._pairs.items() if name in wanted}
        if not self._pairs:
            of_split = f" of split {split!r}" if split else ""
            raise UsageMistake(f"{folder} has no scenes{of_split}; it needs files named <id>_rgb.png and <id>_nir.png")
        self._names = sorted(self._pairs)

    def __len__(self) -> int:
        return len(self._names)

    def name(self, index: int) -> str:
        """Return the `<id>` of the files."""
        return self._names[index]

    def scene(self, index: int, width: int | None = None, height: int | None = None) -> Scene:
        """Load a scene, scaled and centre-cropped to cover the size asked for; `SceneSource.scene`.

        Raises:
            ImageError: a file can't be decoded, or the two differ in size.
        """
        size = _checked_size(width, height)
        name = self.name(index)
        rgb_file, nir_file = self._pairs[name]
        rgb, nir = read_image(rgb_file), read_image(nir_file)
        if rgb.shape != nir.shape:
            sizes = " and ".join(f"{image.shape[1]}x{image.shape[0]}" for image in (rgb, nir))
            raise ImageError(f"{rgb_file} and {nir_file.name} are {sizes}; registered images have one size")
        visible, infrared = _linear(rgb), _linear(nir).mean(axis=2)
        if size is not None:
            visible, infrared = cover(visible, *size), cover(infrared, *size)
        return Scene(name, visible, infrared, floor_depth(*infrared.shape))


def floor_depth(height: int, width: int) -> Plane:
    """Invent a depth, H x W metres: a plane that runs from 1.5 m in the bottom row to 6 m in the top row.

    A plane's inverse depth is linear in the image row.
    """
    inverse = np.linspace(1 / FARTHEST, 1 / NEAREST, height, dtype=np.float32)
    return np.repeat((1 / inverse)[:, None], width, axis=1)


def cover(image: Plane, width: int, height: int) -> Plane:
    """Scale an image (H x W or H x W x 3, 0 to 1) until it covers the size, and cut off evenly what stands over."""
    own_height, own_width = image.shape[:2]
    scale = max(width / own_width, height / own_height)
    cut_width, cut_height = min(round(width / scale), own_width), min(round(height / scale), own_height)
    left, top = (own_width - cut_width) // 2, (own_height - cut_height) // 2
    cut = image[top : top + cut_height, left : left + cut_width]
    scaled = cv2.resize(cut, (width, height), interpolation=cv2.INTER_AREA if scale < 1 else cv2.INTER_CUBIC)
    return np.clip(scaled, 0, 1).astype(np.float32)


def _linear(pixels: Pixels) -> Plane:
    return decode_srgb(np.arange(256) / 255)[pixels]


def _checked_size(width: int | None, height: int | None) -> tuple[int, int] | None:
    if width is None or height is None:
        return None
    if not (1 <= width <= MAX_SIDE and 1 <= height <= MAX_SIDE):
        raise UsageMistake(f"a scene of {width}x{height} pixels can't be made; sides go from 1 to {MAX_SIDE}")
    return width, height


def _pairs_in(folder: Path) -> dict[str, tuple[Path, Path]]:
    if not folder.is_dir():
        raise UsageMistake(f"{folder} is not a folder; name one that holds <id>_rgb.png and <id>_nir.png files")
    rgb, nir = _files_by_id(folder, "_rgb"), _files_by_id(folder, "_nir")
    alone = [found[name].name for found in (rgb, nir) for name in sorted(rgb.keys() ^ nir.keys()) if name in found]
    if alone:
        more = f" and {len(alone) - 3} more" if len(alone) > 3 else ""
        raise UsageMistake(f"{folder}: no _rgb or _nir partner for {', '.join(alone[:3])}{more}; add or remove them")
    return {name: (rgb[name], nir[name]) for name in rgb}


def _files_by_id(folder: Path, ending: str) -> dict[str, Path]:
    files = [
        file for file in sorted(folder.iterdir()) if file.suffix.lower() in SUFFIXES and file.stem.endswith(ending)
    ]
    for stem, count in Counter(file.stem for file in files).items():
        if count > 1:
            same = ", ".join(file.name for file in files if file.stem == stem)
            raise UsageMistake(f"{folder}: {same} are the same image of one scene; keep one of them")
    return {file.stem.removesuffix(ending): file for file in files}


def _ids_of_split(table: Path, split: str) -> set[str]:
    try:
        if table.stat().st_size > MAX_TABLE_BYTES:
            raise UsageMistake(f"{table} is over {MAX_TABLE_BYTES} bytes; it should be a small table of ids and splits")
        rows = list(csv.DictReader(table.read_text(encoding="utf-8-sig").splitlines()))
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise UsageMistake(f"{table} can't be read as a table ({error}); split {split!r} needs it") from None
    if not rows or not {"id", "split"} <= rows[0].keys():
        raise UsageMistake(f"{table} has no rows with the columns id and split; split {split!r} needs them")
    splits = sorted({str(row["split"]) for row in rows})
    if split not in splits:
        raise UsageMistake(f"{table} has no split {split!r}; it has {', '.join(splits)}")
    return {row["id"] for row in rows if row["split"] == split}
