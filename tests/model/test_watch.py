from dataclasses import replace
from typing import Any

import pytest
import torch

from nirecap.model.config import Config, preset
from nirecap.model.schedule import EXTRACTION, JOINT
from nirecap.model.watch import PATIENCE, Aim, Look, channel_means, saturation, warnings

AIM = Aim((0.42, 0.40, 0.38), 0.2)
GOOD = Look(JOINT, 0.6, (0.05, 0.1, 0.2), (0.3, 0.38, 0.45), (0.42, 0.41, 0.37), 0.18, 0.8)
PAPER, STRICT, SMALL = preset("paper"), preset("strict"), preset("small")
SAME_GAIN = tuple(4.01 * value for value in GOOD.before)
EVEN = replace(GOOD, corrected=SAME_GAIN)
BLACK = replace(GOOD, channels=(0.05, 0.05, 0.05), saturation=0.0)
WHITE = replace(GOOD, channels=(0.99, 0.99, 1.0), saturation=0.01)
GREY = replace(GOOD, saturation=0.02)
BLUE = replace(GOOD, channels=(0.35, 0.35, 0.6))


def told(*looks: Look, config: Config = PAPER) -> dict[str, str]:
    return warnings(looks, AIM, config)


def seen(*looks: Look, config: Config = PAPER) -> set[str]:
    return set(told(*looks, config=config))


def test_a_training_that_goes_well_is_let_be() -> None:
    assert seen(*[GOOD] * PATIENCE) == set()


@pytest.mark.parametrize(
    ("name", "bad", "said"),
    [
        ("black", BLACK, "mean is 0.050"),
        ("white", WHITE, "mean is 0.993, that of lit images 0.400"),
        ("white", replace(WHITE, progress=0.01), "begin anew in another --out"),
        ("grey", GREY, "differ by 0.020, those of lit images by 0.200"),
        ("tinted", BLUE, "blue is +0.19"),
        ("tinted", replace(GOOD, channels=(0.5, 0.25, 0.5)), "green is -0.1"),
        ("same gain", EVEN, "the same gain, 4.0"),
        ("discriminators won", replace(GOOD, discriminators=0.03), "3% of what guessing gives"),
    ],
)
def test_each_failure_is_seen_and_says_what_to_try(name: str, bad: Look, said: str) -> None:
    assert seen(*[bad] * PATIENCE) == {name}
    line = told(GOOD, *[bad] * PATIENCE)[name]
    assert said in line
    assert "--set" in line


@pytest.mark.parametrize(
    ("name", "bad", "config", "advice"),
    [
        ("black", BLACK, STRICT, "try --set exposure_weight=10 --set gain_floor=1"),
        ("black", BLACK, PAPER, "that of lit images 0.400; try a lower --set learning_rate than 0.0001"),
        ("black", BLACK, preset("strict", without=("cem",)), "images 0.400; try a lower --set learning_rate than 0.01"),
        ("black", replace(BLACK, stage=EXTRACTION), PAPER, "try a lower --set cem_rate than 0.001"),
        ("white", WHITE, SMALL, "begin anew in another --out, with a lower --set learning_rate than 0.0005"),
        ("white", replace(WHITE, stage=EXTRACTION), PAPER, "with a lower --set cem_rate than 0.001"),
        ("grey", GREY, PAPER, "train for more --minutes or try --set output=guided"),
        ("grey", GREY, SMALL, "train for more --minutes"),
        ("tinted", BLUE, STRICT, "try --set colour_norm=none --set decoder_norm=none"),
        ("tinted", BLUE, SMALL, "try a lower --set learning_rate than 0.0005"),
        ("tinted", replace(BLUE, stage=EXTRACTION), PAPER, "try --set gain_channels=1"),
        ("same gain", EVEN, SMALL, "try a lower --set cem_rate than 0.001, or more --set stage1_share"),
        ("same gain", EVEN, STRICT, "try --set global_path=true, or more --set stage1_steps"),
        ("same gain", EVEN, PAPER, "try a lower --set cem_rate than 0.001, or more --set stage1_steps"),
    ],
)
def test_nothing_is_advised_that_is_so_already_or_does_nothing(
    name: str, bad: Look, config: Config, advice: str
) -> None:
    assert advice in told(*[bad] * PATIENCE, config=config)[name]


def test_the_cem_is_not_blamed_for_what_it_does_not_do() -> None:
    same = replace(GOOD, corrected=GOOD.before)
    assert seen(*[same] * PATIENCE) == {"same gain"}
    assert seen(*[same] * PATIENCE, config=preset("small", without=("cem",))) == set()
    tinted = replace(BLUE, stage=EXTRACTION)
    assert seen(*[tinted] * PATIENCE) == {"tinted"}
    assert seen(*[tinted] * PATIENCE, config=SMALL) == set()  # one channel of L leaves a tint as it is


def test_a_single_look_warns_of_nothing() -> None:
    black = replace(GOOD, channels=(0.0, 0.0, 0.0))
    assert seen(*[black] * (PATIENCE - 1)) == set()
    assert seen(black, GOOD, black) == set()
    assert seen(replace(black, stage=EXTRACTION), black, black) == set()


def test_colour_is_not_judged_before_it_can_be_learnt() -> None:
    early = replace(GOOD, progress=0.1, saturation=0.0, channels=(0.3, 0.3, 0.6))
    assert seen(*[early] * PATIENCE) == set()


def test_images_of_one_brightness_may_have_one_gain() -> None:
    alike = replace(GOOD, before=(0.1, 0.11, 0.1), corrected=(0.4, 0.44, 0.4))
    assert seen(*[alike] * PATIENCE) == set()


def test_no_discriminators_have_not_won() -> None:
    assert seen(*[replace(GOOD, discriminators=None)] * PATIENCE) == set()


@pytest.mark.parametrize(
    "bad",
    [{"corrected": (0.1, float("nan"), 0.1)}, {"channels": (0.1, float("inf"), 0.1)}, {"saturation": float("nan")}],
)
def test_a_look_at_what_is_no_image_is_told_apart(bad: dict[str, Any]) -> None:
    assert GOOD.is_finite
    assert not replace(GOOD, **bad).is_finite


def test_measures_of_images() -> None:
    image = torch.tensor([0.9, 0.5, 0.1]).view(1, 3, 1, 1).expand(2, 3, 4, 4)
    assert channel_means(image) == pytest.approx((0.9, 0.5, 0.1))
    assert saturation(image) == pytest.approx(0.8)
