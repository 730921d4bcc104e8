"""What arrives at a method and leaves it is checked once for all."""

from dataclasses import dataclass, replace

import numpy as np
import pytest

from nirecap.benchmarks.method import Budget, Facts, Image, Method, Plane, Sees
from nirecap.benchmarks.methods.checked import Checked
from nirecap.errors import NirecapError, UsageMistake
from nirecap.model.frames import TrainingFrames

LOW = np.full((4, 6, 3), 0.1, np.float32)
NIRE = np.full((4, 6), 0.5, np.float32)


@dataclass
class Answer(Method):
    """Answers with the image it was given."""

    image: Image
    facts: Facts = Facts("Answer", Sees.LOW | Sees.NIRE, "Apache-2.0", "this test", False)  # noqa: RUF009 - frozen

    def enhance(self, low: Image, nire: Plane | None) -> Image:
        return self.image if nire is None else self.image * nire[..., None]


@pytest.mark.parametrize(
    ("low", "nire", "message"),
    [
        (LOW.astype(np.float64), NIRE, "low must be a float32 array, H x W x 3.*float64"),
        ((LOW * 255).astype(np.uint8), NIRE, "low must be a float32 array.*uint8"),
        (LOW[..., 0], NIRE, r"low must be a float32 array.*\(4, 6\)"),
        (LOW[..., :1], NIRE, r"low must be a float32 array.*\(4, 6, 1\)"),
        (LOW[:0], NIRE[:0], r"low must be a float32 array.*\(0, 6, 3\)"),
        (LOW, NIRE[:3], r"nire must be a float32 array, 4 x 6.*\(3, 6\)"),
        (LOW, NIRE[..., None], r"nire must be a float32 array, 4 x 6.*\(4, 6, 1\)"),
        (LOW * 20, NIRE, "low must be in.*runs from 2 to 2"),
        (LOW, NIRE - 1, "nire must be in.*runs from -0.5 to -0.5"),
        (np.where(np.arange(6)[:, None] == 3, np.float32(np.nan), LOW), NIRE, "without NaN"),
        (LOW.tolist(), NIRE, "low must be a float32 array.*it is a list"),
        (LOW, None, "answer needs the NIR image"),
    ],
)
def test_what_is_no_image_is_refused(low: Image, nire: Plane | None, message: str) -> None:
    with pytest.raises(UsageMistake, match=message):
        Checked("answer", Answer(LOW)).enhance(low, nire)


def test_what_leaves_is_clipped_and_made_float32() -> None:
    image = Checked("answer", Answer(LOW.astype(np.float64) * 30)).enhance(LOW, NIRE)
    assert image.dtype == np.float32
    assert image.max() == 1


@pytest.mark.parametrize("image", [LOW[:3, :, :], LOW * np.float32(np.nan)])
def test_a_method_that_makes_no_image_is_named(image: Image) -> None:
    blind = Answer(image)
    blind.facts = replace(blind.facts, sees=Sees.LOW)
    with pytest.raises(NirecapError, match="answer made no finite image"):
        Checked("answer", blind).enhance(LOW, NIRE)


def test_n_is_kept_from_what_does_not_say_that_it_sees_it() -> None:
    blind = Answer(LOW)
    blind.facts = replace(blind.facts, sees=Sees.LOW)
    np.testing.assert_array_equal(Checked("answer", blind).enhance(LOW, NIRE), LOW)


def test_n_may_be_left_out_where_nobody_sees_it() -> None:
    blind = Answer(LOW)
    blind.facts = replace(blind.facts, sees=Sees.LOW)
    np.testing.assert_array_equal(Checked("answer", blind).enhance(LOW), LOW)


def test_i_is_kept_from_what_does_not_say_that_it_sees_it() -> None:
    class Colouring(Method):
        facts = replace(Answer.facts, sees=Sees.NIRE)

        def enhance(self, low: Image, nire: Plane | None) -> Image:
            assert nire is not None
            return low + nire[..., None]

    image = Checked("colouring", Colouring()).enhance(LOW, NIRE)
    np.testing.assert_array_equal(image, np.repeat(NIRE[..., None], 3, axis=2))


def test_training_needs_time_and_frames(frames: TrainingFrames) -> None:
    method = Checked("answer", Answer(LOW))
    for minutes in (0, -1, float("nan")):
        with pytest.raises(UsageMistake, match="more than 0"):
            method.fit(frames, Budget(minutes))
    with pytest.raises(UsageMistake, match="3 low-light and 0 lit frames"):
        method.fit(replace(frames, lit=[]), Budget(1))
