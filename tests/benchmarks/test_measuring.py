"""Measuring in processes, from the files that a method left."""

import os
from concurrent.futures.process import BrokenProcessPool
from pathlib import Path

import numpy as np
import pytest

from nirecap.benchmarks import held_out
from nirecap.benchmarks.measuring import Task, measure_all, measure_images, measuring
from nirecap.benchmarks.metrics import Assets
from nirecap.errors import ImageError, UsageMistake, WorkersLost
from nirecap.images import encode_png
from nirecap.model.frames import Triplet
from nirecap.vocabulary import Role

from .dusk import view


def triplet(number: int, name: str) -> Triplet:
    images = view(number, 24, 32)
    return Triplet(name, "loft", images[Role.LOW], images[Role.NIRE][..., 0], images[Role.REFERENCE])


@pytest.fixture
def task(tmp_path: Path) -> Task:
    """Six images that somebody made by taking I for the result."""
    triplets = [triplet(number, f"night/{number}") for number in range(6)]
    images = held_out.keep(triplets, "print", tmp_path, lambda: None)
    (tmp_path / "made").mkdir()
    for each, image in zip(triplets, images, strict=True):
        (tmp_path / "made" / image.file).write_bytes(encode_png(each.low))
    return Task(tmp_path, tmp_path / "made", tuple(images), (("psnr", ""), ("ssim", "")), Assets())


def test_processes_find_what_this_one_finds_and_one_that_is_killed_is_told(task: Task) -> None:
    steps: list[int] = []
    with measuring(2) as pool:
        found = list(measure_all(pool, task, steps.append))
        with pytest.raises(BrokenProcessPool):
            pool.submit(os.abort).result()  # only then it is known
        with pytest.raises(WorkersLost, match="run the same command again"):
            list(measure_all(pool, task, lambda _: None))
    assert [image for image, _ in found] == list(task.images)
    assert [values for _, values in found] == measure_images(task)
    assert steps == [4, 2]


def test_a_picture_of_another_size_has_no_numbers_but_a_reason(task: Task) -> None:
    (task.pictures / task.images[1].file).write_bytes(encode_png(np.zeros((24, 30, 3), np.uint8)))
    values = measure_images(task)
    assert np.isfinite(values[0]["psnr"].number)
    assert np.isnan(values[1]["psnr"].number)
    assert "differ in size" in values[1]["ssim"].note


def test_a_picture_that_is_gone_is_an_error(task: Task) -> None:
    (task.pictures / task.images[1].file).unlink()
    with pytest.raises(ImageError, match="can't be read"):
        measure_images(task)


def test_test_images_come_back_as_they_were(tmp_path: Path) -> None:
    one = triplet(0, "a name/with: much *in* it " + "x" * 300)
    (image,) = held_out.keep([one], "print", tmp_path, lambda: None)
    assert np.array_equal(held_out.read(tmp_path, Role.REFERENCE, image), one.reference)
    assert np.array_equal(held_out.read(tmp_path, Role.NIRE, image)[..., 1], one.nire)
    assert held_out.kept(tmp_path) == ("print", [image])
    assert {path.parent.parent for path in tmp_path.rglob("*.png")} == {tmp_path / "test"}


def test_two_images_of_one_name_are_refused(tmp_path: Path) -> None:
    with pytest.raises(UsageMistake, match="one name"):
        held_out.keep([triplet(0, "night/1"), triplet(1, "night:1")], "print", tmp_path, lambda: None)
    assert not (tmp_path / "test.json").exists()


def test_images_of_a_triplet_have_one_size(tmp_path: Path) -> None:
    one = triplet(0, "night/1")
    odd = Triplet("night/1", "loft", one.low[:-1], one.nire, one.reference)
    with pytest.raises(ImageError, match="another size"):
        held_out.keep([odd], "print", tmp_path, lambda: None)
