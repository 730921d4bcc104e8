"""Means, standard errors and paired differences against sums by hand."""

import math

import numpy as np
import pytest

from nirecap.benchmarks.scores import clustered_error, scores_of

from .made_results import rows_of

ONE = [[10.0, 12.0, 20.0], [11.0, 13.0, 21.0]]
OTHER = [[9.0, 13.0, 15.0]]


def test_mean_over_images_and_seeds_with_the_error_over_seeds() -> None:
    mean = scores_of(rows_of({("one", "psnr"): ONE, ("other", "psnr"): OTHER})).mean("one", "psnr")
    assert mean.value == pytest.approx(14.5)
    assert mean.error == pytest.approx(0.5)  # of 14 and 15: their deviation over the root of 2
    assert (mean.seeds, mean.missing) == (2, 0)


def test_one_seed_has_no_error() -> None:
    mean = scores_of(rows_of({("other", "psnr"): OTHER})).mean("other", "psnr")
    assert mean.value == pytest.approx(37 / 3)
    assert math.isnan(mean.error)


def test_images_without_a_number_are_counted_and_left_out() -> None:
    scores = scores_of(rows_of({("one", "nliee"): [[40, math.nan, 50], [math.nan, math.nan, 60]]}))
    mean = scores.mean("one", "nliee")
    assert mean.value == pytest.approx((45 + 60) / 2)
    assert mean.missing == 3
    assert np.isnan(scores.by_image("one", "nliee")).tolist() == [False, True, False]
    nothing = scores_of(rows_of({("one", "nliee"): [[math.nan] * 3]})).mean("one", "nliee")
    assert math.isnan(nothing.value)
    assert nothing.missing == 3


def test_differences_are_paired_and_their_error_is_over_scenes() -> None:
    found = scores_of(rows_of({("one", "psnr"): ONE, ("other", "psnr"): OTHER})).difference("one", "other", "psnr")
    by_image = [1.5, -0.5, 5.5]
    mean = np.mean(by_image)
    by_scene = [1.5 - 0.5 - 2 * mean, 5.5 - mean]  # the first two images are of one scene
    assert found.value == pytest.approx(mean)
    assert found.error == pytest.approx(math.sqrt(2 / 1 * np.sum(np.square(by_scene))) / 3)
    assert found.seed_error == pytest.approx(0.5)
    assert found.wins == pytest.approx(2 / 3)
    assert found.images == 3


def test_a_scene_of_many_images_weighs_as_it_does_in_the_mean() -> None:
    scenes = np.array(["many"] * 40 + ["one", "other"])
    numbers = np.array([1.0] * 40 + [-3.0, -3.0])
    assert clustered_error(numbers, scenes) == pytest.approx(0.27, abs=0.005)


def test_where_less_is_better_less_wins_and_ties_count_half() -> None:
    rows = rows_of({("one", "ciede2000"): [[1, 2, 3]], ("other", "ciede2000"): [[2, 2, 2]]})
    found = scores_of(rows).difference("one", "other", "ciede2000")
    assert (found.value, found.wins) == (0, pytest.approx(0.5))


def test_images_that_one_of_them_lacks_are_not_compared() -> None:
    rows = rows_of({("one", "psnr"): [[math.nan, 5, 9]], ("other", "psnr"): [[1, math.nan, 2]]})
    found = scores_of(rows).difference("one", "other", "psnr")
    assert (found.value, found.images, found.wins) == (7, 1, 1)
    assert math.isnan(found.error)


def test_infinite_numbers_end_in_no_exception() -> None:
    rows = rows_of({("one", "psnr"): [[math.inf, 5, 9]], ("other", "psnr"): [[math.inf, 4, 2]]})
    found = scores_of(rows).difference("one", "other", "psnr")
    assert (found.value, found.images) == (4, 2)
    assert scores_of(rows).mean("one", "psnr").value == math.inf


def test_methods_come_in_the_order_asked_for_and_metrics_in_that_of_the_table() -> None:
    rows = rows_of({(name, metric): OTHER for name in "abc" for metric in ("ssim", "psnr", "entropy")})
    scores = scores_of(rows, ["c", "a", "unknown"], ["entropy", "psnr"])
    assert (scores.methods, scores.metrics) == (("c", "a"), ("psnr", "entropy"))
    assert scores_of(rows).methods == ("a", "b", "c")
    assert scores_of([]).methods == ()


def test_costs_are_of_each_seed() -> None:
    rows = rows_of({("one", "psnr"): ONE[:1]}, fit_seconds=60.0, seconds=0.5)
    rows += [row for row in rows_of({("one", "psnr"): ONE}, fit_seconds=120.0, seconds=1.5) if row.seed == 1]
    scores = scores_of(rows)
    assert scores.of_seeds("one", "fit_seconds").tolist() == [60, 120]
    assert scores.seconds("one") == 1
    assert scores.facts["one"].seed == 0
