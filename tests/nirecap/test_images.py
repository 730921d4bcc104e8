"""Images are read, or refused in one line."""

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from nirecap.errors import ImageError
from nirecap.images import encode_png, read_image


def test_full_memory_is_told_as_that_and_not_as_damage(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object) -> None:
        raise MemoryError

    (tmp_path / "low.png").write_bytes(encode_png(np.zeros((4, 4, 3), np.uint8)))
    monkeypatch.setattr(Image.Image, "convert", full)
    monkeypatch.setattr("PIL.ImageFile.ImageFile.load", full)
    with pytest.raises(ImageError, match=r"low\.png: memory is full"):
        read_image(tmp_path / "low.png")
