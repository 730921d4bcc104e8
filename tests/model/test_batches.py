import threading

import numpy as np
import pytest
import torch

from nirecap.dataset_card.training_set import Cut
from nirecap.errors import UsageMistake
from nirecap.model.batches import DARK, LIT, Batches, Share, ahead, source_of
from nirecap.model.config import preset
from nirecap.model.crops import Crops, crop, lying
from nirecap.model.frames import Frame, TrainingFrames

from .drawn_frames import drawn_frames, quick

CONFIG = preset("small", crop_height=64, crop_width=80, batch=2)


def same(a: Crops, b: Crops) -> bool:
    return torch.equal(a.visible, b.visible) and torch.equal(a.infrared, b.infrared)


def test_a_batch_depends_on_seed_process_and_step_alone() -> None:
    one, other = (Batches(drawn_frames(), CONFIG, Share(3)) for _ in range(2))
    one.dark(0), one.lit(5)
    assert same(one.dark(7), other.dark(7))
    assert not same(one.dark(7), other.dark(8))
    assert not same(one.dark(7), Batches(drawn_frames(), CONFIG, Share(4)).dark(7))
    assert not same(one.dark(7), Batches(drawn_frames(), CONFIG, Share(3, 1, 2)).dark(7))


def test_crops_are_copies_of_pixels_and_alike_in_all_images() -> None:
    rng = np.random.default_rng(0)
    grey = rng.integers(0, 255, (72, 96), dtype=np.uint8)
    spoilt = grey > 128
    frames = [Frame("a", "a", np.repeat(grey[..., None], 3, 2), grey, spoilt)]
    crops = Batches(TrainingFrames(frames, frames, ""), CONFIG, Share()).dark(0)
    assert crops.visible.shape == (2, 3, 64, 80)
    assert torch.equal(crops.visible[:, :1], crops.infrared)
    assert torch.equal(crops.trust, (crops.infrared * 255 <= 128).float())
    assert set((crops.infrared * 255).round().byte().unique().tolist()) <= set(np.unique(grey).tolist())


def test_place_leads_from_the_crop_into_the_whole_image() -> None:
    """What is found in a smooth image at `place` is the crop itself, however it was flipped and turned."""
    y, x = np.mgrid[0:200, 0:300]
    smooth = np.stack([x * 0.8, y * 1.2, (x + y) / 2], 2).astype(np.uint8)
    frame = Frame("a", "a", smooth, smooth[..., 0].copy())
    batches = Batches(TrainingFrames([frame], [frame], ""), preset("small", crop_height=128, crop_width=80), Share())
    turned = set()
    for step in range(12):
        crops = batches.lit(step)
        grid = torch.nn.functional.affine_grid(crops.place, list(crops.visible.shape), align_corners=False)
        found = torch.nn.functional.grid_sample(crops.whole, grid, "bilinear", "border", align_corners=False)
        assert (found - crops.visible).abs().mean() < 0.01
        turned |= {tuple(row.sign().int().flatten().tolist()) for row in crops.place[:, :, :2].round(decimals=2)}
    assert len(turned) == 8  # all four turns, flipped or not


def test_every_frame_is_drawn_as_often_and_processes_share_them() -> None:
    for process in range(2):
        numbers = [n for step in range(6) for n in Share(0, process, 2).numbers(step, 2)]
        assert len(numbers) == 12
    all_numbers = [n for step in range(6) for process in range(2) for n in Share(0, process, 2).numbers(step, 2)]
    counts = np.bincount([source_of(n, 4, 0, DARK) for n in all_numbers])
    assert counts.tolist() == [6, 6, 6, 6]
    assert [source_of(n, 50, 0, DARK) for n in range(50)] != [source_of(n, 50, 0, LIT) for n in range(50)]


def test_where_nothing_is_shrunk_colour_extraction_learns_from_crops() -> None:
    batches = Batches(drawn_frames(), preset("strict", crop_height=64, crop_width=80), Share())
    assert torch.equal(batches.whole(3), batches.dark(3).visible)


def test_upright_frames_are_laid_on_their_side() -> None:
    upright = Frame(
        "a", "a", np.zeros((96, 72, 3), np.uint8), np.zeros((96, 72), np.uint8), np.ones((96, 72), np.bool_)
    )
    batches = Batches(TrainingFrames([upright], [upright], ""), CONFIG, Share())
    assert batches.dark(0).visible.shape == (2, 3, 64, 80)
    assert batches.whole(0).shape == (2, 3, 96, 144)
    turned = lying(upright, 2, 3)
    assert turned.spoilt is not None
    assert turned.spoilt.shape == turned.infrared.shape == (72, 96)


def test_frames_that_hold_no_crop_are_left_out_and_named_if_none_does() -> None:
    small = Frame("s", "s", np.zeros((40, 40, 3), np.uint8), np.zeros((40, 40), np.uint8))
    frames = drawn_frames()
    some = Batches(TrainingFrames([small, *frames.dark], frames.lit, ""), CONFIG, Share())
    assert all(same_size.visible.shape[-2:] == (64, 80) for same_size in (some.dark(step) for step in range(8)))
    with pytest.raises(UsageMistake, match="none of 1 dark frames, at most 40 wide and 40 high, holds a crop 80 wide"):
        Batches(TrainingFrames([small], frames.lit, ""), CONFIG, Share())
    with pytest.raises(UsageMistake, match="no lit frames"):
        Batches(TrainingFrames(frames.dark, [], ""), CONFIG, Share())


def test_darkened_frames_come_with_what_they_were() -> None:
    batches = Batches(drawn_frames(), quick(batch=4), Share())
    made = batches.known(3)
    dark, truth = made.dark, made.truth
    assert dark.visible.shape == truth.shape
    assert dark.visible.mean() < 0.8 * truth.mean()
    assert same(dark, batches.known(3).dark)
    assert dark.whole.shape == (4, 3, 43, 64)
    blurred = [torch.nn.functional.avg_pool2d(image.mean(1), 8).flatten(1) for image in (dark.visible, truth)]
    alike = [float(torch.corrcoef(torch.stack(pair))[0, 1]) for pair in zip(*blurred, strict=True)]
    assert np.mean(alike) > 0.7


def test_the_middle_is_cut_out_for_those_who_look() -> None:
    batches = Batches(drawn_frames(3), CONFIG, Share())
    assert batches.some(DARK, 8).visible.shape[0] == 3
    made = batches.some_known(2)
    assert torch.equal(made.truth, batches.some(LIT, 2).visible)
    assert made.dark.visible.mean() < made.truth.mean()


def test_threads_are_ahead_and_errors_come_through() -> None:
    made = threading.Event()

    def make(step: int) -> int:
        if step == 12:
            raise UsageMistake("enough")
        if step == 11:
            made.set()
        return step

    with ahead(make, 10) as steps:
        assert next(steps) == 10
        assert made.wait(5)
        assert next(steps) == 11
        with pytest.raises(UsageMistake, match="enough"):
            next(steps)


def test_a_crop_keeps_the_frame_as_it_is() -> None:
    frame = drawn_frames(1).lit[0]
    cut = crop(frame, Cut(0, 0, 96, 72), (48, 64))
    assert np.array_equal(cut.visible, frame.visible)
    assert cut.whole.shape == (48, 64, 3)
    assert cut.trusted.all()
