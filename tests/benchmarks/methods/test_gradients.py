import numpy as np
import pytest

from nirecap.benchmarks.methods import gradients
from nirecap.benchmarks.methods.gradients import Matrix, Vector, diagonal, difference_matrices, solve, solve_exactly


def smoothing_system(seed: int = 0) -> tuple[Matrix, Vector]:
    rng = np.random.default_rng(seed)
    system = diagonal(np.ones(12 * 15))
    for matrix in difference_matrices((12, 15)):
        system = system + matrix.T @ diagonal(10.0 ** rng.uniform(-2, 2, 12 * 15)) @ matrix
    return system, rng.uniform(size=12 * 15)


def test_differences_are_to_the_next_pixel_and_zero_at_the_border() -> None:
    plane = np.random.default_rng(0).uniform(size=(4, 5))
    right, down = (matrix @ plane.ravel() for matrix in difference_matrices((4, 5)))
    np.testing.assert_allclose(right.reshape(4, 5), np.c_[np.diff(plane, axis=1), np.zeros(4)])
    np.testing.assert_allclose(down.reshape(4, 5), np.r_[np.diff(plane, axis=0), np.zeros((1, 5))])


def test_solvers_agree_with_a_dense_one(monkeypatch: pytest.MonkeyPatch) -> None:
    system, right_side = smoothing_system()
    expected = np.linalg.solve(system.toarray(), right_side)
    np.testing.assert_allclose(solve_exactly(system, right_side), expected, rtol=1e-9)
    np.testing.assert_allclose(solve(system, right_side, right_side, 1e-10, 500), expected, rtol=1e-6)
    monkeypatch.setattr(gradients, "DIRECT_UP_TO", 10)
    np.testing.assert_allclose(solve_exactly(system, right_side), expected, atol=1e-5)
