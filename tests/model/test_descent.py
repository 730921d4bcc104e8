import numpy as np
import pytest
import torch
from torch import nn

from nirecap.errors import RunError
from nirecap.model.descent import PATIENCE, Descent
from nirecap.model.ema import follow, follower, tensors_of_both
from nirecap.model.image_pool import ImagePool
from nirecap.model.processes import Processes

from .drawn_frames import quick


def weight(value: float = 1.0) -> nn.Parameter:
    return nn.Parameter(torch.tensor([value]))


def descent(parameter: nn.Parameter, **settings: object) -> Descent:
    return Descent([([parameter], 0.1)], quick(**settings), Processes())


def test_a_step_goes_down_at_the_rate_that_is_left() -> None:
    whole, half = weight(), weight()
    for parameter, factor in ((whole, 1.0), (half, 0.5)):
        norm = descent(parameter).step((parameter**2).sum(), factor)
        assert float(norm) == 2.0
    assert whole.item() == pytest.approx(0.9)
    assert half.item() == pytest.approx(0.95)


def test_the_gradient_is_clipped() -> None:
    parameter = weight(1000.0)
    down = descent(parameter, grad_clip=0.5, optimiser="sgd")
    assert float(down.step((parameter**2).sum(), 1.0)) == 2000.0
    assert parameter.item() == pytest.approx(1000 - 0.1 * 0.5)


@pytest.mark.parametrize("bad", [torch.nan, torch.inf])
def test_a_step_without_a_finite_gradient_is_skipped_and_counted(bad: float) -> None:
    parameter = weight()
    down = descent(parameter, grad_clip=1.0)
    down.step((parameter * bad).sum(), 1.0)
    assert (parameter.item(), down.skipped) == (1.0, 1)
    down.step(parameter.sum(), 1.0)
    assert parameter.item() == pytest.approx(0.9)


def test_many_in_a_row_end_training_with_the_remedy() -> None:
    parameter = weight()
    down = descent(parameter)
    for _ in range(PATIENCE - 1):
        down.step((parameter * torch.nan).sum(), 1.0)
    with pytest.raises(RunError, match=r"20 times in a row.*--set learning_rate"):
        down.step((parameter * torch.nan).sum(), 1.0)


def test_the_moving_mean_follows_and_forgets_the_beginning() -> None:
    network = nn.BatchNorm1d(1)
    mean = follower(network)
    nn.init.constant_(network.weight, 3.0)
    network.num_batches_tracked += 5
    follow(tensors_of_both(mean, network), 0, 0.99)
    assert mean.weight.item() == pytest.approx(1 + 0.9 * 2)  # keeps a tenth at first, not 0.99
    assert int(mean.num_batches_tracked) == 5
    for update in range(1000, 1100):
        follow(tensors_of_both(mean, network), update, 0.9)
    assert mean.weight.item() == pytest.approx(3.0, abs=1e-3)
    assert not mean.training
    assert not mean.weight.requires_grad


def test_without_decay_the_mean_is_the_last() -> None:
    network = nn.Linear(1, 1)
    mean = follower(network)
    nn.init.constant_(network.weight, 3.0)
    follow(tensors_of_both(mean, network), 100, 0.0)
    assert mean.weight.item() == 3.0


def test_the_pool_shows_each_image_or_an_earlier_one() -> None:
    pool, rng = ImagePool(3, 1, 1), np.random.default_rng(0)
    images = torch.arange(40.0).view(-1, 1, 1, 1, 1).expand(-1, 1, 3, 1, 1)
    shown = [float(pool.exchange(image, rng)[0, 0]) for image in images]
    assert shown[:3] == [0, 1, 2]  # while it fills
    earlier = [value < number for number, value in enumerate(shown)]
    assert 8 < sum(earlier) < 30
    assert all(value <= number for number, value in enumerate(shown))
    assert float(ImagePool(0, 1, 1).exchange(images[7], rng)[0, 0]) == 7
