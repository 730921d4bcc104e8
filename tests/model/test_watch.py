from dataclasses import replace

import pytest
import torch

from nirecap.model.watch import PATIENCE, Aim, Look, channel_means, saturation, warnings

AIM = Aim((0.42, 0.40, 0.38), 0.2)
GOOD = Look("joint", 0.6, (0.05, 0.1, 0.2), (0.3, 0.38, 0.45), (0.42, 0.41, 0.37), 0.18, 0.8)
SAME_GAIN = tuple(4.01 * value for value in GOOD.before)


def seen(*looks: Look) -> set[str]:
    return set(warnings(looks, AIM))


def test_a_training_that_goes_well_is_let_be() -> None:
    assert seen(*[GOOD] * PATIENCE) == set()


@pytest.mark.parametrize(
    ("name", "bad", "said"),
    [
        ("black", replace(GOOD, channels=(0.05, 0.05, 0.05), saturation=0.0), "mean is 0.050"),
        ("grey", replace(GOOD, saturation=0.02), "differ by 0.020, those of lit images by 0.200"),
        ("tinted", replace(GOOD, channels=(0.35, 0.35, 0.6)), "blue is +0.19"),
        ("tinted", replace(GOOD, channels=(0.5, 0.25, 0.5)), "green is -0.1"),
        ("same gain", replace(GOOD, corrected=SAME_GAIN), "the same gain, 4.0"),
        ("discriminators won", replace(GOOD, discriminators=0.03), "3% of what guessing gives"),
    ],
)
def test_each_failure_is_seen_and_says_what_to_try(name: str, bad: Look, said: str) -> None:
    assert seen(*[bad] * PATIENCE) == {name}
    line = warnings([GOOD, *[bad] * PATIENCE], AIM)[name]
    assert said in line
    assert "--set" in line


def test_a_single_look_warns_of_nothing() -> None:
    black = replace(GOOD, channels=(0.0, 0.0, 0.0))
    assert seen(*[black] * (PATIENCE - 1)) == set()
    assert seen(black, GOOD, black) == set()
    assert seen(replace(black, stage="extraction"), black, black) == set()


def test_colour_is_not_judged_before_it_can_be_learnt() -> None:
    early = replace(GOOD, progress=0.1, saturation=0.0, channels=(0.3, 0.3, 0.6))
    assert seen(*[early] * PATIENCE) == set()


def test_images_of_one_brightness_may_have_one_gain() -> None:
    alike = replace(GOOD, before=(0.1, 0.11, 0.1), corrected=(0.4, 0.44, 0.4))
    assert seen(*[alike] * PATIENCE) == set()


def test_no_discriminators_have_not_won() -> None:
    assert seen(*[replace(GOOD, discriminators=None)] * PATIENCE) == set()


def test_measures_of_images() -> None:
    image = torch.tensor([0.9, 0.5, 0.1]).view(1, 3, 1, 1).expand(2, 3, 4, 4)
    assert channel_means(image) == pytest.approx((0.9, 0.5, 0.1))
    assert saturation(image) == pytest.approx(0.8)
